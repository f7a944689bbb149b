/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Private keys in a token (PKCS#11 v2.40), through libp11: a smart card, a
 * hardware security module, SoftHSM.  The key never leaves it.
 */
#ifndef SIGILL_CRYPTO_TOKEN_H
#define SIGILL_CRYPTO_TOKEN_H

#include <stdbool.h>

#include "base/err.h"
#include "base/passphrase.h"
#include "crypto/cert.h"
#include "crypto/key.h"

/* "pkcs11:token=…;object=…;id=%…" (RFC 7512)? */
bool token_is_uri(const char *s);

/*
 * The private key that uri names, as a struct key that signs and unwraps like
 * any other.  module: path of the PKCS#11 library.  cert: the certificate of
 * the key, whose public half tells what it is.  The PIN is what source gives.
 * ERR_KEY, ERR_PASSPHRASE, ERR_PASSPHRASE_NEEDED.
 */
enum err_code token_key(const char *module, const char *uri,
    const struct cert *cert, const struct passphrase_source *source,
    struct key **out, struct err *e);

#endif
