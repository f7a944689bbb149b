/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * OpenSSL's objects inside ours.  Only for crypto/NAME.c; no header includes
 * this one.
 */
#ifndef SIGILL_CRYPTO_INTERNAL_H
#define SIGILL_CRYPTO_INTERNAL_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/err.h"
#include "crypto/cert.h"
#include "crypto/key.h"

struct key {
	EVP_PKEY *pkey;		/* owned; P-256, P-384 or RSA >= 3072 */
};

/* What a public or private key is to us; "other" is never accepted. */
enum key_kind { KEY_KIND_OTHER, KEY_KIND_P256, KEY_KIND_P384, KEY_KIND_RSA };
enum key_kind key_kind_of(const EVP_PKEY *pkey);

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

#endif
