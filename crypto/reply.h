/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The reply key: a key pair that is made for one submission, so that the
 * authority can seal the feedback to who handed it in.  Its public part is
 * inside the submission, under the sender's signatures; nobody else vouches
 * for it, and nobody needs to.
 */
#ifndef SIGILL_CRYPTO_REPLY_H
#define SIGILL_CRYPTO_REPLY_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "crypto/cert.h"
#include "crypto/key.h"
#include "crypto/signed.h"
#include "crypto/trust.h"

/*
 * A new P-256 key and a certificate for it: self-signed (RFC 5280 §3.2), CN
 * "Sigill reply", keyUsage keyAgreement, with a subjectKeyIdentifier, from
 * now for LIMIT_REPLY_DAYS.  Appends the DER to *cert.
 */
enum err_code reply_make(int64_t now, struct key **key, struct buf *cert,
    struct err *e);

/* Appends both as PEM, as they lie in one file: PKCS#8, not encrypted, and the
 * certificate. */
enum err_code reply_pem(const struct key *key, const struct buf *cert,
    struct buf *out, struct err *e);
/* Reads such a file: ERR_NO_INPUT, ERR_KEY_MODE, ERR_KEY, ERR_REPLY_CERT,
 * ERR_KEY_MISMATCH. */
enum err_code reply_load(const char *path, struct key **key,
    struct cert **cert, struct err *e);

/*
 * Is it such a certificate (docs/SPEC.md, section 11), no other, and no byte
 * left over?  It is the only recipient that is not checked against anchors.
 * Whether its time is over is not asked: a submission is none the worse for
 * that.  ERR_REPLY_CERT.
 */
enum err_code reply_check(const uint8_t *der, size_t len,
    struct cert **out, struct err *e);

/*
 * Seals a feedback document to it: the same triple wrap as a submission
 * (docs/SPEC.md), signed by who signs intake's receipts.  zlib: the document,
 * deflated and padded (format/deflate.h).  ERR_RECIPIENT_EXPIRED when its time
 * is over: its holder may have thrown the key away, and whoever has found it
 * should have nothing of it.
 */
enum err_code reply_seal(const void *zlib, size_t len,
    const struct signer *signer, const struct cert *reply, int64_t now,
    struct buf *out, struct err *e);

/*
 * Opens it, when its signer is one of allowed and good for receipts at the
 * time that the signature names: appends the zlib stream.  ERR_SEALED_SIZE,
 * ERR_OUTER_*, ERR_INNER_*, ERR_RECEIPT_SIGNER, ERR_NOT_RECIPIENT,
 * ERR_DECRYPTION ...: those of envelope_open_outer and _inner.
 */
enum err_code reply_open(const uint8_t *der, size_t len,
    const struct key *key, const struct cert *cert,
    const struct trust *trust, const struct cert_list *allowed,
    struct buf *zlib, struct err *e);

#endif
