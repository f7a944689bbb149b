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

/* Where the parts lie in the DER, in octets from its start. */
struct signed_layout {
	struct der head;	/* version, digestAlgorithms; .whole only */
	size_t head_at;
	struct der type;	/* eContentType */
	size_t content_at;	/* eContent's octets; empty when detached */
	size_t content_len;
	size_t tail_at;
	struct der tail;	/* certificates, signerInfos; .whole only,
				 * and .whole is the caller's to fill */
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

/*
 * The four parts only, told from the first octets, LIMIT_SIGNED_HEAD of them
 * unless there are fewer: what comes after need not be in memory.  len: of
 * the whole.  detached: without eContent.  False if the parts are not there,
 * or larger than limits.h allows.
 */
bool signed_split(const uint8_t *start, size_t len, bool detached,
    struct signed_layout *out);
/* Appends them as a whole again, around content or without any (NULL). */
void signed_join(const struct signed_layout *layout, const void *content,
    size_t len, struct buf *out);

/* How a whole that signed_split refuses is refused. */
enum err_code signed_refuse(const struct signed_form *form, struct err *e);
/* Everything that signed.h promises of the form, in what has been split,
 * except what is inside the certificates: the content is not looked at.  The
 * form's structure code. */
enum err_code signed_walk(const struct signed_form *form,
    struct signed_layout *layout, struct err *e);

#endif
