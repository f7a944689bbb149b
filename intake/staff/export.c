/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/staff/export.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "format/member.h"
#include "intake/staff/desk.h"
#include "intake/staff/export_rows.h"

#define EXPORT_FORMAT	"sigill-ledger"
#define EXPORT_VERSION	1
#define CHUNK	(64u * 1024)	/* bytes for one write */

/* Where lines go. */
struct export {
	int fd;
	const char *name;	/* for messages */
	struct buf waiting;
	bool gone;		/* who read does not any more */
	struct err *e;
};

static enum err_code
flush(struct export *x)
{
	enum err_code code = buf_check(&x->waiting, x->e);

	if (code == ERR_OK)
		code = file_write_fd(x->fd, x->name, x->waiting.data,
		    x->waiting.len, x->e);
	x->gone = code == ERR_IO && errno == EPIPE;
	x->waiting.len = 0;
	return code;
}

static int
append(const char *data, size_t len, void *arg)
{
	buf_add(arg, data, len);
	return 0;
}

static enum err_code
put(void *arg, const json_t *row)
{
	struct export *x = arg;

	if (row == NULL || json_dump_callback(row, append, &x->waiting,
	    JSON_COMPACT) != 0)
		return err_set(x->e, ERR_NO_MEMORY, NULL, 0, NULL);
	buf_add_u8(&x->waiting, '\n');
	return x->waiting.len < CHUNK && !x->waiting.failed ? ERR_OK :
	    flush(x);
}

static enum err_code
put_new(struct export *x, json_t *row)
{
	enum err_code code = put(x, row);

	json_decref(row);
	return code;
}

/* A first line that says what it is, the rows, and a last one that says how
 * many there are: who has it has all. */
static enum err_code
export_all(struct desk *desk, struct export *x, uint64_t *rows)
{
	const struct intake_settings *s = &desk->settings;
	enum err_code code;

	code = put_new(x, json_pack("{s:s, s:s, s:i, s:s, s:s, s:o}",
	    "table", "export", "format", EXPORT_FORMAT,
	    "version", EXPORT_VERSION, "authority", s->authority,
	    "environment", environment_name(s->environment),
	    "time", member_time(desk->now)));
	if (code == ERR_OK && (code = sql_begin_reading(desk->db, x->e)) ==
	    ERR_OK) {
		code = export_rows(desk->db, put, x, rows, x->e);
		code = sql_finish(desk->db, code, x->e);
	}
	if (code == ERR_OK)
		code = put_new(x, json_pack("{s:s, s:I}", "table", "end",
		    "rows", (json_int_t)*rows));
	return code == ERR_OK ? flush(x) : code;
}

/* Beside its place, and renamed when it is whole and durable. */
static enum err_code
export_file(struct desk *desk, struct export *x, const char *path,
    uint64_t *rows)
{
	enum err_code code;
	char *tmp = NULL;

	if (access(path, F_OK) == 0)
		return err_set(x->e, ERR_OUTPUT_EXISTS, path, 0, NULL);
	if (asprintf(&tmp, "%s.XXXXXX", path) == -1)
		return err_set(x->e, ERR_NO_MEMORY, NULL, 0, NULL);
	x->name = path;
	if ((x->fd = mkostemp(tmp, O_CLOEXEC)) == -1)
		code = err_errno(x->e, ERR_IO, path, errno);
	else {
		code = export_all(desk, x, rows);
		if (code == ERR_OK && (fsync(x->fd) == -1 ||
		    fchmod(x->fd, 0600) == -1))
			code = err_errno(x->e, ERR_IO, path, errno);
		if (close(x->fd) == -1 && code == ERR_OK)
			code = err_errno(x->e, ERR_IO, path, errno);
		if (code == ERR_OK)
			code = file_name_new(tmp, path, x->e);
		if (code != ERR_OK)
			(void)unlink(tmp);
		else
			code = file_sync_dir_of(path, x->e);
	}
	free(tmp);
	return code;
}

enum err_code
export_run(const struct options *o, struct report *r)
{
	struct err e = { 0 };
	struct export x = { .fd = STDOUT_FILENO, .name = "standard output",
	    .e = &e };
	struct desk desk = { 0 };
	uint64_t rows = 0;
	enum err_code code;

	if (o->json && o->output == NULL)
		code = err_set(&e, ERR_USAGE, NULL, 0,
		    "--json tells about the file that --output names");
	else if ((code = desk_open(o, INTAKE_LEDGER, false, &desk, &e)) ==
	    ERR_OK && o->output == NULL)
		code = export_all(&desk, &x, &rows);
	else if (code == ERR_OK && (code = export_file(&desk, &x, o->output,
	    &rows)) == ERR_OK) {
		report_line(r, "Exported", "%" PRIu64 " rows to %s", rows,
		    o->output);
		report_set_text(r, "file", o->output);
		report_set(r, "rows", json_integer((json_int_t)rows));
	}
	buf_wipe(&x.waiting);
	desk_close(&desk);
	if (code != ERR_OK && x.gone)
		r->quiet = e;
	else if (code != ERR_OK)
		report_err(r, &e);
	return code;
}
