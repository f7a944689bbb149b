/* SPDX-License-Identifier: EUPL-1.2 */
#include "crypto/token.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "base/wipe.h"
#include "crypto/internal.h"
#include "crypto/token_module.h"

struct home {
	struct token_module *module;
	struct token_uri uri;
	char *name;		/* the URI, for messages */
	EVP_PKEY *public;	/* owned; the certificate's */
	struct token_hold hold;	/* the private key */
};

/* For reading or writing.  What the token says is no fault of the data: those
 * have been looked at before (crypto/unwrap.c). */
static enum err_code
use_once(const struct home *h, key_op *op, void *arg, struct err *e)
{
	enum err_code code;
	const char *text;
	bool said;

	ERR_clear_error();
	code = op(h->hold.pkey, arg);
	said = token_said(&text);
	if (code == ERR_DECRYPTION && said)
		code = ERR_KEY_SERVICE;
	if (code == ERR_KEY_SERVICE)
		return err_set(e, code, h->name, 0, "%s", text != NULL ?
		    text : "the token failed");
	return code == ERR_OK ? ERR_OK : err_set(e, code, NULL, 0, NULL);
}

/* --- does it work? ------------------------------------------------------------ */

/* An agreement with somebody. */
static enum err_code
try_agreement(EVP_PKEY *pkey, void *arg)
{
	const struct home *h = arg;
	enum err_code code = ERR_KEY_SERVICE;
	EVP_PKEY *peer = NULL;
	EVP_PKEY_CTX *ctx;
	uint8_t secret[48];
	size_t len = sizeof(secret);

	peer = EVP_EC_gen(EVP_PKEY_get_bits(h->public) == 384 ? "P-384" :
	    "P-256");
	if ((ctx = EVP_PKEY_CTX_new(pkey, NULL)) != NULL && peer != NULL &&
	    EVP_PKEY_derive_init(ctx) == 1 &&
	    EVP_PKEY_derive_set_peer_ex(ctx, peer, 0) == 1 &&
	    EVP_PKEY_derive(ctx, secret, &len) == 1)
		code = ERR_OK;
	explicit_bzero(secret, sizeof(secret));
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(peer);
	return code;
}

static enum err_code
try_signature(EVP_PKEY *pkey, void *arg)
{
	const struct home *h = arg;
	static const uint8_t nothing[1];
	enum err_code code = ERR_KEY_SERVICE;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t signature[2048];
	size_t len = sizeof(signature);

	if (ctx != NULL && EVP_PKEY_get_size(h->public) <= 2048 &&
	    EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, pkey) == 1 &&
	    EVP_DigestSign(ctx, signature, &len, nothing, 1) == 1)
		code = ERR_OK;
	EVP_MD_CTX_free(ctx);
	return code;
}

/* A token may hold a key and yet forbid what it is wanted for: found at start,
 * and not with the first file.  (That an RSA key decrypts cannot be told from
 * a wrong padding; that it is there has been seen.) */
static enum err_code
probe(struct home *h, const struct cert *cert, struct err *e)
{
	uint32_t usage = X509_get_key_usage(cert_x509(cert));
	struct err found = { 0 };
	enum err_code code = ERR_OK;

	if ((usage & KU_KEY_AGREEMENT) != 0 &&
	    EVP_PKEY_is_a(h->public, "EC"))
		code = use_once(h, try_agreement, h, &found);
	else if ((usage & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)) != 0)
		code = use_once(h, try_signature, h, &found);
	return code == ERR_OK ? ERR_OK : err_set(e, ERR_TOKEN, found.where, 0,
	    "the token does not do with it what its certificate is for: %s",
	    found.msg);
}

/* --- its home ----------------------------------------------------------------- */

/* Opens what is not open (token_module_open). */
static enum err_code
open_again(struct home *h, uint64_t failed,
    const struct passphrase_source *source, struct err *e)
{
	struct token_module *m = h->module;
	enum err_code code;

	(void)pthread_rwlock_wrlock(&m->lock);
	code = token_module_open(m, failed, source == NULL, h->name, e);
	if (code == ERR_OK && h->hold.pkey == NULL)
		code = token_module_find(m, &h->uri, h->name, source,
		    &h->hold, e);
	if (code == ERR_OK && EVP_PKEY_eq(h->public, h->hold.pkey) != 1) {
		token_module_drop(m, &h->hold);
		code = err_set(e, ERR_KEY_MISMATCH, h->name, 0, NULL);
	}
	/* Tokens are listed when it is opened: the next try shall see one
	 * that comes. */
	if (code == ERR_KEY_SERVICE)
		token_module_close(m);
	ERR_clear_error();
	(void)pthread_rwlock_unlock(&m->lock);
	return code;
}

/* A token that was away for a moment costs nothing. */
static enum err_code
use(void *at, key_op *op, void *arg, struct err *e)
{
	struct home *h = at;
	struct token_module *m = h->module;
	struct err found = { 0 };
	enum err_code code;
	uint64_t failed;

	for (unsigned i = 0;; i++) {
		code = ERR_KEY_SERVICE;
		err_clear(&found);
		failed = 0;
		(void)pthread_rwlock_rdlock(&m->lock);
		if (h->hold.pkey != NULL) {
			failed = m->times;
			code = use_once(h, op, arg, &found);
		}
		(void)pthread_rwlock_unlock(&m->lock);
		if (code == ERR_OK)
			return ERR_OK;
		if (code != ERR_KEY_SERVICE || i == 1 ||
		    open_again(h, failed, NULL, found.code != ERR_OK ? NULL :
		    &found) != ERR_OK)
			break;
	}
	return err_set(e, found.code != ERR_OK ? found.code : code,
	    found.where, 0, "%s", found.msg);
}

static void
drop(void *at)
{
	struct home *h = at;

	(void)pthread_rwlock_wrlock(&h->module->lock);
	token_module_drop(h->module, &h->hold);
	(void)pthread_rwlock_unlock(&h->module->lock);
	token_module_put(h->module);
	EVP_PKEY_free(h->public);
	token_uri_wipe(&h->uri);
	wipe_free(h->name);
	wipe_free(h);
}

static const struct key_home in_token = { use, drop };

static struct home *
home_new(const char *module, const char *uri, const struct cert *cert)
{
	struct home *h = wipe_malloc(sizeof(*h));

	if (h == NULL)
		return NULL;
	*h = (struct home){ .name = wipe_strdup(uri),
	    .public = X509_get_pubkey(cert_x509(cert)) };
	if (h->name != NULL && h->public != NULL &&
	    (h->module = token_module_get(module)) != NULL)
		return h;
	wipe_free(h->name);
	EVP_PKEY_free(h->public);
	wipe_free(h);
	return NULL;
}

enum err_code
token_key(const char *module, const char *uri, const struct cert *cert,
    const struct passphrase_source *source, struct key **out, struct err *e)
{
	struct key *key = NULL;
	enum err_code code;
	struct home *h;

	if ((h = home_new(module, uri, cert)) == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	if ((code = token_uri_parse(uri, &h->uri, e)) != ERR_OK ||
	    (code = open_again(h, 0, source, e)) != ERR_OK ||
	    (code = probe(h, cert, e)) != ERR_OK)
		goto fail;
	if ((key = wipe_malloc(sizeof(*key))) == NULL ||
	    EVP_PKEY_up_ref(h->public) != 1) {
		wipe_free(key);
		code = err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
		goto fail;
	}
	*key = (struct key){ .pkey = h->public, .home = &in_token, .at = h };
	*out = key;
	return ERR_OK;
fail:
	drop(h);
	return code;
}
