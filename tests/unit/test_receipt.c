/* SPDX-License-Identifier: EUPL-1.2 */
/* Receipts: each stage has its own fields and no other; a place in the log is
 * for two of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format/cbor_reader.h"
#include "format/receipt.h"

#define N_STAGES	4

/* Strings are constants: never wiped. */
static struct receipt
sample(enum receipt_stage stage)
{
	struct receipt r = {
		.stage = stage,
		.size = 12345,
		.time = 1795300000,
		.authority = "Exempelmyndigheten",
		.environment = ENVIRONMENT_PRODUCTION,
		.round = "2026",
		.organisation = "2120000142",
		.has_supersedes = true,
		.reason = "inner-signature",
		.advice = "Seal again.\nThen send it.",
	};

	memset(r.sealed, 0x11, 32);
	memset(r.submission, 0x22, sizeof(r.submission));
	memset(r.fingerprint, 0x33, 32);
	memset(r.supersedes, 0x44, 32);
	memset(r.feedback, 0x55, 32);
	return r;
}

/* The stages, and then two that have a place in the log: an accepted one in
 * full, and a rejected one that is alone in it. */
#define N_SAMPLES	(N_STAGES + 2)

static struct receipt
sample_of(int which)
{
	struct receipt r = sample(which < N_STAGES ?
	    (enum receipt_stage)which : which == N_STAGES ? STAGE_ACCEPTED :
	    STAGE_REJECTED);

	r.has_log = which >= N_STAGES;
	r.log = (struct receipt_log){ .index = 0, .size = 1 };
	memset(r.log.root, 0x66, 32);
	if (which != N_STAGES)
		return r;
	r.log.index = 4711;
	r.log.size = 4720;
	r.log.path.len = 2;
	memset(r.log.path.hashes, 0x77, sizeof(r.log.path.hashes));
	r.log.has_since = true;
	r.log.since_size = 4000;
	memset(r.log.since_root, 0x88, 32);
	r.log.since_path.len = 1;
	memset(r.log.since_path.hashes, 0x99, 32);
	return r;
}

static void
encode(int which, struct buf *out)
{
	struct receipt r = sample_of(which);
	struct err e = { 0 };

	if (receipt_encode(&r, out, &e) != ERR_OK)
		fail_msg("%s: %s", e.where, e.msg);
}

static void
test_bytes(void **state)
{
	struct buf b = { 0 }, want = { 0 };
	uint8_t digest[32];

	(void)state;
	memset(digest, 0x11, 32);
	encode(STAGE_STORED, &b);
	buf_add_str(&want, "\xa8" "\x64size\x19\x30\x39"
	    "\x64time\x1a\x6b\x02\x1a\xa0" "\x65stage\x66stored"
	    "\x66" "format\x6esigill-receipt" "\x66sealed\x58\x20");
	buf_add(&want, digest, 32);
	buf_add_str(&want, "\x67version\x01"
	    "\x69" "authority\x72" "Exempelmyndigheten"
	    "\x6b" "environment\x6aproduction");
	assert_int_equal(b.len, want.len);
	assert_memory_equal(b.data, want.data, want.len);
	buf_wipe(&b);
	buf_wipe(&want);
}

static void
test_round_trip(void **state)
{
	(void)state;
	for (int which = 0; which < N_SAMPLES; which++) {
		enum receipt_stage stage = sample_of(which).stage;
		struct buf b = { 0 }, again = { 0 };
		struct receipt r = { 0 };
		struct err e = { 0 };

		encode(which, &b);
		assert_int_equal(cbor_check(b.data, b.len, &e), ERR_OK);
		if (receipt_parse(b.data, b.len, &r, &e) != ERR_OK)
			fail_msg("%s: %s", e.where, e.msg);
		assert_int_equal(r.stage, stage);
		assert_int_equal(r.size, 12345);
		assert_string_equal(r.authority, "Exempelmyndigheten");
		assert_int_equal(r.has_supersedes, stage == STAGE_ACCEPTED);
		assert_int_equal(r.round != NULL, stage == STAGE_ACCEPTED);
		assert_int_equal(r.advice != NULL, stage == STAGE_REJECTED);
		assert_int_equal(r.feedback[31],
		    stage == STAGE_SCORED ? 0x55 : 0);
		if (stage == STAGE_ACCEPTED)
			assert_string_equal(r.organisation, "2120000142");
		assert_int_equal(receipt_encode(&r, &again, &e), ERR_OK);
		assert_true(buf_equal(&again, b.data, b.len));
		receipt_wipe(&r);
		buf_wipe(&b);
		buf_wipe(&again);
	}
}

/* Every byte to every value, every cut: refused with the one code that a
 * receipt has, or the same bytes again. */
static void
test_malleability(void **state)
{
	struct buf b = { 0 }, again = { 0 };
	size_t taken = 0, refused = 0;

	(void)state;
	for (int which = 0; which < N_SAMPLES; which++) {
		b.len = 0;
		encode(which, &b);
		for (size_t i = 0; i < b.len * 256; i++) {
			uint8_t was = b.data[i / 256];
			struct receipt r = { 0 };
			struct err e = { 0 };

			b.data[i / 256] = (uint8_t)i;
			if (receipt_parse(b.data, b.len, &r, &e) == ERR_OK) {
				taken++;
				again.len = 0;
				assert_int_equal(receipt_encode(&r, &again,
				    &e), ERR_OK);
				assert_true(buf_equal(&again, b.data,
				    b.len));
			} else {
				refused++;
				assert_int_equal(e.code,
				    ERR_RECEIPT_STRUCTURE);
				assert_null(r.authority);
			}
			receipt_wipe(&r);
			b.data[i / 256] = was;
		}
		for (size_t n = 0; n < b.len; n++)
			assert_int_equal(receipt_parse(b.data, n,
			    &(struct receipt){ 0 }, NULL),
			    ERR_RECEIPT_STRUCTURE);
		buf_add_u8(&b, 0);
		assert_int_equal(receipt_parse(b.data, b.len,
		    &(struct receipt){ 0 }, NULL), ERR_RECEIPT_STRUCTURE);
	}
	assert_true(taken > 10000);
	assert_true(refused > 100000);
	buf_wipe(&b);
	buf_wipe(&again);
}

/* One stage's name over another stage's fields. */
static void
test_fields_of_another_stage(void **state)
{
	static const char *const names[] = {
		"\x66stored", ("\x68" "accepted"), "\x68rejected", "\x66scored",
	};

	(void)state;
	for (int a = 0; a < N_STAGES; a++)
		for (int b = 0; b < N_STAGES; b++) {
			struct buf in = { 0 }, bad = { 0 };
			size_t len = strlen(names[a]), at;
			struct err e = { 0 };
			uint8_t *p;

			if (a == b)
				continue;
			encode(a, &in);
			p = memmem(in.data, in.len, names[a], len);
			assert_non_null(p);
			at = (size_t)(p - in.data);
			buf_add(&bad, in.data, at);
			buf_add_str(&bad, names[b]);
			buf_add(&bad, p + len, in.len - at - len);
			assert_int_equal(receipt_parse(bad.data, bad.len,
			    &(struct receipt){ 0 }, &e),
			    ERR_RECEIPT_STRUCTURE);
			buf_wipe(&in);
			buf_wipe(&bad);
		}
}

static void
test_encode_refuses(void **state)
{
	struct buf b = { 0 };
	char advice[2100];

	(void)state;
	memset(advice, 'a', sizeof(advice));
	advice[sizeof(advice) - 1] = '\0';
#define REFUSED(stage, change, want) do { \
	struct receipt r = sample(stage); \
	struct err e = { 0 }; \
	change; \
	assert_int_equal(receipt_encode(&r, &b, &e), want); \
	assert_int_equal(e.code, want); \
	assert_int_equal(b.len, 0); \
} while (0)
	REFUSED(STAGE_STORED, r.stage = (enum receipt_stage)7, ERR_SCHEMA);
	REFUSED(STAGE_STORED, r.time = -1, ERR_SCHEMA);
	REFUSED(STAGE_STORED, r.time = INT64_MAX, ERR_SCHEMA);
	REFUSED(STAGE_STORED, r.size = UINT64_MAX, ERR_SCHEMA);
	REFUSED(STAGE_STORED, r.authority = NULL, ERR_SCHEMA);
	REFUSED(STAGE_STORED, r.authority = "a  b", ERR_NOT_CANONICAL);
	REFUSED(STAGE_ACCEPTED, r.round = NULL, ERR_SCHEMA);
	REFUSED(STAGE_ACCEPTED, r.organisation[0] = '9', ERR_SCHEMA);
	REFUSED(STAGE_REJECTED, r.reason = "No Such", ERR_SCHEMA);
	REFUSED(STAGE_REJECTED, r.reason = NULL, ERR_SCHEMA);
	REFUSED(STAGE_REJECTED, r.advice = advice, ERR_SCHEMA);
	REFUSED(STAGE_REJECTED, r.advice = "a\r\nb", ERR_NOT_CANONICAL);
#undef REFUSED
#define REFUSED(change) do { \
	struct receipt r = sample_of(N_STAGES); \
	change; \
	assert_int_equal(receipt_encode(&r, &b, NULL), ERR_SCHEMA); \
	assert_int_equal(b.len, 0); \
} while (0)
	REFUSED(r.log.index = r.log.size);
	REFUSED(r.log.size = RECEIPT_LOG_MAX + 1);
	REFUSED(r.log.size = 0);
	REFUSED(r.log.path.len = RECEIPT_PATH_MAX + 1);
	REFUSED(r.log.since_size = 0);
	REFUSED(r.log.since_size = r.log.size + 1);
	REFUSED(r.log.since_path.len = RECEIPT_PATH_MAX + 1);
#undef REFUSED
	buf_wipe(&b);
}

/* Every code that a program may give as a reason has the form of one, and
 * every sentence and hint that of advice. */
static void
test_every_error_fits(void **state)
{
	(void)state;
	for (unsigned i = 1; i < ERR_COUNT; i++) {
		struct receipt r = sample(STAGE_REJECTED), back = { 0 };
		struct buf b = { 0 };
		struct err e = { 0 };
		char advice[1000];

		(void)snprintf(advice, sizeof(advice), "%s\n%s",
		    err_sentence((enum err_code)i),
		    err_hint((enum err_code)i)[0] != '\0' ?
		    err_hint((enum err_code)i) : "-");
		r.reason = strdup(err_name((enum err_code)i));
		r.advice = advice;
		assert_non_null(r.reason);
		if (receipt_encode(&r, &b, &e) != ERR_OK)
			fail_msg("%s: %s", r.reason, e.msg);
		assert_int_equal(receipt_parse(b.data, b.len, &back, &e),
		    ERR_OK);
		assert_string_equal(back.reason, r.reason);
		free(r.reason);
		receipt_wipe(&back);
		buf_wipe(&b);
	}
}

/* What the log has of a receipt is the receipt without its place there. */
static void
test_leaf(void **state)
{
	(void)state;
	for (int which = N_STAGES; which < N_SAMPLES; which++) {
		struct receipt r = sample_of(which), back = { 0 };
		struct buf leaf = { 0 }, whole = { 0 }, without = { 0 };
		struct err e = { 0 };

		encode(which, &whole);
		encode((int)r.stage, &without);
		assert_int_equal(receipt_leaf(&r, &leaf, &e), ERR_OK);
		assert_true(buf_equal(&leaf, without.data, without.len));
		assert_true(whole.len > leaf.len);
		assert_true(r.has_log);
		assert_int_equal(receipt_parse(whole.data, whole.len, &back,
		    &e), ERR_OK);
		assert_true(back.has_log);
		assert_memory_equal(back.log.root, r.log.root, 32);
		assert_int_equal(back.log.index, r.log.index);
		assert_int_equal(back.log.size, r.log.size);
		assert_int_equal(back.log.path.len, r.log.path.len);
		assert_int_equal(back.log.has_since, r.log.has_since);
		assert_int_equal(back.log.since_size, r.log.since_size);
		receipt_wipe(&back);
		buf_wipe(&leaf);
		buf_wipe(&whole);
		buf_wipe(&without);
	}
}

/* Only the verdicts of intake have one, whatever else is said. */
static void
test_log_of_another_stage(void **state)
{
	static const int others[] = { STAGE_STORED, STAGE_SCORED };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct receipt r = sample((enum receipt_stage)others[i]);
		struct buf b = { 0 }, with = { 0 }, whole = { 0 };
		struct err e = { 0 };
		uint8_t *p;

		r.has_log = true;
		r.log.size = 1;
		assert_int_equal(receipt_encode(&r, &b, &e), ERR_OK);
		encode(others[i], &with);
		assert_true(buf_equal(&b, with.data, with.len));
		/* Put one in by hand: from the rejected one's first member
		 * to what follows it. */
		encode(N_STAGES + 1, &whole);
		p = memmem(whole.data, whole.len, "\x64size\x19", 6);
		assert_non_null(p);
		with.len = 0;
		buf_add_u8(&with, (uint8_t)(b.data[0] + 1));
		buf_add(&with, whole.data + 1, (size_t)(p - whole.data) - 1);
		buf_add(&with, b.data + 1, b.len - 1);
		assert_int_equal(cbor_check(with.data, with.len, &e), ERR_OK);
		assert_int_equal(receipt_parse(with.data, with.len,
		    &(struct receipt){ 0 }, &e), ERR_RECEIPT_STRUCTURE);
		assert_non_null(strstr(e.msg, "another stage"));
		buf_wipe(&b);
		buf_wipe(&with);
		buf_wipe(&whole);
	}
}

static void
test_json(void **state)
{
	static const size_t members[] = { 8, 13, 10, 9, 14, 11 };

	(void)state;
	for (int stage = 0; stage < N_SAMPLES; stage++) {
		struct receipt r = sample_of(stage);
		json_t *o = receipt_json(&r);

		assert_non_null(o);
		assert_int_equal(json_object_size(o), members[stage]);
		assert_string_equal(json_string_value(json_object_get(o,
		    "stage")), receipt_stage_name(r.stage));
		assert_string_equal(json_string_value(json_object_get(o,
		    "time")), "2026-11-21T22:26:40Z");
		assert_int_equal(json_integer_value(json_object_get(o,
		    "size")), 12345);
		assert_int_equal(strlen(json_string_value(json_object_get(o,
		    "sealed"))), 64);
		assert_int_equal(json_object_size(json_object_get(o, "log")),
		    stage < N_STAGES ? 0 : r.log.has_since ? 5 : 4);
		json_decref(o);
		assert_int_equal(receipt_stage_parse(receipt_stage_name(
		    r.stage)), r.stage);
	}
	assert_int_equal(receipt_stage_parse("Stored"), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_malleability),
		cmocka_unit_test(test_fields_of_another_stage),
		cmocka_unit_test(test_encode_refuses),
		cmocka_unit_test(test_every_error_fits),
		cmocka_unit_test(test_leaf),
		cmocka_unit_test(test_log_of_another_stage),
		cmocka_unit_test(test_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
