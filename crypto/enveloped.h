/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * AuthEnvelopedData (RFC 5083, RFC 5084) in the one form that Sigill writes
 * and reads: DER, AES-256-GCM with a nonce of 12 bytes and a tag of 16,
 * recipients by subjectKeyIdentifier, each RSAES-OAEP with SHA-256 (RFC 3560)
 * or ephemeral-static ECDH P-256/P-384 with the X9.63 KDF (RFC 5753) and
 * AES-256 key wrap.
 */
#ifndef SIGILL_CRYPTO_ENVELOPED_H
#define SIGILL_CRYPTO_ENVELOPED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "crypto/cert.h"
#include "crypto/key.h"

/* What an outsider can see of one recipient. */
struct recipient_seen {
	const char *kind;	/* "ECDH P-256", "ECDH P-384", "RSA-OAEP"; static */
	uint8_t key_id[64];	/* subjectKeyIdentifier */
	size_t key_id_len;
};

struct envelope_seen {
	struct recipient_seen recipients[LIMIT_RECIPIENTS];
	size_t n_recipients;
	size_t content_len;	/* of the ciphertext */
};

/* A key that may open the envelope.  Borrowed. */
struct recipient_key {
	const struct key *key;
	const struct cert *cert;
	bool expired;		/* its certificate has: it opens nothing */
};

/* Appends ContentInfo(AuthEnvelopedData).  Recipients must have been checked
 * with trust_check; a key that cannot receive is ERR_RECIPIENT_CERT. */
enum err_code enveloped_make(const void *content, size_t len,
    const struct cert_list *recipients, struct buf *out, struct err *e);

/* The strict walk: ERR_ENVELOPE_STRUCTURE, ERR_ENVELOPE_ALGORITHM. */
enum err_code enveloped_look(const uint8_t *der, size_t len,
    struct envelope_seen *out, struct err *e);

/*
 * Looks first, then opens with the first of n keys that is a recipient; its
 * index goes to *which.  ERR_NOT_RECIPIENT when none is; ERR_RECIPIENT_EXPIRED
 * when only those are that have expired; ERR_DECRYPTION, with no detail, for
 * every other cause.  Appends to *out only after the tag has
 * been checked.
 */
enum err_code enveloped_open(const uint8_t *der, size_t len,
    const struct recipient_key *keys, size_t n, struct buf *out,
    size_t *which, struct err *e);

#endif
