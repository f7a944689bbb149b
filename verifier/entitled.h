/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * May the signer answer for the organisation?  For itself, always; for
 * another one with that one's mandate (docs/SPEC.md, section 9).
 */
#ifndef SIGILL_VERIFIER_ENTITLED_H
#define SIGILL_VERIFIER_ENTITLED_H

#include <jansson.h>

#include "base/err.h"
#include "crypto/cert.h"
#include "format/submission.h"
#include "verifier/verify.h"

/*
 * signer: of the sealed file, and trusted.  A mandate that was good is noted
 * in *verdict: whether it has been revoked is for those to say who keep count
 * of that.  ERR_ORGANISATION_MISMATCH, ERR_MANDATE, ERR_SIGNER_CRL when the
 * mandate's signer cannot be judged; the mandate is content, so no error
 * tells what is in it.
 */
enum err_code entitled_check(const struct verifier *v,
    const struct submission *s, const struct cert *signer,
    struct verdict *verdict, struct err *e);

/* The member "mandate" of verdicts and documents (docs/HANDOFF.md), for one
 * that has a mandate.  A new reference; NULL without memory. */
json_t *entitled_json(const struct verdict *verdict);

#endif
