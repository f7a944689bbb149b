/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/kept.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/message.h"

enum err_code
kept_path(const char *sealed, enum receipt_stage stage,
    char out[static 4096], struct err *e)
{
	int n = snprintf(out, 4096, "%s.%s.p7s", sealed,
	    receipt_stage_name(stage));

	if (n < 0 || n >= 4096)
		return err_errno(e, ERR_IO, sealed, ENAMETOOLONG);
	return ERR_OK;
}

enum err_code
kept_beside(const char *sealed, const char *ending, char out[static 4096],
    struct err *e)
{
	int n = snprintf(out, 4096, "%s%s", sealed, ending);

	if (n < 0 || n >= 4096)
		return err_errno(e, ERR_IO, sealed, ENAMETOOLONG);
	return ERR_OK;
}

static enum err_code
refuse_reply(const char *path, struct err *e)
{
	return err_set(e, ERR_OUTPUT_EXISTS, path, 0, _("it is the key for "
	    "the feedback on a sealed file that had this name; keep it with "
	    "that one"));
}

enum err_code
kept_check_reply(const char *sealed, struct err *e)
{
	char path[4096];
	enum err_code code;
	struct stat st;

	if ((code = kept_beside(sealed, KEPT_REPLY, path, e)) != ERR_OK)
		return code;
	return lstat(path, &st) == 0 ? refuse_reply(path, e) : ERR_OK;
}

enum err_code
kept_write_reply(const char *sealed, const struct buf *pem, struct err *e)
{
	char path[4096];
	struct err found = { 0 };
	enum err_code code;

	if ((code = kept_beside(sealed, KEPT_REPLY, path, e)) != ERR_OK)
		return code;
	code = file_write_new(path, pem->data, pem->len, 0600, &found);
	if (code == ERR_OUTPUT_EXISTS)
		return refuse_reply(path, e);
	if (code != ERR_OK)
		*e = found;
	return code;
}

enum err_code
kept_read(const char *sealed, enum receipt_stage stage, bool *found,
    struct buf *out, struct err *e)
{
	char path[4096];
	struct err why = { 0 };
	enum err_code code;
	struct stat st;
	int fd;

	*found = false;
	if ((code = kept_path(sealed, stage, path, e)) != ERR_OK)
		return code;
	/* A link counts by its name, wherever it leads: it is in the way. */
	if (lstat(path, &st) == -1)
		return errno == ENOENT || errno == ENAMETOOLONG ? ERR_OK :
		    err_errno(e, ERR_IO, path, errno);
	*found = true;
	/* Without O_NONBLOCK a FIFO would wait for a writer. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd == -1 && errno != ENOENT && errno != ELOOP)
		return err_errno(e, ERR_IO, path, errno);
	if (fd == -1 || fstat(fd, &st) == -1 || !S_ISREG(st.st_mode))
		code = err_set(e, ERR_OUTPUT_EXISTS, path, 0,
		    _("it is where a receipt is kept, and no regular file"));
	/* ERR_NO_INPUT is for what a person has named. */
	else if ((code = file_read_fd(fd, path, LIMIT_RECEIPT, out,
	    &why)) != ERR_OK)
		code = err_set(e, code == ERR_NO_INPUT ? ERR_IO : code, path,
		    0, "%s", why.msg);
	if (fd != -1)
		(void)close(fd);
	return code;
}

enum err_code
kept_write(const char *sealed, enum receipt_stage stage,
    const struct buf *der, struct err *e)
{
	char path[4096];
	enum err_code code;

	if ((code = kept_path(sealed, stage, path, e)) != ERR_OK)
		return code;
	return file_write_new(path, der->data, der->len, 0600, e);
}

/* Can a file be made under that name, and be given another one?  There are
 * file systems that can do the first only. */
static enum err_code
try_name(char name[static 4096], struct err *e)
{
	char other[4096];
	enum err_code code;
	int fd;

	if ((fd = mkostemp(name, O_CLOEXEC)) == -1)
		return err_errno(e, ERR_IO, NULL, errno);
	(void)close(fd);
	memcpy(other, name, sizeof(other));
	/* None that mkostemp would give. */
	other[strlen(other) - 1] = '_';
	code = file_name_new(name, other, e);
	(void)unlink(code == ERR_OK ? other : name);
	return code;
}

enum err_code
kept_check(const char *sealed, struct err *e)
{
	char path[4096], trial[4096];
	struct err why = { 0 };
	int n;

	/* The longest of the names, as file_write_new will first call it. */
	if (kept_path(sealed, STAGE_ACCEPTED, path, &why) == ERR_OK) {
		n = snprintf(trial, sizeof(trial), "%.*s.%s.XXXXXX",
		    (int)(file_base_name(path) - path), path,
		    file_base_name(path));
		if (n < 0 || (size_t)n >= sizeof(trial))
			(void)err_errno(&why, ERR_IO, NULL, ENAMETOOLONG);
		else if (try_name(trial, &why) == ERR_OK)
			return ERR_OK;
	}
	return err_set(e, why.code, sealed, 0, _("no receipt could be kept "
	    "beside it, so nothing was sent: %s"), why.msg);
}
