/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * OpenSSL is asked one question only, whether the signature holds, and that
 * about a structure which has been walked octet by octet before: what it
 * would overlook cannot reach it.  It is asked about the structure without
 * its content (a detached signature, RFC 5652 §5.2) and its certificates,
 * with both beside it: so a large content is never copied.
 */
#include "crypto/signed.h"

#include <limits.h>
#include <string.h>

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include "crypto/internal.h"
#include "crypto/signed_walk.h"
#include "crypto/source.h"

/* RFC 5280 §4.1: issuer and serial number inside a certificate, compared
 * octet by octet with those that name the signer. */
static bool
is_named(const struct der *cert, const struct der *sid)
{
	struct cursor c, tbs, named;
	struct der version, serial, algorithm, issuer, want[2];

	c = cursor_of(cert->p, cert->len);
	named = cursor_of(sid->p, sid->len);
	if (!der_enter(&c, DER_SEQUENCE, &tbs))
		return false;
	(void)der_take(&tbs, DER_CONTEXT_IN(0), &version);
	return der_take(&tbs, DER_INTEGER, &serial) &&
	    der_take(&tbs, DER_SEQUENCE, &algorithm) &&
	    der_take(&tbs, DER_SEQUENCE, &issuer) &&
	    der_take(&named, DER_SEQUENCE, &want[0]) &&
	    der_take(&named, DER_INTEGER, &want[1]) && named.left == 0 &&
	    der_equal(&issuer, &want[0]) && der_equal(&serial, &want[1]);
}

static bool
is_encoded_as(const struct cert *cert, const struct der *der)
{
	X509 *x509 = cert_x509(cert);
	unsigned char *bytes = NULL;
	bool same;

	if (i2d_X509(x509, NULL) != (int)der->whole_len ||
	    i2d_X509(x509, &bytes) <= 0)
		return false;
	same = memcmp(bytes, der->whole, der->whole_len) == 0;
	OPENSSL_free(bytes);
	return same;
}

/* Reads a certificate, unless it is one that has been read already: OpenSSL
 * takes long to decode a public key. */
static enum err_code
read_certificate(const struct der *der, const struct cert_list *known,
    struct cert **out)
{
	for (size_t i = 0; known != NULL && i < known->len; i++)
		if (is_encoded_as(known->v[i], der)) {
			*out = cert_ref(known->v[i]);
			return ERR_OK;
		}
	return cert_parse(der->whole, der->whole_len, out, NULL);
}

/* Sorts the certificates into the signer's and the others. */
static enum err_code
bind_certificates(const struct signed_form *form,
    const struct signed_layout *l, const struct cert_list *known,
    struct signed_data *out, struct err *e)
{
	enum err_code code = form->structure;
	const char *what = NULL;
	struct cert *cert = NULL;

	for (size_t i = 0; i < l->n_certs && what == NULL; i++) {
		if (read_certificate(&l->certs[i], known, &cert) != ERR_OK)
			what = "one cannot be read";
		else if (!is_named(&l->certs[i], &l->sid)) {
			if (!cert_list_add(&out->chain, cert)) {
				code = ERR_NO_MEMORY;
				what = "they do not fit";
			}
		} else if (out->cert != NULL)
			what = "two have the signer's number";
		else
			out->cert = cert_ref(cert);
		cert_free(cert);
		cert = NULL;
	}
	if (what == NULL && out->cert == NULL)
		what = "the signer's is not among them";
	if (what != NULL)
		return err_set(e, code, "certificates", 0, "%s", what);
	return ERR_OK;
}

/* OpenSSL must understand exactly what has been walked. */
static bool
reads_same(CMS_ContentInfo *cms, const struct buf *der)
{
	uint8_t *back = NULL;
	bool same;
	int len;

	len = i2d_CMS_ContentInfo(cms, &back);
	same = len > 0 && buf_equal(der, back, (size_t)len);
	OPENSSL_free(back);
	return same;
}

/*
 * The signature over the attributes, and messageDigest over the content.
 * The certificate is the one that has been bound already.  OpenSSL must not
 * look for it among those enclosed: it takes names that differ in the case of
 * a letter for one, and would find a forger's beside the true one.
 */
static enum err_code
verify(const struct signed_form *form, const struct signed_layout *l,
    const struct cert *cert, BIO *content, struct err *e)
{
	struct signed_layout bare = *l;
	STACK_OF(X509) *certs = sk_X509_new_null();
	CMS_ContentInfo *cms = NULL;
	struct buf der = { 0 };
	const uint8_t *p;
	enum err_code code;

	bare.tail = l->signers;
	signed_join(&bare, NULL, 0, &der);
	if ((code = buf_check(&der, e)) != ERR_OK)
		goto out;
	code = ERR_NO_MEMORY;
	if (certs == NULL || sk_X509_push(certs, cert_x509(cert)) <= 0 ||
	    der.len > INT_MAX)
		goto out;
	p = der.data;
	code = form->structure;
	cms = d2i_CMS_ContentInfo(NULL, &p, (long)der.len);
	if (cms == NULL || p != der.data + der.len || !reads_same(cms, &der))
		goto out;
	code = form->signature;
	if (CMS_verify(cms, certs, NULL, content, NULL, CMS_BINARY |
	    CMS_NOINTERN | CMS_NO_SIGNER_CERT_VERIFY) != 1)
		goto out;
	code = ERR_OK;
out:
	if (code != ERR_OK)
		(void)err_set(e, code, NULL, 0, NULL);
	sk_X509_free(certs);
	CMS_ContentInfo_free(cms);
	buf_wipe(&der);
	ERR_clear_error();
	return code;
}

/*
 * Judges what has been split, with its content wherever that comes from; out
 * is empty, and is filled but for where the content is.  known: certificates
 * that may be among those enclosed, or NULL.
 */
static enum err_code
judge(const struct signed_form *form, struct signed_layout *l,
    const struct cert_list *known, BIO *content, struct signed_data *out,
    struct err *e)
{
	const struct algorithm *algorithm;
	uint8_t digest[DIGEST_LEN];
	enum err_code code;

	ERR_clear_error();
	if ((code = signed_walk(form, l, e)) != ERR_OK ||
	    (code = bind_certificates(form, l, known, out, e)) != ERR_OK)
		goto out;
	algorithm = algorithm_of_signature(&l->signature_alg, &l->digest_alg);
	if (algorithm == NULL || algorithm != algorithm_to_sign(out->cert)) {
		code = err_set(e, form->algorithm, NULL, 0,
		    algorithm == NULL ? NULL : "%s does not go with the "
		    "signer's key", algorithm != NULL ? algorithm->name : "");
		goto out;
	}
	/* RFC 5035 §3: this, and nothing else, binds the certificate. */
	if ((code = cert_digest(out->cert, digest, e)) != ERR_OK)
		goto out;
	if (memcmp(digest, l->cert_hash.p, sizeof(digest)) != 0) {
		code = err_set(e, form->signature,
		    "signedAttrs.signingCertificateV2", 0,
		    "it is for another certificate than the signer's");
		goto out;
	}
	if ((code = verify(form, l, out->cert, content, e)) != ERR_OK)
		goto out;
	out->len = l->content_len;
	out->time = l->time;
out:
	if (code != ERR_OK)
		signed_wipe(out);
	ERR_clear_error();
	return code;
}

enum err_code
signed_open_knowing(enum signed_kind kind, const uint8_t *der, size_t len,
    const struct cert_list *known, struct signed_data *out, struct err *e)
{
	const struct signed_form *form = &signed_forms[kind];
	struct signed_layout l = { 0 };
	BIO *content = NULL;
	enum err_code code;

	memset(out, 0, sizeof(*out));
	if (!signed_split(der, len, false, &l))
		return signed_refuse(form, e);
	l.tail.whole = der + l.tail_at;
	if (l.content_len > INT_MAX ||
	    (content = BIO_new_mem_buf(der + l.content_at,
	    (int)l.content_len)) == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	code = judge(form, &l, known, content, out, e);
	if (code == ERR_OK)
		out->content = der + l.content_at;
	BIO_free(content);
	return code;
}

enum err_code
signed_open_source(enum signed_kind kind, struct source *s,
    const struct cert_list *known, struct signed_data *out, struct err *e)
{
	const struct signed_form *form = &signed_forms[kind];
	struct signed_layout l = { 0 };
	struct err found = { 0 };

	memset(out, 0, sizeof(*out));
	if (!signed_split(s->start, s->size, false, &l))
		return signed_refuse(form, e);
	if (source_keep_tail(s, l.tail_at) == ERR_OK &&
	    source_content(s, l.content_at) == ERR_OK) {
		l.tail.whole = s->tail;
		(void)judge(form, &l, known, s->content, out, &found);
	}
	/* A signature over what could not be read has not been judged. */
	if (s->code != ERR_OK) {
		signed_wipe(out);
		found = s->why;
	}
	if (e != NULL && found.code != ERR_OK)
		*e = found;
	return found.code;
}

enum err_code
signed_open(enum signed_kind kind, const uint8_t *der, size_t len,
    struct signed_data *out, struct err *e)
{
	return signed_open_knowing(kind, der, len, NULL, out, e);
}

void
signed_wipe(struct signed_data *s)
{
	cert_free(s->cert);
	cert_list_wipe(&s->chain);
	memset(s, 0, sizeof(*s));
}

/* RFC 5035 §3, §4: SigningCertificateV2 by SHA-256 alone.  CMS_CADES would
 * hash with the signature's digest and repeat the issuer. */
static bool
add_signing_certificate(CMS_SignerInfo *info, const struct cert *cert)
{
	uint8_t digest[DIGEST_LEN];
	struct buf der = { 0 };
	bool ok;

	if (cert_digest(cert, digest, NULL) != ERR_OK)
		return false;
	der_put(&der, DER_SEQUENCE, der_size(der_size(der_size(DIGEST_LEN))));
	der_put(&der, DER_SEQUENCE, der_size(der_size(DIGEST_LEN)));
	der_put(&der, DER_SEQUENCE, der_size(DIGEST_LEN));
	der_put(&der, DER_OCTET_STRING, DIGEST_LEN);
	buf_add(&der, digest, sizeof(digest));
	ok = !der.failed && CMS_signed_add1_attr_by_NID(info,
	    NID_id_smime_aa_signingCertificateV2, V_ASN1_SEQUENCE, der.data,
	    (int)der.len) == 1;
	buf_wipe(&der);
	return ok;
}

/* OpenSSL adds the machine's time only where there is none. */
static bool
add_time(CMS_SignerInfo *info, int64_t now)
{
	ASN1_TIME *t = ASN1_TIME_set(NULL, (time_t)now);
	bool ok;

	ok = t != NULL && CMS_signed_add1_attr_by_NID(info,
	    NID_pkcs9_signingTime, ASN1_STRING_type(t), t, -1) == 1;
	ASN1_TIME_free(t);
	return ok;
}

/* What is to be signed, by whom and how. */
struct signing {
	const struct signed_form *form;
	const struct algorithm *algorithm;
	const void *content;
	size_t len;
	const struct signer *signer;
	int64_t now;
	uint8_t *der;		/* the detached signature; OpenSSL's to free */
	size_t der_len;
};

static bool
add_signer(CMS_ContentInfo *cms, const struct algorithm *algorithm,
    const struct signer *signer, EVP_PKEY *pkey, int64_t now)
{
	const EVP_MD *md = EVP_get_digestbyname(algorithm->md);
	CMS_SignerInfo *info;
	EVP_PKEY_CTX *ctx;

	info = CMS_add1_signer(cms, cert_x509(signer->cert),
	    pkey, md, CMS_BINARY | CMS_PARTIAL |
	    CMS_NOSMIMECAP | CMS_KEY_PARAM);
	if (info == NULL || !add_signing_certificate(info, signer->cert) ||
	    !add_time(info, now))
		return false;
	if (!algorithm->pss)
		return true;
	/* In another order OpenSSL salts with all that fits, and is silent. */
	return (ctx = CMS_SignerInfo_get0_pkey_ctx(info)) != NULL &&
	    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) > 0 &&
	    EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx,
	    RSA_PSS_SALTLEN_DIGEST) > 0 &&
	    EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, md) > 0;
}

static bool
set_type(CMS_ContentInfo *cms, const struct signed_form *form)
{
	const uint8_t *p = form->type.p;
	ASN1_OBJECT *type;
	bool ok;

	type = d2i_ASN1_OBJECT(NULL, &p, (long)form->type.len);
	ok = type != NULL && CMS_set1_eContentType(cms, type) == 1;
	ASN1_OBJECT_free(type);
	return ok;
}

/* For a key in a token OpenSSL writes RSASSA-PSS's parameters in another way
 * that RFC 4055 §2.1 allows: there is one. */
static bool
write_algorithm(CMS_ContentInfo *cms, const struct algorithm *algorithm)
{
	STACK_OF(CMS_SignerInfo) *infos = CMS_get0_SignerInfos(cms);
	const uint8_t *p = algorithm->id.p;
	X509_ALGOR *wanted, *written;
	bool ok;

	CMS_SignerInfo_get0_algs(sk_CMS_SignerInfo_value(infos, 0), NULL,
	    NULL, NULL, &written);
	wanted = d2i_X509_ALGOR(NULL, &p, (long)algorithm->id.len);
	ok = wanted != NULL && X509_ALGOR_copy(written, wanted) == 1;
	X509_ALGOR_free(wanted);
	return ok;
}

static enum err_code
sign(EVP_PKEY *pkey, void *arg)
{
	struct signing *s = arg;
	const struct signer *signer = s->signer;
	enum err_code code = ERR_KEY_SERVICE;
	CMS_ContentInfo *cms = NULL;
	BIO *in = NULL;
	int n;

	in = BIO_new_mem_buf(s->len != 0 ? s->content : "", (int)s->len);
	if (in == NULL)
		goto out;
	cms = CMS_sign(NULL, NULL, NULL, NULL,
	    CMS_BINARY | CMS_PARTIAL | CMS_DETACHED);
	if (cms == NULL || !set_type(cms, s->form) ||
	    !add_signer(cms, s->algorithm, signer, pkey, s->now))
		goto out;
	for (size_t i = 0; signer->chain != NULL && i < signer->chain->len; i++)
		if (!cert_equal(signer->chain->v[i], signer->cert) &&
		    CMS_add1_cert(cms, cert_x509(signer->chain->v[i])) != 1)
			goto out;
	if (CMS_final(cms, in, NULL, CMS_BINARY | CMS_DETACHED) != 1 ||
	    !write_algorithm(cms, s->algorithm) ||
	    (n = i2d_CMS_ContentInfo(cms, &s->der)) <= 0)
		goto out;
	s->der_len = (size_t)n;
	code = ERR_OK;
out:
	CMS_ContentInfo_free(cms);
	BIO_free(in);
	return code;
}

enum err_code
signed_make(enum signed_kind kind, const void *content, size_t len,
    const struct signer *signer, int64_t now, struct buf *out, struct err *e)
{
	struct signing s = { .form = &signed_forms[kind], .content = content,
	    .len = len, .signer = signer, .now = now };
	struct cert *cert = (struct cert *)(uintptr_t)signer->cert;
	const struct cert_list own = { &cert, 1 };
	struct signed_data check = { 0 };
	struct signed_layout layout = { 0 };
	size_t start = out->len;
	struct err found = { 0 };
	enum err_code code;

	if (len > INT_MAX)
		return err_set(e, ERR_TOO_LARGE, NULL, 0, NULL);
	if (signer->chain != NULL && signer->chain->len >= LIMIT_CERTIFICATES)
		return err_set(e, ERR_CERT, NULL, 0, "at most %u certificates "
		    "can go with a signature", LIMIT_CERTIFICATES);
	if ((code = key_matches(signer->key, signer->cert, e)) != ERR_OK)
		return code;
	if ((s.algorithm = algorithm_to_sign(signer->cert)) == NULL)
		return err_set(e, ERR_KEY, NULL, 0, "it is a %s key",
		    cert_key_kind(signer->cert));
	if ((code = key_use(signer->key, sign, &s, &found)) != ERR_OK) {
		code = signer->key->home == NULL ?
		    err_set(e, ERR_KEY, NULL, 0, "signing failed") :
		    err_set(e, code, found.where, 0, "%s", found.msg);
		goto out;
	}
	if (!signed_split(s.der, s.der_len, true, &layout)) {
		code = err_set(e, ERR_CERT, NULL, 0, "the certificates that "
		    "go with a signature are larger than %u bytes together",
		    LIMIT_SIGNED_TAIL);
		goto out;
	}
	layout.tail.whole = s.der + layout.tail_at;
	signed_join(&layout, content != NULL ? content : "", len, out);
	if ((code = buf_check(out, e)) != ERR_OK)
		goto out;
	/* What we would refuse is not handed out. */
	if (signed_open_knowing(kind, out->data + start, out->len - start,
	    &own, &check, NULL) != ERR_OK)
		code = err_set(e, ERR_INTERNAL, NULL, 0,
		    "our own signature does not pass our own checks");
out:
	if (code != ERR_OK)
		out->len = start;
	signed_wipe(&check);
	OPENSSL_free(s.der);
	ERR_clear_error();
	return code;
}
