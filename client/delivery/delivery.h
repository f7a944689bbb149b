/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Handing a sealed file in: tus 1.0 (core, creation, creation-with-upload,
 * expiration, termination) and the portal's receipts, docs/PROTOCOL.md.
 * Nothing is remembered between runs, because creation is idempotent: it
 * finds the upload that was begun.
 */
#ifndef SIGILL_CLIENT_DELIVERY_H
#define SIGILL_CLIENT_DELIVERY_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "client/delivery/upload.h"
#include "crypto/digest.h"

/* How long a delivery keeps trying. */
struct delivery_limits {
	unsigned tries;		/* failures in a row without one more byte */
	int64_t seconds;	/* after which no other try is made, however
				 * far it came; no working line is cut off */
	unsigned pause;		/* the first one's upper bound in
				 * milliseconds; 0: as usual */
};

/* For somebody who waits at a terminal, and for a run of a scheduled job: a
 * portal may take a minute to start again, a line may break all the time. */
extern const struct delivery_limits delivery_usual;

/*
 * Delivers file, whose SHA-256 is digest, from wherever it stood.  Between
 * tries it pauses (client/delivery/pace.h), and as long as the portal asks
 * for when that is within the limits.  *receipt gets the bytes of the stored
 * receipt, unverified.  *retry_after: seconds that the portal asked for last, or 0.
 * upload_perform's errors, ERR_PORTAL_BUSY, ERR_PORTAL_REFUSED,
 * ERR_CLIENT_CERT; ERR_PROTOCOL also when all is there and no receipt comes.
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
 * stored receipt, unverified.  A few tries; otherwise delivery_put's errors.
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

/* The same for the feedback on a sealed file, which is sealed itself. */
enum err_code delivery_feedback(struct upload *u,
    const uint8_t digest[static DIGEST_LEN], struct buf *sealed,
    unsigned *retry_after, struct err *e);

/*
 * What an answer that says no means: our code for its status, and the
 * portal's reason (application/problem+json, RFC 9457) in the person's
 * language when it is one of ours, which *reason then is.
 */
enum err_code delivery_refused(const struct upload_answer *a,
    enum err_code *reason, struct err *e);

#endif
