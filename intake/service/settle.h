/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * From facts to receipts: the one transaction in which files get their
 * verdicts (intake/service/lane.h).
 */
#ifndef SIGILL_INTAKE_SERVICE_SETTLE_H
#define SIGILL_INTAKE_SERVICE_SETTLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "intake/book/arrivals.h"
#include "intake/book/decisions.h"
#include "intake/settings.h"
#include "ledger/sql.h"

/* One file on its way.  Owned. */
struct matter {
	struct arrival arrival;
	struct facts facts;		/* of this verification */
	struct buf document;		/* for scoring, when it is accepted */
	enum err_code broken;		/* there are no facts: ERR_WORKER … */
	struct decision *decision;	/* of staff, or NULL */
	struct ruling ruling;		/* settle's */
	struct buf receipt;		/* settle's; empty while it is held */
	enum receipt_stage stage;	/* settle's */
};

void matter_wipe(struct matter *m);

/*
 * Settles n of them in the transaction that db has open, and commits it.
 * After a failure nothing has happened: no ruling, no receipt.
 */
enum err_code settle(struct sql *db, const struct intake_settings *settings,
    struct matter *v, size_t n, int64_t now, struct err *e);

#endif
