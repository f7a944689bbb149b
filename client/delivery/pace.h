/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * How long to wait before another try: exponential backoff with full jitter,
 * so that many senders whose portal came back do not come back together.
 * The clock and the sleep are here and nowhere else in delivery.
 */
#ifndef SIGILL_CLIENT_PACE_H
#define SIGILL_CLIENT_PACE_H

#include <stdint.h>

/* No pause of our own choice is longer. */
#define PACE_MS_MAX	30000u

/*
 * The pause after so many failures in a row, in milliseconds: anything from 0
 * to base * 2^(failures - 1), and no more than PACE_MS_MAX.  random: any
 * 32 bits.
 */
uint32_t pace_pause(unsigned failures, uint32_t base, uint32_t random);

/* Milliseconds of a clock that is never set and stands while the machine
 * sleeps. */
int64_t pace_now(void);
void pace_sleep(uint32_t ms);
/* 32 bits that nobody can foresee. */
uint32_t pace_random(void);

#endif
