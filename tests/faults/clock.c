/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * For LD_PRELOAD: another clock.  Time that nobody can set runs HURRY times as
 * fast, so that a minute's patience and a pause of half a second keep their
 * proportion; the time of day is OTHER_DAY days later.
 */
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define SECOND	1000000000

static int64_t
number(const char *variable, int64_t otherwise)
{
	const char *s = getenv(variable);

	return s != NULL ? strtol(s, NULL, 10) : otherwise;
}

static int64_t
factor(void)
{
	return number("HURRY", 1);
}

int
clock_gettime(clockid_t clock, struct timespec *t)
{
	static int64_t since[CLOCK_BOOTTIME + 1];
	int r = (int)syscall(SYS_clock_gettime, clock, t);
	int64_t ns;

	if (r == 0 && clock == CLOCK_REALTIME)
		t->tv_sec += number("OTHER_DAY", 0) * 86400;
	if (r != 0 || (clock != CLOCK_MONOTONIC && clock != CLOCK_BOOTTIME &&
	    clock != CLOCK_MONOTONIC_RAW && clock != CLOCK_MONOTONIC_COARSE))
		return r;
	if (since[clock] == 0)
		since[clock] = t->tv_sec;
	ns = ((t->tv_sec - since[clock]) * SECOND + t->tv_nsec) * factor();
	t->tv_sec = since[clock] + ns / SECOND;
	t->tv_nsec = ns % SECOND;
	return 0;
}

time_t
time(time_t *out)
{
	struct timespec t = { 0 };

	(void)clock_gettime(CLOCK_REALTIME, &t);
	if (out != NULL)
		*out = t.tv_sec;
	return t.tv_sec;
}

int
gettimeofday(struct timeval *restrict out, void *restrict zone)
{
	struct timespec t = { 0 };

	(void)zone;
	(void)clock_gettime(CLOCK_REALTIME, &t);
	out->tv_sec = t.tv_sec;
	out->tv_usec = t.tv_nsec / 1000;
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
