/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A certificate authority for tests (TEST ONLY in every name): thousands of
 * organisations' certificates in a second, and one revocation list.  Ends the
 * program when OpenSSL refuses.
 */
#ifndef SIGILL_TESTS_POPULATION_ISSUER_H
#define SIGILL_TESTS_POPULATION_ISSUER_H

#include "base/buf.h"
#include "crypto/signed.h"

struct issuer;			/* opaque */

/* Somebody with a certificate and its key (P-256).  Owned; signer borrows. */
struct identity {
	struct key *key;
	struct cert_list cert;	/* exactly one */
	struct signer signer;
};

enum identity_kind {
	IDENTITY_SENDER,	/* as it should be, for sealing */
	IDENTITY_EXPIRED,
	IDENTITY_WRONG_USAGE,	/* keyUsage is keyAgreement */
	IDENTITY_WRONG_PURPOSE,	/* extendedKeyUsage is serverAuth */
	IDENTITY_RECIPIENT,
};

struct issuer *issuer_new(const char *name);
void issuer_free(struct issuer *i);	/* NULL-safe */

/* number: ten digits, for organizationIdentifier. */
void issuer_issue(struct issuer *i, const char *number, const char *name,
    enum identity_kind kind, struct identity *out);
void issuer_revoke(struct issuer *i, const struct identity *id);
void identity_wipe(struct identity *id);

/* Its own certificate, and its revocation list, in PEM. */
void issuer_pem(const struct issuer *i, struct buf *out);
void issuer_crl(const struct issuer *i, struct buf *out);

#endif
