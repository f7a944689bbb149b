/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * For LD_PRELOAD: a power cut as soon as the name of a sealed file is durable.
 * Of the ledger's log the disk has what was there at its last sync, which is
 * copied to POWER_CUT.wal each time; the program ends with the first fsync of
 * the spool, which takes place, while there is a file POWER_CUT.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool
ends_with(const char *s, const char *end)
{
	size_t len = strlen(s), n = strlen(end);

	return len >= n && strcmp(s + len - n, end) == 0;
}

static void
copy(const char *from, const char *control)
{
	char to[PATH_MAX], data[65536];
	int in = open(from, O_RDONLY | O_CLOEXEC), out;
	ssize_t n;

	(void)snprintf(to, sizeof(to), "%s.wal", control);
	out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	while ((n = read(in, data, sizeof(data))) > 0)
		if (write(out, data, (size_t)n) != n)
			abort();
	(void)close(in);
	(void)close(out);
}

static int
sync_it(const char *name, int fd)
{
	const char *control = getenv("POWER_CUT");
	char link[64], path[PATH_MAX];
	int (*next)(int), rc;
	ssize_t n;

	*(void **)&next = dlsym(RTLD_NEXT, name);
	rc = next(fd);
	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	path[n > 0 ? n : 0] = '\0';
	if (rc == 0 && ends_with(path, "/ledger.db-wal"))
		copy(path, control);
	if (ends_with(path, "/spool") && access(control, F_OK) == 0)
		(void)raise(SIGKILL);
	return rc;
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
