/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What scoring has made of accepted submissions, as intake has signed and
 * sealed it: one for each sealed file, and the first one stays.  It is in no
 * log: a score is computed from what was accepted, by whoever has the
 * definition, while a verdict is what the authority decides.
 *
 * Errors are ledger/sql.h's.
 */
#ifndef SIGILL_INTAKE_BOOK_SCORES_H
#define SIGILL_INTAKE_BOOK_SCORES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "crypto/digest.h"
#include "format/orgnr.h"
#include "ledger/sql.h"

/* Everything is owned; { 0 } is an empty one. */
struct score {
	uint8_t digest[DIGEST_LEN];	/* of the sealed file */
	char organisation[ORGNR_LEN];	/* that answered */
	uint8_t feedback[DIGEST_LEN];	/* SHA-256 of the document */
	int64_t time;			/* of the receipt */
	struct buf receipt;		/* stage scored, DER */
	struct buf sealed;		/* the document; empty: to nobody */
};

void score_wipe(struct score *s);

/* In a transaction.  *added: false when there is one already, which stays. */
enum err_code scores_add(struct sql *db, const struct score *s, bool *added,
    struct err *e);
/* Alone.  *out must be { 0 }.  ERR_HTTP_NOT_FOUND. */
enum err_code scores_get(struct sql *db,
    const uint8_t digest[static DIGEST_LEN], struct score *out,
    struct err *e);

/* One's place among them, the oldest first; { 0 } is before all. */
struct scores_place {
	int64_t time;
	uint8_t digest[DIGEST_LEN];
};

/* Alone.  Up to n whose receipts are not in the folder yet, after a place.
 * And, in a transaction, that one is now. */
enum err_code scores_unpublished(struct sql *db,
    const struct scores_place *after, struct scores_place *v, size_t *n,
    struct err *e);
enum err_code scores_published(struct sql *db,
    const uint8_t digest[static DIGEST_LEN], struct err *e);

#endif
