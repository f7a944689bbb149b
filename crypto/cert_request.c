/* SPDX-License-Identifier: EUPL-1.2 */
/* cert_request (crypto/cert.h): PKCS#10 (RFC 2986). */
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>

#include "base/i18n.h"
#include "crypto/internal.h"

/* X.520 bounds the attributes' lengths; OpenSSL checks them. */
static enum err_code
add(X509_NAME *subject, int nid, const char *text, const char *field,
    struct err *e)
{
	if (X509_NAME_add_entry_by_NID(subject, nid, MBSTRING_UTF8,
	    (const unsigned char *)text, -1, -1, 0) == 1)
		return ERR_OK;
	return err_set(e, ERR_FIELD_VALUE, field, 0,
	    _("a certificate takes 1 to 64 characters here"));
}

/* keyUsage: digitalSignature (RFC 5280 §4.2.1.3). */
static bool
add_usage(X509_REQ *req)
{
	STACK_OF(X509_EXTENSION) *list = NULL;
	ASN1_BIT_STRING *bits;
	bool done;

	done = (bits = ASN1_BIT_STRING_new()) != NULL &&
	    ASN1_BIT_STRING_set_bit(bits, 0, 1) == 1 &&
	    X509V3_add1_i2d(&list, NID_key_usage, bits, 1, 0) == 1 &&
	    X509_REQ_add_extensions(req, list) == 1;
	ASN1_BIT_STRING_free(bits);
	sk_X509_EXTENSION_pop_free(list, X509_EXTENSION_free);
	return done;
}

enum err_code
cert_request(const struct key *key, const char number[static 11],
    const char *name, const char *common_name, struct buf *pem,
    struct err *e)
{
	const EVP_MD *md;
	enum err_code code;
	X509_NAME *subject;
	X509_REQ *req = NULL;
	char identifier[17];
	BIO *bio = NULL;
	char *text;
	long len;

	ERR_clear_error();
	(void)snprintf(identifier, sizeof(identifier), "NTRSE-%.10s",
	    number);
	if ((req = X509_REQ_new()) == NULL ||
	    (bio = BIO_new(BIO_s_mem())) == NULL) {
		code = err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
		goto out;
	}
	subject = X509_REQ_get_subject_name(req);
	if ((code = add(subject, NID_countryName, "SE", "country", e)) !=
	    ERR_OK ||
	    (code = add(subject, NID_organizationName, name,
	    "organisation.name", e)) != ERR_OK ||
	    (code = add(subject, NID_organizationIdentifier, identifier,
	    "organisation.number", e)) != ERR_OK ||
	    (code = add(subject, NID_commonName, common_name,
	    "common name", e)) != ERR_OK)
		goto out;
	/* Version 0 is the only one.  The signature only proves possession:
	 * RSA in the older form, which every authority can check. */
	md = key_kind_of(key->pkey) == KEY_KIND_P384 ? EVP_sha384() :
	    EVP_sha256();
	if (X509_REQ_set_version(req, 0) != 1 ||
	    X509_REQ_set_pubkey(req, key->pkey) != 1 || !add_usage(req) ||
	    X509_REQ_sign(req, key->pkey, md) <= 0 ||
	    PEM_write_bio_X509_REQ(bio, req) != 1 ||
	    (len = BIO_get_mem_data(bio, &text)) <= 0) {
		code = err_set(e, ERR_INTERNAL, NULL, 0,
		    "the certificate request cannot be made");
		goto out;
	}
	buf_add(pem, text, (size_t)len);
	code = buf_check(pem, e);
out:
	BIO_free(bio);
	X509_REQ_free(req);
	ERR_clear_error();
	return code;
}
