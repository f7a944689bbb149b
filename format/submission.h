/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A submission: a statement on its way from one sender to named recipients.
 */
#ifndef SIGILL_FORMAT_SUBMISSION_H
#define SIGILL_FORMAT_SUBMISSION_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "format/statement.h"

#define SUBMISSION_ID_LEN	16

enum environment { ENVIRONMENT_TEST, ENVIRONMENT_PRODUCTION };

/* Everything is owned; { 0 } is an empty one. */
struct submission {
	uint8_t id[SUBMISSION_ID_LEN];	/* random */
	enum environment environment;
	int64_t created;		/* UTC seconds since 1970, >= 0 */
	/* SHA-256 of each recipient certificate, sorted, no two alike. */
	uint8_t recipients[LIMIT_RECIPIENTS][32];
	size_t n_recipients;		/* at least 1 */
	bool has_supersedes;
	uint8_t supersedes[32];		/* fingerprint of what it replaces */
	struct buf mandate;		/* CMS SignedData; empty: none */
	struct buf reply;		/* DER of the certificate that feedback
					 * is to be sealed for (crypto/reply.h);
					 * empty: none */
	struct statement statement;
};

void submission_wipe(struct submission *s);

/* Sorts the recipients' digests, as the encoding wants them. */
void submission_sort_recipients(struct submission *s);

/* Appends the submission's one encoding. */
enum err_code submission_encode(const struct submission *s, struct buf *out,
    struct err *e);

/*
 * The reverse: ERR_NOT_CANONICAL when the bytes are not the deterministic
 * encoding (RFC 8949 §4.2.1) of what they say or a text is not in its normal
 * form, ERR_SCHEMA when the fields are not a submission's.  at is the byte
 * offset.  Whatever it accepts, submission_encode gives back byte for byte.
 */
enum err_code submission_parse(const uint8_t *data, size_t len,
    struct submission *out, struct err *e);

/* A new reference; NULL without memory. */
json_t *submission_json(const struct submission *s);

/* "test" | "production"; and back: -1 when it is neither. */
const char *environment_name(enum environment environment);
int environment_parse(const char *s);

#endif
