/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * For LD_PRELOAD: strikes at the call with the number STRIKE_AT, of those by
 * which a program changes what lies on the disk or what its peer knows.
 * STRIKE_HOW says how:
 *
 *	before	SIGKILL instead of the call
 *	after	SIGKILL when it has been done
 *	full	the disk is full from then on: it and all later ones that need
 *		room fail with ENOSPC; only these are counted.  It ends when
 *		there is a file STRIKE_ROOM.
 *
 * Each call is written to STRIKE_LOG before it is done, as NAME TAB PATH.
 * What is written through a mapping (SQLite's -shm) is not seen here; it does
 * not outlive the process.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_ulong count;
static unsigned long at;
static char how;		/* of "before", "after", "full" the first */
static int log_fd = -1;
static const char *room_again;

static void __attribute__((constructor))
begin(void)
{
	const char *s;

	at = (s = getenv("STRIKE_AT")) != NULL ? strtoul(s, NULL, 10) : 0;
	how = (s = getenv("STRIKE_HOW")) != NULL ? *s : 'b';
	room_again = getenv("STRIKE_ROOM");
	if ((s = getenv("STRIKE_LOG")) != NULL)
		log_fd = (int)syscall(SYS_openat, AT_FDCWD, s, O_WRONLY |
		    O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static void
strike(void)
{
	(void)syscall(SYS_kill, getpid(), SIGKILL);
	for (;;)
		(void)pause();
}

/* The call's number; 0 when it does not count. */
static unsigned long
step(const char *name, const char *path, bool room)
{
	char line[PATH_MAX + 64];
	unsigned long n;
	int len;

	if (how == 'f' && !room)
		return 0;
	n = atomic_fetch_add(&count, 1) + 1;
	len = snprintf(line, sizeof(line), "%s\t%s\n", name, path);
	if (log_fd != -1 && len > 0 && (size_t)len < sizeof(line))
		(void)syscall(SYS_write, log_fd, line, (size_t)len);
	if (how == 'b' && n == at)
		strike();
	return n;
}

static bool
is_full(unsigned long n)
{
	return how == 'f' && at != 0 && n >= at && (room_again == NULL ||
	    syscall(SYS_faccessat, AT_FDCWD, room_again, F_OK) == -1);
}

static void
done(unsigned long n)
{
	if (how == 'a' && n != 0 && n == at)
		strike();
}

static const char *
path_of(int fd, char out[static PATH_MAX])
{
	char link[64];
	ssize_t n;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, out, PATH_MAX - 1);
	out[n > 0 ? n : 0] = '\0';
	return out;
}

static const char *
path_at(int dir, const char *name, char out[static PATH_MAX])
{
	char folder[PATH_MAX];

	if (dir == AT_FDCWD || name[0] == '/')
		folder[0] = '\0';
	else
		(void)path_of(dir, folder);
	(void)snprintf(out, PATH_MAX, "%.2000s%s%.2000s", folder,
	    folder[0] != '\0' ? "/" : "", name);
	return out;
}

/* What a descriptor leads to: 'f' a file, 's' a socket, '\0' neither. */
static char
kind(int fd)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return '\0';
	return S_ISREG(st.st_mode) ? 'f' : S_ISSOCK(st.st_mode) ? 's' : '\0';
}

#define NEXT(name) \
	static __typeof__(name) *next; \
	if (next == NULL) \
		*(void **)&next = dlsym(RTLD_NEXT, #name)

/* Does the call, counted as name. */
#define COUNTED(type, bad, name, path, room, call) do { \
	const unsigned long n_ = step(name, path, room); \
	type r_; \
	if (is_full(n_)) { \
		errno = ENOSPC; \
		return bad; \
	} \
	r_ = call; \
	done(n_); \
	return r_; \
} while (0)

/* --- making files -------------------------------------------------------- */

static mode_t
mode_of(int flags, va_list ap)
{
	return (flags & (O_CREAT | __O_TMPFILE)) != 0 ?
	    va_arg(ap, mode_t) : 0;
}

#define OPEN(name) \
int \
name(const char *path, int flags, ...) \
{ \
	va_list ap; \
	mode_t mode; \
	NEXT(name); \
	va_start(ap, flags); \
	mode = mode_of(flags, ap); \
	va_end(ap); \
	if ((flags & (O_CREAT | O_TRUNC)) == 0) \
		return next(path, flags, mode); \
	COUNTED(int, -1, "open", path, true, next(path, flags, mode)); \
}
OPEN(open)
OPEN(open64)

#define OPENAT(name) \
int \
name(int dir, const char *path, int flags, ...) \
{ \
	char whole[PATH_MAX]; \
	va_list ap; \
	mode_t mode; \
	NEXT(name); \
	va_start(ap, flags); \
	mode = mode_of(flags, ap); \
	va_end(ap); \
	if ((flags & (O_CREAT | O_TRUNC)) == 0) \
		return next(dir, path, flags, mode); \
	COUNTED(int, -1, "open", path_at(dir, path, whole), true, \
	    next(dir, path, flags, mode)); \
}
OPENAT(openat)
OPENAT(openat64)

int
mkostemp(char *path, int flags)
{
	NEXT(mkostemp);
	COUNTED(int, -1, "open", path, true, next(path, flags));
}

int
mkstemp(char *path)
{
	NEXT(mkstemp);
	COUNTED(int, -1, "open", path, true, next(path));
}

char *
mkdtemp(char *path)
{
	NEXT(mkdtemp);
	COUNTED(char *, NULL, "mkdir", path, true, next(path));
}

int
mkdir(const char *path, mode_t mode)
{
	NEXT(mkdir);
	COUNTED(int, -1, "mkdir", path, true, next(path, mode));
}

int
mkdirat(int dir, const char *path, mode_t mode)
{
	char whole[PATH_MAX];
	NEXT(mkdirat);
	COUNTED(int, -1, "mkdir", path_at(dir, path, whole), true,
	    next(dir, path, mode));
}

/* --- what is in them ----------------------------------------------------- */

ssize_t
write(int fd, const void *data, size_t len)
{
	char path[PATH_MAX];
	const char what = kind(fd);
	NEXT(write);
	if (what == '\0')
		return next(fd, data, len);
	COUNTED(ssize_t, -1, what == 's' ? "send" : "write",
	    path_of(fd, path), what == 'f', next(fd, data, len));
}

ssize_t
writev(int fd, const struct iovec *v, int n)
{
	char path[PATH_MAX];
	const char what = kind(fd);
	NEXT(writev);
	if (what == '\0')
		return next(fd, v, n);
	COUNTED(ssize_t, -1, what == 's' ? "send" : "write",
	    path_of(fd, path), what == 'f', next(fd, v, n));
}

#define PWRITE(name, offset_type) \
ssize_t \
name(int fd, const void *data, size_t len, offset_type offset) \
{ \
	char path[PATH_MAX]; \
	NEXT(name); \
	COUNTED(ssize_t, -1, "write", path_of(fd, path), true, \
	    next(fd, data, len, offset)); \
}
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

#define ON_FD(name, called, room, length_type) \
int \
name(int fd, length_type length) \
{ \
	char path[PATH_MAX]; \
	NEXT(name); \
	COUNTED(int, -1, called, path_of(fd, path), room, \
	    next(fd, length)); \
}
ON_FD(ftruncate, "truncate", false, off_t)
ON_FD(ftruncate64, "truncate", false, off64_t)
ON_FD(fchmod, "chmod", false, mode_t)

#define ALLOCATE(name, offset_type) \
int \
name(int fd, int mode, offset_type offset, offset_type len) \
{ \
	char path[PATH_MAX]; \
	NEXT(name); \
	COUNTED(int, -1, "allocate", path_of(fd, path), true, \
	    next(fd, mode, offset, len)); \
}
ALLOCATE(fallocate, off_t)
ALLOCATE(fallocate64, off64_t)

#define SYNC(name) \
int \
name(int fd) \
{ \
	char path[PATH_MAX]; \
	NEXT(name); \
	COUNTED(int, -1, "sync", path_of(fd, path), true, next(fd)); \
}
SYNC(fsync)
SYNC(fdatasync)

/* --- their names --------------------------------------------------------- */

int
rename(const char *from, const char *to)
{
	NEXT(rename);
	COUNTED(int, -1, "rename", to, true, next(from, to));
}

int
renameat(int from_dir, const char *from, int to_dir, const char *to)
{
	char path[PATH_MAX];
	NEXT(renameat);
	COUNTED(int, -1, "rename", path_at(to_dir, to, path), true,
	    next(from_dir, from, to_dir, to));
}

int
renameat2(int from_dir, const char *from, int to_dir, const char *to,
    unsigned flags)
{
	char path[PATH_MAX];
	NEXT(renameat2);
	COUNTED(int, -1, "rename", path_at(to_dir, to, path), true,
	    next(from_dir, from, to_dir, to, flags));
}

int
link(const char *from, const char *to)
{
	NEXT(link);
	COUNTED(int, -1, "link", to, true, next(from, to));
}

int
linkat(int from_dir, const char *from, int to_dir, const char *to, int flags)
{
	char path[PATH_MAX];
	NEXT(linkat);
	COUNTED(int, -1, "link", path_at(to_dir, to, path), true,
	    next(from_dir, from, to_dir, to, flags));
}

int
unlink(const char *path)
{
	NEXT(unlink);
	COUNTED(int, -1, "unlink", path, false, next(path));
}

int
unlinkat(int dir, const char *path, int flags)
{
	char whole[PATH_MAX];
	NEXT(unlinkat);
	COUNTED(int, -1, "unlink", path_at(dir, path, whole), false,
	    next(dir, path, flags));
}

int
rmdir(const char *path)
{
	NEXT(rmdir);
	COUNTED(int, -1, "unlink", path, false, next(path));
}

/* --- the peer ------------------------------------------------------------ */

ssize_t
send(int fd, const void *data, size_t len, int flags)
{
	char path[PATH_MAX];
	NEXT(send);
	COUNTED(ssize_t, -1, "send", path_of(fd, path), false,
	    next(fd, data, len, flags));
}

ssize_t
sendto(int fd, const void *data, size_t len, int flags,
    const struct sockaddr *to, socklen_t to_len)
{
	char path[PATH_MAX];
	NEXT(sendto);
	COUNTED(ssize_t, -1, "send", path_of(fd, path), false,
	    next(fd, data, len, flags, to, to_len));
}

ssize_t
sendmsg(int fd, const struct msghdr *message, int flags)
{
	char path[PATH_MAX];
	NEXT(sendmsg);
	COUNTED(ssize_t, -1, "send", path_of(fd, path), false,
	    next(fd, message, flags));
}
