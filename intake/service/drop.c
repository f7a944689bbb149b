/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/service/drop.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"

#define LEFT_SECONDS	3600	/* nobody writes one file for so long */

static atomic_uint counter;

enum err_code
drop_begin(struct drop *d, const char *dir, mode_t mode, struct err *e)
{
	d->path = dir;
	d->mode = mode;
	d->same = NULL;
	d->found = false;
	d->len = 0;
	d->dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return d->dir == -1 ? err_errno(e, ERR_IO, dir, errno) : ERR_OK;
}

static enum err_code
write_temporary(struct drop *d, const char *name, const void *data,
    size_t len, struct err *e)
{
	enum err_code code;
	int fd;

	fd = openat(d->dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC |
	    O_NOFOLLOW, 0600);
	if (fd == -1)
		return err_errno(e, ERR_IO, d->path, errno);
	if ((code = file_write_fd(fd, d->path, data, len, e)) == ERR_OK &&
	    fchmod(fd, d->mode) == -1)
		code = err_errno(e, ERR_IO, d->path, errno);
	if (close(fd) == -1 && code == ERR_OK)
		code = err_errno(e, ERR_IO, d->path, errno);
	if (code != ERR_OK)
		(void)unlinkat(d->dir, name, 0);
	return code;
}

static enum err_code
read_one(const struct drop *d, const char *name, struct buf *out,
    struct err *e)
{
	int fd = openat(d->dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
	    O_CLOEXEC | O_NOCTTY);
	enum err_code code = ERR_OK;
	struct stat st;

	if (fd == -1)
		return err_errno(e, ERR_IO, d->path, errno);
	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode))
		code = err_set(e, ERR_IO, d->path, 0, NULL);
	else
		code = file_read_fd(fd, d->path, LIMIT_DOCUMENT, out, e);
	(void)close(fd);
	return code;
}

/* The name is taken: by what we have, or by something else? */
static enum err_code
check_there(struct drop *d, const char *name, const void *data, size_t len,
    struct err *e)
{
	struct buf there = { 0 };
	bool same = read_one(d, name, &there, NULL) == ERR_OK &&
	    (d->same != NULL ? d->same(there.data, there.len, data, len) :
	    buf_equal(&there, data, len));

	buf_wipe(&there);
	d->found |= same;
	return same ? ERR_OK : err_set(e, ERR_OUTPUT_EXISTS, d->path, 0,
	    "%s is something else; it stays as it is", name);
}

enum err_code
drop_add(struct drop *d, const char *name, const void *data, size_t len,
    struct err *e)
{
	enum err_code code;
	struct stat st;
	int n;

	if (fstatat(d->dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return check_there(d, name, data, len, e);
	if (d->len == DROP_MAX)
		return err_set(e, ERR_INTERNAL, d->path, 0, NULL);
	n = snprintf(d->v[d->len].temporary, DROP_NAME, ".%s.%ld-%u" DROP_TAIL,
	    name, (long)getpid(), atomic_fetch_add(&counter, 1));
	if (n < 0 || n >= DROP_NAME)
		return err_errno(e, ERR_IO, name, ENAMETOOLONG);
	(void)snprintf(d->v[d->len].name, DROP_NAME, "%s", name);
	code = write_temporary(d, d->v[d->len].temporary, data, len, e);
	if (code == ERR_OK)
		d->len++;
	return code;
}

/* Somebody was first, since. */
static enum err_code
give_up(struct drop *d, size_t i, struct err *e)
{
	const char *from = d->v[i].temporary;
	struct buf ours = { 0 };
	enum err_code code = read_one(d, from, &ours, e);

	if (code == ERR_OK)
		code = check_there(d, d->v[i].name, ours.data, ours.len, e);
	if (code == ERR_OK)
		(void)unlinkat(d->dir, from, 0);
	buf_wipe(&ours);
	return code;
}

/* Renamed without ever replacing another; it is a receipt, and stands. */
static enum err_code
give_name(struct drop *d, size_t i, struct err *e)
{
	const char *from = d->v[i].temporary, *to = d->v[i].name;

	if (renameat2(d->dir, from, d->dir, to, RENAME_NOREPLACE) == 0)
		return ERR_OK;
	/* Not every kernel and file system can (NFS). */
	if ((errno == EINVAL || errno == ENOSYS) &&
	    linkat(d->dir, from, d->dir, to, 0) == 0) {
		(void)unlinkat(d->dir, from, 0);
		return ERR_OK;
	}
	return errno == EEXIST ? give_up(d, i, e) :
	    err_errno(e, ERR_IO, d->path, errno);
}

enum err_code
drop_end(struct drop *d, enum err_code code, struct err *e)
{
	size_t named = 0;

	/* Their bytes before their names; all of this file system, which is
	 * one wait, where one for each would be many. */
	if (code == ERR_OK && (d->len != 0 || d->found) &&
	    syncfs(d->dir) == -1)
		code = err_errno(e, ERR_IO, d->path, errno);
	while (code == ERR_OK && named < d->len)
		if ((code = give_name(d, named, e)) == ERR_OK)
			named++;
	if ((named != 0 || d->found) && fsync(d->dir) == -1 &&
	    errno != EINVAL && code == ERR_OK)
		code = err_errno(e, ERR_IO, d->path, errno);
	for (; named < d->len; named++)
		(void)unlinkat(d->dir, d->v[named].temporary, 0);
	if (d->dir != -1)
		(void)close(d->dir);
	d->dir = -1;
	d->len = 0;
	return code;
}

static bool
is_left(int dir, const char *name)
{
	size_t len = strlen(name);
	struct stat st;

	return name[0] == '.' && len > sizeof(DROP_TAIL) &&
	    strcmp(name + len - (sizeof(DROP_TAIL) - 1), DROP_TAIL) == 0 &&
	    fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISREG(st.st_mode) && time(NULL) - st.st_mtime > LEFT_SECONDS;
}

void
drop_sweep(const char *dir)
{
	const struct dirent *entry;
	DIR *d = opendir(dir);

	if (d == NULL)
		return;
	while ((entry = readdir(d)) != NULL)
		if (is_left(dirfd(d), entry->d_name))
			(void)unlinkat(dirfd(d), entry->d_name, 0);
	(void)closedir(d);
}
