/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/service/archive.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "crypto/digest.h"
#include "intake/service/drop.h"

const struct place *
archive_place(const struct intake_settings *s, const char *name)
{
	for (size_t i = 0; name != NULL && i < s->n_places; i++)
		if (strcmp(s->places[i].name, name) == 0)
			return &s->places[i];
	return NULL;
}

/* Where it arrived.  False when that is not here. */
static bool
path_of(const struct intake_settings *s, const struct arrival *a,
    char path[static PATH_MAX])
{
	const struct place *place = archive_place(s, a->place);
	int n;

	/* The ledger may be another machine's. */
	if (place == NULL || a->name == NULL || a->name[0] == '.' ||
	    a->name[0] == '\0' || strchr(a->name, '/') != NULL)
		return false;
	n = snprintf(path, PATH_MAX, "%s/%s", place->directory, a->name);
	return n >= 0 && n < PATH_MAX;
}

static enum err_code
path_in_archive(const struct intake_settings *s, const struct arrival *a,
    char path[static PATH_MAX], struct err *e)
{
	char hex[DIGEST_HEX_LEN];
	int n;

	digest_hex(a->digest, hex);
	n = snprintf(path, PATH_MAX, "%s/%.2s/%s.sigill", s->archive, hex,
	    hex);
	if (n < 0 || n >= PATH_MAX)
		return err_errno(e, ERR_IO, s->archive, ENAMETOOLONG);
	return ERR_OK;
}

/* A regular file, by its own name.  -1 with errno. */
static int
open_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC |
	    O_NOCTTY);
	struct stat st;

	if (fd != -1 && (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode))) {
		(void)close(fd);
		errno = ENOENT;
		fd = -1;
	}
	return fd;
}

/* --- reading ------------------------------------------------------------ */

static enum err_code
read_from(const char *path, const struct arrival *a, struct buf *out,
    struct err *e)
{
	uint8_t digest[DIGEST_LEN];
	struct err found = { 0 };
	enum err_code code;
	struct stat st;
	int fd;

	if ((fd = open_file(path)) == -1)
		return err_errno(e, ERR_NO_INPUT, path, errno);
	if (fstat(fd, &st) == -1 || (uint64_t)st.st_size != a->size)
		code = err_set(&found, ERR_DIGEST, path, 0, NULL);
	else if ((code = file_read_fd(fd, path, LIMIT_SEALED, out,
	    &found)) == ERR_OK &&
	    (code = digest_sha256(out->data, out->len, digest, &found)) ==
	    ERR_OK && memcmp(digest, a->digest, DIGEST_LEN) != 0)
		code = err_set(&found, ERR_DIGEST, path, 0, NULL);
	(void)close(fd);
	if (code != ERR_OK)
		buf_wipe(out);
	return code == ERR_OK ? ERR_OK : err_set(e, code, found.where, 0,
	    "%s", found.msg);
}

enum err_code
archive_read(const struct intake_settings *s, const struct arrival *a,
    struct buf *out, struct err *e)
{
	enum err_code code = ERR_NO_INPUT;
	struct err here = { 0 }, there = { 0 };
	char path[PATH_MAX];

	if (path_of(s, a, path)) {
		if ((code = read_from(path, a, out, &here)) == ERR_OK ||
		    code == ERR_NO_MEMORY)
			goto out;
	} else
		err_set(&here, code, a->place, 0, NULL);
	if ((code = path_in_archive(s, a, path, &there)) == ERR_OK)
		code = read_from(path, a, out, &there);
	/* What it was found to be there tells more than that it is not. */
	if (code != ERR_OK && code != ERR_NO_INPUT)
		here = there;
out:
	return code == ERR_OK ? ERR_OK : err_set(e, here.code, here.where, 0,
	    "%s", here.msg);
}

/* --- moving ------------------------------------------------------------- */

enum err_code
archive_make_folder(const char *file, struct err *e)
{
	char dir[PATH_MAX];

	(void)snprintf(dir, sizeof(dir), "%.*s",
	    (int)(file_base_name(file) - file - 1), file);
	if (mkdir(dir, ARCHIVE_FOLDER_MODE) == -1 && errno != EEXIST)
		return err_errno(e, ERR_IO, dir, errno);
	return file_sync_dir_of(dir, e);
}

/* Is what fd has that file? */
static enum err_code
check_bytes(int fd, const char *path, const struct arrival *a, struct err *e)
{
	uint8_t digest[DIGEST_LEN];
	enum err_code code;

	if ((code = digest_sha256_fd(fd, digest, e)) != ERR_OK)
		return code;
	return memcmp(digest, a->digest, DIGEST_LEN) == 0 ? ERR_OK :
	    err_set(e, ERR_DIGEST, path, 0, NULL);
}

static enum err_code
check_file(const char *path, const struct arrival *a, struct err *e)
{
	enum err_code code;
	int fd;

	if ((fd = open_file(path)) == -1)
		return err_errno(e, ERR_NO_INPUT, path, errno);
	code = check_bytes(fd, path, a, e);
	(void)close(fd);
	return code;
}

static enum err_code
copy_bytes(int from, int to, const char *path, struct err *e)
{
	uint8_t chunk[64 * 1024];
	enum err_code code = ERR_OK;
	ssize_t n;

	if (lseek(from, 0, SEEK_SET) == -1)
		return err_errno(e, ERR_IO, path, errno);
	while (code == ERR_OK && (n = read(from, chunk, sizeof(chunk))) != 0)
		if (n > 0)
			code = file_write_fd(to, path, chunk, (size_t)n, e);
		else if (errno != EINTR)
			code = err_errno(e, ERR_IO, path, errno);
	if (code == ERR_OK && (fchmod(to, ARCHIVE_FILE_MODE) == -1 ||
	    fsync(to) == -1))
		code = err_errno(e, ERR_IO, path, errno);
	return code;
}

/* Under another name first, and what was written is what is checked. */
static enum err_code
copy(const struct intake_settings *s, int from, const char *to,
    const struct arrival *a, struct err *e)
{
	char temporary[PATH_MAX];
	enum err_code code;
	int fd, n;

	n = snprintf(temporary, sizeof(temporary), "%s/.%s.XXXXXX" DROP_TAIL,
	    s->archive, file_base_name(to));
	if (n < 0 || (size_t)n >= sizeof(temporary))
		return err_errno(e, ERR_IO, to, ENAMETOOLONG);
	fd = mkostemps(temporary, sizeof(DROP_TAIL) - 1, O_CLOEXEC);
	if (fd == -1)
		return err_errno(e, ERR_IO, to, errno);
	code = copy_bytes(from, fd, to, e);
	if (code == ERR_OK && lseek(fd, 0, SEEK_SET) == -1)
		code = err_errno(e, ERR_IO, to, errno);
	if (code == ERR_OK)
		code = check_bytes(fd, to, a, e);
	if (close(fd) == -1 && code == ERR_OK)
		code = err_errno(e, ERR_IO, to, errno);
	if (code == ERR_OK && rename(temporary, to) == -1)
		code = err_errno(e, ERR_IO, to, errno);
	if (code != ERR_OK) {
		(void)unlink(temporary);
		return code;
	}
	return file_sync_dir_of(to, e);
}

/* Unless another file has come under that name meanwhile. */
static void
remove_from(const char *path, int fd)
{
	struct stat ours, there;

	if (fstat(fd, &ours) == 0 && lstat(path, &there) == 0 &&
	    ours.st_dev == there.st_dev && ours.st_ino == there.st_ino)
		(void)unlink(path);
}

/* It is there, and its name is for good: the run that gave it may have been
 * killed before that was sure. */
static enum err_code
check_filed(const char *path, const struct arrival *a, struct err *e)
{
	enum err_code code = check_file(path, a, e);

	return code == ERR_OK ? file_sync_dir_of(path, e) : code;
}

/* The archive has it already, and it has come again. */
static enum err_code
drop_copy(const char *from, const char *to, const struct arrival *a,
    struct err *e)
{
	enum err_code code;
	int fd;

	if ((code = check_filed(to, a, e)) != ERR_OK ||
	    (fd = open_file(from)) == -1)
		return code;
	if (check_bytes(fd, from, a, NULL) == ERR_OK)
		remove_from(from, fd);
	(void)close(fd);
	return ERR_OK;
}

static enum err_code
copy_and_remove(const struct intake_settings *s, const char *from,
    const char *to, const struct arrival *a, struct err *e)
{
	enum err_code code;
	int fd;

	if ((fd = open_file(from)) == -1)
		return err_errno(e, ERR_NO_INPUT, from, errno);
	if ((code = copy(s, fd, to, a, e)) == ERR_OK)
		remove_from(from, fd);
	(void)close(fd);
	return code;
}

/* From a spool, where only the portal writes.  False: it is to be copied. */
static bool
rename_checked(const char *from, const char *to, const struct arrival *a,
    enum err_code *code, struct err *e)
{
	struct err found = { 0 };

	if ((*code = check_file(from, a, &found)) == ERR_NO_INPUT)
		return false;
	if (*code != ERR_OK) {
		*code = err_set(e, *code, found.where, 0, "%s", found.msg);
		return true;
	}
	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
		return true;
	if (errno != ENOENT)
		return false;
	if ((*code = archive_make_folder(to, e)) != ERR_OK)
		return true;
	return renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0;
}

enum err_code
archive_file(const struct intake_settings *s, const struct arrival *a,
    struct err *e)
{
	const struct place *place = archive_place(s, a->place);
	char from[PATH_MAX], to[PATH_MAX];
	struct err found = { 0 };
	enum err_code code;

	if ((code = path_in_archive(s, a, to, e)) != ERR_OK)
		return code;
	if (!path_of(s, a, from))
		return check_filed(to, a, e);
	if (access(to, F_OK) == 0)
		return drop_copy(from, to, a, e);
	if (place->spool && rename_checked(from, to, a, &code, e))
		return code;
	if ((code = archive_make_folder(to, e)) != ERR_OK)
		return code;
	code = copy_and_remove(s, from, to, a, &found);
	if (code == ERR_OK)
		return ERR_OK;
	/* Another thread may have moved it meanwhile. */
	if (code == ERR_NO_INPUT && access(to, F_OK) == 0)
		return check_filed(to, a, e);
	return err_set(e, code, found.where, 0, "%s", found.msg);
}
