/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/output.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

#define MODE	0600

struct buf *
output_add(struct output *o, const char *fmt, ...)
{
	struct output_file *file, **v = o->v;
	va_list ap;
	int n;

	/* Room is doubled when len is a power of two. */
	if ((o->len & (o->len - 1)) == 0 && (v = reallocarray(v,
	    o->len == 0 ? 1 : 2 * o->len, sizeof(*v))) == NULL)
		return NULL;
	o->v = v;
	if ((file = calloc(1, sizeof(*file))) == NULL)
		return NULL;
	va_start(ap, fmt);
	n = vsnprintf(file->name, sizeof(file->name), fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(file->name)) {
		free(file);
		return NULL;
	}
	v[o->len++] = file;
	return &file->text;
}

/* Is the file there, with these bytes?  ERR_OUTPUT_EXISTS with others. */
static enum err_code
look(const char *path, const struct buf *text, bool *there, struct err *e)
{
	struct buf now = { 0 };
	enum err_code code;
	struct stat st;

	*there = lstat(path, &st) == 0;
	if (!*there)
		return ERR_OK;
	if (!S_ISREG(st.st_mode) || (uintmax_t)st.st_size != text->len)
		return err_errno(e, ERR_OUTPUT_EXISTS, path, EEXIST);
	if ((code = file_read(path, text->len, &now, e)) == ERR_OK &&
	    !buf_equal(&now, text->data, text->len))
		code = err_errno(e, ERR_OUTPUT_EXISTS, path, EEXIST);
	buf_wipe(&now);
	return code;
}

static enum err_code
write_new(const char *path, const struct buf *text, bool *made,
    struct err *e)
{
	enum err_code code;
	bool there;

	*made = false;
	if ((code = buf_check(text, e)) != ERR_OK ||
	    (code = look(path, text, &there, e)) != ERR_OK || there)
		return code;
	code = file_write_new(path, text->data, text->len, MODE, e);
	*made = code == ERR_OK;
	return code;
}

enum err_code
output_write_file(const char *path, const struct buf *text, struct err *e)
{
	bool made;

	return write_new(path, text, &made, e);
}

static enum err_code
path_of(const char *dir, const char *name, char out[static 4096],
    struct err *e)
{
	const int n = snprintf(out, 4096, "%s/%s", dir, name);

	if (n >= 0 && n < 4096)
		return ERR_OK;
	return err_errno(e, ERR_IO, dir, ENAMETOOLONG);
}

/* Takes back what was made. */
static void
undo(const struct output *o, const char *dir, bool made_dir)
{
	char path[4096];

	for (size_t i = 0; i < o->len; i++)
		if (o->v[i]->made && path_of(dir, o->v[i]->name, path,
		    NULL) == ERR_OK)
			(void)unlink(path);
	if (made_dir)
		(void)rmdir(dir);
}

enum err_code
output_write(struct output *o, const char *dir, struct err *e)
{
	enum err_code code;
	bool made_dir;
	char path[4096];

	if ((code = file_make_dirs(dir, &made_dir, e)) != ERR_OK)
		return code;
	for (size_t i = 0; i < o->len && code == ERR_OK; i++) {
		struct output_file *file = o->v[i];

		if ((code = path_of(dir, file->name, path, e)) == ERR_OK)
			code = write_new(path, &file->text, &file->made, e);
	}
	if (code != ERR_OK)
		undo(o, dir, made_dir);
	return code;
}

void
output_wipe(struct output *o)
{
	for (size_t i = 0; i < o->len; i++) {
		buf_wipe(&o->v[i]->text);
		free(o->v[i]);
	}
	free(o->v);
	memset(o, 0, sizeof(*o));
}
