/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * For LD_PRELOAD: a disk that fails in odd ways.
 *
 *	ODD_RENAME	rename(2) of a folder to a name that is taken fails
 *			with EACCES
 *	ODD_NAMES	no file can be given a name that must be free: no
 *			renameat2(2), no hard links
 *	ODD_READ	reading a file whose path ends so fails with EIO
 *	ODD_SYNC	fsync(2) of that folder fails with EIO
 *	ODD_GONE	a folder's entry.json is opened only when the folder
 *			has been moved to this path
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NEXT(name) \
	static __typeof__(name) *next; \
	if (next == NULL) \
		*(void **)&next = dlsym(RTLD_NEXT, #name)

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

static bool
ends(const char *path, const char *end)
{
	const size_t len = strlen(path), n = strlen(end);

	return len >= n && strcmp(path + len - n, end) == 0;
}

int
rename(const char *from, const char *to)
{
	struct stat st;

	NEXT(rename);
	if (getenv("ODD_RENAME") != NULL && lstat(to, &st) == 0 &&
	    S_ISDIR(st.st_mode)) {
		errno = EACCES;
		return -1;
	}
	return next(from, to);
}

int
renameat2(int a, const char *from, int b, const char *to, unsigned flags)
{
	NEXT(renameat2);
	if (getenv("ODD_NAMES") != NULL) {
		errno = EINVAL;
		return -1;
	}
	return next(a, from, b, to, flags);
}

int
link(const char *from, const char *to)
{
	NEXT(link);
	if (getenv("ODD_NAMES") != NULL) {
		errno = EPERM;
		return -1;
	}
	return next(from, to);
}

ssize_t
read(int fd, void *to, size_t n)
{
	const char *end = getenv("ODD_READ");
	char path[PATH_MAX];

	NEXT(read);
	if (end != NULL && ends(path_of(fd, path), end)) {
		errno = EIO;
		return -1;
	}
	return next(fd, to, n);
}

int
fsync(int fd)
{
	const char *folder = getenv("ODD_SYNC");
	char path[PATH_MAX];

	NEXT(fsync);
	if (folder != NULL && strcmp(path_of(fd, path), folder) == 0) {
		errno = EIO;
		return -1;
	}
	return next(fd);
}

int
openat(int dir, const char *name, int flags, ...)
{
	const char *to = getenv("ODD_GONE");
	char path[PATH_MAX];
	va_list ap;
	int mode;

	NEXT(openat);
	va_start(ap, flags);
	mode = va_arg(ap, int);
	va_end(ap);
	if (to != NULL && strcmp(name, "entry.json") == 0) {
		(void)renameat(AT_FDCWD, path_of(dir, path), AT_FDCWD, to);
		if ((dir = open(to, O_RDONLY | O_DIRECTORY)) != -1)
			(void)unlinkat(dir, name, 0);
	}
	return next(dir, name, flags, mode);
}
