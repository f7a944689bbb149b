/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * When a waiting submission is tried again: rarely while there is time, often
 * near the round's deadline.  All times are UTC seconds; closes is 0 when no
 * deadline is known.
 */
#ifndef SIGILL_CLIENT_SCHEDULE_H
#define SIGILL_CLIENT_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

struct delivery_limits;
struct report;

/* The longest pause, and the longest on the last day before a deadline and
 * on the first after it. */
#define SCHEDULE_PAUSE_MAX	3600
#define SCHEDULE_PAUSE_HURRY	600

/*
 * How long to wait after so many failures in a row (from 1): a minute, twice
 * as long each time, an hour at most, and up to a quarter less, as random
 * says, so that not all who met the same fault come back at once.
 */
int64_t schedule_pause(unsigned failures, uint32_t random);

/*
 * The time from which it is worth trying, for one that was last tried at
 * `last` and noted `next` then; <= now means at once.  Always at once in the
 * last two hours, and when the clock has been set back.
 */
int64_t schedule_due(int64_t last, int64_t next, int64_t closes,
    int64_t now);

/* How long one run keeps trying: a scheduled one not long, because the next
 * one comes; but longest of all in the last two hours. */
struct delivery_limits schedule_limits(int64_t closes, int64_t now,
    bool scheduled);

#define SCHEDULE_SPAN_LEN	64
/* A span of time in the reader's words: "3 days", "90 minutes". */
void schedule_span(int64_t seconds, char out[static SCHEDULE_SPAN_LEN]);

/* The line and the members about a deadline, when one is known: while
 * something waits, and when it has been handed in. */
void schedule_report(int64_t closes, int64_t now, struct report *r);
void schedule_report_done(int64_t closes, int64_t done, struct report *r);

#endif
