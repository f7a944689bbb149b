/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * For LD_PRELOAD: pauses that a program chooses itself take a two hundredth
 * of their time, and the monotonic clocks run FAST_CLOCK times as fast (once,
 * when that is not set), so that with 20 a minute's patience is over in three
 * seconds.
 */
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#define SECOND		INT64_C(1000000000)
#define SHORTER		200

static int64_t
factor(void)
{
	static int64_t n;
	const char *s;

	if (n == 0) {
		s = getenv("FAST_CLOCK");
		n = s != NULL ? atoi(s) : 1;
	}
	return n;
}

int
clock_gettime(clockid_t clock, struct timespec *t)
{
	static int (*next)(clockid_t, struct timespec *);
	static time_t began[2];
	const int which = clock == CLOCK_BOOTTIME;
	int64_t ns;
	int r;

	if (next == NULL)
		*(void **)&next = dlsym(RTLD_NEXT, "clock_gettime");
	if ((r = next(clock, t)) != 0 ||
	    (clock != CLOCK_MONOTONIC && clock != CLOCK_BOOTTIME))
		return r;
	if (began[which] == 0)
		began[which] = t->tv_sec;
	ns = ((int64_t)(t->tv_sec - began[which]) * SECOND + t->tv_nsec) *
	    factor();
	t->tv_sec = began[which] + (time_t)(ns / SECOND);
	t->tv_nsec = (long)(ns % SECOND);
	return r;
}

int
nanosleep(const struct timespec *t, struct timespec *left)
{
	static int (*next)(const struct timespec *, struct timespec *);
	const int64_t ns = ((int64_t)t->tv_sec * SECOND + t->tv_nsec) /
	    SHORTER;
	const struct timespec some = {
		.tv_sec = (time_t)(ns / SECOND), .tv_nsec = (long)(ns % SECOND),
	};

	if (next == NULL)
		*(void **)&next = dlsym(RTLD_NEXT, "nanosleep");
	return next(&some, left);
}
