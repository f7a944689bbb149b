/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Handing a sealed file in: tus 1.0 (creation, creation-with-upload) and the
 * portal's receipts, docs/PROTOCOL.md.  Nothing is remembered between runs,
 * because creation is idempotent: it finds the upload that was begun.
 */
#ifndef SIGILL_CLIENT_DELIVERY_H
#define SIGILL_CLIENT_DELIVERY_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "client/upload.h"
#include "crypto/digest.h"

/*
 * Delivers file, whose SHA-256 is digest, from wherever it stood; a few tries,
 * at the pace that the portal asks for unless that is too long to wait.  *receipt gets the bytes of the stored receipt, unverified.
 * upload_perform's errors, ERR_PORTAL_BUSY, ERR_PORTAL_REFUSED,
 * ERR_CLIENT_CERT, ERR_PROTOCOL.
 */
enum err_code delivery_put(struct upload *u, const struct buf *file,
    const uint8_t digest[static DIGEST_LEN], struct buf *receipt,
    struct err *e);

/*
 * Asks for the receipt of a stage ("accepted").  ERR_OK with an empty
 * *receipt when that stage has not been reached.  *retry_after: what the
 * portal asked for, in seconds, or 0.
 */
enum err_code delivery_receipt(struct upload *u,
    const uint8_t digest[static DIGEST_LEN], const char *stage,
    struct buf *receipt, unsigned *retry_after, struct err *e);

#endif
