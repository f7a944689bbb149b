/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/delivery/pace.h"

#include <sys/random.h>
#include <time.h>

uint32_t
pace_pause(unsigned failures, uint32_t base, uint32_t random)
{
	uint64_t most = base;

	for (unsigned i = 1; i < failures && most < PACE_MS_MAX; i++)
		most *= 2;
	if (most > PACE_MS_MAX)
		most = PACE_MS_MAX;
	return (uint32_t)((most + 1) * random >> 32);
}

int64_t
pace_now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void
pace_sleep(uint32_t ms)
{
	const struct timespec t = {
		.tv_sec = (time_t)(ms / 1000),
		.tv_nsec = (long)(ms % 1000) * 1000000,
	};

	(void)nanosleep(&t, NULL);
}

uint32_t
pace_random(void)
{
	uint32_t r = 0;

	/* So few never fail, but for a kernel that has just been started:
	 * then there is the middle. */
	if (getrandom(&r, sizeof(r), GRND_NONBLOCK) != sizeof(r))
		r = UINT32_MAX / 2;
	return r;
}
