/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What crypto/NAME.c share with each other and that needs OpenSSL's types.
 * No header includes this one.
 */
#ifndef SIGILL_CRYPTO_INTERNAL_H
#define SIGILL_CRYPTO_INTERNAL_H

#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include "base/err.h"
#include "base/passphrase.h"
#include "crypto/cert.h"
#include "crypto/key.h"
#include "crypto/unwrap.h"

/* One operation with a private key.  ERR_DECRYPTION when the data do not fit
 * it, ERR_KEY_SERVICE when it could not be used. */
typedef enum err_code key_op(EVP_PKEY *pkey, void *arg);

/* Where a private key is that is not in this process's memory. */
struct key_home {
	enum err_code (*use)(void *at, key_op *op, void *arg, struct err *e);
	void (*drop)(void *at);
};

struct key {
	/* Owned; P-256, P-384 or RSA >= 3072.  With a home it is the public
	 * half alone. */
	EVP_PKEY *pkey;
	const struct key_home *home;	/* static; NULL: pkey has both */
	void *at;		/* the home's */
	/* Of a distant key, whose pkey is NULL: who is asked instead. */
	unwrap_fn *ask;
	void *arg;		/* borrowed */
};

/* key.c: runs op with the private half, wherever it is, and perhaps twice.
 * What op returns, or ERR_KEY_SERVICE, ERR_PASSPHRASE …; sets *e then. */
enum err_code key_use(const struct key *key, key_op *op, void *arg,
    struct err *e);

/* What a public or private key is to us; "other" is never accepted. */
enum key_kind { KEY_KIND_OTHER, KEY_KIND_P256, KEY_KIND_P384, KEY_KIND_RSA };
enum key_kind key_kind_of(const EVP_PKEY *pkey);

/* key.c: a key from OpenSSL's, which changes hands also on failure.  ERR_KEY
 * (where = the file) when it is not one that we use. */
enum err_code key_adopt(EVP_PKEY *pkey, const char *where, struct key **out,
    struct err *e);

/*
 * A struct cert is an X509 under another name, so that counting references
 * is OpenSSL's: the two casts are here and nowhere else.
 */
static inline X509 *
cert_x509(const struct cert *cert)
{
	return (X509 *)(uintptr_t)cert;
}

/* The reference changes hands. */
static inline struct cert *
cert_of_x509(X509 *x509)
{
	return (struct cert *)x509;
}

/* unlock.c: undoing the password-based encryption of one key file. */
struct unlock {
	const char *path;	/* for messages */
	const char *convert;	/* the command that makes a usable file */
	const struct passphrase_source *source;	/* may be NULL */
	struct buf passphrase;	/* empty until it is asked for; owned */
	bool asked;
};

/*
 * Can this algorithm be undone here?  ERR_KEY, with its name, if not.  Asked
 * before anybody is asked for a passphrase, and because "no such cipher" must
 * not be taken for "wrong passphrase".
 */
enum err_code unlock_can(const struct unlock *u, const X509_ALGOR *scheme,
    struct err *e);
/* Fills u->passphrase, once. */
enum err_code unlock_ask(struct unlock *u, struct err *e);
/* ERR_KEY, ERR_PASSPHRASE or what the source says.  *out is the caller's. */
enum err_code unlock_pkcs8(struct unlock *u, const X509_SIG *sealed,
    PKCS8_PRIV_KEY_INFO **out, struct err *e);

/* pkcs12.c: the one private key in it; its certificates are not looked at.
 * *out is the caller's. */
enum err_code pkcs12_key(PKCS12 *p12, struct unlock *u,
    PKCS8_PRIV_KEY_INFO **out, struct err *e);

#endif
