/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * As in signed.c, OpenSSL is only handed a structure that has been walked
 * octet by octet, and without its content: plaintext and ciphertext go once
 * through a BIO that writes where they belong.
 */
#include "crypto/enveloped.h"

#include <limits.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "crypto/algorithms.h"
#include "crypto/enveloped_walk.h"
#include "crypto/internal.h"

/* --- a BIO that appends to a struct buf -------------------------------- */

static int
sink_write(BIO *bio, const char *data, size_t len, size_t *written)
{
	struct buf *out = BIO_get_data(bio);

	buf_add(out, data, len);
	*written = len;
	return !out->failed;
}

static long
sink_ctrl(BIO *bio, int cmd, long num, void *ptr)
{
	(void)bio;
	(void)num;
	(void)ptr;
	return cmd == BIO_CTRL_FLUSH;
}

/* NULL without memory.  Freed by sink_free. */
static BIO *
sink_new(struct buf *out, BIO_METHOD **method)
{
	BIO *bio;

	*method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "sigill buf");
	if (*method == NULL ||
	    BIO_meth_set_write_ex(*method, sink_write) != 1 ||
	    BIO_meth_set_ctrl(*method, sink_ctrl) != 1 ||
	    (bio = BIO_new(*method)) == NULL)
		return NULL;
	BIO_set_data(bio, out);
	BIO_set_init(bio, 1);
	return bio;
}

static void
sink_free(BIO *bio, BIO_METHOD *method)
{
	BIO_free(bio);
	BIO_meth_free(method);
}

/* --- making ------------------------------------------------------------- */

static bool
add_recipient(CMS_ContentInfo *cms, const struct cert *cert,
    const struct algorithm *algorithm)
{
	const EVP_MD *md = EVP_get_digestbyname(algorithm->md);
	CMS_RecipientInfo *info;
	EVP_PKEY_CTX *ctx;

	info = CMS_add1_recipient_cert(cms, cert_x509(cert),
	    CMS_KEY_PARAM | CMS_USE_KEYID);
	if (info == NULL ||
	    (ctx = CMS_RecipientInfo_get0_pkey_ctx(info)) == NULL)
		return false;
	if (algorithm->use == ALGORITHM_AGREEMENT)
		return EVP_PKEY_CTX_set_ecdh_kdf_md(ctx, md) > 0;
	return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) > 0 &&
	    EVP_PKEY_CTX_set_rsa_oaep_md(ctx, md) > 0 &&
	    EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, md) > 0;
}

static enum err_code
check_recipient(const struct cert *cert, struct err *e)
{
	const ASN1_OCTET_STRING *id;

	if (algorithm_to_receive(cert) == NULL)
		return err_set(e, ERR_RECIPIENT_CERT, NULL, 0,
		    "a key of the kind %s cannot receive",
		    cert_key_kind(cert));
	id = X509_get0_subject_key_id(cert_x509(cert));
	if (id == NULL || ASN1_STRING_length(id) < 1 || (size_t)
	    ASN1_STRING_length(id) >
	    sizeof(((struct recipient_seen *)0)->key_id))
		return err_set(e, ERR_RECIPIENT_CERT, NULL, 0,
		    "it has no subject key identifier");
	return ERR_OK;
}

/* Encrypts content to *ciphertext, and everything else to *der (OpenSSL's to
 * free). */
static bool
encrypt(const void *content, size_t len, const struct cert_list *recipients,
    struct buf *ciphertext, uint8_t **der, size_t *der_len)
{
	BIO_METHOD *method = NULL;
	CMS_ContentInfo *cms = NULL;
	BIO *in = NULL, *sink = NULL;
	bool ok = false;
	int n;

	if ((in = BIO_new_mem_buf(len != 0 ? content : "", (int)len)) == NULL ||
	    (sink = sink_new(ciphertext, &method)) == NULL)
		goto out;
	cms = CMS_encrypt(NULL, NULL, EVP_aes_256_gcm(),
	    CMS_BINARY | CMS_PARTIAL | CMS_DETACHED);
	if (cms == NULL)
		goto out;
	for (size_t i = 0; i < recipients->len; i++)
		if (!add_recipient(cms, recipients->v[i],
		    algorithm_to_receive(recipients->v[i])))
			goto out;
	if (CMS_final(cms, in, sink, CMS_BINARY) != 1 ||
	    (n = i2d_CMS_ContentInfo(cms, der)) <= 0)
		goto out;
	*der_len = (size_t)n;
	ok = ciphertext->len == len && !ciphertext->failed;
out:
	CMS_ContentInfo_free(cms);
	sink_free(sink, method);
	BIO_free(in);
	return ok;
}

enum err_code
enveloped_make(const void *content, size_t len,
    const struct cert_list *recipients, struct buf *out, struct err *e)
{
	struct enveloped_layout layout;
	struct buf ciphertext = { 0 };
	size_t der_len, start = out->len;
	uint8_t *der = NULL;
	enum err_code code;

	if (len > INT_MAX)
		return err_set(e, ERR_TOO_LARGE, NULL, 0, NULL);
	if (recipients->len < 1 || recipients->len > LIMIT_RECIPIENTS)
		return err_set(e, ERR_RECIPIENT_CERT, NULL, 0,
		    "there must be from 1 to %u recipients",
		    LIMIT_RECIPIENTS);
	for (size_t i = 0; i < recipients->len; i++)
		if ((code = check_recipient(recipients->v[i], e)) != ERR_OK)
			return code;
	ERR_clear_error();
	/* Room for all of it at once: growing copies. */
	if (buf_grow(&ciphertext, len) == NULL) {
		code = err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
		goto out;
	}
	ciphertext.len = 0;
	if (!encrypt(content, len, recipients, &ciphertext, &der, &der_len) ||
	    !enveloped_split(der, der_len, true, &layout)) {
		code = err_set(e, ERR_RECIPIENT_CERT, NULL, 0,
		    "encrypting failed");
		goto out;
	}
	enveloped_join_head(&layout, true, len, out);
	buf_add(out, ciphertext.data, len);
	enveloped_join_tail(&layout, out);
	if ((code = buf_check(out, e)) != ERR_OK)
		goto out;
	/* What we would refuse is not handed out. */
	if (enveloped_walk(out->data + start, out->len - start, &layout,
	    NULL) != ERR_OK)
		code = err_set(e, ERR_RECIPIENT_CERT, NULL, 0,
		    "two have the same subject key identifier");
out:
	if (code != ERR_OK)
		out->len = start;
	buf_wipe(&ciphertext);
	OPENSSL_free(der);
	ERR_clear_error();
	return code;
}

/* --- looking and opening ------------------------------------------------ */

enum err_code
enveloped_look(const uint8_t *der, size_t len, struct envelope_seen *out,
    struct err *e)
{
	const struct enveloped_recipient *r;
	struct enveloped_layout l;
	enum err_code code;

	memset(out, 0, sizeof(*out));
	if ((code = enveloped_walk(der, len, &l, e)) != ERR_OK)
		return code;
	for (size_t i = 0; i < l.n_recipients; i++) {
		r = &l.recipients[i];
		out->recipients[i].kind = r->algorithm->name;
		out->recipients[i].key_id_len = r->key_id.len;
		memcpy(out->recipients[i].key_id, r->key_id.p, r->key_id.len);
	}
	out->n_recipients = l.n_recipients;
	out->content_len = l.content.len;
	return ERR_OK;
}

/* The RecipientInfo that names the certificate's key; NULL if none does. */
static const struct enveloped_recipient *
find_recipient(const struct enveloped_layout *l, const struct cert *cert)
{
	const ASN1_OCTET_STRING *id;

	if ((id = X509_get0_subject_key_id(cert_x509(cert))) == NULL)
		return NULL;
	for (size_t i = 0; i < l->n_recipients; i++)
		if (l->recipients[i].key_id.len ==
		    (size_t)ASN1_STRING_length(id) &&
		    memcmp(l->recipients[i].key_id.p,
		    ASN1_STRING_get0_data(id),
		    l->recipients[i].key_id.len) == 0)
			return &l->recipients[i];
	return NULL;
}

/* The structure without its content; OpenSSL must understand exactly what
 * has been walked. */
static CMS_ContentInfo *
read_detached(const struct enveloped_layout *l)
{
	CMS_ContentInfo *cms = NULL;
	struct buf der = { 0 };
	uint8_t *back = NULL;
	const uint8_t *p;
	int n;

	enveloped_join_head(l, false, 0, &der);
	enveloped_join_tail(l, &der);
	if (der.failed || der.len > INT_MAX)
		goto out;
	p = der.data;
	cms = d2i_CMS_ContentInfo(NULL, &p, (long)der.len);
	if (cms != NULL && p == der.data + der.len &&
	    (n = i2d_CMS_ContentInfo(cms, &back)) > 0 &&
	    buf_equal(&der, back, (size_t)n))
		goto out;
	CMS_ContentInfo_free(cms);
	cms = NULL;
out:
	OPENSSL_free(back);
	buf_wipe(&der);
	return cms;
}

/* All of the plaintext, or nothing and false. */
static bool
decrypt(const struct enveloped_layout *l, const struct recipient_key *key,
    struct buf *plain)
{
	BIO *in = NULL, *sink = NULL;
	BIO_METHOD *method = NULL;
	CMS_ContentInfo *cms;
	bool ok = false;

	if ((cms = read_detached(l)) == NULL || l->content.len > INT_MAX ||
	    (in = BIO_new_mem_buf(l->content.p,
	    (int)l->content.len)) == NULL ||
	    buf_grow(plain, l->content.len) == NULL)
		goto out;
	plain->len = 0;
	if ((sink = sink_new(plain, &method)) == NULL)
		goto out;
	ok = CMS_decrypt(cms, key->key->pkey, cert_x509(key->cert), in, sink,
	    CMS_BINARY) == 1 && !plain->failed &&
	    plain->len == l->content.len;
out:
	if (!ok)
		buf_wipe(plain);
	CMS_ContentInfo_free(cms);
	sink_free(sink, method);
	BIO_free(in);
	return ok;
}

enum err_code
enveloped_open(const uint8_t *der, size_t len,
    const struct recipient_key *keys, size_t n, struct buf *out,
    size_t *which, struct err *e)
{
	const struct enveloped_recipient *r = NULL;
	struct enveloped_layout l;
	struct buf plain = { 0 };
	enum err_code code;
	size_t i;

	if ((code = enveloped_walk(der, len, &l, e)) != ERR_OK)
		return code;
	for (i = 0; i < n; i++)
		if ((r = find_recipient(&l, keys[i].cert)) != NULL)
			break;
	if (r == NULL)
		return err_set(e, ERR_NOT_RECIPIENT, NULL, 0, NULL);
	ERR_clear_error();
	if (r->algorithm != algorithm_to_receive(keys[i].cert) ||
	    !decrypt(&l, &keys[i], &plain)) {
		code = err_set(e, ERR_DECRYPTION, NULL, 0, NULL);
		goto out;
	}
	if (out->len == 0)
		buf_move(out, &plain);
	else
		buf_add(out, plain.data, plain.len);
	if ((code = buf_check(out, e)) == ERR_OK)
		*which = i;
out:
	buf_wipe(&plain);
	ERR_clear_error();
	return code;
}
