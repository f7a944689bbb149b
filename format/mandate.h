/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A mandate's content: an organisation lets another one submit its answers.
 * The organisation signs it (crypto/signed.h, SIGNED_MANDATE), and the
 * submitter encloses it in the submission.
 *
 * A mandate is known and revoked by the SHA-256 of this content.  Not by that
 * of the signed file: anybody can turn an ECDSA signature into another valid
 * one, and a file whose digest was revoked into one whose digest was not.
 */
#ifndef SIGILL_FORMAT_MANDATE_H
#define SIGILL_FORMAT_MANDATE_H

#include <jansson.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "format/orgnr.h"
#include "format/submission.h"

/* Everything is owned; { 0 } is an empty one. */
struct mandate {
	char organisation[ORGNR_LEN];	/* whose answers; who signs it */
	char submitter[ORGNR_LEN];	/* who may seal and hand them in */
	char *questionnaire;		/* id */
	char *round;
	enum environment environment;
	int64_t created, expires;	/* UTC seconds; expires is the last */
};

void mandate_wipe(struct mandate *m);
/*
 * One content, one byte string.  ERR_SCHEMA, ERR_NOT_CANONICAL.  A mandate for
 * the organisation itself is none, nor is one that expires before it was made
 * or more than LIMIT_MANDATE_DAYS after.
 */
enum err_code mandate_encode(const struct mandate *m, struct buf *out,
    struct err *e);
enum err_code mandate_parse(const uint8_t *data, size_t len,
    struct mandate *out, struct err *e);
/*
 * What it is to be used for.  Borrowed.  time: of the file's arrival, or of its
 * making.
 */
struct mandate_use {
	const char *organisation, *submitter;	/* ten digits */
	const char *questionnaire, *round;
	enum environment environment;
	int64_t time;
};

/* Does it cover that?  One that seems to have been made up to a day later is
 * taken (LIMIT_MANDATE_AHEAD).  ERR_MANDATE: where names the field that does not
 * ("mandate.submitter"), and nothing is told of what is in it. */
enum err_code mandate_check(const struct mandate *m,
    const struct mandate_use *use, struct err *e);

/* A new reference; NULL without memory. */
json_t *mandate_json(const struct mandate *m);

#endif
