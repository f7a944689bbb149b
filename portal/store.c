/* SPDX-License-Identifier: EUPL-1.2 */
#include "portal/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "portal/names.h"

/* "DIGEST.sigill" */
#define SEALED_NAME_LEN	(DIGEST_HEX_LEN + sizeof(".sigill") - 1)

struct store {
	int spool;		/* the folder */
	int partial;		/* .portal/partial */
	int lock;
	struct names *sealed;	/* the spool's names */
	struct names *begun;	/* partial's */
	char ledger[PATH_MAX];
};

/* As err_errno; a limit on file sizes is a full disk to us. */
static enum err_code
fail(struct err *e, const char *where, int errno_value)
{
	return err_errno(e, ERR_IO, where,
	    errno_value == EFBIG ? ENOSPC : errno_value);
}

static enum err_code
open_folder(int at, const char *path, int *fd, struct err *e)
{
	if (at != AT_FDCWD && mkdirat(at, path, 0700) == -1 && errno != EEXIST)
		return fail(e, path, errno);
	*fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC |
	    (at != AT_FDCWD ? O_NOFOLLOW : 0));
	return *fd == -1 ? fail(e, path, errno) : ERR_OK;
}

static enum err_code
take_lock(struct store *s, int work, const char *spool, struct err *e)
{
	s->lock = openat(work, "lock", O_RDWR | O_CREAT | O_CLOEXEC |
	    O_NOFOLLOW, 0600);
	if (s->lock == -1)
		return fail(e, spool, errno);
	if (flock(s->lock, LOCK_EX | LOCK_NB) == -1)
		return err_set(e, ERR_CONFIG, spool, 0, "%s",
		    errno == EWOULDBLOCK ? "another portal uses this spool" :
		    strerror(errno));
	return ERR_OK;
}

enum err_code
store_open(const char *spool, struct store **out, struct err *e)
{
	struct store *s = calloc(1, sizeof(*s));
	char real[PATH_MAX];
	enum err_code code;
	int work = -1, n = -1;

	if (s == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	s->spool = s->partial = s->lock = -1;
	/* The spool may be a link; the database refuses any on its way. */
	if (realpath(spool, real) == NULL)
		code = fail(e, spool, errno);
	else if ((n = snprintf(s->ledger, sizeof(s->ledger),
	    "%s/.portal/ledger.db", real)) < 0 ||
	    (size_t)n >= sizeof(s->ledger))
		code = err_errno(e, ERR_IO, spool, ENAMETOOLONG);
	else if ((code = open_folder(AT_FDCWD, real, &s->spool, e)) ==
	    ERR_OK &&
	    (code = open_folder(s->spool, ".portal", &work, e)) == ERR_OK &&
	    (code = open_folder(work, "partial", &s->partial, e)) == ERR_OK)
		code = take_lock(s, work, spool, e);
	if (code == ERR_OK && (fsync(work) == -1 || fsync(s->spool) == -1))
		code = fail(e, spool, errno);
	if (work != -1)
		(void)close(work);
	if (code == ERR_OK && ((s->sealed = names_new(s->spool)) == NULL ||
	    (s->begun = names_new(s->partial)) == NULL))
		code = err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	if (code == ERR_OK)
		*out = s;
	else
		store_close(s);
	return code;
}

void
store_close(struct store *s)
{
	if (s == NULL)
		return;
	names_free(s->sealed);
	names_free(s->begun);
	if (s->spool != -1)
		(void)close(s->spool);
	if (s->partial != -1)
		(void)close(s->partial);
	if (s->lock != -1)
		(void)close(s->lock);
	free(s);
}

const char *
store_ledger_path(const struct store *s)
{
	return s->ledger;
}

enum err_code
store_begin(struct store *s, const char *id, uint64_t length, bool lazy,
    struct err *e)
{
	struct name_change change = names_latest(s->begun);
	enum err_code code = ERR_OK;
	int fd;

	fd = openat(s->partial, id, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC,
	    0640);
	if (fd == -1)
		return fail(e, "partial file", errno);
	change = names_changed(s->begun, change);
	/* Room, not size: the size tells how much has arrived. */
	if (!lazy && fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, (off_t)length) ==
	    -1 && errno != EOPNOTSUPP && errno != ENOSYS)
		code = fail(e, "partial file", errno);
	else if (!lazy)
		code = names_sync(s->begun, change, e);
	(void)close(fd);
	if (code != ERR_OK)
		store_remove(s, id);
	return code;
}

enum err_code
store_open_partial(struct store *s, const char *id, int *fd, uint64_t *size,
    struct err *e)
{
	int f = openat(s->partial, id, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	enum err_code code = ERR_OK;
	struct stat st;

	if (f == -1)
		return errno == ENOENT ?
		    err_set(e, ERR_HTTP_NOT_FOUND, NULL, 0, NULL) :
		    fail(e, id, errno);
	if (fstat(f, &st) == -1)
		code = fail(e, id, errno);
	else if (!S_ISREG(st.st_mode) || st.st_size < 0)
		code = err_set(e, ERR_IO, id, 0, "it is not a file");
	if (code != ERR_OK) {
		(void)close(f);
		return code;
	}
	*fd = f;
	*size = (uint64_t)st.st_size;
	return ERR_OK;
}

static void
sealed_name(const uint8_t digest[static DIGEST_LEN],
    char out[static SEALED_NAME_LEN])
{
	digest_hex(digest, out);
	memcpy(out + DIGEST_HEX_LEN - 1, ".sigill", sizeof(".sigill"));
}

void
store_remove(struct store *s, const char *id)
{
	(void)unlinkat(s->partial, id, 0);
}

bool
store_give_up(struct store *s, const char *id)
{
	struct stat st;

	return fstatat(s->partial, id, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    st.st_nlink == 1 && unlinkat(s->partial, id, 0) == 0;
}

enum err_code
store_write(int fd, uint64_t offset, const void *data, size_t len,
    struct err *e)
{
	const uint8_t *p = data;
	ssize_t n;

	while (len != 0) {
		if ((n = pwrite(fd, p, len, (off_t)offset)) == -1) {
			if (errno == EINTR)
				continue;
			return fail(e, "partial file", errno);
		}
		p += n;
		len -= (size_t)n;
		offset += (uint64_t)n;
	}
	return ERR_OK;
}

enum err_code
store_sync(struct store *s, const char *id, int fd, struct err *e)
{
	int why;

	if (fsync(fd) == 0)
		return ERR_OK;
	why = errno;
	/* Linux takes pages that it could not write for written: the next
	 * fsync would succeed, and reading give what is not on the disk. */
	if (unlinkat(s->partial, id, 0) == -1 && ftruncate(fd, 0) == -1)
		why = errno;
	return fail(e, "partial file", why);
}

enum err_code
store_settle(struct store *s, struct err *e)
{
	return names_sync(s->begun, names_latest(s->begun), e);
}

static bool
is_same_file(int at, const char *name, int at_other, const char *other)
{
	struct stat a, b;

	return fstatat(at, name, &a, AT_SYMLINK_NOFOLLOW) == 0 &&
	    fstatat(at_other, other, &b, AT_SYMLINK_NOFOLLOW) == 0 &&
	    a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* A name cannot be linked over another, but it can be moved over. */
static int
replace(struct store *s, const char *id, const char *name)
{
	char again[NAME_MAX];
	int why;

	(void)snprintf(again, sizeof(again), "%s.again", id);
	(void)unlinkat(s->partial, again, 0);
	if (linkat(s->partial, id, s->partial, again, 0) == -1)
		return -1;
	if (renameat(s->partial, again, s->spool, name) == 0)
		return 0;
	why = errno;
	(void)unlinkat(s->partial, again, 0);
	errno = why;
	return -1;
}

enum err_code
store_publish(struct store *s, const char *id,
    const uint8_t digest[static DIGEST_LEN], struct err *e)
{
	struct name_change change = names_latest(s->sealed);
	char name[SEALED_NAME_LEN];

	sealed_name(digest, name);
	if (linkat(s->partial, id, s->spool, name, 0) == -1 &&
	    (errno != EEXIST ||
	    (!is_same_file(s->partial, id, s->spool, name) &&
	    replace(s, id, name) == -1)))
		return fail(e, name, errno);
	return names_sync(s->sealed, names_changed(s->sealed, change), e);
}

enum err_code
store_withdraw(struct store *s, const uint8_t digest[static DIGEST_LEN],
    struct err *e)
{
	struct name_change change = names_latest(s->sealed);
	char name[SEALED_NAME_LEN];

	sealed_name(digest, name);
	if (unlinkat(s->spool, name, 0) == -1)
		return errno == ENOENT ? ERR_OK : fail(e, name, errno);
	return names_sync(s->sealed, names_changed(s->sealed, change), e);
}

enum err_code
store_each_partial(struct store *s, void (*each)(void *arg, const char *id),
    void *arg, struct err *e)
{
	int fd = openat(s->partial, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd != -1 ? fdopendir(fd) : NULL;
	struct dirent *entry;

	if (dir == NULL) {
		if (fd != -1)
			(void)close(fd);
		return fail(e, "partial files' folder", errno);
	}
	while ((entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			each(arg, entry->d_name);
	(void)closedir(dir);
	return ERR_OK;
}
