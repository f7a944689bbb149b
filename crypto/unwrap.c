/* SPDX-License-Identifier: EUPL-1.2 */
#include "crypto/unwrap.h"

#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/rsa.h>

#include "base/buf.h"
#include "base/wipe.h"
#include "crypto/algorithms.h"
#include "crypto/internal.h"

#define KEK_LEN		32	/* of AES-256 key wrap */
#define SECRET_MAX	48	/* an x-coordinate of P-384 */

/* --- agreement ---------------------------------------------------------- */

/*
 * The sender's ephemeral key.  A point that is not on the curve would betray
 * bits of ours: it is refused here, whoever computes with it afterwards.  The
 * curves have no small subgroups, so that this is all (SP 800-56A §5.6.2.3.4).
 */
static EVP_PKEY *
read_point(const struct algorithm *row, const struct wrapped_key *w)
{
	OSSL_PARAM params[] = {
		OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
		    (char *)(uintptr_t)row->curve, 0),
		OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY,
		    (uint8_t *)(uintptr_t)w->point, w->point_len),
		OSSL_PARAM_END
	};
	EVP_PKEY_CTX *ctx, *check = NULL;
	EVP_PKEY *point = NULL;
	bool ok;

	params[0].data_size = strlen(row->curve);
	ok = (ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL)) != NULL &&
	    EVP_PKEY_fromdata_init(ctx) == 1 &&
	    EVP_PKEY_fromdata(ctx, &point, EVP_PKEY_PUBLIC_KEY, params) == 1 &&
	    (check = EVP_PKEY_CTX_new_from_pkey(NULL, point, NULL)) != NULL &&
	    EVP_PKEY_public_check_quick(check) == 1;
	EVP_PKEY_CTX_free(check);
	EVP_PKEY_CTX_free(ctx);
	if (!ok) {
		EVP_PKEY_free(point);
		point = NULL;
	}
	return point;
}

/* RFC 5753 §7.1.4, with the digest that the row names. */
static bool
derive_kek(const struct algorithm *row, uint8_t *secret, size_t len,
    uint8_t kek[static KEK_LEN])
{
	OSSL_PARAM params[] = {
		OSSL_PARAM_utf8_string(OSSL_KDF_PARAM_DIGEST,
		    (char *)(uintptr_t)row->md, 0),
		OSSL_PARAM_octet_string(OSSL_KDF_PARAM_SECRET, secret, len),
		OSSL_PARAM_octet_string(OSSL_KDF_PARAM_INFO,
		    (uint8_t *)(uintptr_t)row->shared_info.p,
		    row->shared_info.len),
		OSSL_PARAM_END
	};
	EVP_KDF_CTX *ctx = NULL;
	EVP_KDF *kdf;
	bool ok;

	params[0].data_size = strlen(row->md);
	ok = (kdf = EVP_KDF_fetch(NULL, "X963KDF", NULL)) != NULL &&
	    (ctx = EVP_KDF_CTX_new(kdf)) != NULL &&
	    EVP_KDF_derive(ctx, kek, KEK_LEN, params) == 1;
	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
	return ok;
}

/* RFC 3394 §2.2.2. */
static bool
open_wrapped(const uint8_t kek[static KEK_LEN], const struct wrapped_key *w,
    uint8_t out[static CONTENT_KEY_LEN])
{
	uint8_t plain[CONTENT_KEY_LEN + 8];
	EVP_CIPHER_CTX *ctx;
	bool ok;
	int len;

	if (w->wrapped_len != sizeof(plain) ||
	    (ctx = EVP_CIPHER_CTX_new()) == NULL)
		return false;
	EVP_CIPHER_CTX_set_flags(ctx, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
	ok = EVP_DecryptInit_ex(ctx, EVP_aes_256_wrap(), NULL, kek, NULL) ==
	    1 && EVP_DecryptUpdate(ctx, plain, &len, w->wrapped,
	    (int)w->wrapped_len) == 1 && len == CONTENT_KEY_LEN;
	if (ok)
		memcpy(out, plain, CONTENT_KEY_LEN);
	explicit_bzero(plain, sizeof(plain));
	EVP_CIPHER_CTX_free(ctx);
	return ok;
}

/* One file's key on its way through key_use. */
struct unwrapping {
	const struct algorithm *row;
	const struct wrapped_key *w;
	EVP_PKEY *point;		/* agreement's */
	uint8_t *out;
};

/* ERR_KEY_SERVICE for what the point cannot have caused. */
static enum err_code
agree_with(EVP_PKEY *pkey, void *arg)
{
	const struct unwrapping *u = arg;
	uint8_t secret[SECRET_MAX], kek[KEK_LEN];
	enum err_code code = ERR_KEY_SERVICE;
	size_t len = sizeof(secret);
	EVP_PKEY_CTX *ctx;

	if ((ctx = EVP_PKEY_CTX_new(pkey, NULL)) == NULL ||
	    EVP_PKEY_derive_init(ctx) != 1)
		goto out;
	if (EVP_PKEY_derive_set_peer_ex(ctx, u->point, 0) != 1) {
		code = ERR_DECRYPTION;
		goto out;
	}
	if (EVP_PKEY_derive(ctx, secret, &len) != 1 ||
	    len != (u->row->point_len - 1) / 2 ||
	    !derive_kek(u->row, secret, len, kek))
		goto out;
	code = open_wrapped(kek, u->w, u->out) ? ERR_OK : ERR_DECRYPTION;
out:
	explicit_bzero(secret, sizeof(secret));
	explicit_bzero(kek, sizeof(kek));
	EVP_PKEY_CTX_free(ctx);
	return code;
}

static enum err_code
agree(const struct key *key, struct unwrapping *u, struct err *e)
{
	enum err_code code;

	/* The point is not checked again by what holds the key. */
	if (!EVP_PKEY_is_a(key->pkey, "EC") ||
	    (u->point = read_point(u->row, u->w)) == NULL)
		return err_set(e, ERR_DECRYPTION, NULL, 0, NULL);
	code = key_use(key, agree_with, u, e);
	EVP_PKEY_free(u->point);
	return code;
}

/* --- transport ---------------------------------------------------------- */

/* RFC 3560 §3, with SHA-256 in both places.  That OpenSSL tells nothing about
 * why it fails, in time either, is what OAEP needs. */
static enum err_code
decrypt_with(EVP_PKEY *pkey, void *arg)
{
	const struct unwrapping *u = arg;
	const EVP_MD *md = EVP_get_digestbyname(u->row->md);
	enum err_code code = ERR_DECRYPTION;
	uint8_t plain[WRAPPED_MAX];
	EVP_PKEY_CTX *ctx = NULL;
	size_t len = sizeof(plain);

	if ((ctx = EVP_PKEY_CTX_new(pkey, NULL)) == NULL ||
	    EVP_PKEY_decrypt_init(ctx) != 1 ||
	    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) <= 0 ||
	    EVP_PKEY_CTX_set_rsa_oaep_md(ctx, md) <= 0 ||
	    EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, md) <= 0)
		code = ERR_KEY_SERVICE;
	else if (EVP_PKEY_decrypt(ctx, plain, &len, u->w->wrapped,
	    u->w->wrapped_len) == 1 && len == CONTENT_KEY_LEN) {
		memcpy(u->out, plain, CONTENT_KEY_LEN);
		code = ERR_OK;
	}
	explicit_bzero(plain, sizeof(plain));
	EVP_PKEY_CTX_free(ctx);
	return code;
}

/* RFC 8017 §7.1.2, §5.1.2: as long as the modulus, and less than it.  What is
 * wrong after that is either the padding or the holder of the key. */
static bool
in_range(const EVP_PKEY *pkey, const struct wrapped_key *w)
{
	BIGNUM *modulus = NULL, *number;
	bool ok;

	number = BN_bin2bn(w->wrapped, (int)w->wrapped_len, NULL);
	ok = number != NULL && EVP_PKEY_get_bn_param(pkey,
	    OSSL_PKEY_PARAM_RSA_N, &modulus) == 1 &&
	    w->wrapped_len == (size_t)BN_num_bytes(modulus) &&
	    BN_cmp(number, modulus) < 0;
	BN_free(modulus);
	BN_free(number);
	return ok;
}

static enum err_code
decrypt(const struct key *key, struct unwrapping *u, struct err *e)
{
	if (!EVP_PKEY_is_a(key->pkey, "RSA") || !in_range(key->pkey, u->w))
		return err_set(e, ERR_DECRYPTION, NULL, 0, NULL);
	return key_use(key, decrypt_with, u, e);
}

/* --- both --------------------------------------------------------------- */

/* Is it of the lengths that its algorithm has, and the point uncompressed?
 * Who asks need not have walked an envelope. */
static bool
has_form(const struct wrapped_key *w, const struct algorithm *row)
{
	return row != NULL && w->point_len == row->point_len &&
	    (w->point_len == 0 || w->point[0] == 0x04) &&
	    w->wrapped_len >= row->wrapped_min &&
	    w->wrapped_len <= row->wrapped_max;
}

enum err_code
unwrap_key(const struct key *key, const struct wrapped_key *w,
    uint8_t out[static CONTENT_KEY_LEN], struct err *e)
{
	const struct algorithm *row = algorithm_by_name(w->algorithm);
	struct unwrapping u = { .row = row, .w = w, .out = out };
	enum err_code code;

	if (key->ask != NULL)
		return key->ask(key->arg, w, out, e);
	if (!has_form(w, row))
		return err_set(e, ERR_DECRYPTION, NULL, 0, NULL);
	ERR_clear_error();
	code = row->use == ALGORITHM_AGREEMENT ? agree(key, &u, e) :
	    decrypt(key, &u, e);
	ERR_clear_error();
	return code;
}

enum err_code
key_distant(unwrap_fn *ask, void *arg, struct key **out, struct err *e)
{
	struct key *key;

	if ((key = wipe_malloc(sizeof(*key))) == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	*key = (struct key){ .ask = ask, .arg = arg };
	*out = key;
	return ERR_OK;
}

/* --- as bytes ----------------------------------------------------------- */

/*
 *	32	recipient
 *	1, n	length and text of the algorithm's name
 *	n	the point, as long as the algorithm says
 *	n	the wrapped key: all that is left
 */
enum err_code
wrapped_key_encode(const struct wrapped_key *w, struct buf *out,
    struct err *e)
{
	buf_add(out, w->recipient, sizeof(w->recipient));
	buf_add_u8(out, (uint8_t)strlen(w->algorithm));
	buf_add_str(out, w->algorithm);
	buf_add(out, w->point, w->point_len);
	buf_add(out, w->wrapped, w->wrapped_len);
	return buf_check(out, e);
}

enum err_code
wrapped_key_parse(const uint8_t *data, size_t len, struct wrapped_key *out,
    struct err *e)
{
	const uint8_t *recipient, *name, *point, *wrapped;
	struct cursor c = cursor_of(data, len);
	const struct algorithm *row = NULL;
	char text[32] = "";
	uint8_t n;

	memset(out, 0, sizeof(*out));
	if (cursor_take(&c, sizeof(out->recipient), &recipient) &&
	    cursor_u8(&c, &n) && n < sizeof(text) &&
	    cursor_take(&c, n, &name)) {
		memcpy(text, name, n);
		row = strlen(text) == n ? algorithm_by_name(text) : NULL;
	}
	if (row == NULL || !cursor_take(&c, row->point_len, &point) ||
	    c.left < row->wrapped_min || c.left > row->wrapped_max)
		return err_set(e, ERR_PROTOCOL, "wrapped key", c.off, NULL);
	out->algorithm = row->name;
	memcpy(out->recipient, recipient, sizeof(out->recipient));
	memcpy(out->point, point, row->point_len);
	out->point_len = row->point_len;
	out->wrapped_len = c.left;
	(void)cursor_take(&c, c.left, &wrapped);
	memcpy(out->wrapped, wrapped, out->wrapped_len);
	return ERR_OK;
}
