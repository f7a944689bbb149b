/* SPDX-License-Identifier: EUPL-1.2 */
#include "crypto/key.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <string.h>

#include "base/file.h"
#include "base/i18n.h"
#include "base/wipe.h"
#include "crypto/internal.h"

/* PBKDF2-HMAC-SHA-256 rounds and salt for keys that we write: OWASP's figure
 * of 2023, a quarter of a second on a small machine. */
#define PBKDF2_ROUNDS	600000
#define PBKDF2_SALT_LEN	16

static const struct {
	const char *name;
	const char *group;	/* NULL: RSA */
} types[] = {
	[KEY_P256] = { "p256", "P-256" },
	[KEY_P384] = { "p384", "P-384" },
	[KEY_RSA3072] = { "rsa3072", NULL },
};

int
key_type_parse(const char *name)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i].name, name) == 0)
			return (int)i;
	return -1;
}

/* FIPS 186-5 §A.1.1: a public exponent above 2^16.  With 1, everything that
 * is encrypted would be readable. */
static bool
rsa_is_sound(const EVP_PKEY *pkey)
{
	BIGNUM *exponent = NULL;
	bool sound;

	sound = EVP_PKEY_get_bits(pkey) >= 3072 &&
	    EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_E,
	    &exponent) == 1 &&
	    BN_num_bits(exponent) > 16 && BN_is_odd(exponent);
	BN_free(exponent);
	return sound;
}

/* RFC 5480 §2.1.1: the curve by its name, not by its numbers. */
static bool
curve_is_named(const EVP_PKEY *pkey)
{
	char text[32];
	size_t len;

	return EVP_PKEY_get_utf8_string_param(pkey,
	    OSSL_PKEY_PARAM_EC_ENCODING, text, sizeof(text), &len) == 1 &&
	    strcmp(text, OSSL_PKEY_EC_ENCODING_GROUP) == 0;
}

enum key_kind
key_kind_of(const EVP_PKEY *pkey)
{
	char curve[64];
	size_t len;

	if (pkey == NULL)
		return KEY_KIND_OTHER;
	if (EVP_PKEY_is_a(pkey, "RSA"))
		return rsa_is_sound(pkey) ? KEY_KIND_RSA : KEY_KIND_OTHER;
	if (!EVP_PKEY_is_a(pkey, "EC"))
		return KEY_KIND_OTHER;
	if (!curve_is_named(pkey) ||
	    EVP_PKEY_get_group_name(pkey, curve, sizeof(curve), &len) != 1)
		return KEY_KIND_OTHER;
	if (strcmp(curve, SN_X9_62_prime256v1) == 0)
		return KEY_KIND_P256;
	if (strcmp(curve, SN_secp384r1) == 0)
		return KEY_KIND_P384;
	return KEY_KIND_OTHER;
}

/* Says what the key is instead of one that we use. */
static enum err_code
refuse(const EVP_PKEY *pkey, const char *where, struct err *e)
{
	char curve[64];
	size_t len;

	if (!EVP_PKEY_is_a(pkey, "EC"))
		return err_set(e, ERR_KEY, where, 0, _("it is %s of %d bits"),
		    EVP_PKEY_get0_type_name(pkey), EVP_PKEY_get_bits(pkey));
	if (EVP_PKEY_get_group_name(pkey, curve, sizeof(curve), &len) != 1)
		return err_set(e, ERR_KEY, where, 0,
		    _("its curve does not have a name"));
	return err_set(e, ERR_KEY, where, 0, curve_is_named(pkey) ?
	    _("its curve is %s") :
	    _("its curve, %s, is given by its numbers and not by its name"),
	    curve);
}

enum err_code
key_adopt(EVP_PKEY *pkey, const char *where, struct key **out,
    struct err *e)
{
	enum err_code code = ERR_OK;
	EVP_PKEY_CTX *ctx = NULL;
	enum key_kind kind;
	struct key *key;

	ERR_clear_error();
	if ((kind = key_kind_of(pkey)) == KEY_KIND_OTHER) {
		code = refuse(pkey, where, e);
		goto out;
	}
	/* Both halves stand in the file and may contradict each other.  Not
	 * tried for RSA, where the test for primes would take longer than all
	 * else that is done with the key. */
	if (kind != KEY_KIND_RSA &&
	    ((ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL)) == NULL ||
	    EVP_PKEY_pairwise_check(ctx) != 1)) {
		code = err_set(e, ERR_KEY, where, 0,
		    _("its private and public halves do not belong together"));
		goto out;
	}
	if ((key = wipe_malloc(sizeof(*key))) == NULL) {
		code = err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
		goto out;
	}
	*key = (struct key){ .pkey = pkey };
	pkey = NULL;
	*out = key;
out:
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(pkey);
	ERR_clear_error();
	return code;
}

enum err_code
key_generate(enum key_type type, struct key **out, struct err *e)
{
	EVP_PKEY *pkey;

	ERR_clear_error();
	if (types[type].group != NULL)
		pkey = EVP_EC_gen(types[type].group);
	else
		pkey = EVP_RSA_gen(3072);
	if (pkey == NULL) {
		ERR_clear_error();
		return err_set(e, ERR_INTERNAL, NULL, 0,
		    "no %s key can be made", types[type].name);
	}
	return key_adopt(pkey, NULL, out, e);
}

/* RFC 8018 §6.2: PBES2. */
static X509_SIG *
encrypt(PKCS8_PRIV_KEY_INFO *info, const struct buf *passphrase)
{
	X509_ALGOR *scheme;
	X509_SIG *sealed;

	scheme = PKCS5_pbe2_set_iv(EVP_aes_256_cbc(), PBKDF2_ROUNDS, NULL,
	    PBKDF2_SALT_LEN, NULL, NID_hmacWithSHA256);
	if (scheme == NULL)
		return NULL;
	sealed = PKCS8_set0_pbe((const char *)passphrase->data,
	    (int)passphrase->len, info, scheme);
	if (sealed == NULL)
		X509_ALGOR_free(scheme);
	return sealed;
}

enum err_code
key_pem(const struct key *key, const struct buf *passphrase, struct buf *out,
    struct err *e)
{
	PKCS8_PRIV_KEY_INFO *info = NULL;
	enum err_code code;
	X509_SIG *sealed = NULL;
	BIO *bio = NULL;
	char *pem;
	long len;

	if (key->pkey == NULL || key->home != NULL)
		return err_set(e, ERR_KEY, NULL, 0, "the key is elsewhere");
	ERR_clear_error();
	if ((bio = BIO_new(BIO_s_mem())) == NULL ||
	    (info = EVP_PKEY2PKCS8(key->pkey)) == NULL ||
	    (passphrase != NULL &&
	    (sealed = encrypt(info, passphrase)) == NULL) ||
	    (sealed != NULL ? PEM_write_bio_PKCS8(bio, sealed) :
	    PEM_write_bio_PKCS8_PRIV_KEY_INFO(bio, info)) != 1 ||
	    (len = BIO_get_mem_data(bio, &pem)) <= 0) {
		code = err_set(e, ERR_INTERNAL, NULL, 0,
		    "the key cannot be written as PKCS#8");
		goto out;
	}
	buf_add(out, pem, (size_t)len);
	code = buf_check(out, e);
out:
	X509_SIG_free(sealed);
	PKCS8_PRIV_KEY_INFO_free(info);
	BIO_free(bio);
	ERR_clear_error();
	return code;
}

enum err_code
key_write(const struct key *key, const char *path,
    const struct buf *passphrase, struct err *e)
{
	struct buf pem = { 0 };
	enum err_code code;

	code = key_pem(key, passphrase, &pem, e);
	if (code == ERR_OK)
		code = file_write_new(path, pem.data, pem.len, 0600, e);
	buf_wipe(&pem);
	return code;
}

enum err_code
key_matches(const struct key *key, const struct cert *cert, struct err *e)
{
	EVP_PKEY *pub = X509_get0_pubkey(cert_x509(cert));
	bool same;

	/* A distant key matches none: nobody can sign with it. */
	same = pub != NULL && key->pkey != NULL &&
	    EVP_PKEY_eq(pub, key->pkey) == 1;
	ERR_clear_error();
	return same ? ERR_OK : err_set(e, ERR_KEY_MISMATCH, NULL, 0, NULL);
}

enum err_code
key_use(const struct key *key, key_op *op, void *arg, struct err *e)
{
	enum err_code code;

	if (key->home != NULL)
		return key->home->use(key->at, op, arg, e);
	ERR_clear_error();
	code = op(key->pkey, arg);
	ERR_clear_error();
	return code == ERR_OK ? ERR_OK : err_set(e, code, NULL, 0, NULL);
}

void
key_free(struct key *key)
{
	if (key == NULL)
		return;
	if (key->home != NULL)
		key->home->drop(key->at);
	EVP_PKEY_free(key->pkey);
	wipe_free(key);
}
