/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Every algorithm that Sigill uses and accepts, in one table, with its exact
 * encoding as an AlgorithmIdentifier.  What is not here is neither produced
 * nor accepted; a new algorithm is a new row.
 */
#ifndef SIGILL_CRYPTO_ALGORITHMS_H
#define SIGILL_CRYPTO_ALGORITHMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crypto/der.h"

struct cert;

/* Octets of a constant. */
struct der_bytes {
	const uint8_t *p;
	size_t len;
};

enum algorithm_use {
	ALGORITHM_SIGNATURE,
	ALGORITHM_AGREEMENT,	/* KeyAgreeRecipientInfo */
	ALGORITHM_TRANSPORT,	/* KeyTransRecipientInfo */
};

struct algorithm {
	const char *name;	/* for people */
	enum algorithm_use use;
	/* signatureAlgorithm or keyEncryptionAlgorithm */
	struct der_bytes id;
	/* The SubjectPublicKeyInfo's algorithm that it needs, least bits. */
	struct der_bytes key;
	int key_bits;
	/* Of a signature: digestAlgorithm. */
	struct der_bytes digest;
	/* OpenSSL's name of the digest: of the signature, of the key derivation
	 * or of OAEP and its MGF1. */
	const char *md;
	/* RSASSA-PSS with a salt as long as the digest. */
	bool pss;
	/* Of an agreement: octets of the ephemeral point, uncompressed;
	 * OpenSSL's name of the curve; the ECC-CMS-SharedInfo. */
	size_t point_len;
	const char *curve;
	struct der_bytes shared_info;
	/* Octets of an encrypted content key, from and to. */
	size_t wrapped_min, wrapped_max;
};

/* AES-256-GCM (RFC 5084 §3.2): identifier and parameters around the nonce. */
#define GCM_NONCE_LEN	12
#define GCM_TAG_LEN	16
extern const struct der_bytes algorithm_gcm_head, algorithm_gcm_tail;

/* The signature row with these identifiers; NULL when there is none. */
const struct algorithm *algorithm_of_signature(const struct der *signature,
    const struct der *digest);
/* The recipient row with this keyEncryptionAlgorithm; or NULL. */
const struct algorithm *algorithm_of_recipient(enum algorithm_use use,
    const struct der *id);
/* The recipient row with this name; or NULL. */
const struct algorithm *algorithm_by_name(const char *name);

/* The row for signing, or for receiving, with the certificate's key; or
 * NULL. */
const struct algorithm *algorithm_to_sign(const struct cert *cert);
const struct algorithm *algorithm_to_receive(const struct cert *cert);

#endif
