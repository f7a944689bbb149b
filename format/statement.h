/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What an organisation states: which questionnaire, which round, who it is,
 * its answers and their evidence.  One meaning has one byte string
 * (docs/SPEC.md); its SHA-256 is the fingerprint.
 */
#ifndef SIGILL_FORMAT_STATEMENT_H
#define SIGILL_FORMAT_STATEMENT_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "format/orgnr.h"

struct cbor_reader;
struct questionnaire;

enum organisation_kind {
	KIND_KOMMUN, KIND_REGION, KIND_MYNDIGHET, KIND_NIS, KIND_ANNAN,
};

enum answer_type {
	ANSWER_OPTIONS,		/* of a multiple question */
	ANSWER_TEXT,		/* a single question's option, or free text */
	ANSWER_NUMBER,
};

struct answer {
	char *question;
	enum answer_type type;
	char **options;		/* sorted bytewise, no two alike */
	size_t n_options;
	char *text;
	int64_t number;
};

struct attachment {
	char *name;		/* without a path */
	char *media_type;
	struct buf data;
};

/* Everything is owned; { 0 } is an empty one. */
struct statement {
	char *questionnaire;	/* id */
	char *version;
	uint8_t definition[32];	/* SHA-256 of the definition */
	char *round;
	char number[ORGNR_LEN];	/* organisation number */
	char *name;
	enum organisation_kind kind;
	struct answer *answers;	/* sorted as their keys are in CBOR */
	size_t n_answers;
	struct attachment *attachments;	/* sorted by name, no two alike */
	size_t n_attachments;
};

void statement_wipe(struct statement *s);

/* Appends the statement's one encoding. */
enum err_code statement_encode(const struct statement *s, struct buf *out,
    struct err *e);

/* Reads one, as a part of what r reads.  The caller looks at r->code, and
 * wipes *s whatever it is. */
void statement_read(struct cbor_reader *r, struct statement *s);

/*
 * Are these answers that the definition allows, each where it is asked and
 * none missing?  Adds every mistake; where is a field path ("answers.17[2]").
 */
void statement_check(const struct statement *s, const struct questionnaire *q,
    struct err_list *mistakes);

const struct answer *statement_answer(const struct statement *s,
    const char *question);

/* As JSON with the same members as its CBOR; digests in hexadecimal,
 * attachments in base64.  A new reference; NULL without memory. */
json_t *statement_json(const struct statement *s);

/* "kommun" …; and back: -1 when it is none. */
const char *organisation_kind_name(enum organisation_kind kind);
int organisation_kind_parse(const char *s);

#endif
