/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The strict walk of an AuthEnvelopedData (RFC 5083), octet by octet, before
 * anything else reads it; and taking one apart and together, so that OpenSSL
 * makes one without its ciphertext.  Only for crypto/enveloped.c.
 */
#ifndef SIGILL_CRYPTO_ENVELOPED_WALK_H
#define SIGILL_CRYPTO_ENVELOPED_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "crypto/algorithms.h"
#include "crypto/der.h"

struct enveloped_recipient {
	const struct algorithm *algorithm;
	struct der key_id;	/* subjectKeyIdentifier */
	/* Of an agreement: the ephemeral point; else .len is 0. */
	struct der_bytes point;
	struct der wrapped;	/* encrypted content key */
};

/* Where the parts lie in the DER. */
struct enveloped_layout {
	struct der head;	/* version, recipientInfos; .whole only */
	struct der type;	/* contentType */
	struct der cipher;	/* contentEncryptionAlgorithm */
	struct der content;	/* ciphertext; empty when it is beside */
	struct der tail;	/* mac; .whole only */
	/* the rest is found by enveloped_walk */
	const uint8_t *nonce;	/* GCM_NONCE_LEN octets */
	const uint8_t *mac;	/* GCM_TAG_LEN octets */
	struct enveloped_recipient recipients[LIMIT_RECIPIENTS];
	size_t n_recipients;
};

/* The parts only; detached: without ciphertext.  False if they are not
 * there. */
bool enveloped_split(const uint8_t *der, size_t len, bool detached,
    struct enveloped_layout *out);
/* Appends the octets of the whole up to the ciphertext's own, of which there
 * will be len, and those after them. */
void enveloped_join_head(const struct enveloped_layout *layout, size_t len,
    struct buf *out);
void enveloped_join_tail(const struct enveloped_layout *layout,
    struct buf *out);

/* ERR_ENVELOPE_STRUCTURE, ERR_ENVELOPE_ALGORITHM. */
enum err_code enveloped_walk(const uint8_t *der, size_t len,
    struct enveloped_layout *out, struct err *e);

#endif
