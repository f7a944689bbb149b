/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A lane: one thread with a worker process and a connection to the ledger,
 * which takes files off the queue and brings each to its verdict.
 *
 *	take a few		(on a shared ledger, locked until the commit)
 *	verify each		in the worker; no lock of ours is held
 *	settle them together	one transaction: lock the log, apply the
 *				rules, append leaves, sign receipts with their
 *				proofs, commit
 *	then			publish the receipts, hand over the documents,
 *				put the files into the archive; noted in the
 *				ledger with the next transaction
 *
 * What a crash leaves undone of the last line is found in the ledger and done
 * later; all before the commit is as if it had not been.
 */
#ifndef SIGILL_INTAKE_SERVICE_LANE_H
#define SIGILL_INTAKE_SERVICE_LANE_H

#include <stdbool.h>

#include "base/err.h"
#include "intake/book/arrivals.h"
#include "intake/service/keyholder.h"
#include "intake/settings.h"

/* What all lanes have in common.  Borrowed. */
struct lanes {
	const struct intake_settings *settings;
	const char *config;
	struct keyholder *keys;
	struct taken taken;
	int stop;		/* an eventfd: readable when they are to end */
};

struct lane;			/* opaque */

enum err_code lane_start(struct lanes *common, struct lane **out,
    struct err *e);
/* There may be something on the queue. */
void lane_wake(struct lane *lane);
/* Waits for the file at hand, and for what follows from it. */
void lane_join(struct lane *lane);	/* NULL-safe; frees it */

#endif
