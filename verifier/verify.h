/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Verification: one sealed file's bytes in, one verdict out.
 *
 * The order of the steps is the security argument (docs/SPEC.md,
 * section 6); it is the table `steps` in verify.c and nothing else.  The
 * first step that fails ends it, and nothing that was decrypted leaves this
 * module before the last one has passed: a verdict that is not "accepted" has
 * an empty submission.
 *
 * No input, no output, no clock: everything that it judges by is in struct
 * verifier.
 */
#ifndef SIGILL_VERIFIER_VERIFY_H
#define SIGILL_VERIFIER_VERIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "crypto/cert.h"
#include "crypto/digest.h"
#include "crypto/enveloped.h"
#include "crypto/trust.h"
#include "format/questionnaire.h"
#include "format/submission.h"
#include "verifier/seen.h"

struct round_window {
	const char *name;	/* "2027" */
	int64_t opens, closes;	/* UTC seconds; both are still inside */
};

/* What a file is judged by.  Everything is borrowed. */
struct verifier {
	enum environment environment;
	const struct trust *senders;		/* of role TRUST_SENDER */
	const struct recipient_key *keys;
	size_t n_keys;
	struct questionnaire *const *questionnaires;
	size_t n_questionnaires;
	const struct round_window *rounds;
	size_t n_rounds;
	const struct seen *seen;		/* accepted before */
	int64_t now;				/* the time to judge at */
	int64_t arrived;			/* of the file: late or not */
};

enum verdict_kind {
	VERDICT_UNDECIDED,	/* the file could not be judged; no receipt */
	VERDICT_ACCEPTED,
	VERDICT_REJECTED,	/* the file's own fault */
};

/* { 0 } is an empty one: undecided, without a reason. */
struct verdict {
	enum verdict_kind kind;
	struct err err;		/* why it is not accepted */
	const char *step;	/* that ended it; static; NULL if none did */
	bool has_sealed;	/* the next two are known */
	uint8_t sealed[DIGEST_LEN];	/* SHA-256 of the sealed file */
	uint64_t size;		/* of the sealed file, in bytes */
	struct cert *signer;	/* owned; NULL until it has been trusted */
	/* Every mistake in the answers, when it is rejected for them; codes
	 * and places in the questionnaire, nothing of what was answered. */
	struct err_list mistakes;
	/* Only when it is accepted: */
	struct submission submission;
	uint8_t fingerprint[DIGEST_LEN];	/* SHA-256 of the statement */
	bool late;		/* the round had closed; staff decide */
	bool duplicate;		/* it was accepted in another sealed file */
	bool has_mandate;	/* another than the organisation signed it */
	uint8_t mandate[DIGEST_LEN];	/* SHA-256 of the mandate's content */
	int64_t mandate_expires;
};

/* Judges the bytes of one sealed file.  *out must be { 0 }. */
void verify_sealed(const struct verifier *v, const uint8_t *sealed,
    size_t len, struct verdict *out);

/*
 * Makes *out a verdict that is not "accepted", for the reason *e: rejected
 * when the reason is the file's own (its exit status is 65 or 77), otherwise
 * undecided.  Drops the submission.
 */
void verdict_refuse(struct verdict *out, const struct err *e);

/* Makes *out undecided for the reason *e, whatever it was: what should have
 * followed the verdict could not be done.  Drops the submission. */
void verdict_suspend(struct verdict *out, const struct err *e);

void verdict_wipe(struct verdict *out);

/* "accepted" | "rejected" | "undecided". */
const char *verdict_name(enum verdict_kind kind);

#endif
