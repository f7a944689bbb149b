/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * sigill receipt: judging and showing receipts, for that command and for
 * those that fetch them.
 */
#ifndef SIGILL_CLIENT_RECEIPT_H
#define SIGILL_CLIENT_RECEIPT_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "crypto/digest.h"
#include "format/receipt.h"

struct options;
struct receipt_signers;
struct report;

/*
 * Signature, content, signer and trust at the receipt's own time, authority
 * and environment, and the proof of its place in the log, if it has one.  name
 * is the file, for messages.  ERR_RECEIPT_*, ERR_TEST_CERTIFICATE,
 * ERR_ENVIRONMENT, ERR_LOG_PROOF.
 */
enum err_code receipt_judge(const struct receipt_signers *signers,
    const struct buf *der, const char *name, struct receipt *out,
    struct err *e);

/* Is it for the sealed file with this digest and size?  ERR_RECEIPT_DIGEST. */
enum err_code receipt_check_sealed(const struct receipt *r,
    const uint8_t digest[static DIGEST_LEN], size_t size, const char *name,
    struct err *e);

/* What it says, as lines and as the member "receipt". */
void receipt_report(const struct receipt *receipt, struct report *r);

enum err_code receipt_run(const struct options *o, struct report *r);

#endif
