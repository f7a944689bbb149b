/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * For LD_PRELOAD: the monotonic clock runs twenty times as fast, so that a
 * minute's patience is over in three seconds.
 */
#include <dlfcn.h>
#include <stdint.h>
#include <time.h>

int
clock_gettime(clockid_t clock, struct timespec *t)
{
	static int (*next)(clockid_t, struct timespec *);
	static time_t began;
	int64_t ns;
	int r;

	if (next == NULL)
		*(void **)&next = dlsym(RTLD_NEXT, "clock_gettime");
	if ((r = next(clock, t)) != 0 || clock != CLOCK_MONOTONIC)
		return r;
	if (began == 0)
		began = t->tv_sec;
	ns = ((int64_t)(t->tv_sec - began) * 1000000000 + t->tv_nsec) * 20;
	t->tv_sec = began + (time_t)(ns / 1000000000);
	t->tv_nsec = (long)(ns % 1000000000);
	return r;
}
