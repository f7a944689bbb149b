/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Faults of what is inside: the zlib stream, the encoding, the fields, and
 * what they say.  The good submission (make-vectors.c, `usual`) encodes as
 *
 *	a7                               map of 7
 *	62 6964 50 000102…0f             "id"
 *	66 666f726d6174 71 …             "format": "sigill-submission"
 *	67 63726561746564 1a …           "created"
 *	67 76657273696f6e 01             "version": 1
 *	69 73746174656d656e74 a4 …       "statement"
 *	6a 726563697069656e7473 82 …     "recipients"
 *	6b 656e7669726f6e6d656e74 64 …   "environment": "test"
 */
#include "tests/vectors/recipe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define ID	"626964 50000102030405060708090a0b0c0d0e0f"
#define FORMAT	"66666f726d6174 71736967696c6c2d7375626d697373696f6e"
#define VERSION	"6776657273696f6e"
#define NAME	"646e616d65"		/* "name" */
#define ABY	"64c3856279"		/* "Åby" */
#define Q1	"627131"		/* "q1" */
#define AB	"8261616162"		/* ["a", "b"] */
#define CREATED	"6763726561746564"
#define ENV	"6b656e7669726f6e6d656e74"
#define NUMBER	"666e756d626572"

/* --- zlib -------------------------------------------------------------- */

static void
zlib_cut(struct buf *b)
{
	b->len--;
}

static void
zlib_half(struct buf *b)
{
	b->len /= 2;
}

static void
zlib_append(struct buf *b)
{
	buf_add_u8(b, 0);
}

static void
zlib_checksum(struct buf *b)
{
	b->data[b->len - 1] ^= 1;
}

static void
zlib_twice(struct buf *b)
{
	struct buf copy = { 0 };

	buf_add(&copy, b->data, b->len);
	buf_add(&copy, b->data, b->len);
	buf_move(b, &copy);
}

/* CMF and FLG, with a dictionary announced (RFC 1950 §2.2). */
static void
zlib_dictionary(struct buf *b)
{
	b->data[1] = 0x20;
	b->data[1] = (uint8_t)(0x20 | (31 - (b->data[0] * 256 + 0x20) % 31));
}

static void
zlib_empty(struct buf *b)
{
	b->len = 0;
}

static void
zlib_rubbish(struct buf *b)
{
	memset(b->data, 0xa5, b->len);
}

/* As others than zlib would write: window bits as for inflateInit2. */
static void
deflated(struct buf *b, size_t zeros, int window)
{
	uint8_t *in = calloc(1, zeros);
	z_stream z = { 0 };
	struct buf out = { 0 };
	uint8_t chunk[65536];
	int status;

	if (in == NULL || deflateInit2(&z, 9, Z_DEFLATED, window, 8,
	    Z_DEFAULT_STRATEGY) != Z_OK)
		abort();
	z.next_in = in;
	z.avail_in = (uInt)zeros;
	do {
		z.next_out = chunk;
		z.avail_out = sizeof(chunk);
		status = deflate(&z, Z_FINISH);
		buf_add(&out, chunk, sizeof(chunk) - z.avail_out);
	} while (status == Z_OK);
	if (status != Z_STREAM_END)
		abort();
	(void)deflateEnd(&z);
	free(in);
	buf_move(b, &out);
}

static void
zlib_raw(struct buf *b)
{
	deflated(b, 1000000, -15);
}

static void
zlib_gzip(struct buf *b)
{
	deflated(b, 1000000, 31);
}

/* 80 MB in 80 KB: over the limit, at a ratio just inside. */
static void
zlib_bomb(struct buf *b)
{
	deflated(b, 80u * 1024 * 1024, 15);
}

/* --- what it says -------------------------------------------------------- */

static void
set(char **s, const char *value)
{
	free(*s);
	if ((*s = strdup(value)) == NULL)
		abort();
}

static struct answer *
answer(struct submission *s, const char *question)
{
	for (size_t i = 0; i < s->statement.n_answers; i++)
		if (strcmp(s->statement.answers[i].question, question) == 0)
			return &s->statement.answers[i];
	abort();
}

static void
production(struct submission *s)
{
	s->environment = ENVIRONMENT_PRODUCTION;
}

static void
recipient_missing(struct submission *s)
{
	s->n_recipients = 1;
}

static void
recipient_more(struct submission *s)
{
	memset(s->recipients[s->n_recipients++], 0xff, 32);
}

static void
recipients_of_others(struct submission *s)
{
	memset(s->recipients[0], 0x01, 32);
	memset(s->recipients[1], 0x02, 32);
}

static void
another_organisation(struct submission *s)
{
	strcpy(s->statement.number, "2199990025");
}

static void
with_mandate(struct submission *s)
{
	another_organisation(s);
	buf_add_str(&s->mandate, "not a mandate");
}

static void
unknown_questionnaire(struct submission *s)
{
	set(&s->statement.questionnaire, "vectors-2");
}

static void
another_edition(struct submission *s)
{
	s->statement.definition[0] ^= 1;
}

static void
unknown_question(struct submission *s)
{
	set(&answer(s, "q5")->question, "q9");
}

static void
unknown_option(struct submission *s)
{
	set(&answer(s, "q1")->options[1], "z");
}

static void
unknown_single_option(struct submission *s)
{
	set(&answer(s, "q2")->text, "maybe");
}

static void
answer_missing(struct submission *s)
{
	set(&answer(s, "q5")->question, "q4");
}

static void
answer_of_another_type(struct submission *s)
{
	answer(s, "q3")->type = ANSWER_TEXT;
	set(&answer(s, "q3")->text, "17");
}

static void
answer_outside(struct submission *s)
{
	answer(s, "q3")->number = 101;
}

static void
answer_negative(struct submission *s)
{
	answer(s, "q3")->number = -1;
}

static void
answer_unasked(struct submission *s)
{
	set(&answer(s, "q2")->text, "no");
}

static void
unknown_round(struct submission *s)
{
	set(&s->statement.round, "1999");
}

static void
with_supersedes(struct submission *s)
{
	s->has_supersedes = true;
	memset(s->supersedes, 0x5a, 32);
}

const struct recipe recipes_content[] = {
	/* --- good ones: the generator and the verifier are not just strict - */
	{ .name = "good-p256", .code = ERR_OK },
	{ .name = "good-p384", .code = ERR_OK, .signer = "exempelregionen" },
	{ .name = "good-rsa", .code = ERR_OK, .signer = "exempelmyndigheten" },
	{ .name = "good-intermediate", .code = ERR_OK, .signer = "issued" },
	{ .name = "good-three-recipients", .code = ERR_OK,
	  .recipients = { "intake-p256", "intake-p384", "intake-rsa" } },
	{ .name = "good-one-recipient", .code = ERR_OK,
	  .recipients = { "intake-p256" } },
	{ .name = "good-rotated", .code = ERR_OK,
	  .verifier = VERIFIER_ROTATED,
	  .recipients = { "intake-p256", "intake-p384" } },
	{ .name = "good-supersedes", .code = ERR_OK,
	  .change = with_supersedes },

	/* --- inflate ------------------------------------------------------- */
	{ .name = "inflate-cut", .code = ERR_INFLATE, .zlib = zlib_cut },
	{ .name = "inflate-half", .code = ERR_INFLATE, .zlib = zlib_half },
	{ .name = "inflate-trailing-byte", .code = ERR_INFLATE,
	  .zlib = zlib_append },
	{ .name = "inflate-two-streams", .code = ERR_INFLATE,
	  .zlib = zlib_twice },
	{ .name = "inflate-checksum", .code = ERR_INFLATE,
	  .zlib = zlib_checksum },
	{ .name = "inflate-dictionary", .code = ERR_INFLATE,
	  .zlib = zlib_dictionary },
	{ .name = "inflate-empty", .code = ERR_INFLATE, .zlib = zlib_empty },
	{ .name = "inflate-rubbish", .code = ERR_INFLATE,
	  .zlib = zlib_rubbish },
	{ .name = "inflate-raw-deflate", .code = ERR_INFLATE,
	  .zlib = zlib_raw },
	{ .name = "inflate-gzip", .code = ERR_INFLATE, .zlib = zlib_gzip },
	{ .name = "inflate-bomb", .code = ERR_INFLATE, .zlib = zlib_bomb },

	/* --- RFC 8949 §4.2.1, every way to break it -------------------------- */
	{ .name = "cbor-trailing-byte", .code = ERR_NOT_CANONICAL,
	  .append = "00" },
	{ .name = "cbor-map-head-long", .code = ERR_NOT_CANONICAL,
	  .find = "a7" ID, .put = "b807" ID },
	{ .name = "cbor-map-indefinite", .code = ERR_NOT_CANONICAL,
	  .find = "a7" ID, .put = "bf" ID, .append = "ff" },
	{ .name = "cbor-array-head-long", .code = ERR_NOT_CANONICAL,
	  .find = Q1 AB, .put = Q1 "980261616162" },
	{ .name = "cbor-array-indefinite", .code = ERR_NOT_CANONICAL,
	  .find = Q1 AB, .put = Q1 "9f61616162ff" },
	{ .name = "cbor-text-head-long", .code = ERR_NOT_CANONICAL,
	  .find = NAME ABY, .put = NAME "7804c3856279" },
	{ .name = "cbor-text-indefinite", .code = ERR_NOT_CANONICAL,
	  .find = NAME ABY, .put = NAME "7f64c3856279ff" },
	{ .name = "cbor-bytes-head-long", .code = ERR_NOT_CANONICAL,
	  .find = "62696450", .put = "6269645810" },
	{ .name = "cbor-bytes-indefinite", .code = ERR_NOT_CANONICAL,
	  .find = ID, .put = "6269645f50000102030405060708090a0b0c0d0e0fff" },
	{ .name = "cbor-key-head-long", .code = ERR_NOT_CANONICAL,
	  .find = ID, .put = "78026964 50000102030405060708090a0b0c0d0e0f" },
	{ .name = "cbor-uint-8-bits", .code = ERR_NOT_CANONICAL,
	  .find = VERSION "01", .put = VERSION "1801" },
	{ .name = "cbor-uint-16-bits", .code = ERR_NOT_CANONICAL,
	  .find = VERSION "01", .put = VERSION "190001" },
	{ .name = "cbor-uint-32-bits", .code = ERR_NOT_CANONICAL,
	  .find = VERSION "01", .put = VERSION "1a00000001" },
	{ .name = "cbor-uint-64-bits", .code = ERR_NOT_CANONICAL,
	  .find = VERSION "01", .put = VERSION "1b0000000000000001" },
	{ .name = "cbor-reserved-information", .code = ERR_NOT_CANONICAL,
	  .find = VERSION "01", .put = VERSION "1c01" },
	{ .name = "cbor-tag", .code = ERR_NOT_CANONICAL,
	  .find = VERSION "01", .put = VERSION "c101" },
	{ .name = "cbor-float", .code = ERR_NOT_CANONICAL,
	  .find = VERSION "01", .put = VERSION "f93c00" },
	{ .name = "cbor-null", .code = ERR_NOT_CANONICAL,
	  .find = VERSION "01", .put = VERSION "f6" },
	{ .name = "cbor-break", .code = ERR_NOT_CANONICAL,
	  .find = VERSION "01", .put = VERSION "ff" },
	{ .name = "cbor-keys-unsorted", .code = ERR_NOT_CANONICAL,
	  .find = ID FORMAT, .put = FORMAT ID },
	{ .name = "cbor-key-twice", .code = ERR_NOT_CANONICAL,
	  .find = "a7" ID, .put = "a8" ID ID },
	{ .name = "cbor-key-a-number", .code = ERR_NOT_CANONICAL,
	  .find = "a7" ID, .put = "a8 01 01" ID },
	{ .name = "cbor-length-beyond-end", .code = ERR_NOT_CANONICAL,
	  .find = "62696450", .put = "6269645bffffffffffffffff" },
	{ .name = "cbor-items-beyond-end", .code = ERR_NOT_CANONICAL,
	  .find = Q1 AB, .put = Q1 "9bffffffffffffffff" },
	{ .name = "cbor-too-deep", .code = ERR_NOT_CANONICAL,
	  .find = Q1 AB,
	  .put = Q1 "818181818181818181818181818181818181818180" },

	/* --- texts ------------------------------------------------------------ */
	{ .name = "text-nfd", .code = ERR_NOT_CANONICAL,
	  .find = NAME ABY, .put = NAME "6541cc8a6279" },
	{ .name = "text-leading-space", .code = ERR_NOT_CANONICAL,
	  .find = NAME ABY, .put = NAME "6520c3856279" },
	{ .name = "text-two-spaces", .code = ERR_NOT_CANONICAL,
	  .find = NAME ABY, .put = NAME "66c38562202079" },
	{ .name = "text-not-utf8", .code = ERR_NOT_CANONICAL,
	  .find = NAME ABY, .put = NAME "64c3286279" },
	{ .name = "text-overlong-utf8", .code = ERR_NOT_CANONICAL,
	  .find = NAME ABY, .put = NAME "64c1816279" },
	{ .name = "text-surrogate", .code = ERR_NOT_CANONICAL,
	  .find = NAME ABY, .put = NAME "64eda08079" },
	{ .name = "text-control-character", .code = ERR_SCHEMA,
	  .find = NAME ABY, .put = NAME "64c3850779" },
	{ .name = "text-nul", .code = ERR_SCHEMA,
	  .find = NAME ABY, .put = NAME "64c3850079" },
	{ .name = "text-bidi-override", .code = ERR_SCHEMA,
	  .find = NAME ABY, .put = NAME "65e280ae6279" },
	{ .name = "text-empty", .code = ERR_SCHEMA,
	  .find = NAME ABY, .put = NAME "60" },

	/* --- sets --------------------------------------------------------------- */
	{ .name = "options-unsorted", .code = ERR_NOT_CANONICAL,
	  .find = Q1 AB, .put = Q1 "8261626161" },
	{ .name = "options-twice", .code = ERR_NOT_CANONICAL,
	  .find = Q1 AB, .put = Q1 "8261616161" },

	/* --- fields -------------------------------------------------------------- */
	{ .name = "schema-not-a-map", .code = ERR_SCHEMA,
	  .find = "a7" ID, .put = "8e" ID },
	{ .name = "schema-other-format", .code = ERR_SCHEMA,
	  .find = "71736967696c6c2d7375626d697373696f6e",
	  .put = "71736967696c6c2d7375626d697373696f6f" },
	{ .name = "schema-version-2", .code = ERR_SCHEMA,
	  .find = VERSION "01", .put = VERSION "02" },
	{ .name = "schema-field-missing", .code = ERR_SCHEMA,
	  .find = "a7" ID FORMAT, .put = "a6" ID },
	{ .name = "schema-field-unknown", .code = ERR_SCHEMA,
	  .find = "a7" ID FORMAT, .put = "a8" ID "636f646401" FORMAT },
	{ .name = "schema-id-too-short", .code = ERR_SCHEMA,
	  .find = ID, .put = "6269644f000102030405060708090a0b0c0d0e" },
	{ .name = "schema-created-a-text", .code = ERR_SCHEMA,
	  .find = CREATED "1a6b49d200", .put = CREATED "64 32303237" },
	{ .name = "schema-created-negative", .code = ERR_SCHEMA,
	  .find = CREATED "1a6b49d200", .put = CREATED "20" },
	{ .name = "schema-created-year-10000", .code = ERR_SCHEMA,
	  .find = CREATED "1a6b49d200", .put = CREATED "1b0000003afff44180" },
	{ .name = "schema-environment-unknown", .code = ERR_SCHEMA,
	  .find = ENV "6474657374", .put = ENV "6464656d6f" },
	{ .name = "schema-organisation-number", .code = ERR_SCHEMA,
	  .find = NUMBER "6a32313939393930303137",
	  .put = NUMBER "6a32313939393930303138" },
	{ .name = "schema-kind-unknown", .code = ERR_SCHEMA,
	  .find = "646b696e64 666b6f6d6d756e",
	  .put = "646b696e64 666b6f6d6d7565" },
	{ .name = "schema-answer-a-map", .code = ERR_SCHEMA,
	  .find = Q1 AB, .put = Q1 "a1 6161 6162" },
	{ .name = "schema-options-nested", .code = ERR_SCHEMA,
	  .find = Q1 AB, .put = Q1 "828061 62" },

	/* --- what it says ---------------------------------------------------------- */
	{ .name = "environment-production", .code = ERR_ENVIRONMENT,
	  .change = production },
	{ .name = "recipients-missing", .code = ERR_RECIPIENTS_NAMED,
	  .change = recipient_missing },
	{ .name = "recipients-more", .code = ERR_RECIPIENTS_NAMED,
	  .change = recipient_more },
	{ .name = "recipients-of-others", .code = ERR_RECIPIENTS_NAMED,
	  .change = recipients_of_others },
	{ .name = "organisation-mismatch", .code = ERR_ORGANISATION_MISMATCH,
	  .change = another_organisation },
	{ .name = "mandate-invalid", .code = ERR_MANDATE,
	  .change = with_mandate },
	{ .name = "questionnaire-unknown", .code = ERR_QUESTIONNAIRE_UNKNOWN,
	  .change = unknown_questionnaire },
	{ .name = "questionnaire-digest", .code = ERR_QUESTIONNAIRE_DIGEST,
	  .change = another_edition },
	{ .name = "question-unknown", .code = ERR_QUESTION_UNKNOWN,
	  .change = unknown_question },
	{ .name = "option-unknown", .code = ERR_OPTION_UNKNOWN,
	  .change = unknown_option },
	{ .name = "option-unknown-single", .code = ERR_OPTION_UNKNOWN,
	  .change = unknown_single_option },
	{ .name = "answer-missing", .code = ERR_ANSWER_MISSING,
	  .change = answer_missing },
	{ .name = "answer-of-another-type", .code = ERR_ANSWER_TYPE,
	  .change = answer_of_another_type },
	{ .name = "answer-outside", .code = ERR_ANSWER_VALUE,
	  .change = answer_outside },
	{ .name = "answer-negative", .code = ERR_ANSWER_VALUE,
	  .change = answer_negative },
	{ .name = "answer-unasked", .code = ERR_ANSWER_UNASKED,
	  .change = answer_unasked },
	{ .name = "round-unknown", .code = ERR_ROUND,
	  .change = unknown_round },

	{ .name = NULL },
};
