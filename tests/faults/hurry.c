/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * For LD_PRELOAD: the program's time runs HURRY times as fast, all of it that
 * is monotonic: a minute's patience and a pause of half a second keep their
 * proportion.  The time of day is left alone.
 */
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define SECOND	1000000000

static int64_t
factor(void)
{
	const char *s = getenv("HURRY");

	return s != NULL && atoi(s) > 0 ? atoi(s) : 1;
}

int
clock_gettime(clockid_t clock, struct timespec *t)
{
	static int64_t began;
	int r = (int)syscall(SYS_clock_gettime, clock, t);
	int64_t ns;

	if (r != 0 || (clock != CLOCK_MONOTONIC &&
	    clock != CLOCK_MONOTONIC_RAW && clock != CLOCK_MONOTONIC_COARSE))
		return r;
	if (began == 0)
		began = t->tv_sec;
	ns = ((t->tv_sec - began) * SECOND + t->tv_nsec) * factor();
	t->tv_sec = began + ns / SECOND;
	t->tv_nsec = ns % SECOND;
	return 0;
}

int
nanosleep(const struct timespec *wanted, struct timespec *left)
{
	const int64_t ns = (wanted->tv_sec * SECOND + wanted->tv_nsec) /
	    factor();
	const struct timespec t = { ns / SECOND, ns % SECOND };

	return (int)syscall(SYS_nanosleep, &t, left);
}

int
clock_nanosleep(clockid_t clock, int flags, const struct timespec *wanted,
    struct timespec *left)
{
	(void)clock;
	/* Until a point in time: nothing here does so. */
	if ((flags & TIMER_ABSTIME) != 0)
		return EINVAL;
	return nanosleep(wanted, left) == 0 ? 0 : errno;
}

unsigned
sleep(unsigned seconds)
{
	const struct timespec t = { .tv_sec = (time_t)seconds };

	return nanosleep(&t, NULL) == 0 ? 0 : 1;
}

int
poll(struct pollfd *v, nfds_t n, int ms)
{
	const int64_t shorter = ms > 0 ? (ms + factor() - 1) / factor() : ms;

	return (int)syscall(SYS_poll, v, n, (int)shorter);
}
