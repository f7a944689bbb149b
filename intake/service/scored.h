/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The way back from scoring (docs/HANDOFF.md): the feedback documents in a
 * folder become, one transaction for a few of them, `scored` receipts and
 * documents sealed to the keys that the submissions brought for that.
 *
 *	look		SEALED.feedback.json, of a submission that was accepted
 *	seal, sign	with the key of the other receipts
 *	commit		both into the ledger; the first of a file stays
 *	then		the document is removed from the folder, and receipt
 *			and sealed feedback go to where portals find them
 *
 * What is killed in between is found by the next look: a document that the
 * ledger has already is removed, and what was not published is.  What is wrong
 * goes into the folder's own folder "refused", and is looked at no more.
 */
#ifndef SIGILL_INTAKE_SERVICE_SCORED_H
#define SIGILL_INTAKE_SERVICE_SCORED_H

#include <stdbool.h>

#include "base/err.h"
#include "intake/service/batch.h"
#include "intake/settings.h"

#define SCORED_REFUSED	"refused"

/* Looks, when something has changed in the folder since the last look, or when
 * `again` says so.  What is wrong with documents, or with the folder, is
 * logged; an error is the ledger's. */
enum err_code scored_look(struct tools *t, bool again, struct err *e);

/* What the ledger says is not published: done and noted; with `again`, also what
 * was passed over because something had its name.  An error is the ledger's. */
enum err_code scored_publish(struct tools *t, bool again, struct err *e);

/* Is there a document that has not been taken? */
bool scored_waits(const struct intake_settings *s);

#endif
