/* SPDX-License-Identifier: EUPL-1.2 */
/* One submission, one byte string: what parses encodes to the same bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format/cbor_reader.h"
#include "format/submission.h"

#define N(a)	(sizeof(a) / sizeof((a)[0]))

/* A submission whose strings are constants: never wiped. */
struct sample {
	struct submission s;
	char *options[3];
	struct answer answers[4];
	struct attachment files[2];
	uint8_t bytes[3];
};

static void
sample_init(struct sample *x, bool full)
{
	struct submission *s = &x->s;

	memset(x, 0, sizeof(*x));
	memset(s->id, 0x11, sizeof(s->id));
	s->created = 1795300000;
	s->n_recipients = 2;
	memset(s->recipients[0], 0x22, 32);
	memset(s->recipients[1], 0x33, 32);
	s->statement.questionnaire = "infosakkollen-2023";
	s->statement.version = "1";
	memset(s->statement.definition, 0x44, 32);
	s->statement.round = "2026";
	strcpy(s->statement.number, "2120000142");
	s->statement.name = "Exempelkommun";
	s->statement.answers = x->answers;
	if (!full)
		return;
	x->options[0] = "17.1";
	x->options[1] = "17.10";
	x->options[2] = "17.2";
	x->answers[0] = (struct answer){ .question = "3",
	    .type = ANSWER_NUMBER, .number = -42 };
	x->answers[1] = (struct answer){ .question = "17",
	    .type = ANSWER_OPTIONS, .options = x->options, .n_options = 3 };
	x->answers[2] = (struct answer){ .question = "18",
	    .type = ANSWER_OPTIONS };
	x->answers[3] = (struct answer){ .question = "100",
	    .type = ANSWER_TEXT, .text = "F\xc3\xb6rsta\n\tandra" };
	s->statement.n_answers = 4;
	memcpy(x->bytes, "\x00\x01\x02", 3);
	for (size_t i = 0; i < 2; i++) {
		x->files[i].name = i == 0 ? "a.pdf" : "b.pdf";
		x->files[i].media_type = "application/pdf";
		x->files[i].data = (struct buf){ .data = x->bytes, .len = 3 };
	}
	s->statement.attachments = x->files;
	s->statement.n_attachments = 2;
	s->environment = ENVIRONMENT_PRODUCTION;
	s->has_supersedes = true;
	memset(s->supersedes, 0x55, 32);
	s->mandate = (struct buf){ .data = x->bytes, .len = 3 };
	s->reply = (struct buf){ .data = x->bytes + 1, .len = 2 };
}

static void
encode(const struct sample *x, struct buf *out)
{
	struct err e = { 0 };

	if (submission_encode(&x->s, out, &e) != ERR_OK)
		fail_msg("%s: %s", e.where, e.msg);
}

static enum err_code
parse(const struct buf *b, struct err *e)
{
	struct submission s = { 0 };
	enum err_code code = submission_parse(b->data, b->len, &s, e);

	submission_wipe(&s);
	return code;
}

/* What docs/SPEC.md tells other implementations, built by hand: the least
 * submission, byte by byte. */
static void
test_bytes(void **state)
{
	struct buf b = { 0 }, want = { 0 };
	struct sample x;
	uint8_t same[32];

	(void)state;
	sample_init(&x, false);
	encode(&x, &b);
	buf_add_str(&want, "\xa7" "\x62id\x50");
	memset(same, 0x11, 32);
	buf_add(&want, same, 16);
	buf_add_str(&want, "\x66" "format\x71sigill-submission"
	    "\x67" "created\x1a\x6b\x02\x1a\xa0" "\x67version\x01"
	    "\x69statement\xa4" "\x65round\x64" "2026" "\x67" "answers\xa0"
	    "\x6corganisation\xa3" "\x64kind\x66kommun"
	    "\x64name\x6d" "Exempelkommun" "\x66number\x6a" "2120000142"
	    "\x6dquestionnaire\xa3" "\x62id\x72infosakkollen-2023"
	    "\x66sha256\x58\x20");
	memset(same, 0x44, 32);
	buf_add(&want, same, 32);
	buf_add_str(&want, "\x67version\x61" "1" "\x6arecipients\x82\x58\x20");
	memset(same, 0x22, 32);
	buf_add(&want, same, 32);
	buf_add_str(&want, "\x58\x20");
	memset(same, 0x33, 32);
	buf_add(&want, same, 32);
	buf_add_str(&want, "\x6b" "environment\x64test");
	assert_int_equal(b.len, want.len);
	assert_memory_equal(b.data, want.data, want.len);
	buf_wipe(&b);
	buf_wipe(&want);
}

static void
test_round_trip(void **state)
{
	for (int full = 0; full < 2; full++) {
		struct buf b = { 0 }, again = { 0 };
		struct submission s = { 0 };
		struct err e = { 0 };
		struct sample x;

		(void)state;
		sample_init(&x, full != 0);
		encode(&x, &b);
		assert_int_equal(cbor_check(b.data, b.len, &e), ERR_OK);
		if (submission_parse(b.data, b.len, &s, &e) != ERR_OK)
			fail_msg("%s: %s at %zu", e.where, e.msg, e.at);
		assert_memory_equal(s.id, x.s.id, sizeof(s.id));
		assert_int_equal(s.environment, x.s.environment);
		assert_true(s.created == x.s.created);
		assert_int_equal(s.n_recipients, 2);
		assert_string_equal(s.statement.name, "Exempelkommun");
		assert_int_equal(s.statement.n_answers, full != 0 ? 4 : 0);
		if (full != 0) {
			assert_true(statement_answer(&s.statement,
			    "3")->number == -42);
			assert_string_equal(statement_answer(&s.statement,
			    "100")->text, "F\xc3\xb6rsta\n\tandra");
			assert_null(statement_answer(&s.statement, "99"));
			assert_true(buf_equal(&s.mandate, "\0\1\2", 3));
			assert_true(buf_equal(&s.reply, "\1\2", 2));
		}
		assert_int_equal(submission_encode(&s, &again, &e), ERR_OK);
		assert_true(buf_equal(&again, b.data, b.len));
		submission_wipe(&s);
		buf_wipe(&b);
		buf_wipe(&again);
	}
}

/* Every byte to every value, and every cut: refused, or the same bytes. */
static void
test_malleability(void **state)
{
	struct buf b = { 0 }, again = { 0 };
	size_t taken = 0, refused = 0;
	struct sample x;

	(void)state;
	sample_init(&x, true);
	encode(&x, &b);
	for (size_t i = 0; i < b.len; i++) {
		uint8_t was = b.data[i];

		assert_int_not_equal(submission_parse(b.data, i,
		    &(struct submission){ 0 }, NULL), ERR_OK);
		for (unsigned v = 0; v < 256; v++) {
			struct submission s = { 0 };
			struct err e = { 0 };

			b.data[i] = (uint8_t)v;
			if (submission_parse(b.data, b.len, &s, &e) !=
			    ERR_OK) {
				refused++;
				assert_true(e.code == ERR_SCHEMA ||
				    e.code == ERR_NOT_CANONICAL);
				assert_int_equal(s.n_recipients, 0);
				continue;
			}
			taken++;
			again.len = 0;
			assert_int_equal(submission_encode(&s, &again, &e),
			    ERR_OK);
			assert_true(buf_equal(&again, b.data, b.len));
			submission_wipe(&s);
		}
		b.data[i] = was;
	}
	assert_true(refused > 50000);
	assert_true(taken > 10000);
	buf_wipe(&b);
	buf_wipe(&again);
}

/* Bytes taken out, put in and doubled at random places. */
static void
test_splices(void **state)
{
	struct buf b = { 0 }, bad = { 0 }, again = { 0 };
	uint32_t seed = 7;
	struct sample x;

	(void)state;
	sample_init(&x, true);
	encode(&x, &b);
	for (unsigned i = 0; i < 20000; i++) {
		struct submission s = { 0 };
		size_t at, n, from;

		seed = seed * 1664525 + 1013904223;
		at = (seed >> 8) % b.len;
		seed = seed * 1664525 + 1013904223;
		n = (seed >> 8) % 12;
		from = (seed >> 16) % (b.len - 12);
		bad.len = 0;
		buf_add(&bad, b.data, at);
		if (i % 2 == 0)
			buf_add(&bad, b.data + from, n);
		if (i % 3 == 0 || at + n > b.len)
			n = 0;
		buf_add(&bad, b.data + at + n, b.len - at - n);
		if (submission_parse(bad.data, bad.len, &s, NULL) != ERR_OK)
			continue;
		again.len = 0;
		assert_int_equal(submission_encode(&s, &again, NULL), ERR_OK);
		assert_true(buf_equal(&again, bad.data, bad.len));
		submission_wipe(&s);
	}
	buf_wipe(&b);
	buf_wipe(&bad);
	buf_wipe(&again);
}

/* Replaces one stretch of the sample's bytes by another. */
static enum err_code
replaced(const char *from, size_t from_len, const char *to, size_t to_len,
    struct err *e)
{
	struct buf b = { 0 }, bad = { 0 };
	enum err_code code;
	struct sample x;
	uint8_t *p;

	sample_init(&x, true);
	encode(&x, &b);
	p = memmem(b.data, b.len, from, from_len);
	if (p == NULL)
		fail_msg("the sample has no %s", from);
	buf_add(&bad, b.data, (size_t)(p - b.data));
	buf_add(&bad, to, to_len);
	buf_add(&bad, p + from_len,
	    b.len - (size_t)(p - b.data) - from_len);
	code = parse(&bad, e);
	buf_wipe(&b);
	buf_wipe(&bad);
	return code;
}

#define S(s)	s, sizeof(s) - 1

static void
test_faults(void **state)
{
	static const struct {
		const char *from;
		size_t from_len;
		const char *to;
		size_t to_len;
		enum err_code code;
	} table[] = {
		/* encoding */
		{ S("\x67version\x01"), S("\x67version\x18\x01"),
		  ERR_NOT_CANONICAL },
		{ S("\x62id\x50"), S("\x78\x02id\x50"), ERR_NOT_CANONICAL },
		{ S("\x83\x64" "17.1"), S("\x9f\x64" "17.1"),
		  ERR_NOT_CANONICAL },
		{ S("\x61" "3\x38\x29"), S("\x61" "3\xf6"),
		  ERR_NOT_CANONICAL },
		{ S("\x61" "3\x38\x29"), S("\x61" "3\xf9\x00\x00"),
		  ERR_NOT_CANONICAL },
		{ S("\x67" "created\x1a"), S("\x67" "created\xc1\x1a"),
		  ERR_NOT_CANONICAL },
		/* order and repetition */
		{ S("\x64" "17.1\x65" "17.10"), S("\x65" "17.10\x64" "17.1"),
		  ERR_NOT_CANONICAL },
		{ S("\x64" "17.1\x65" "17.10"), S("\x64" "17.1\x64" "17.1"),
		  ERR_NOT_CANONICAL },
		{ S("\x62" "17\x83"), S("\x62" "18\x83"), ERR_NOT_CANONICAL },
		{ S("\x62" "17\x83"), S("\x62" "19\x83"), ERR_NOT_CANONICAL },
		{ S("\x65" "b.pdf"), S("\x65" "a.pdf"), ERR_NOT_CANONICAL },
		{ S("\x22\x22\x58\x20\x33"), S("\x22\x22\x58\x20\x21"),
		  ERR_NOT_CANONICAL },
		/* texts that are not in their normal form */
		{ S("\x6d" "Exempelkommun"), S("\x6d" "Exempel  ommun"),
		  ERR_NOT_CANONICAL },
		{ S("\x6d" "Exempelkommun"), S("\x6d" "Exempelkommu "),
		  ERR_NOT_CANONICAL },
		{ S("\x6d" "Exempelkommun"), S("\x6d" "Exempelko\xcc\x88uu"),
		  ERR_NOT_CANONICAL },
		{ S("\n\tandra"), S("\r\tandra"), ERR_NOT_CANONICAL },
		/* shape */
		{ S("sigill-submission"), S("sigill-submissiom"), ERR_SCHEMA },
		{ S("\x67version\x01"), S("\x67version\x02"), ERR_SCHEMA },
		{ S("\x67version\x01"), S("\x67wersion\x01"), ERR_SCHEMA },
		{ S("\x6aproduction"), S("\x6aproductiom"), ERR_SCHEMA },
		{ S("\x66kommun"), S("\x66kommum"), ERR_SCHEMA },
		{ S("2120000142"), S("2120000143"), ERR_SCHEMA },
		{ S("\x6a" "2120000142"), S("\x6b" "212000-0142"),
		  ERR_SCHEMA },
		{ S("\x67mandate\x43\x00\x01\x02"), S("\x67mandate\x40"),
		  ERR_SCHEMA },
		{ S("\x67mandate\x43\x00\x01\x02"), S("\x67mandate\x01"),
		  ERR_SCHEMA },
		{ S("\x65reply\x42\x01\x02"), S("\x65reply\x40"),
		  ERR_SCHEMA },
		{ S("\x65reply\x42\x01\x02"), S("\x65reply\x01"),
		  ERR_SCHEMA },
		{ S("\x65reply\x42\x01\x02"), S("\x65reply\x62\x01\x02"),
		  ERR_SCHEMA },
		{ S("\x65reply\x42\x01\x02"), S("\x65repli\x42\x01\x02"),
		  ERR_SCHEMA },
		{ S("\x6d" "Exempelkommun"), S("\x6d" "Exempel\x1b" "ommun"),
		  ERR_SCHEMA },
		{ S("\x6d" "Exempelkommun"), S("\x60"), ERR_SCHEMA },
		{ S("\x65" "a.pdf"), S("\x65./pdf"), ERR_SCHEMA },
		{ S("application/pdf"), S("application-pdf"), ERR_SCHEMA },
		{ S("\x64" "2026"), S("\x64" "20 6"), ERR_SCHEMA },
		{ S("\x61" "3\x38\x29"), S("\x61" "3\xa0"), ERR_SCHEMA },
		{ S("\x61" "3\x38\x29"), S("\x61" "3\x41\x29"), ERR_SCHEMA },
		{ S("\x61" "3\x38\x29"),
		  S("\x61" "3\x1b\x80\x00\x00\x00\x00\x00\x00\x00"),
		  ERR_SCHEMA },
		{ S("\x67" "created\x1a\x6b\x02\x1a\xa0"),
		  S("\x67" "created\x1b\x00\x00\x00\x3a\xff\xf4\x41\x80"),
		  ERR_SCHEMA },
	};

	(void)state;
	for (size_t i = 0; i < N(table); i++) {
		struct err e = { 0 };
		enum err_code code = replaced(table[i].from,
		    table[i].from_len, table[i].to, table[i].to_len, &e);

		if (code != table[i].code || e.code != code || e.at == 0)
			fail_msg("row %zu: %s, %s at %zu: %s", i,
			    err_name(code), e.where, e.at, e.msg);
	}
}

/* What the reader refuses the writer does not write. */
static void
test_encode_refuses(void **state)
{
	char *unsorted[] = { "b", "a" }, *twice[] = { "a", "a" };
	struct buf b = { 0 };
	struct sample x;

	(void)state;
	buf_add_str(&b, "kept");
#define REFUSED(change, want) do { \
	struct err e = { 0 }; \
	sample_init(&x, true); \
	change; \
	assert_int_equal(submission_encode(&x.s, &b, &e), want); \
	assert_int_equal(e.code, want); \
	assert_true(buf_equal(&b, "kept", 4)); \
} while (0)
	REFUSED(x.s.n_recipients = 0, ERR_SCHEMA);
	REFUSED(x.s.n_recipients = LIMIT_RECIPIENTS + 1, ERR_SCHEMA);
	REFUSED(x.s.recipients[0][0] = 0xff, ERR_NOT_CANONICAL);
	REFUSED(memset(x.s.recipients[1], 0x22, 32), ERR_NOT_CANONICAL);
	REFUSED(x.s.created = -1, ERR_SCHEMA);
	REFUSED(x.s.created = INT64_MAX, ERR_SCHEMA);
	REFUSED(x.s.mandate.len = LIMIT_MANDATE + 1, ERR_SCHEMA);
	REFUSED(x.s.reply.len = LIMIT_REPLY + 1, ERR_SCHEMA);
	REFUSED(x.s.statement.round = NULL, ERR_SCHEMA);
	REFUSED(x.s.statement.round = "", ERR_SCHEMA);
	REFUSED(x.s.statement.name = " x", ERR_NOT_CANONICAL);
	REFUSED(x.s.statement.name = "o\xcc\x88", ERR_NOT_CANONICAL);
	REFUSED(x.s.statement.name = "\xff", ERR_SCHEMA);
	REFUSED(x.s.statement.number[9] = '3', ERR_SCHEMA);
	REFUSED(x.s.statement.kind = (enum organisation_kind)9, ERR_SCHEMA);
	REFUSED(x.s.environment = (enum environment)9, ERR_SCHEMA);
	REFUSED(x.answers[1].options = unsorted; x.answers[1].n_options = 2,
	    ERR_NOT_CANONICAL);
	REFUSED(x.answers[1].options = twice; x.answers[1].n_options = 2,
	    ERR_NOT_CANONICAL);
	REFUSED(x.answers[1].question = "2", ERR_NOT_CANONICAL);
	REFUSED(x.answers[1].question = "3", ERR_NOT_CANONICAL);
	REFUSED(x.answers[3].text = "", ERR_SCHEMA);
	REFUSED(x.answers[3].text = NULL, ERR_SCHEMA);
	REFUSED(x.files[1].name = "a.pdf", ERR_NOT_CANONICAL);
	REFUSED(x.files[0].name = "../a", ERR_SCHEMA);
	REFUSED(x.files[0].data.len = LIMIT_STATEMENT, ERR_TOO_LARGE);
#undef REFUSED
	sample_init(&x, true);
	memset(x.s.recipients[0], 0x99, 32);
	submission_sort_recipients(&x.s);
	assert_int_equal(submission_encode(&x.s, &b, NULL), ERR_OK);
	buf_wipe(&b);
}

static const char *
text_at(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s != NULL ? s : "(none)";
}

static void
test_json(void **state)
{
	const json_t *st, *answers, *file;
	struct sample x;
	json_t *o;

	(void)state;
	sample_init(&x, true);
	o = submission_json(&x.s);
	assert_non_null(o);
	assert_string_equal(text_at(o, "id"),
	    "11111111111111111111111111111111");
	assert_string_equal(text_at(o, "created"), "2026-11-21T22:26:40Z");
	assert_string_equal(text_at(o, "environment"), "production");
	assert_string_equal(text_at(o, "mandate"), "AAEC");
	assert_string_equal(text_at(o, "reply"), "AQI=");
	assert_int_equal(json_array_size(json_object_get(o, "recipients")),
	    2);
	st = json_object_get(o, "statement");
	assert_string_equal(text_at(json_object_get(st, "organisation"),
	    "number"), "2120000142");
	answers = json_object_get(st, "answers");
	assert_int_equal(json_integer_value(json_object_get(answers, "3")),
	    -42);
	assert_int_equal(json_array_size(json_object_get(answers, "17")), 3);
	assert_int_equal(json_array_size(json_object_get(answers, "18")), 0);
	file = json_array_get(json_object_get(st, "attachments"), 1);
	assert_string_equal(text_at(file, "name"), "b.pdf");
	assert_string_equal(text_at(file, "data"), "AAEC");
	json_decref(o);
	/* What is not there has no member. */
	sample_init(&x, false);
	o = submission_json(&x.s);
	assert_null(json_object_get(o, "mandate"));
	assert_null(json_object_get(o, "reply"));
	assert_null(json_object_get(o, "supersedes"));
	assert_null(json_object_get(json_object_get(o, "statement"),
	    "attachments"));
	json_decref(o);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_malleability),
		cmocka_unit_test(test_splices),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_encode_refuses),
		cmocka_unit_test(test_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
