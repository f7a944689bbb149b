/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A key and its certificates as another library's TLS takes them, so that
 * every kind of key file that we read also works for the connection, and its
 * passphrase is asked for once and stays here.
 */
#ifndef SIGILL_CRYPTO_TLS_IDENTITY_H
#define SIGILL_CRYPTO_TLS_IDENTITY_H

#include "base/buf.h"
#include "base/err.h"
#include "crypto/cert.h"
#include "crypto/key.h"

/* Appends the certificate and then its chain (may be NULL) in PEM, and the
 * private key as PKCS#8 in DER, which is not encrypted.  ERR_NO_MEMORY. */
enum err_code tls_identity_encode(const struct key *key,
    const struct cert *cert, const struct cert_list *chain,
    struct buf *cert_pem, struct buf *key_der, struct err *e);

#endif
