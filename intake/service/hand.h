/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Handing verified submissions over to scoring (docs/HANDOFF.md), after they
 * have been accepted for good.  What cannot be handed over waits in the
 * ledger, and nothing else waits for it; what has been replaced while it
 * waited never is.
 */
#ifndef SIGILL_INTAKE_SERVICE_HAND_H
#define SIGILL_INTAKE_SERVICE_HAND_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "intake/service/hush.h"
#include "intake/service/notes.h"
#include "intake/service/settle.h"
#include "intake/settings.h"

/*
 * Of all threads.  Receivers may be slow, or away, and verdicts do not wait
 * for that: lanes spend a small share of their time on handing over, and leave
 * the rest to upkeep, which is in no hurry.
 */
struct hands {
	pthread_mutex_t mutex;
	int64_t until;		/* CLOCK_MONOTONIC milliseconds: a pause */
	int64_t wait;		/* the next pause */
	int64_t slow_until;	/* nothing for lanes */
	uint64_t left;		/* times that a lane left something */
};

void hands_init(struct hands *h);
/* Is there somebody to hand over to, and no pause? */
bool hands_ready(struct hands *h, const struct intake_settings *s);
/* May a lane hand over by itself now? */
bool hands_free(struct hands *h, const struct intake_settings *s);
/* After several have been refused one after the other: it is not for what is
 * in them.  Pauses grow until something has been handed over. */
void hands_pause(struct hands *h);

/* A lane has left something. */
void hands_leave(struct hands *h);
/* 0: nothing has been left; else to be given back to hands_caught_up when all
 * that was left until now has been tried. */
uint64_t hands_left(struct hands *h);
void hands_caught_up(struct hands *h, uint64_t left);

/*
 * Those of at most DROP_MAX matters that have a document, and count by what
 * the ledger says now (no transaction is open); noted when it has arrived.
 * After HAND_MS no other one is begun.  The documents are wiped.  *left: how
 * many should have been handed over, and were not.  What went wrong has been
 * logged; ERR_LEDGER: that could not be asked.
 */
#define HAND_MS		1000
enum err_code hand_over(struct hands *h, const struct intake_settings *s,
    struct sql *db, struct matter *v, size_t n, struct notes *notes,
    struct hush *hush, size_t *left);

#endif
