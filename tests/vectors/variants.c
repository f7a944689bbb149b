/* SPDX-License-Identifier: EUPL-1.2 */
/* RAND_METHOD is deprecated, but the one way to make all of OpenSSL's
 * randomness repeatable. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "tests/vectors/variants.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

#include "crypto/der.h"
#include "crypto/internal.h"

static void
must(int ok, const char *what)
{
	if (ok > 0)
		return;
	fprintf(stderr, "make-vectors: %s\n", what);
	ERR_print_errors_fp(stderr);
	exit(1);
}

/* --- repeatable randomness ------------------------------------------------ */

static struct {
	unsigned char seed[32];
	uint64_t counter;
} source;

static int
random_bytes(unsigned char *out, int len)
{
	unsigned char block[32], in[40];

	for (int done = 0; done < len; done += 32) {
		memcpy(in, source.seed, 32);
		memcpy(in + 32, &source.counter, 8);
		source.counter++;
		if (EVP_Digest(in, sizeof(in), block, NULL, EVP_sha256(),
		    NULL) != 1)
			return 0;
		memcpy(out + done, block,
		    (size_t)(len - done < 32 ? len - done : 32));
	}
	return 1;
}

static int
random_status(void)
{
	return 1;
}

void
variant_seed(const char *name)
{
	static const RAND_METHOD method = {
		.bytes = random_bytes, .pseudorand = random_bytes,
		.status = random_status,
	};

	must(RAND_set_rand_method(&method), "RAND_set_rand_method");
	must(EVP_Digest(name, strlen(name), source.seed, NULL, EVP_sha256(),
	    NULL), "seed");
	source.counter = 0;
}

/* --- SignedData ------------------------------------------------------------ */

/* signingCertificateV2 with a hash alone, as our own code writes it: CMS_CADES
 * would add the issuer. */
static void
add_signing_certificate(CMS_SignerInfo *si, const struct cert *cert)
{
	uint8_t der[8 + DIGEST_LEN] = {
		0x30, 0x26, 0x30, 0x24, 0x30, 0x22, 0x04, 0x20
	};
	ASN1_STRING *seq = ASN1_STRING_new();

	must(cert_digest(cert, der + 8, NULL) == ERR_OK && seq != NULL,
	    "digest");
	must(ASN1_STRING_set(seq, der, sizeof(der)), "string");
	must(CMS_signed_add1_attr_by_NID(si,
	    NID_id_smime_aa_signingCertificateV2, V_ASN1_SEQUENCE, seq, -1),
	    "signingCertificateV2");
	ASN1_STRING_free(seq);
}

static CMS_SignerInfo *
add_signer(CMS_ContentInfo *cms, const struct signer *s,
    enum signed_variant variant, int64_t now)
{
	unsigned flags = CMS_BINARY | CMS_PARTIAL | CMS_NOSMIMECAP;
	EVP_PKEY *key = s->key->pkey;
	const EVP_MD *md = EVP_sha256();
	CMS_SignerInfo *si;
	ASN1_TIME *time;

	if (EVP_PKEY_get_bits(key) == 384)
		md = EVP_sha384();
	if (variant == SIGNED_MD5)
		md = EVP_md5();
	if (variant == SIGNED_SHA1)
		md = EVP_sha1();
	if (variant == SIGNED_BY_KEY_ID)
		flags |= CMS_USE_KEYID;
	if (variant == SIGNED_NO_ATTRIBUTES)
		flags |= CMS_NOATTR;
	if (variant == SIGNED_SMIMECAP)
		flags &= ~(unsigned)CMS_NOSMIMECAP;
	if (variant == SIGNED_PSS_MAX_SALT)
		flags |= CMS_KEY_PARAM;
	si = CMS_add1_signer(cms, cert_x509(s->cert), key, md, flags);
	must(si != NULL, "CMS_add1_signer");
	if (variant == SIGNED_PSS_MAX_SALT) {
		must(EVP_PKEY_CTX_set_rsa_padding(
		    CMS_SignerInfo_get0_pkey_ctx(si), RSA_PKCS1_PSS_PADDING),
		    "PSS");
		must(EVP_PKEY_CTX_set_rsa_pss_saltlen(
		    CMS_SignerInfo_get0_pkey_ctx(si), RSA_PSS_SALTLEN_MAX),
		    "salt");
	}
	if ((flags & CMS_NOATTR) == 0) {
		must((time = ASN1_TIME_set(NULL, (time_t)now)) != NULL,
		    "ASN1_TIME_set");
		must(CMS_signed_add1_attr_by_NID(si, NID_pkcs9_signingTime,
		    time->type, time, -1), "signingTime");
		ASN1_TIME_free(time);
		if (variant != SIGNED_NO_ESS)
			add_signing_certificate(si, s->cert);
	}
	return si;
}

static void
add_crl(CMS_ContentInfo *cms, const char *path)
{
	FILE *f = fopen(path, "r");
	X509_CRL *crl;

	must(f != NULL, path);
	crl = PEM_read_X509_CRL(f, NULL, NULL, NULL);
	must(crl != NULL, path);
	must(CMS_add1_crl(cms, crl), "CMS_add1_crl");
	X509_CRL_free(crl);
	(void)fclose(f);
}

static void
to_der(CMS_ContentInfo *cms, struct buf *out)
{
	unsigned char *der = NULL;
	int len = i2d_CMS_ContentInfo(cms, &der);

	must(len, "i2d_CMS_ContentInfo");
	buf_add(out, der, (size_t)len);
	OPENSSL_free(der);
}

static void
hex_of(const struct buf *b, struct buf *out)
{
	char octet[3];

	for (size_t i = 0; i < b->len; i++) {
		(void)snprintf(octet, sizeof(octet), "%02x", b->data[i]);
		buf_add_str(out, octet);
	}
}

/*
 * The signature over the attributes is one over a content, if the attributes
 * are the content: RFC 5652 §5.4 and the attack that §5.3's "MUST be
 * present" prevents.
 */
static void
strip(struct buf *der)
{
	struct buf attrs = { 0 }, string = { 0 }, hex = { 0 }, out = { 0 };
	struct edit edits[EDITS_MAX] = { 0 };

	tree_get(der->data, der->len, "1.0.4.0.3", &attrs);
	attrs.data[0] = 0x31;		/* as it was signed: SET OF */
	der_put(&string, DER_OCTET_STRING, attrs.len);
	buf_add(&string, attrs.data, attrs.len);
	hex_of(&string, &hex);
	edits[0] = (struct edit){ EDIT_REPLACE, "1.0.2.1.0", buf_str(&hex) };
	edits[1] = (struct edit){ EDIT_DELETE, "1.0.4.0.3", NULL };
	tree_edit(der->data, der->len, edits, &out);
	buf_move(der, &out);
	buf_wipe(&attrs);
	buf_wipe(&string);
	buf_wipe(&hex);
}

/* The same certificate with another key and one letter of its issuer's name
 * in the other case: OpenSSL takes the two names for one. */
static X509 *
forge(const struct cert *cert, EVP_PKEY **key)
{
	X509 *x509 = X509_dup(cert_x509(cert));
	X509_NAME *name = X509_NAME_dup(X509_get_issuer_name(x509));
	X509_NAME_ENTRY *entry;
	ASN1_STRING *data;
	unsigned char text[128];
	int len;

	must(name != NULL && (*key = EVP_EC_gen("P-256")) != NULL, "forge");
	entry = X509_NAME_delete_entry(name, X509_NAME_entry_count(name) - 1);
	must(entry != NULL, "name");
	data = X509_NAME_ENTRY_get_data(entry);
	len = ASN1_STRING_length(data);
	must(len < (int)sizeof(text), "name");
	memcpy(text, ASN1_STRING_get0_data(data), (size_t)len);
	text[0] ^= 0x20;
	must(X509_NAME_add_entry_by_OBJ(name, X509_NAME_ENTRY_get_object(entry),
	    ASN1_STRING_type(data), text, len, -1, 0), "name");
	X509_NAME_ENTRY_free(entry);
	must(X509_set_issuer_name(x509, name) && X509_set_pubkey(x509, *key),
	    "forge");
	must(X509_sign(x509, *key, EVP_sha256()), "X509_sign");
	X509_NAME_free(name);
	return x509;
}

/* The sid that names the true certificate. */
static void
name_signer(struct buf *der, const struct cert *cert)
{
	struct buf sid = { 0 }, hex = { 0 }, out = { 0 };
	struct edit edits[EDITS_MAX] = { 0 };
	X509 *x509 = cert_x509(cert);
	unsigned char *issuer = NULL, *serial = NULL;
	int a = i2d_X509_NAME(X509_get_issuer_name(x509), &issuer);
	int b = i2d_ASN1_INTEGER(X509_get_serialNumber(x509), &serial);

	must(a > 0 && b > 0, "sid");
	der_put(&sid, DER_SEQUENCE, (size_t)(a + b));
	buf_add(&sid, issuer, (size_t)a);
	buf_add(&sid, serial, (size_t)b);
	hex_of(&sid, &hex);
	edits[0] = (struct edit){ EDIT_REPLACE, "1.0.4.0.1", buf_str(&hex) };
	tree_edit(der->data, der->len, edits, &out);
	buf_move(der, &out);
	OPENSSL_free(issuer);
	OPENSSL_free(serial);
	buf_wipe(&sid);
	buf_wipe(&hex);
}

/* Signed by the forger, whose certificate is enclosed beside the true one. */
static void
add_forged(CMS_ContentInfo *cms, const struct signer *s, int64_t now)
{
	struct key key = { 0 };
	X509 *x509 = forge(s->cert, &key.pkey);
	const struct signer forger = { &key, cert_of_x509(x509), NULL };
	CMS_SignerInfo *si;

	si = add_signer(cms, &forger, SIGNED_NO_ESS, now);
	add_signing_certificate(si, s->cert);
	must(CMS_add1_cert(cms, cert_x509(s->cert)), "CMS_add1_cert");
	X509_free(x509);
	EVP_PKEY_free(key.pkey);
}

void
variant_signed(enum signed_variant variant, enum signed_kind kind,
    const struct buf *content, const struct signer *signer,
    const struct variant_extra *extra, int64_t now, struct buf *out)
{
	const char *type = kind == SIGNED_OUTER ?
	    "1.2.840.113549.1.9.16.1.6" : "1.2.840.113549.1.9.16.1.9";
	BIO *in = BIO_new_mem_buf(content->data, (int)content->len);
	ASN1_OBJECT *oid = OBJ_txt2obj(type, 1);
	CMS_ContentInfo *cms;

	cms = CMS_sign(NULL, NULL, NULL, NULL, CMS_BINARY | CMS_PARTIAL);
	must(cms != NULL && in != NULL && oid != NULL, "CMS_sign");
	must(CMS_set1_eContentType(cms, oid), "CMS_set1_eContentType");
	if (variant == SIGNED_FORGED)
		add_forged(cms, signer, now);
	else
		(void)add_signer(cms, signer, variant, now);
	if (variant == SIGNED_TWO_SIGNERS)
		(void)add_signer(cms, extra->second, variant, now);
	if (variant == SIGNED_WITH_CRL)
		add_crl(cms, extra->crl);
	must(CMS_final(cms, in, NULL, CMS_BINARY), "CMS_final");
	to_der(cms, out);
	if (variant == SIGNED_STRIPPED)
		strip(out);
	if (variant == SIGNED_FORGED)
		name_signer(out, signer->cert);
	CMS_ContentInfo_free(cms);
	ASN1_OBJECT_free(oid);
	BIO_free(in);
}

/* --- AuthEnvelopedData ------------------------------------------------------ */

static void
set_algorithms(CMS_RecipientInfo *ri, enum envelope_variant variant)
{
	EVP_PKEY_CTX *ctx = CMS_RecipientInfo_get0_pkey_ctx(ri);
	const EVP_MD *oaep = variant == ENVELOPE_OAEP_SHA1 ? EVP_sha1() :
	    EVP_sha256();
	const EVP_MD *kdf = variant == ENVELOPE_KDF_SHA1 ? EVP_sha1() :
	    EVP_sha256();

	must(ctx != NULL, "pkey_ctx");
	if (CMS_RecipientInfo_type(ri) == CMS_RECIPINFO_AGREE) {
		must(EVP_PKEY_CTX_set_ecdh_kdf_md(ctx, kdf), "KDF");
		return;
	}
	if (variant == ENVELOPE_PKCS1)
		return;
	must(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING),
	    "OAEP");
	must(EVP_PKEY_CTX_set_rsa_oaep_md(ctx, oaep), "OAEP digest");
	must(EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, oaep), "MGF1 digest");
}

void
variant_envelope(enum envelope_variant variant, const struct buf *content,
    const struct cert_list *recipients, struct buf *out)
{
	const EVP_CIPHER *cipher = variant == ENVELOPE_CBC ?
	    EVP_aes_256_cbc() : variant == ENVELOPE_AES128 ?
	    EVP_aes_128_gcm() : EVP_aes_256_gcm();
	unsigned flags = CMS_KEY_PARAM | (variant == ENVELOPE_BY_SERIAL ? 0 :
	    CMS_USE_KEYID);
	BIO *in = BIO_new_mem_buf(content->data, (int)content->len);
	CMS_RecipientInfo *ri;
	CMS_ContentInfo *cms;

	cms = CMS_encrypt(NULL, NULL, cipher, CMS_BINARY | CMS_PARTIAL);
	must(cms != NULL && in != NULL, "CMS_encrypt");
	for (size_t i = 0; i < recipients->len; i++) {
		ri = CMS_add1_recipient_cert(cms, cert_x509(recipients->v[i]),
		    flags);
		must(ri != NULL, "CMS_add1_recipient_cert");
		set_algorithms(ri, variant);
	}
	must(CMS_final(cms, in, NULL, CMS_BINARY), "CMS_final");
	to_der(cms, out);
	CMS_ContentInfo_free(cms);
	BIO_free(in);
}
