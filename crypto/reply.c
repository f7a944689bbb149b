/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Made by OpenSSL; judged octet by octet, since nearly all of it is the same
 * in every one of them.
 */
#include "crypto/reply.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "base/limits.h"
#include "base/timestamp.h"
#include "crypto/crypto.h"
#include "crypto/der.h"
#include "crypto/digest.h"
#include "crypto/envelope.h"
#include "crypto/internal.h"
#include "crypto/receipt_sig.h"

#define NAME		"Sigill reply"
#define DAY		INT64_C(86400)
#define SERIAL_MAX	20	/* RFC 5280 §4.1.2.2 */
#define SERIAL_LEN	16
#define KEY_ID_LEN	20
#define POINT_LEN	65	/* uncompressed, P-256 */

/* --- what is the same in all of them ------------------------------------- */

/* [0], v3 */
static const uint8_t version[] = { DER_CONTEXT_IN(0), 3, DER_INTEGER, 1, 2 };
/* ecdsa-with-SHA256 (RFC 5758 §3.2) */
static const uint8_t algorithm[] = {
	DER_SEQUENCE, 10, DER_OID, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04,
	0x03, 0x02
};
/* commonName alone, a UTF8String; of issuer and subject */
static const uint8_t name[] = {
	DER_SEQUENCE, 23, DER_SET, 21, DER_SEQUENCE, 19, DER_OID, 3, 0x55,
	0x04, 0x03, 0x0c, 12, 'S', 'i', 'g', 'i', 'l', 'l', ' ', 'r', 'e',
	'p', 'l', 'y'
};
/* id-ecPublicKey, secp256r1 (RFC 5480 §2.1) */
static const uint8_t curve[] = {
	DER_SEQUENCE, 19, DER_OID, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02,
	0x01, DER_OID, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07
};
/* keyUsage, critical: keyAgreement (RFC 5280 §4.2.1.3) */
static const uint8_t usage[] = {
	DER_SEQUENCE, 14, DER_OID, 3, 0x55, 0x1d, 0x0f, DER_BOOLEAN, 1, 0xff,
	DER_OCTET_STRING, 4, DER_BIT_STRING, 2, 3, 0x08
};
/* subjectKeyIdentifier (RFC 5280 §4.2.1.2), before its octets */
static const uint8_t key_id_head[] = {
	DER_SEQUENCE, 29, DER_OID, 3, 0x55, 0x1d, 0x0e, DER_OCTET_STRING, 22,
	DER_OCTET_STRING, KEY_ID_LEN
};

/* RFC 7093 §2, method 1: the first 160 bits of the SHA-256 of the point. */
static enum err_code
key_id(const uint8_t *point, uint8_t out[static DIGEST_LEN], struct err *e)
{
	return digest_sha256(point, POINT_LEN, out, e);
}

/* --- making -------------------------------------------------------------- */

static bool
add_extension(X509 *x509, int nid, bool critical, ASN1_STRING *value)
{
	return value != NULL && X509_add1_ext_i2d(x509, nid, value,
	    critical, X509V3_ADD_DEFAULT) == 1;
}

static bool
add_extensions(X509 *x509, const uint8_t id[static KEY_ID_LEN])
{
	ASN1_OCTET_STRING *octets = ASN1_OCTET_STRING_new();
	ASN1_BIT_STRING *bits = ASN1_BIT_STRING_new();
	bool ok;

	ok = bits != NULL && octets != NULL &&
	    ASN1_BIT_STRING_set_bit(bits, 4, 1) == 1 &&
	    add_extension(x509, NID_key_usage, true, bits) &&
	    ASN1_OCTET_STRING_set(octets, id, KEY_ID_LEN) == 1 &&
	    add_extension(x509, NID_subject_key_identifier, false, octets);
	ASN1_BIT_STRING_free(bits);
	ASN1_OCTET_STRING_free(octets);
	return ok;
}

/* A positive number that nobody can foresee. */
static bool
set_serial(X509 *x509)
{
	uint8_t octets[SERIAL_LEN];
	BIGNUM *number;
	bool ok;

	if (crypto_random(octets, sizeof(octets), NULL) != ERR_OK)
		return false;
	octets[0] = (octets[0] & 0x3f) | 0x40;
	number = BN_bin2bn(octets, sizeof(octets), NULL);
	ok = number != NULL && BN_to_ASN1_INTEGER(number,
	    X509_get_serialNumber(x509)) != NULL;
	BN_free(number);
	return ok;
}

static bool
fill(X509 *x509, EVP_PKEY *pkey, int64_t now)
{
	X509_NAME *subject = X509_get_subject_name(x509);
	uint8_t id[DIGEST_LEN], *point = NULL;
	bool ok;

	if (EVP_PKEY_get1_encoded_public_key(pkey, &point) != POINT_LEN) {
		OPENSSL_free(point);
		return false;
	}
	ok = key_id(point, id, NULL) == ERR_OK &&
	    X509_set_version(x509, X509_VERSION_3) == 1 &&
	    set_serial(x509) &&
	    X509_NAME_add_entry_by_NID(subject, NID_commonName,
	    V_ASN1_UTF8STRING, (const unsigned char *)NAME, -1, -1, 0) == 1 &&
	    X509_set_issuer_name(x509, subject) == 1 &&
	    ASN1_TIME_set(X509_getm_notBefore(x509), (time_t)now) != NULL &&
	    ASN1_TIME_set(X509_getm_notAfter(x509),
	    (time_t)(now + LIMIT_REPLY_DAYS * DAY)) != NULL &&
	    X509_set_pubkey(x509, pkey) == 1 && add_extensions(x509, id) &&
	    X509_sign(x509, pkey, EVP_sha256()) > 0;
	OPENSSL_free(point);
	return ok;
}

enum err_code
reply_make(int64_t now, struct key **key, struct buf *cert, struct err *e)
{
	struct cert *check = NULL;
	struct key *made = NULL;
	size_t start = cert->len;
	enum err_code code;
	uint8_t *der = NULL;
	X509 *x509 = NULL;
	int len;

	if ((code = key_generate(KEY_P256, &made, e)) != ERR_OK)
		return code;
	ERR_clear_error();
	if (now < 0 || now > TIMESTAMP_MAX - LIMIT_REPLY_DAYS * DAY ||
	    (x509 = X509_new()) == NULL || !fill(x509, made->pkey, now) ||
	    (len = i2d_X509(x509, &der)) <= 0) {
		code = err_set(e, ERR_INTERNAL, NULL, 0,
		    "no certificate for a reply key can be made");
		goto out;
	}
	buf_add(cert, der, (size_t)len);
	if ((code = buf_check(cert, e)) != ERR_OK)
		goto out;
	/* What we would refuse is not handed out. */
	if (reply_check(cert->data + start, cert->len - start, &check,
	    NULL) != ERR_OK) {
		code = err_set(e, ERR_INTERNAL, NULL, 0,
		    "our own reply certificate does not pass our own checks");
		goto out;
	}
	*key = made;
	made = NULL;
out:
	if (code != ERR_OK)
		cert->len = start;
	cert_free(check);
	OPENSSL_free(der);
	X509_free(x509);
	key_free(made);
	ERR_clear_error();
	return code;
}

/* --- judging ------------------------------------------------------------- */

/* serialNumber: positive. */
static bool
take_serial(struct cursor *c)
{
	struct der n;

	return der_take(c, DER_INTEGER, &n) && n.len >= 1 &&
	    n.len <= SERIAL_MAX && n.p[0] < 0x80 && (n.len > 1 || n.p[0] != 0);
}

static bool
take_validity(struct cursor *c)
{
	struct cursor inside;
	int64_t from, to;

	return der_enter(c, DER_SEQUENCE, &inside) &&
	    der_time(&inside, &from) && der_time(&inside, &to) &&
	    inside.left == 0 && from <= to &&
	    to - from <= LIMIT_REPLY_DAYS * DAY;
}

static bool
take_key(struct cursor *c, struct der *point)
{
	struct cursor inside;

	if (!der_enter(c, DER_SEQUENCE, &inside) ||
	    !der_same(&inside, curve, sizeof(curve)) ||
	    !der_take(&inside, DER_BIT_STRING, point) || inside.left != 0 ||
	    /* no unused bits; uncompressed (RFC 5480 §2.2) */
	    point->len != 1 + POINT_LEN || point->p[0] != 0 ||
	    point->p[1] != 0x04)
		return false;
	point->p++;
	point->len--;
	return true;
}

/* Those two, in this order. */
static bool
take_extensions(struct cursor *c, const struct der *point)
{
	uint8_t id[DIGEST_LEN];
	struct cursor outer, inside;

	return der_enter(c, DER_CONTEXT_IN(3), &outer) &&
	    der_enter(&outer, DER_SEQUENCE, &inside) && outer.left == 0 &&
	    der_same(&inside, usage, sizeof(usage)) &&
	    der_same(&inside, key_id_head, sizeof(key_id_head)) &&
	    key_id(point->p, id, NULL) == ERR_OK &&
	    der_same(&inside, id, KEY_ID_LEN) && inside.left == 0;
}

/* What of a certificate is not as it must be; NULL: nothing. */
static const char *
differs(const uint8_t *der, size_t len)
{
	struct cursor c = cursor_of(der, len), whole, tbs;
	struct der point, signature;

	if (len > LIMIT_REPLY)
		return "it is too large";
	if (!der_valid(der, len) || !der_enter(&c, DER_SEQUENCE, &whole) ||
	    c.left != 0 || !der_enter(&whole, DER_SEQUENCE, &tbs))
		return "it is not a certificate in DER";
	if (!der_same(&tbs, version, sizeof(version)))
		return "its version";
	if (!take_serial(&tbs))
		return "its serial number";
	if (!der_same(&tbs, algorithm, sizeof(algorithm)))
		return "its signature's algorithm";
	if (!der_same(&tbs, name, sizeof(name)))
		return "its issuer";
	if (!take_validity(&tbs))
		return "its validity";
	if (!der_same(&tbs, name, sizeof(name)))
		return "its subject";
	if (!take_key(&tbs, &point))
		return "its key";
	if (!take_extensions(&tbs, &point) || tbs.left != 0)
		return "its extensions";
	if (!der_same(&whole, algorithm, sizeof(algorithm)) ||
	    !der_take(&whole, DER_BIT_STRING, &signature) || whole.left != 0)
		return "its signature";
	return NULL;
}

enum err_code
reply_check(const uint8_t *der, size_t len, struct cert **out,
    struct err *e)
{
	struct cert *cert = NULL;
	const char *what;
	EVP_PKEY *pkey;

	if ((what = differs(der, len)) != NULL)
		return err_set(e, ERR_REPLY_CERT, NULL, 0, "%s", what);
	if (cert_parse(der, len, &cert, NULL) != ERR_OK)
		return err_set(e, ERR_REPLY_CERT, NULL, 0,
		    "it cannot be read");
	ERR_clear_error();
	pkey = X509_get0_pubkey(cert_x509(cert));
	/* A point that is not on the curve is no key. */
	if (key_kind_of(pkey) != KEY_KIND_P256)
		what = "its key";
	else if (X509_verify(cert_x509(cert), pkey) != 1)
		what = "its signature";
	ERR_clear_error();
	if (what != NULL) {
		cert_free(cert);
		return err_set(e, ERR_REPLY_CERT, NULL, 0, "%s", what);
	}
	*out = cert;
	return ERR_OK;
}

/* --- sealing and opening ------------------------------------------------- */

enum err_code
reply_seal(const void *zlib, size_t len, const struct signer *signer,
    const struct cert *reply, int64_t now, struct buf *out, struct err *e)
{
	struct cert *v[] = { (struct cert *)(uintptr_t)reply };
	const struct cert_list recipients = { v, 1 };

	if (now > cert_not_after(reply))
		return err_set(e, ERR_RECIPIENT_EXPIRED, NULL, 0, NULL);
	return envelope_seal(zlib, len, signer, &recipients, now, out, e);
}

enum err_code
reply_open(const uint8_t *der, size_t len, const struct key *key,
    const struct cert *cert, const struct trust *trust,
    const struct cert_list *allowed, struct buf *zlib, struct err *e)
{
	const struct recipient_key keys[] = { { key, cert, false } };
	struct signed_data outer = { 0 };
	enum err_code code;
	size_t which;

	if ((code = envelope_open_outer(der, len, &outer, e)) == ERR_OK &&
	    (code = receipt_sig_trust(&outer, trust, allowed, outer.time,
	    e)) == ERR_OK)
		code = envelope_open_inner(&outer, keys, 1, zlib, &which, e);
	signed_wipe(&outer);
	return code;
}
