/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * For LD_PRELOAD: while there is a file HOLD_SYNC, every fsync and fdatasync
 * waits, as with a disk that has much to do; HOLD_SYNC.waiting tells that one
 * has begun to.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int
sync_it(const char *name, int fd)
{
	const char *control = getenv("HOLD_SYNC");
	char waiting[PATH_MAX];
	int (*next)(int), made;

	if (control != NULL && access(control, F_OK) == 0) {
		(void)snprintf(waiting, sizeof(waiting), "%s.waiting",
		    control);
		made = open(waiting, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		if (made != -1)
			(void)close(made);
		while (access(control, F_OK) == 0)
			(void)usleep(10000);
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
