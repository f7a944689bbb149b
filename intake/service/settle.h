/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * From facts to receipts: the one transaction in which files get their
 * verdicts (intake/service/lane.h).
 */
#ifndef SIGILL_INTAKE_SERVICE_SETTLE_H
#define SIGILL_INTAKE_SERVICE_SETTLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "format/receipt.h"
#include "intake/book/arrivals.h"
#include "intake/book/decisions.h"
#include "intake/service/notes.h"
#include "intake/settings.h"
#include "ledger/sql.h"

/* A file that has broken so many workers is held for a person. */
#define SETTLE_ATTEMPTS	3

/* One file on its way.  Owned. */
struct matter {
	struct arrival arrival;
	/* There are facts of this verification, or of an earlier one when
	 * staff have declined it; or else `broken` tells why not. */
	struct facts facts;
	enum err_code broken;		/* ERR_OK, ERR_WORKER, ERR_NO_INPUT … */
	struct buf document;		/* for scoring, when it is accepted */
	struct decision *decision;	/* of staff, or NULL; borrowed */
	/* settle's: */
	bool put_off;			/* still queued */
	struct ruling ruling;		/* unless it has been put off */
	struct receipt content;		/* of what follows */
	struct buf receipt;		/* signed; empty while it is held */
};

void matter_wipe(struct matter *m);

/*
 * Settles n of them in the transaction that db has open (sql_begin_taking),
 * writes the notes, and commits.  After a failure nothing has happened: no
 * ruling, no receipt.
 */
enum err_code settle(struct sql *db, const struct intake_settings *settings,
    struct matter *v, size_t n, const struct notes *notes, int64_t now,
    struct err *e);

#endif
