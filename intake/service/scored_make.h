/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * From a feedback document to what intake keeps and gives out of it: the
 * `scored` receipt, and the document sealed for who handed in.
 */
#ifndef SIGILL_INTAKE_SERVICE_SCORED_MAKE_H
#define SIGILL_INTAKE_SERVICE_SCORED_MAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "intake/book/scores.h"
#include "intake/settings.h"
#include "ledger/sql.h"

/* What it works on; borrowed. */
struct scored_from {
	const struct intake_settings *settings;
	struct sql *db;
	int dir;		/* the folder */
	int64_t now;
};

/*
 * Fills *score from the document with that name; *had: the ledger has a score
 * of this document already, and nothing is to be done.  *how: "sealed", or why
 * it lay among the verdicts ("regained"), or to nobody: "no-reply-key", "reply-certificate",
 * "recipient-expired".
 *
 * ERR_FEEDBACK: it is none, or of nothing that was accepted here;
 * ERR_OUTPUT_EXISTS: its file was scored with another one; ERR_QUEUED: there
 * is no verdict on the file yet; ERR_HTTP_NOT_FOUND: it has gone.
 */
enum err_code scored_make(const struct scored_from *from, const char *name,
    struct score *score, bool *had, const char **how, struct err *e);

#endif
