/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * SignedData (RFC 5652 §5) in the one form that Sigill writes and reads: DER,
 * one signer by issuer and serial number, the signer's certificates enclosed,
 * exactly the signed attributes contentType, messageDigest, signingTime and
 * signingCertificateV2 (RFC 5035), none unsigned; ECDSA P-256/SHA-256,
 * P-384/SHA-384 or RSASSA-PSS with SHA-256 and a salt of 32 bytes.
 */
#ifndef SIGILL_CRYPTO_SIGNED_H
#define SIGILL_CRYPTO_SIGNED_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "crypto/cert.h"
#include "crypto/key.h"

/* What is signed decides the eContentType and how a refusal is called. */
enum signed_kind {
	SIGNED_OUTER,	/* id-ct-contentInfo; ERR_OUTER_* */
	SIGNED_INNER,	/* id-ct-compressedData; ERR_INNER_* */
	SIGNED_RECEIPT,	/* id-data; ERR_RECEIPT_* */
	/* id-data too; "format" inside tells them apart */
	SIGNED_MANDATE,	/* ERR_MANDATE */
	SIGNED_HEAD,	/* of a log; ERR_LOG_HEAD */
	/* id-data, and JSON, where those above have CBOR */
	SIGNED_BENCHMARK, /* ERR_BENCHMARK_SIGNATURE */
};

/* Who signs.  Borrowed. */
struct signer {
	const struct key *key;
	const struct cert *cert;
	const struct cert_list *chain;	/* intermediates to enclose, or NULL */
};

/* What a checked SignedData says. */
struct signed_data {
	const uint8_t *content;	/* borrowed from the DER that was opened;
				 * NULL when that was a file */
	size_t len;
	struct cert *cert;	/* the signer's; owned */
	struct cert_list chain;	/* other enclosed certificates; owned */
	int64_t time;		/* signingTime, as the signer claims */
};

/* Appends ContentInfo(SignedData) over content. */
enum err_code signed_make(enum signed_kind kind, const void *content,
    size_t len, const struct signer *signer, int64_t now, struct buf *out,
    struct err *e);

/*
 * Checks structure, algorithms and signature, in this order, but not whether
 * the certificate is to be trusted: that is trust_check's.  On failure *out
 * is empty.
 */
enum err_code signed_open(enum signed_kind kind, const uint8_t *der,
    size_t len, struct signed_data *out, struct err *e);
/* The same.  known: certificates that may be in it, and are not decoded again,
 * since OpenSSL takes long over a public key; or NULL. */
enum err_code signed_open_knowing(enum signed_kind kind, const uint8_t *der,
    size_t len, const struct cert_list *known, struct signed_data *out,
    struct err *e);
void signed_wipe(struct signed_data *s);

struct source;			/* crypto/source.h */
/* The same for a file, whose content passes and is not kept.  Refuses what
 * signed_open_knowing would, in the same words.  What fails in reading is
 * s->code. */
enum err_code signed_open_source(enum signed_kind kind, struct source *s,
    const struct cert_list *known, struct signed_data *out, struct err *e);

#endif
