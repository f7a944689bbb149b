/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Private keys in a token (PKCS#11 v2.40), through libp11: a smart card, a
 * hardware security module, SoftHSM.  The key never leaves it.
 *
 * A token that goes away makes what needs it fail with ERR_KEY_SERVICE; the
 * library is then started anew, at most once in a second, until the token is
 * there again.  A PIN that has been refused is not tried twice, since tokens
 * count.
 */
#ifndef SIGILL_CRYPTO_TOKEN_H
#define SIGILL_CRYPTO_TOKEN_H

#include "base/err.h"
#include "base/passphrase.h"
#include "crypto/cert.h"
#include "crypto/key.h"

/*
 * The private key that uri (crypto/token_uri.h) names, as a struct key that
 * signs and unwraps like any other, also from several threads at once.
 * module: path of the PKCS#11 library.  cert: the certificate of the key.
 * The PIN is what source gives; it is asked for only when the token wants one,
 * and kept for when the token must be opened again.
 *
 *	ERR_CONFIG		the URI
 *	ERR_TOKEN		the library; there is no such key, or the
 *				token does not do what it is wanted for
 *	ERR_KEY_MISMATCH	it is not the certificate's
 *	ERR_KEY_SERVICE		the token is not there, or does not answer
 *	ERR_PASSPHRASE		the PIN is wrong
 *	ERR_PASSPHRASE_NEEDED
 */
enum err_code token_key(const char *module, const char *uri,
    const struct cert *cert, const struct passphrase_source *source,
    struct key **out, struct err *e);

#endif
