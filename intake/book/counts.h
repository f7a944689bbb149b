/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What is counted over the whole ledger and no row of one file tells.
 */
#ifndef SIGILL_INTAKE_BOOK_COUNTS_H
#define SIGILL_INTAKE_BOOK_COUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "crypto/digest.h"
#include "ledger/sql.h"

/* Owned; { 0 } is an empty one. */
struct digests {
	uint8_t (*v)[DIGEST_LEN];	/* sorted */
	size_t len;
};

void digests_wipe(struct digests *d);
bool digests_have(const struct digests *d,
    const uint8_t digest[static DIGEST_LEN]);

/* Alone.  The files that a person has decided about; and those of which the
 * service has not carried it out yet. */
enum err_code counts_decided(struct sql *db, struct digests *out,
    struct err *e);
enum err_code counts_open(struct sql *db, struct digests *out, struct err *e);
/* Alone.  The files that have been scored. */
enum err_code counts_scored(struct sql *db, struct digests *out,
    struct err *e);

#endif
