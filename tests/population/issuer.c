/* SPDX-License-Identifier: EUPL-1.2 */
#include "tests/population/issuer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "crypto/internal.h"

/* As in certs-sample: what is made does not depend on the day. */
#define BEGIN	"20250101000000Z"
#define END	"20450101000000Z"
#define PAST	"20250201000000Z"	/* of what has expired */

struct issuer {
	EVP_PKEY *key;
	X509 *cert;
	X509_CRL *crl;
	long serial;		/* of the last that was issued */
};

static void
must(int ok, const char *what)
{
	if (ok > 0)
		return;
	fprintf(stderr, "make-population: %s\n", what);
	ERR_print_errors_fp(stderr);
	exit(1);
}

static void
extend(X509 *cert, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *extension;

	X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	must(extension != NULL && X509_add_ext(cert, extension, -1), value);
	X509_EXTENSION_free(extension);
}

static void
name_add(X509_NAME *name, int nid, const char *text)
{
	must(X509_NAME_add_entry_by_NID(name, nid, MBSTRING_UTF8,
	    (const unsigned char *)text, -1, -1, 0), text);
}

/* All but the extensions and the signature. */
static X509 *
begin(const char *number, const char *name, EVP_PKEY *key, long serial)
{
	char text[160];
	X509 *cert = X509_new();
	X509_NAME *subject;

	must(cert != NULL, "X509_new");
	subject = X509_get_subject_name(cert);
	(void)snprintf(text, sizeof(text), "%.50s TEST ONLY", name);
	name_add(subject, NID_countryName, "SE");
	name_add(subject, NID_organizationName, text);
	if (number != NULL) {
		(void)snprintf(text, sizeof(text), "NTRSE-%s", number);
		name_add(subject, NID_organizationIdentifier, text);
	}
	(void)snprintf(text, sizeof(text), "%.50s %ld", name, serial);
	name_add(subject, NID_commonName, text);
	must(X509_set_version(cert, 2) && X509_set_pubkey(cert, key) &&
	    ASN1_INTEGER_set(X509_get_serialNumber(cert), serial) &&
	    ASN1_TIME_set_string(X509_getm_notBefore(cert), BEGIN) &&
	    ASN1_TIME_set_string(X509_getm_notAfter(cert), END), "X509");
	return cert;
}

struct issuer *
issuer_new(const char *name)
{
	struct issuer *i = calloc(1, sizeof(*i));

	must(i != NULL && (i->key = EVP_EC_gen("P-256")) != NULL, "issuer");
	i->serial = 1;
	i->cert = begin(NULL, name, i->key, i->serial);
	must(X509_set_issuer_name(i->cert, X509_get_subject_name(i->cert)),
	    "issuer");
	extend(i->cert, i->cert, NID_basic_constraints, "critical,CA:TRUE");
	extend(i->cert, i->cert, NID_key_usage,
	    "critical,keyCertSign,cRLSign");
	extend(i->cert, i->cert, NID_subject_key_identifier, "hash");
	must(X509_sign(i->cert, i->key, EVP_sha256()), "X509_sign");
	must((i->crl = X509_CRL_new()) != NULL &&
	    X509_CRL_set_version(i->crl, 1) &&
	    X509_CRL_set_issuer_name(i->crl,
	    X509_get_subject_name(i->cert)), "X509_CRL");
	return i;
}

void
issuer_free(struct issuer *i)
{
	if (i == NULL)
		return;
	EVP_PKEY_free(i->key);
	X509_free(i->cert);
	X509_CRL_free(i->crl);
	free(i);
}

void
issuer_issue(struct issuer *i, const char *number, const char *name,
    enum identity_kind kind, struct identity *out)
{
	bool agreement = kind == IDENTITY_WRONG_USAGE ||
	    kind == IDENTITY_RECIPIENT;
	EVP_PKEY *key = EVP_EC_gen("P-256");
	struct cert *cert;
	struct err e = { 0 };
	X509 *x509;

	must(key != NULL, "EVP_EC_gen");
	x509 = begin(number, name, key, ++i->serial);
	must(X509_set_issuer_name(x509, X509_get_subject_name(i->cert)),
	    "X509_set_issuer_name");
	if (kind == IDENTITY_EXPIRED)
		must(ASN1_TIME_set_string(X509_getm_notAfter(x509), PAST),
		    PAST);
	extend(x509, i->cert, NID_basic_constraints, "critical,CA:FALSE");
	extend(x509, i->cert, NID_key_usage, agreement ?
	    "critical,keyAgreement" :
	    "critical,digitalSignature,nonRepudiation");
	if (kind != IDENTITY_RECIPIENT)
		extend(x509, i->cert, NID_ext_key_usage,
		    kind == IDENTITY_WRONG_PURPOSE ? "serverAuth" :
		    "clientAuth,emailProtection");
	extend(x509, i->cert, NID_subject_key_identifier, "hash");
	extend(x509, i->cert, NID_authority_key_identifier, "keyid:always");
	must(X509_sign(x509, i->key, EVP_sha256()), "X509_sign");
	memset(out, 0, sizeof(*out));
	must(key_adopt(key, NULL, &out->key, &e) == ERR_OK, "key_adopt");
	cert = cert_of_x509(x509);
	must(cert_list_add(&out->cert, cert), "cert_list_add");
	cert_free(cert);
	out->signer = (struct signer){ out->key, out->cert.v[0], NULL };
}

void
issuer_revoke(struct issuer *i, const struct identity *id)
{
	X509_REVOKED *revoked = X509_REVOKED_new();
	ASN1_TIME *when = ASN1_TIME_new();

	must(revoked != NULL && when != NULL &&
	    ASN1_TIME_set_string(when, BEGIN) &&
	    X509_REVOKED_set_serialNumber(revoked,
	    X509_get_serialNumber(cert_x509(id->cert.v[0]))) &&
	    X509_REVOKED_set_revocationDate(revoked, when) &&
	    X509_CRL_add0_revoked(i->crl, revoked), "X509_REVOKED");
	ASN1_TIME_free(when);
}

void
identity_wipe(struct identity *id)
{
	key_free(id->key);
	cert_list_wipe(&id->cert);
	memset(id, 0, sizeof(*id));
}

static void
take(BIO *bio, struct buf *out)
{
	char *text;
	long len = BIO_get_mem_data(bio, &text);

	buf_add(out, text, (size_t)len);
	BIO_free(bio);
}

void
issuer_pem(const struct issuer *i, struct buf *out)
{
	BIO *bio = BIO_new(BIO_s_mem());

	must(bio != NULL && PEM_write_bio_X509(bio, i->cert), "PEM");
	take(bio, out);
}

void
issuer_crl(const struct issuer *i, struct buf *out)
{
	BIO *bio = BIO_new(BIO_s_mem());
	ASN1_TIME *when = ASN1_TIME_new();
	ASN1_INTEGER *number = ASN1_INTEGER_new();
	X509V3_CTX ctx;
	X509_EXTENSION *extension;

	must(bio != NULL && when != NULL && number != NULL &&
	    ASN1_TIME_set_string(when, BEGIN) &&
	    X509_CRL_set1_lastUpdate(i->crl, when) &&
	    ASN1_TIME_set_string(when, END) &&
	    X509_CRL_set1_nextUpdate(i->crl, when), "CRL's times");
	X509V3_set_ctx(&ctx, i->cert, NULL, NULL, i->crl, 0);
	extension = X509V3_EXT_conf_nid(NULL, &ctx,
	    NID_authority_key_identifier, "keyid:always");
	must(extension != NULL && X509_CRL_add_ext(i->crl, extension, -1) &&
	    ASN1_INTEGER_set(number, 1) && X509_CRL_add1_ext_i2d(i->crl,
	    NID_crl_number, number, 0, 0), "CRL's extensions");
	X509_EXTENSION_free(extension);
	must(X509_CRL_sort(i->crl) &&
	    X509_CRL_sign(i->crl, i->key, EVP_sha256()) &&
	    PEM_write_bio_X509_CRL(bio, i->crl), "CRL");
	take(bio, out);
	ASN1_TIME_free(when);
	ASN1_INTEGER_free(number);
}
