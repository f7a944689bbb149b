/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A lane's work: a few files from the queue to their verdicts, and what
 * follows from these (intake/service/lane.h has the steps).
 */
#ifndef SIGILL_INTAKE_SERVICE_BATCH_H
#define SIGILL_INTAKE_SERVICE_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "base/err.h"
#include "intake/book/scores.h"
#include "intake/service/hush.h"
#include "intake/service/lane.h"
#include "intake/service/lost.h"
#include "intake/service/notes.h"
#include "intake/service/settle.h"
#include "intake/service/worker.h"
#include "ledger/sql.h"

#define BATCH_MAX	32	/* files; DROP_MAX is as many */

/* How far the list of what is to be handed over has been gone through: what
 * fails does not stand before the others for ever. */
struct handing {
	bool going;		/* and not at its end */
	struct arrivals_page page;
	uint64_t left;		/* by lanes, when it was begun (hand.h) */
	unsigned refused;	/* one after the other */
};

/* What a look for scores remembers (intake/service/scored.h). */
struct scoring {
	struct timespec seen;	/* the folder's mtime at the last look */
	/* Up to here all is published that can be; upkeep looks again. */
	struct scores_place published;
	struct hush failing;
};

/* What one lane works with. */
struct tools {
	struct lanes *common;
	struct sql *db;
	struct worker *worker;
	struct notes notes;
	/* Digests of what the notes are about: not let go of before, or
	 * another lane might hand them over again. */
	struct arrival kept[BATCH_MAX];
	size_t n_kept;
	bool left;		/* some of them are to be handed over still */
	struct hush witnessing, publishing, handing, filing, reading, waiting;
	struct handing unhanded;
	struct scoring scoring;
	struct lost not_handed, not_filed;
};

/* Takes a decision of staff, or up to BATCH_MAX files, and sees to them.
 * *n: how many were taken; 0: nothing is due.  After an error nothing has
 * happened to any of them. */
enum err_code batch_work(struct tools *t, size_t *n, struct err *e);

/* Verifies the file of m->arrival at a time: fills facts and document, or
 * broken.  An error is none of the file's. */
enum err_code batch_verify(struct tools *t, struct matter *m, int64_t now,
    struct err *e);
/* Puts it into the archive, and notes that; the errors of archive_file. */
enum err_code batch_file(struct tools *t, const struct arrival *a,
    struct err *e);
/* Logs what has kept something from being published, unless that is ERR_OK:
 * it is left for upkeep. */
void batch_tell_unpublished(struct tools *t, const struct err *e);
/* Are the lanes to end? */
bool batch_is_stopping(const struct tools *t);
/* Writes the notes, when there is nothing to settle. */
enum err_code batch_note(struct tools *t, struct err *e);

#endif
