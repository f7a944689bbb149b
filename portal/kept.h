/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Receipts on their way out of the ledger and of the folder of verdicts: none
 * leaves the portal that is not what it is taken for.
 */
#ifndef SIGILL_PORTAL_KEPT_H
#define SIGILL_PORTAL_KEPT_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "crypto/digest.h"
#include "format/receipt.h"
#include "portal/ledger.h"

/*
 * Is it a receipt of that stage for that file, as its signer has written it?
 * Who that is, is for the sender to check, as with every receipt.  *time is
 * the receipt's.  ERR_RECEIPT_STRUCTURE, _SIGNATURE, _DIGEST.
 */
enum err_code kept_check(const struct buf *der,
    const uint8_t digest[static DIGEST_LEN], enum receipt_stage stage,
    int64_t *time, struct err *e);

/* As ledger_receipt; ERR_IO, and a line in the log, when the ledger's is not
 * that any more. */
enum err_code kept_receipt(struct ledger *ledger,
    const uint8_t digest[static DIGEST_LEN], const char *sender,
    enum receipt_stage stage, struct buf *out, struct err *e);

/* The same for ledger_verdict, and for ledger_scored. */
enum err_code kept_verdict(struct ledger *ledger,
    const uint8_t digest[static DIGEST_LEN], enum receipt_stage stage,
    struct buf *out, struct err *e);

/* Is it sealed as its signer has sealed it?  For whom, and who that is, only
 * the sender can tell.  ERR_OUTER_*. */
enum err_code kept_check_feedback(const struct buf *der, struct err *e);
/* The same for ledger_feedback; *out is empty before. */
enum err_code kept_feedback(struct ledger *ledger,
    const uint8_t digest[static DIGEST_LEN], struct buf *out,
    struct err *e);

#endif
