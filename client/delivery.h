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

/* How long a delivery keeps trying. */
struct delivery_limits {
	unsigned tries;		/* failures in a row without one more byte */
	int64_t seconds;	/* for pauses and requests, all in all */
};

/* For somebody who waits at a terminal, and for a run of a scheduled job. */
extern const struct delivery_limits delivery_usual;

/*
 * Delivers file, whose SHA-256 is digest, from wherever it stood.  Between
 * tries it pauses, longer each time, with jitter, and as long as the portal
 * asks for when that is within the limits.  *receipt gets the bytes of the
 * stored receipt, unverified.  *retry_after: seconds that the portal asked
 * for last, or 0.  upload_perform's errors, ERR_PORTAL_BUSY,
 * ERR_PORTAL_REFUSED, ERR_CLIENT_CERT, ERR_PROTOCOL.
 */
enum err_code delivery_put(struct upload *u, const struct buf *file,
    const uint8_t digest[static DIGEST_LEN],
    const struct delivery_limits *limits, struct buf *receipt,
    unsigned *retry_after, struct err *e);

/*
 * An answer that is no success: our code for it, and what the portal gives as
 * its reason (application/problem+json, RFC 9457), in the person's language
 * when it is one of the table's; then *reason is its code, else ERR_OK.
 */
enum err_code delivery_refused(const struct upload_answer *a,
    enum err_code *reason, struct err *e);

/*
 * Gives an upload up (tus termination), so that the portal keeps nothing of
 * it.  ERR_DELIVERED when the portal has it whole: then *receipt gets the
 * stored receipt, unverified.
 */
enum err_code delivery_abandon(struct upload *u, uint64_t size,
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
