/* SPDX-License-Identifier: EUPL-1.2 */
/* Facts: what a worker says is one encoding with every field in its place, or
 * it is nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "format/cbor_reader.h"
#include "intake/facts.h"

/* A reply key, as far as facts know. */
static uint8_t reply[] = { 0x30, 0x03, 0x02, 0x01, 0x07 };

/* Strings are constants: never wiped.  Mistakes are the caller's. */
static struct facts
sample(enum verdict_kind kind)
{
	struct facts f = {
		.kind = kind,
		.size = 12345,
		.has_signer = true,
		.signer_subject = "CN=Anna Åker,O=Exempelstad",
		.signer_number = "2120000142",
	};

	memset(f.sealed, 0x11, sizeof(f.sealed));
	memset(f.signer_cert, 0x12, sizeof(f.signer_cert));
	if (kind != VERDICT_ACCEPTED) {
		f.step = "answers";
		(void)err_set(&f.err, kind == VERDICT_REJECTED ?
		    ERR_ROUND : ERR_SIGNER_CRL, "round", 7, "not open");
		return f;
	}
	memset(f.submission, 0x22, sizeof(f.submission));
	memset(f.fingerprint, 0x33, sizeof(f.fingerprint));
	memset(f.supersedes, 0x44, sizeof(f.supersedes));
	memset(f.mandate, 0x55, sizeof(f.mandate));
	(void)strcpy(f.organisation, "2120000142");
	f.name = "Exempelstads kommun";
	f.organisation_kind = KIND_KOMMUN;
	f.questionnaire = "infosakkollen-2023";
	f.version = "1.0";
	f.round = "2026";
	f.created = 1795300000;
	f.late = true;
	f.has_supersedes = true;
	f.has_mandate = true;
	f.mandate_expires = 1800000000;
	f.reply = (struct buf){ .data = reply, .len = sizeof(reply) };
	return f;
}

static void
add_mistakes(struct facts *f, size_t n)
{
	struct err e = { 0 };

	for (size_t i = 0; i < n; i++) {
		(void)err_set(&e, ERR_ROUND, "answers.17[2]", i, NULL);
		err_list_add(&f->mistakes, &e);
	}
}

static void
encode(const struct facts *f, struct buf *out)
{
	struct err e = { 0 };

	if (facts_encode(f, out, &e) != ERR_OK)
		fail_msg("%s: %s", e.where, e.msg);
}

static void
round_trip(const struct facts *f)
{
	struct buf b = { 0 }, again = { 0 };
	struct facts g = { 0 };
	struct err e = { 0 };
	json_t *o;

	encode(f, &b);
	assert_true(b.len <= LIMIT_FACTS);
	assert_int_equal(cbor_check(b.data, b.len, &e), ERR_OK);
	if (facts_parse(b.data, b.len, &g, &e) != ERR_OK)
		fail_msg("%s: %s", e.where, e.msg);
	assert_int_equal(g.kind, f->kind);
	assert_int_equal(g.size, f->size);
	assert_int_equal(g.err.code, f->err.code);
	assert_string_equal(g.err.msg, f->err.msg);
	assert_int_equal(g.err.at, f->err.at);
	assert_int_equal(g.mistakes.len, f->mistakes.len);
	assert_int_equal(g.mistakes.over, f->mistakes.over);
	assert_int_equal(g.late, f->late);
	assert_int_equal(g.has_mandate, f->has_mandate);
	assert_int_equal(g.mandate_expires, f->mandate_expires);
	assert_memory_equal(g.fingerprint, f->fingerprint, DIGEST_LEN);
	assert_true(buf_equal(&g.reply, f->reply.data, f->reply.len));
	encode(&g, &again);
	assert_true(buf_equal(&again, b.data, b.len));
	o = facts_json(&g);
	assert_non_null(o);
	assert_string_equal(json_string_value(json_object_get(o, "verdict")),
	    verdict_name(f->kind));
	assert_int_equal(json_is_object(json_object_get(o, "error")),
	    f->kind != VERDICT_ACCEPTED);
	json_decref(o);
	facts_wipe(&g);
	buf_wipe(&b);
	buf_wipe(&again);
}

static void
test_round_trip(void **state)
{
	struct facts f;

	(void)state;
	f = sample(VERDICT_ACCEPTED);
	round_trip(&f);
	f.has_supersedes = f.has_mandate = f.late = false;
	f.mandate_expires = 0;
	round_trip(&f);
	f.reply.len = 0;
	round_trip(&f);
	f = sample(VERDICT_UNDECIDED);
	round_trip(&f);
	f.step = NULL;
	f.has_signer = false;
	round_trip(&f);
	f = sample(VERDICT_REJECTED);
	round_trip(&f);
	f.signer_number[0] = '\0';
	round_trip(&f);
	add_mistakes(&f, 3);
	round_trip(&f);
	err_list_wipe(&f.mistakes);
}

/* The largest that there can be fits. */
static void
test_largest(void **state)
{
	struct facts f = sample(VERDICT_REJECTED);
	char subject[FACTS_SUBJECT_LEN];
	struct err e = { 0 };

	(void)state;
	memset(subject, 'x', sizeof(subject));
	subject[sizeof(subject) - 1] = '\0';
	f.signer_subject = subject;
	add_mistakes(&f, LIMIT_MISTAKES + 5);
	assert_int_equal(f.mistakes.over, 5);
	f.mistakes.over = UINT32_MAX;
	memset(e.where, 'w', sizeof(e.where) - 1);
	e.code = ERR_ENVELOPE_STRUCTURE;
	e.at = INT64_MAX;
	for (size_t i = 0; i < f.mistakes.len; i++)
		f.mistakes.v[i] = e;
	f.err = e;
	memset(f.err.msg, 'm', sizeof(f.err.msg) - 1);
	round_trip(&f);
	err_list_wipe(&f.mistakes);
}

static void with_error(struct facts *f) { f->err.code = ERR_ROUND; }
static void with_step(struct facts *f) { f->step = "round"; }
static void without_signer(struct facts *f) { f->has_signer = false; }
static void without_name(struct facts *f) { f->signer_subject = NULL; }
static void without_round(struct facts *f) { f->round = NULL; }
static void before_time(struct facts *f) { f->created = -1; }
static void too_large(struct facts *f) { f->size = UINT64_MAX; }
static void bad_id(struct facts *f) { f->questionnaire = "a b"; }
static void bad_kind(struct facts *f)
{
	f->organisation_kind = (enum organisation_kind)9;
}
static void bad_number(struct facts *f)
{
	(void)strcpy(f->organisation, "2120000143");
}
static void of_another(struct facts *f)
{
	f->has_mandate = false;
	(void)strcpy(f->signer_number, "2120000183");
}
static void over_alone(struct facts *f) { f->mistakes.over = 1; }
static void with_escape(struct facts *f) { f->signer_subject = "\033[2J"; }
static void long_reply(struct facts *f)
{
	static uint8_t much[LIMIT_REPLY + 1];

	f->reply = (struct buf){ .data = much, .len = sizeof(much) };
}
static void with_half(struct facts *f) { f->signer_subject = "\xc3"; }

/* What contradicts itself is not even encoded. */
static void
test_contradictions(void **state)
{
	static void (*const faults[])(struct facts *) = { with_error,
	    with_step, without_signer, without_name, without_round,
	    before_time, too_large, bad_id, bad_kind, bad_number, of_another,
	    over_alone, long_reply, with_escape, with_half };
	struct buf b = { 0 };
	struct facts f = sample(VERDICT_ACCEPTED);
	struct err e = { 0 };

	(void)state;
	assert_int_equal(facts_encode(&f, &b, &e), ERR_OK);
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		f = sample(VERDICT_ACCEPTED);
		faults[i](&f);
		b.len = 0;
		err_clear(&e);
		if (facts_encode(&f, &b, &e) != ERR_SCHEMA)
			fail_msg("fault %zu: %s", i, err_name(e.code));
		assert_int_equal(b.len, 0);
	}
	buf_wipe(&b);
}

static void
test_refusals(void **state)
{
	struct facts f = sample(VERDICT_REJECTED);
	struct buf b = { 0 };
	struct err e = { 0 };

	(void)state;
	f.err.code = ERR_OK;
	assert_int_equal(facts_encode(&f, &b, &e), ERR_SCHEMA);
	err_clear(&e);
	f.err.code = ERR_NO_MEMORY;	/* not the file's fault */
	assert_int_equal(facts_encode(&f, &b, &e), ERR_SCHEMA);
	err_clear(&e);
	f.err.code = ERR_ROUND;
	add_mistakes(&f, 1);
	(void)strcpy(f.mistakes.v[0].msg, "what was answered");
	assert_int_equal(facts_encode(&f, &b, &e), ERR_SCHEMA);
	err_clear(&e);
	f.mistakes.v[0].msg[0] = '\0';
	f.mistakes.v[0].code = ERR_OK;
	assert_int_equal(facts_encode(&f, &b, &e), ERR_SCHEMA);
	err_clear(&e);
	f.mistakes.v[0].code = ERR_ROUND;
	assert_int_equal(facts_encode(&f, &b, &e), ERR_OK);
	b.len = 0;
	f.kind = VERDICT_UNDECIDED;	/* mistakes are a verdict */
	assert_int_equal(facts_encode(&f, &b, &e), ERR_SCHEMA);
	err_list_wipe(&f.mistakes);
	buf_wipe(&b);
}

/* Every byte to every value: refused with the one code that there is, and
 * nothing left behind, or the same bytes again. */
static void
mangle(struct buf *b)
{
	static const struct facts empty;
	size_t taken = 0, refused = 0;
	struct buf again = { 0 };

	for (size_t i = 0; i < b->len * 256; i++) {
		uint8_t was = b->data[i / 256];
		struct facts f = { 0 };
		struct err e = { 0 };

		b->data[i / 256] = (uint8_t)(i % 256);
		if (facts_parse(b->data, b->len, &f, &e) == ERR_OK) {
			again.len = 0;
			encode(&f, &again);
			assert_true(buf_equal(&again, b->data, b->len));
			taken++;
		} else {
			assert_int_equal(e.code, ERR_PROTOCOL);
			assert_memory_equal(&f, &empty, sizeof(f));
			refused++;
		}
		facts_wipe(&f);
		b->data[i / 256] = was;
	}
	assert_true(taken > b->len && refused > b->len);
	buf_wipe(&again);
}

static void
test_malleability(void **state)
{
	static const enum verdict_kind kinds[] = { VERDICT_UNDECIDED,
	    VERDICT_ACCEPTED, VERDICT_REJECTED };
	struct buf b = { 0 };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct facts f = sample(kinds[i]);
		struct facts g = { 0 };

		if (kinds[i] == VERDICT_REJECTED)
			add_mistakes(&f, 2);
		b.len = 0;
		encode(&f, &b);
		err_list_wipe(&f.mistakes);
		mangle(&b);
		for (size_t len = 0; len < b.len; len++)
			assert_int_equal(facts_parse(b.data, len, &g, NULL),
			    ERR_PROTOCOL);
		buf_add_u8(&b, 0);
		assert_int_equal(facts_parse(b.data, b.len, &g, NULL),
		    ERR_PROTOCOL);
	}
	buf_wipe(&b);
}

static void
test_limit(void **state)
{
	static uint8_t much[LIMIT_FACTS + 1];
	struct facts f = { 0 };

	(void)state;
	assert_int_equal(facts_parse(much, sizeof(much), &f, NULL),
	    ERR_PROTOCOL);
}

/* A verdict's facts: nothing of what was answered. */
static void
test_of_verdict(void **state)
{
	struct verdict v = { .kind = VERDICT_REJECTED, .step = "answers",
	    .has_sealed = true, .size = 77 };
	struct err e = { 0 };
	struct facts f = { 0 };

	(void)state;
	memset(v.sealed, 7, sizeof(v.sealed));
	(void)err_set(&v.err, ERR_ROUND, "round", 0, NULL);
	for (size_t i = 0; i < LIMIT_MISTAKES + 3; i++) {
		struct err m = { 0 };

		(void)err_set(&m, ERR_ROUND, "answers.1", 0, "secret");
		err_list_add(&v.mistakes, &m);
	}
	assert_int_equal(facts_of(&v, &f, &e), ERR_OK);
	assert_int_equal(f.mistakes.len, LIMIT_MISTAKES);
	assert_int_equal(f.mistakes.over, 3);
	assert_string_equal(f.mistakes.v[0].msg, "");
	assert_string_equal(f.step, "answers");
	round_trip(&f);
	facts_wipe(&f);
	v.has_sealed = false;
	assert_int_equal(facts_of(&v, &f, &e), ERR_ROUND);
	verdict_wipe(&v);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_largest),
		cmocka_unit_test(test_contradictions),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_malleability),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_of_verdict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
