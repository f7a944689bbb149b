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

/* Of all lanes: after a failure they leave it alone for a while. */
struct hands {
	pthread_mutex_t mutex;
	int64_t until;		/* CLOCK_MONOTONIC milliseconds */
	int64_t wait;		/* the next pause */
};

void hands_init(struct hands *h);
/* Is there somebody to hand over to, and no pause? */
bool hands_ready(struct hands *h, const struct intake_settings *s);

/*
 * Those of at most DROP_MAX matters that have a document, and count by what
 * the ledger says now (no transaction is open); noted when it has arrived.
 * The documents are wiped.  What went wrong has been logged; ERR_LEDGER: that
 * could not be asked.
 */
enum err_code hand_over(struct hands *h, const struct intake_settings *s,
    struct sql *db, struct matter *v, size_t n, struct notes *notes,
    struct hush *hush);

#endif
