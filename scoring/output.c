/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/output.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

#define MODE	0600

struct buf *
output_add(struct output *o, const char *fmt, ...)
{
	struct output_file *file = &o->v[o->len];
	va_list ap;
	int n;

	if (o->len == OUTPUT_FILES)
		return NULL;
	va_start(ap, fmt);
	n = vsnprintf(file->name, sizeof(file->name), fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(file->name))
		return NULL;
	o->len++;
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

enum err_code
output_write(const struct output *o, const char *dir, struct err *e)
{
	bool made[OUTPUT_FILES] = { false }, made_dir = false;
	enum err_code code;
	char path[4096];

	code = file_make_dirs(dir, &made_dir, e);
	for (size_t i = 0; i < o->len && code == ERR_OK; i++)
		if ((code = path_of(dir, o->v[i].name, path, e)) == ERR_OK)
			code = write_new(path, &o->v[i].text, &made[i], e);
	if (code == ERR_OK)
		return code;
	for (size_t i = 0; i < o->len; i++)
		if (made[i] && path_of(dir, o->v[i].name, path, NULL) ==
		    ERR_OK)
			(void)unlink(path);
	if (made_dir)
		(void)rmdir(dir);
	return code;
}

void
output_wipe(struct output *o)
{
	for (size_t i = 0; i < OUTPUT_FILES; i++)
		buf_wipe(&o->v[i].text);
	memset(o, 0, sizeof(*o));
}
