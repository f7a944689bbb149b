/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * For LD_PRELOAD: a machine whose clock is wrong by MOVED_CLOCK seconds.
 */
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

static time_t
moved(void)
{
	const char *s = getenv("MOVED_CLOCK");

	return s != NULL ? (time_t)strtoll(s, NULL, 10) : 0;
}

int
clock_gettime(clockid_t clock, struct timespec *t)
{
	static int (*next)(clockid_t, struct timespec *);
	int r;

	if (next == NULL)
		*(void **)&next = dlsym(RTLD_NEXT, "clock_gettime");
	r = next(clock, t);
	if (r == 0 && clock == CLOCK_REALTIME)
		t->tv_sec += moved();
	return r;
}

time_t
time(time_t *out)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_REALTIME, &t);
	if (out != NULL)
		*out = t.tv_sec;
	return t.tv_sec;
}

int
gettimeofday(struct timeval *tv, void *zone)
{
	struct timespec t;

	(void)zone;
	(void)clock_gettime(CLOCK_REALTIME, &t);
	tv->tv_sec = t.tv_sec;
	tv->tv_usec = t.tv_nsec / 1000;
	return 0;
}
