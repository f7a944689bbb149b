/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * May a certificate do what a role is for?  What it answers by itself, whoever
 * issued it: its key, keyUsage and extendedKeyUsage (docs/SPEC.md, section 5).
 */
#ifndef SIGILL_CRYPTO_USAGE_H
#define SIGILL_CRYPTO_USAGE_H

#include "base/err.h"
#include "crypto/cert.h"
#include "crypto/trust.h"

/*
 * ERR_SIGNER_USAGE, ERR_RECIPIENT_CERT or ERR_RECEIPT_SIGNER, by the role.
 * trust_check asks this too; programs ask it of their own certificates before
 * they use them for what nobody would accept.
 */
enum err_code usage_check(enum trust_role role, const struct cert *cert,
    struct err *e);

/* May it open the connection that a sealed file is delivered on?  That needs
 * digitalSignature and clientAuth, both named.  ERR_CERT. */
enum err_code usage_check_tls(const struct cert *cert, struct err *e);

#endif
