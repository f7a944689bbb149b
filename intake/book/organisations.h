/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The register of those who are expected to answer, and what they may do for
 * each other: mandates that have been used or revoked.
 */
#ifndef SIGILL_INTAKE_BOOK_ORGANISATIONS_H
#define SIGILL_INTAKE_BOOK_ORGANISATIONS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "crypto/digest.h"
#include "format/mandate.h"
#include "format/orgnr.h"
#include "format/roll.h"
#include "ledger/sql.h"

/* How a new register differs from the one that it replaces. */
struct register_change {
	size_t added, changed, removed, same;
	size_t queued;		/* files that were held until they are in it */
};

/* Alone.  All of it or nothing. */
enum err_code organisations_replace(struct sql *db,
    const struct organisation *v, size_t n, struct register_change *change,
    struct err *e);
/* Alone.  By number. */
enum err_code organisations_each(struct sql *db,
    enum err_code (*each)(void *arg, const struct organisation *o),
    void *arg, struct err *e);

struct mandate_row {
	uint8_t digest[DIGEST_LEN];	/* of the mandate's content */
	char organisation[ORGNR_LEN], submitter[ORGNR_LEN];
	char *questionnaire, *round;	/* owned */
	int64_t expires;
	int64_t seen;			/* first used; 0: never */
	int64_t revoked;		/* when; 0 */
	char *who, *reason;		/* owned; of the revocation */
};

void mandate_row_wipe(struct mandate_row *m);
/* In a transaction.  A verified mandate has been used: the first time stays. */
enum err_code mandates_used(struct sql *db, const struct mandate_row *m,
    struct err *e);
/* Alone.  Adds it if it is not there, and revokes it; ERR_MANDATE_REVOKED when
 * it has been revoked before. */
enum err_code mandates_revoke(struct sql *db, const struct mandate_row *m,
    struct err *e);
/* Alone. */
enum err_code mandates_each(struct sql *db,
    enum err_code (*each)(void *arg, const struct mandate_row *m), void *arg,
    struct err *e);

#endif
