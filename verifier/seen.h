/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What has been accepted before: by the receipts of earlier runs
 * (verifier/receipts.h), and by this one.  Lets verify.c refuse the same
 * submission in another wrapping, and one that would replace another
 * organisation's.
 */
#ifndef SIGILL_VERIFIER_SEEN_H
#define SIGILL_VERIFIER_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "crypto/digest.h"
#include "format/orgnr.h"
#include "format/submission.h"

struct accepted {
	uint8_t sealed[DIGEST_LEN];		/* SHA-256 of the sealed file */
	uint8_t submission[SUBMISSION_ID_LEN];
	uint8_t fingerprint[DIGEST_LEN];
	char organisation[ORGNR_LEN];
};

/* { 0 } is an empty one. */
struct seen {
	struct accepted *v;	/* owned */
	size_t len, cap;
};

/* Adds a copy.  ERR_NO_MEMORY. */
enum err_code seen_add(struct seen *seen, const struct accepted *a,
    struct err *e);
void seen_wipe(struct seen *seen);

/* The one with that submission id; NULL when there is none. */
const struct accepted *seen_submission(const struct seen *seen,
    const uint8_t id[static SUBMISSION_ID_LEN]);

/* Was it accepted in a sealed file with another digest than this? */
bool seen_elsewhere(const struct seen *seen,
    const uint8_t id[static SUBMISSION_ID_LEN],
    const uint8_t sealed[static DIGEST_LEN]);

/*
 * May organisation replace what has this fingerprint?  False when it is known
 * and only other organisations have handed it in.
 */
bool seen_may_replace(const struct seen *seen,
    const uint8_t fingerprint[static DIGEST_LEN],
    const char organisation[static ORGNR_LEN]);

#endif
