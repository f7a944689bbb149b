/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What verification has found out about one sealed file: all that leaves a
 * worker, and all that the ledger keeps of it.  Never an answer.
 *
 * A worker has parsed bytes that anybody could have sent, so it is not
 * believed to be well: facts_parse takes one encoding (deterministic CBOR)
 * with every field within its limits, and nothing else.
 */
#ifndef SIGILL_INTAKE_FACTS_H
#define SIGILL_INTAKE_FACTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "crypto/digest.h"
#include "format/orgnr.h"
#include "format/statement.h"
#include "format/submission.h"
#include "verifier/verify.h"

/* The signer's subject, with its NUL; it is cut to fit. */
#define FACTS_SUBJECT_LEN	512

/* Everything is owned; { 0 } is an empty one. */
struct facts {
	enum verdict_kind kind;
	uint8_t sealed[DIGEST_LEN];
	uint64_t size;
	/* Not accepted: why, and where; the mistakes are codes and places in
	 * the questionnaire. */
	struct err err;
	char *step;		/* that ended it; NULL if none did */
	struct err_list mistakes;
	/* Once the signer has been trusted: */
	bool has_signer;
	char *signer_subject;
	char signer_number[ORGNR_LEN];	/* "" when it names no correct one */
	uint8_t signer_cert[DIGEST_LEN];
	/* Only when it is accepted: */
	uint8_t submission[SUBMISSION_ID_LEN];
	uint8_t fingerprint[DIGEST_LEN];
	char organisation[ORGNR_LEN];
	char *name;			/* of the organisation, as stated */
	enum organisation_kind organisation_kind;
	char *questionnaire, *version, *round;
	int64_t created;
	bool late;
	bool has_supersedes;
	uint8_t supersedes[DIGEST_LEN];
	/* A mandate that was verified, and what the ledger must know of it: */
	bool has_mandate;
	uint8_t mandate[DIGEST_LEN];	/* of its content */
	int64_t mandate_expires;
	/* The submission's: what feedback is sealed to (crypto/reply.h), at
	 * most LIMIT_REPLY bytes, as they came; empty: none. */
	struct buf reply;
};

/* Copies what may leave.  *out must be { 0 }.  The verdict's own reason when
 * not even the file's digest is known. */
enum err_code facts_of(const struct verdict *verdict, struct facts *out,
    struct err *e);
/* Do they fit together?  ERR_SCHEMA. */
enum err_code facts_check(const struct facts *f, struct err *e);
/* Appends their one encoding; ERR_SCHEMA. */
enum err_code facts_encode(const struct facts *f, struct buf *out,
    struct err *e);
/* ERR_PROTOCOL when it is anything else: then *out is untouched.  Whatever it
 * accepts, facts_encode gives back byte for byte. */
enum err_code facts_parse(const uint8_t *data, size_t len,
    struct facts *out, struct err *e);
void facts_wipe(struct facts *f);

/* For `sigill-intake show --json`.  A new reference; NULL without memory. */
json_t *facts_json(const struct facts *f);

#endif
