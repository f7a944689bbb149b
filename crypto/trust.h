/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Whom to trust for what: pinned anchors for one role each, with revocation
 * lists where they are configured.  The system's store is never used.
 */
#ifndef SIGILL_CRYPTO_TRUST_H
#define SIGILL_CRYPTO_TRUST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "crypto/cert.h"

/*
 * The role decides which key usage a certificate needs and how a refusal is
 * called:
 *	SENDER     digitalSignature or nonRepudiation; extended usage absent or
 *	           with emailProtection or documentSigning (RFC 9336);
 *	           ERR_SIGNER_UNTRUSTED, _EXPIRED, _REVOKED, _CRL, _USAGE
 *	RECIPIENT  keyEncipherment (RSA) or keyAgreement (EC);
 *	           ERR_RECIPIENT_CERT
 *	RECEIPT    digitalSignature or nonRepudiation, and extended usage with
 *	           documentSigning; ERR_RECEIPT_SIGNER
 * ERR_TEST_CERTIFICATE in all roles, for the certificate or any other of its
 * chain, when test certificates are not allowed.
 */
enum trust_role { TRUST_SENDER, TRUST_RECIPIENT, TRUST_RECEIPT };

struct trust;			/* opaque */

/*
 * anchors: file of PEM certificates.  crls: file of PEM revocation lists or
 * one in DER, or NULL: then revocation is not checked; when given, a missing
 * or outdated list for any issuer of the chain is an error.
 */
enum err_code trust_load(enum trust_role role, const char *anchors,
    const char *crls, bool allow_test, struct trust **out, struct err *e);
void trust_free(struct trust *trust);	/* NULL-safe */
/* Tells of each revocation list whose time is over: all that its issuer has
 * issued is undecided until there is a newer one.  issuer: tame. */
void trust_outdated(const struct trust *trust, int64_t now,
    void (*tell)(const char *issuer, int64_t until, void *arg), void *arg);

/*
 * Is cert good for the role at time now?  chain: intermediates that came
 * along, each of which must be used (may be NULL).  Key sizes and signature
 * algorithms of the chain must give at least 112 bits.
 *
 * The keyUsage extension must be there.  A pinned certificate needs no
 * revocation list about itself.  For RECEIPT, now is the receipt's own time,
 * and lists made since then count.
 */
enum err_code trust_check(const struct trust *trust, const struct cert *cert,
    const struct cert_list *chain, int64_t now, struct err *e);

#endif
