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
 *				ledger, without waiting for the disk
 *
 * What a crash or a slow receiver leaves undone of the last line is found in
 * the ledger and done later, by one more lane that does nothing else; all
 * before the commit is as if it had not been.
 */
#ifndef SIGILL_INTAKE_SERVICE_LANE_H
#define SIGILL_INTAKE_SERVICE_LANE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "intake/book/arrivals.h"
#include "intake/service/hand.h"
#include "intake/service/keyholder.h"
#include "intake/service/witness.h"
#include "intake/settings.h"

/* What all lanes have in common.  Borrowed. */
struct lanes {
	const struct intake_settings *settings;
	const char *config;
	const char **places;	/* names of all of ours */
	struct keyholder *keys;
	struct taken taken;
	struct hands hands;
	struct witness witness;
	/* On a ledger in a file, one settles at a time anyhow: in turn, and
	 * not by trying again. */
	pthread_mutex_t turn;
	int64_t started;	/* UTC seconds */
	int stop;		/* an eventfd: readable when they are to end */
	atomic_bool drain;	/* they are to end when there is nothing left */
	atomic_uint generation;	/* of what workers load */
	atomic_uint running;	/* lanes that have not ended, upkeep's too */
	/* A lane has failed, perhaps at a commit that had happened. */
	atomic_bool doubt;
	atomic_bool unpublished;	/* something was left, if not for long */
	atomic_int failed;	/* draining: the error that ended one */
};

struct lane;			/* opaque */

/* number: from 0.  That with the number `workers` takes no files: it does what
 * was left undone (intake/service/upkeep.h), and ends after the others. */
enum err_code lane_start(struct lanes *common, unsigned number,
    struct lane **out, struct err *e);
/* There may be something on the queue. */
void lane_wake(struct lane *lane);
/* Waits for the file at hand, and for what follows from it. */
void lane_join(struct lane *lane);	/* NULL-safe; frees it */

#endif
