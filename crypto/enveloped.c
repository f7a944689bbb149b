/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Made by OpenSSL's CMS, without the content, which goes once through a BIO
 * that writes where it belongs.  Opened without it: what has been walked octet
 * by octet is all that is needed, and the private key may be elsewhere.
 */
#include "crypto/enveloped.h"

#include <limits.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "crypto/algorithms.h"
#include "crypto/crypto.h"
#include "crypto/enveloped_walk.h"
#include "crypto/internal.h"
#include "crypto/unwrap.h"

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
	enveloped_join_head(&layout, len, out);
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

static enum err_code
describe(const struct enveloped_recipient *r, const struct cert *cert,
    struct wrapped_key *out, struct err *e)
{
	memset(out, 0, sizeof(*out));
	out->algorithm = r->algorithm->name;
	/* The walk has seen that both are of the algorithm's lengths. */
	out->point_len = r->point.len;
	if (r->point.len != 0)
		memcpy(out->point, r->point.p, r->point.len);
	out->wrapped_len = r->wrapped.len;
	memcpy(out->wrapped, r->wrapped.p, r->wrapped.len);
	return cert_digest(cert, out->recipient, e);
}

/*
 * The content key.  Where it cannot be had, and the file is the cause, *out is
 * one of chance, so that the tag is what fails, after as long a time as ever:
 * who tries files on us cannot tell a wrapped key that opens from one that
 * does not.
 */
static enum err_code
content_key(const struct enveloped_recipient *r,
    const struct recipient_key *key, uint8_t out[static CONTENT_KEY_LEN],
    struct err *e)
{
	uint8_t found[CONTENT_KEY_LEN];
	enum err_code code = ERR_DECRYPTION;
	struct err why = { 0 };
	struct wrapped_key w;

	if ((code = crypto_random(out, CONTENT_KEY_LEN, e)) != ERR_OK ||
	    (code = describe(r, key->cert, &w, e)) != ERR_OK)
		return code;
	code = unwrap_key(key->key, &w, found, &why);
	if (code == ERR_OK)
		memcpy(out, found, sizeof(found));
	explicit_bzero(found, sizeof(found));
	if (code == ERR_OK || code == ERR_DECRYPTION)
		return ERR_OK;
	return err_set(e, code, why.where, why.at, "%s", why.msg);
}

/* RFC 5084 §3.2, without authenticated attributes (RFC 5083 §2.2).  All of
 * the plaintext, or nothing and false. */
static bool
decrypt(const struct enveloped_layout *l,
    const uint8_t key[static CONTENT_KEY_LEN], struct buf *plain)
{
	uint8_t tag[GCM_TAG_LEN];
	EVP_CIPHER_CTX *ctx;
	bool ok = false;
	int len = 0, rest = 0;

	memcpy(tag, l->mac, sizeof(tag));
	if ((ctx = EVP_CIPHER_CTX_new()) == NULL ||
	    l->content.len > INT_MAX ||
	    buf_grow(plain, l->content.len) == NULL)
		goto out;
	ok = EVP_DecryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key,
	    l->nonce) == 1 &&
	    (l->content.len == 0 || EVP_DecryptUpdate(ctx, plain->data, &len,
	    l->content.p, (int)l->content.len) == 1) &&
	    (size_t)len == l->content.len &&
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, sizeof(tag),
	    tag) == 1 &&
	    EVP_DecryptFinal_ex(ctx, plain->data + len, &rest) == 1 &&
	    rest == 0;
	plain->len = l->content.len;
out:
	if (!ok)
		buf_wipe(plain);
	EVP_CIPHER_CTX_free(ctx);
	return ok;
}

enum err_code
enveloped_open(const uint8_t *der, size_t len,
    const struct recipient_key *keys, size_t n, struct buf *out,
    size_t *which, struct err *e)
{
	const struct enveloped_recipient *r = NULL;
	uint8_t key[CONTENT_KEY_LEN];
	bool expired = false;
	struct enveloped_layout l;
	struct buf plain = { 0 };
	enum err_code code;
	size_t i;

	if ((code = enveloped_walk(der, len, &l, e)) != ERR_OK)
		return code;
	for (i = 0; i < n; i++) {
		r = find_recipient(&l, keys[i].cert);
		if (r != NULL && !keys[i].expired)
			break;
		expired = expired || r != NULL;
	}
	if (i == n)
		return err_set(e, expired ? ERR_RECIPIENT_EXPIRED :
		    ERR_NOT_RECIPIENT, NULL, 0, NULL);
	/* Both are public: that they do not fit each other tells nothing. */
	if (r->algorithm != algorithm_to_receive(keys[i].cert))
		return err_set(e, ERR_DECRYPTION, NULL, 0, NULL);
	if ((code = content_key(r, &keys[i], key, e)) != ERR_OK)
		goto out;
	ERR_clear_error();
	if (!decrypt(&l, key, &plain)) {
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
	explicit_bzero(key, sizeof(key));
	buf_wipe(&plain);
	ERR_clear_error();
	return code;
}
