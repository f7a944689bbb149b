/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The receipts that intake has signed, byte for byte, each with its place in
 * the log.  Every function runs inside the caller's transaction, except those
 * that say "alone".  Errors are ledger/sql.h's.
 */
#ifndef SIGILL_INTAKE_BOOK_VERDICTS_H
#define SIGILL_INTAKE_BOOK_VERDICTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "crypto/digest.h"
#include "format/orgnr.h"
#include "format/receipt.h"
#include "ledger/sql.h"

struct verdict_row {
	uint8_t digest[DIGEST_LEN];	/* of the sealed file */
	enum receipt_stage stage;
	char organisation[ORGNR_LEN];	/* that gets it; "" unknown */
	uint64_t position, size;	/* of its leaf; of the tree it names */
	int64_t time;
	const void *bytes;		/* DER; borrowed */
	size_t len;
};

/* There is one for each file and stage. */
enum err_code verdicts_add(struct sql *db, const struct verdict_row *row,
    struct err *e);
/* The greatest tree size that a receipt which this organisation got has named,
 * and 0 without any. */
enum err_code verdicts_last_size(struct sql *db,
    const char organisation[static ORGNR_LEN], uint64_t *size,
    struct err *e);
/* Alone.  Appends the receipt's DER: accepted or rejected.
 * ERR_HTTP_NOT_FOUND. */
enum err_code verdicts_get(struct sql *db,
    const uint8_t digest[static DIGEST_LEN], enum receipt_stage *stage,
    struct buf *out, struct err *e);

/* Up to n whose receipts are not in the folder yet, in the order of the log and
 * from a place in it; only digest, stage and position are set.  And that these
 * are now. */
enum err_code verdicts_unpublished(struct sql *db, uint64_t from,
    struct verdict_row *v, size_t *n, struct err *e);
enum err_code verdicts_published(struct sql *db,
    const struct verdict_row *v, size_t n, struct err *e);

#endif
