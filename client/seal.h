/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A statement becomes a sealed file, in memory: submission, canonical CBOR,
 * zlib and padding, envelope.  Refuses before it seals whatever the verifier
 * would refuse afterwards and can be known here.
 */
#ifndef SIGILL_CLIENT_SEAL_H
#define SIGILL_CLIENT_SEAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "crypto/cert.h"
#include "crypto/digest.h"
#include "crypto/signed.h"
#include "crypto/trust.h"
#include "format/statement.h"
#include "format/submission.h"

struct mandate_file;

/* How to seal.  Everything is borrowed. */
struct sealing {
	struct signer signer;
	const struct cert_list *recipients;
	const struct trust *recipient_trust;
	enum environment environment;
	const uint8_t *supersedes;	/* DIGEST_LEN bytes, or NULL */
	const struct mandate_file *mandate;	/* to enclose, or NULL */
	bool reply;			/* make a key for feedback */
	int64_t now;			/* UTC seconds */
};

/* { 0 } is an empty one. */
struct sealed {
	struct buf data;		/* the sealed file */
	struct buf reply;		/* PEM of the key that feedback will be
					 * sealed for (crypto/reply.h); empty:
					 * none */
	uint8_t digest[DIGEST_LEN];	/* of data */
	uint8_t submission[SUBMISSION_ID_LEN];
};

/* SHA-256 of a statement's encoding. */
enum err_code seal_fingerprint(const struct statement *s,
    uint8_t out[static DIGEST_LEN], struct err *e);

/* Is it valid now?  ERR_SIGNER_EXPIRED. */
enum err_code seal_check_dates(const struct cert *cert, int64_t now,
    struct err *e);
/* That, and may it sign for senders there?  ERR_TEST_CERTIFICATE,
 * ERR_SIGNER_USAGE. */
enum err_code seal_check_certificate(const struct cert *cert,
    enum environment environment, int64_t now, struct err *e);
/* May be sealed for all of them now?  ERR_RECIPIENT_CERT,
 * ERR_TEST_CERTIFICATE. */
enum err_code seal_check_recipients(const struct cert_list *list,
    const struct trust *trust, int64_t now, struct err *e);
/*
 * May this identity seal for that organisation now?  ERR_SIGNER_EXPIRED,
 * ERR_TEST_CERTIFICATE, ERR_SIGNER_USAGE, ERR_ORGANISATION_MISMATCH,
 * ERR_CERT, ERR_KEY_MISMATCH, ERR_MANDATE.
 */
enum err_code seal_check_signer(const struct statement *s,
    const struct sealing *how, struct err *e);

/* seal_check_signer's errors, ERR_RECIPIENT_CERT, ERR_TOO_LARGE. */
enum err_code seal_statement(const struct statement *s,
    const struct sealing *how, struct sealed *out, struct err *e);
void sealed_wipe(struct sealed *s);

#endif
