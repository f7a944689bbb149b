/* SPDX-License-Identifier: EUPL-1.2 */
#include "crypto/algorithms.h"

#include <string.h>

#include <openssl/crypto.h>

#include "crypto/internal.h"

/* Object identifiers, with tag and length. */
#define OID_SHA256	0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, \
			0x04, 0x02, 0x01
#define OID_SHA384	0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, \
			0x04, 0x02, 0x02
#define OID_AES256_WRAP	0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, \
			0x04, 0x01, 0x2d
#define OID_AES256_GCM	0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, \
			0x04, 0x01, 0x2e
#define OID_PKCS1(n)	0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, \
			0x01, 0x01, (n)
#define OID_EC_KEY	0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01
#define OID_ECDSA_SHA2(n) 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, \
			0x03, (n)
#define OID_STD_DH(n)	0x06, 0x06, 0x2b, 0x81, 0x04, 0x01, 0x0b, (n)

#define SEQUENCE(len)	DER_SEQUENCE, (len)
#define NONE		DER_NULL, 0

/* RFC 5754 §2: parameters absent. */
static const uint8_t sha256[] = { SEQUENCE(11), OID_SHA256 };
static const uint8_t sha384[] = { SEQUENCE(11), OID_SHA384 };

/* RFC 5754 §3.3: parameters absent. */
static const uint8_t ecdsa_sha256[] = { SEQUENCE(10), OID_ECDSA_SHA2(2) };
static const uint8_t ecdsa_sha384[] = { SEQUENCE(10), OID_ECDSA_SHA2(3) };
/* RFC 4055 §3.1: the hashes with NULL parameters, saltLength 32, the default
 * trailerField left out. */
static const uint8_t pss_sha256[] = {
	SEQUENCE(65), OID_PKCS1(10), SEQUENCE(52),
	DER_CONTEXT_IN(0), 15, SEQUENCE(13), OID_SHA256, NONE,
	DER_CONTEXT_IN(1), 28, SEQUENCE(26), OID_PKCS1(8),
	SEQUENCE(13), OID_SHA256, NONE,
	DER_CONTEXT_IN(2), 3, DER_INTEGER, 1, 32
};

/* RFC 5753 §7.1.4: the parameters are the key wrap algorithm. */
static const uint8_t dh_sha256_wrap[] = {
	SEQUENCE(21), OID_STD_DH(1), SEQUENCE(11), OID_AES256_WRAP
};
static const uint8_t dh_sha384_wrap[] = {
	SEQUENCE(21), OID_STD_DH(2), SEQUENCE(11), OID_AES256_WRAP
};
/* RFC 5753 §7.2, for both: keyInfo, and suppPubInfo, which is the length of
 * the key to be derived in bits. */
static const uint8_t shared_info[] = {
	SEQUENCE(21), SEQUENCE(11), OID_AES256_WRAP,
	DER_CONTEXT_IN(2), 6, DER_OCTET_STRING, 4, 0x00, 0x00, 0x01, 0x00
};
/* RFC 4055 §4.1: the default pSourceAlgorithm (no label) left out. */
static const uint8_t oaep_sha256[] = {
	SEQUENCE(56), OID_PKCS1(7), SEQUENCE(43),
	DER_CONTEXT_IN(0), 13, SEQUENCE(11), OID_SHA256,
	DER_CONTEXT_IN(1), 26, SEQUENCE(24), OID_PKCS1(8),
	SEQUENCE(11), OID_SHA256
};

/* RFC 5480 §2.1.1: named curves only.  RFC 8017 §A.1. */
static const uint8_t p256[] = {
	SEQUENCE(19), OID_EC_KEY,
	DER_OID, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07
};
static const uint8_t p384[] = {
	SEQUENCE(16), OID_EC_KEY, DER_OID, 5, 0x2b, 0x81, 0x04, 0x00, 0x22
};
static const uint8_t rsa[] = { SEQUENCE(13), OID_PKCS1(1), NONE };

static const uint8_t gcm_head[] = {
	SEQUENCE(30), OID_AES256_GCM, SEQUENCE(17),
	DER_OCTET_STRING, GCM_NONCE_LEN
};
static const uint8_t gcm_tail[] = { DER_INTEGER, 1, GCM_TAG_LEN };

#define BYTES(a)	{ (a), sizeof(a) }

const struct der_bytes algorithm_gcm_head = BYTES(gcm_head);
const struct der_bytes algorithm_gcm_tail = BYTES(gcm_tail);

/* Wrapped for an agreement: 32 octets and RFC 3394's 8.  Transported: as
 * long as the modulus, from 3072 bits to what OpenSSL computes with. */
static const struct algorithm table[] = {
	{ .name = "ECDSA P-256", .use = ALGORITHM_SIGNATURE,
	    .id = BYTES(ecdsa_sha256), .key = BYTES(p256), .key_bits = 256,
	    .digest = BYTES(sha256), .md = "SHA256" },
	{ .name = "ECDSA P-384", .use = ALGORITHM_SIGNATURE,
	    .id = BYTES(ecdsa_sha384), .key = BYTES(p384), .key_bits = 384,
	    .digest = BYTES(sha384), .md = "SHA384" },
	{ .name = "RSA-PSS", .use = ALGORITHM_SIGNATURE,
	    .id = BYTES(pss_sha256), .key = BYTES(rsa), .key_bits = 3072,
	    .digest = BYTES(sha256), .md = "SHA256", .pss = true },
	{ .name = "ECDH P-256", .use = ALGORITHM_AGREEMENT,
	    .id = BYTES(dh_sha256_wrap), .key = BYTES(p256), .key_bits = 256,
	    .md = "SHA256", .point_len = 65, .curve = "P-256",
	    .shared_info = BYTES(shared_info),
	    .wrapped_min = 40, .wrapped_max = 40 },
	{ .name = "ECDH P-384", .use = ALGORITHM_AGREEMENT,
	    .id = BYTES(dh_sha384_wrap), .key = BYTES(p384), .key_bits = 384,
	    .md = "SHA384", .point_len = 97, .curve = "P-384",
	    .shared_info = BYTES(shared_info),
	    .wrapped_min = 40, .wrapped_max = 40 },
	{ .name = "RSA-OAEP", .use = ALGORITHM_TRANSPORT,
	    .id = BYTES(oaep_sha256), .key = BYTES(rsa), .key_bits = 3072,
	    .md = "SHA256", .wrapped_min = 3072 / 8,
	    .wrapped_max = 16384 / 8 },
};

#define TABLE_LEN	(sizeof(table) / sizeof(table[0]))

static bool
is(const struct der *value, const struct der_bytes *bytes)
{
	return value->whole_len == bytes->len &&
	    memcmp(value->whole, bytes->p, bytes->len) == 0;
}

const struct algorithm *
algorithm_of_signature(const struct der *signature, const struct der *digest)
{
	for (size_t i = 0; i < TABLE_LEN; i++)
		if (table[i].use == ALGORITHM_SIGNATURE &&
		    is(signature, &table[i].id) &&
		    is(digest, &table[i].digest))
			return &table[i];
	return NULL;
}

const struct algorithm *
algorithm_of_recipient(enum algorithm_use use, const struct der *id)
{
	for (size_t i = 0; i < TABLE_LEN; i++)
		if (table[i].use == use && is(id, &table[i].id))
			return &table[i];
	return NULL;
}

const struct algorithm *
algorithm_by_name(const char *name)
{
	for (size_t i = 0; i < TABLE_LEN; i++)
		if (table[i].use != ALGORITHM_SIGNATURE &&
		    strcmp(table[i].name, name) == 0)
			return &table[i];
	return NULL;
}

/*
 * By the key's encoded algorithm and not by its kind: a curve spelt out in
 * parameters, or an RSA key bound to other parameters, is another one.
 */
static const struct algorithm *
algorithm_for_key(bool sign, const struct cert *cert)
{
	const struct algorithm *found = NULL;
	X509 *x = cert_x509(cert);
	X509_ALGOR *algor = NULL;
	uint8_t *id = NULL;
	int bits, len;

	bits = EVP_PKEY_get_bits(X509_get0_pubkey(x));
	if (X509_PUBKEY_get0_param(NULL, NULL, NULL, &algor,
	    X509_get_X509_PUBKEY(x)) != 1 ||
	    (len = i2d_X509_ALGOR(algor, &id)) <= 0)
		return NULL;
	for (size_t i = 0; i < TABLE_LEN && found == NULL; i++)
		if (sign == (table[i].use == ALGORITHM_SIGNATURE) &&
		    table[i].key.len == (size_t)len &&
		    memcmp(table[i].key.p, id, (size_t)len) == 0 &&
		    bits >= table[i].key_bits)
			found = &table[i];
	OPENSSL_free(id);
	return found;
}

const struct algorithm *
algorithm_to_sign(const struct cert *cert)
{
	return algorithm_for_key(true, cert);
}

const struct algorithm *
algorithm_to_receive(const struct cert *cert)
{
	return algorithm_for_key(false, cert);
}
