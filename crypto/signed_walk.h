/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The strict walk of a SignedData (RFC 5652 §5), octet by octet, before
 * anything else reads it; and taking one apart and together, so that its
 * content can be beside it.  Only for crypto/signed.c.
 */
#ifndef SIGILL_CRYPTO_SIGNED_WALK_H
#define SIGILL_CRYPTO_SIGNED_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "crypto/algorithms.h"
#include "crypto/der.h"
#include "crypto/signed.h"

/* What the kind decides. */
struct signed_form {
	struct der_bytes type;	/* eContentType */
	uint8_t version;	/* CMSVersion (RFC 5652 §5.1) */
	enum err_code structure, algorithm, signature;
};

extern const struct signed_form signed_forms[];	/* by enum signed_kind */

/* Where the parts lie in the DER. */
struct signed_layout {
	struct der head;	/* version, digestAlgorithms; .whole only */
	struct der type;	/* eContentType */
	struct der content;	/* eContent; empty when it is beside */
	struct der tail;	/* certificates, signerInfos; .whole only */
	/* the rest is found by signed_walk */
	struct der certs[LIMIT_CERTIFICATES];
	size_t n_certs;
	struct der signers;	/* signerInfos; .whole only */
	struct der sid;		/* IssuerAndSerialNumber */
	struct der digest_alg;	/* the signer's */
	struct der signature_alg;
	struct der cert_hash;	/* of the ESSCertIDv2; DIGEST_LEN octets */
	int64_t time;		/* signingTime */
};

/* The four parts only; detached: without eContent.  False if they are not
 * there. */
bool signed_split(const uint8_t *der, size_t len, bool detached,
    struct signed_layout *out);
/* Appends them as a whole again, around content or without any (NULL). */
void signed_join(const struct signed_layout *layout, const void *content,
    size_t len, struct buf *out);

/* Everything that signed.h promises of the form, except what is inside the
 * certificates.  The form's structure code. */
enum err_code signed_walk(const struct signed_form *form, const uint8_t *der,
    size_t len, struct signed_layout *out, struct err *e);

#endif
