/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * For LD_PRELOAD: while there is a file FAIL_SYNC, the next fsync or
 * fdatasync of a file whose path holds that file's text (or ends with it, if
 * there is a $ after it) fails once, as when a disk gives up; FAIL_SYNC is
 * removed then.  Later ones succeed, as Linux has
 * it, although what was written is lost.
 *
 * While there is a file HOLD_LINK, the first linkat waits after its work is
 * done; HOLD_LINK.waiting tells that it does.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool
read_control(const char *control, char *out, size_t size)
{
	int fd = open(control, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd == -1)
		return false;
	n = read(fd, out, size - 1);
	(void)close(fd);
	if (n <= 0)
		return false;
	out[n] = '\0';
	return true;
}

static bool
matches(const char *path, char *text)
{
	size_t len = strlen(text), whole = strlen(path);

	if (len == 0 || text[len - 1] != '$')
		return strstr(path, text) != NULL;
	text[--len] = '\0';
	return whole >= len && strcmp(path + whole - len, text) == 0;
}

static bool
fails(int fd)
{
	const char *control = getenv("FAIL_SYNC");
	char link[64], path[PATH_MAX], text[256];
	ssize_t n;

	if (control == NULL || !read_control(control, text, sizeof(text)))
		return false;
	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	if ((n = readlink(link, path, sizeof(path) - 1)) == -1)
		return false;
	path[n] = '\0';
	return matches(path, text) && unlink(control) == 0;
}

static int
sync_it(const char *name, int fd)
{
	int (*next)(int);

	if (fails(fd)) {
		errno = EIO;
		return -1;
	}
	*(void **)&next = dlsym(RTLD_NEXT, name);
	return next(fd);
}

int
fsync(int fd)
{
	return sync_it("fsync", fd);
}

int
fdatasync(int fd)
{
	return sync_it("fdatasync", fd);
}

int
linkat(int from, const char *path, int to, const char *name, int flags)
{
	const char *control = getenv("HOLD_LINK");
	int (*next)(int, const char *, int, const char *, int);
	char waiting[PATH_MAX];
	int made;

	*(void **)&next = dlsym(RTLD_NEXT, "linkat");
	if (next(from, path, to, name, flags) == -1)
		return -1;
	if (control == NULL || access(control, F_OK) != 0)
		return 0;
	(void)snprintf(waiting, sizeof(waiting), "%s.waiting", control);
	made = open(waiting, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (made == -1)
		return 0;
	(void)close(made);
	while (access(control, F_OK) == 0)
		(void)usleep(10000);
	return 0;
}
