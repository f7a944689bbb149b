/* SPDX-License-Identifier: EUPL-1.2 */
/* Tree heads and decisions: one encoding, and nothing else is taken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format/tree_head.h"

/* Strings are constants: never wiped. */
static struct tree_head
sample_head(void)
{
	struct tree_head h = {
		.authority = "Exempelmyndigheten",
		.environment = ENVIRONMENT_TEST,
		.time = 1795300000,
		.size = 4720,
	};

	memset(h.root, 0x11, sizeof(h.root));
	return h;
}

static struct decision_entry
sample_decision(bool accept)
{
	struct decision_entry d = {
		.time = 1795300000, .accept = accept,
		.who = "anna", .reason = accept ? NULL : "Fel fil.\nRing oss.",
	};

	memset(d.sealed, 0x22, sizeof(d.sealed));
	return d;
}

static void
encode(int which, struct buf *out)
{
	struct tree_head h = sample_head();
	struct decision_entry d = sample_decision(which == 1);
	struct err e = { 0 };

	if ((which == 0 ? tree_head_encode(&h, out, &e) :
	    decision_entry_encode(&d, out, &e)) != ERR_OK)
		fail_msg("%s: %s", e.where, e.msg);
}

/* Parses and encodes again; false when it is refused, with its one code. */
static bool
again(int which, const struct buf *in, struct buf *out)
{
	struct tree_head h = { 0 };
	struct decision_entry d = { 0 };
	struct err e = { 0 };
	bool taken;

	out->len = 0;
	if (which == 0) {
		taken = tree_head_parse(in->data, in->len, &h, &e) == ERR_OK;
		if (taken)
			assert_int_equal(tree_head_encode(&h, out, &e),
			    ERR_OK);
		else
			assert_int_equal(e.code, ERR_LOG_HEAD);
	} else {
		taken = decision_entry_parse(in->data, in->len, &d, &e) ==
		    ERR_OK;
		if (taken)
			assert_int_equal(decision_entry_encode(&d, out, &e),
			    ERR_OK);
		else
			assert_int_equal(e.code, ERR_LOG_DAMAGED);
	}
	tree_head_wipe(&h);
	decision_entry_wipe(&d);
	return taken;
}

static void
test_bytes(void **state)
{
	struct buf b = { 0 }, want = { 0 };
	uint8_t digest[32];

	(void)state;
	memset(digest, 0x11, 32);
	encode(0, &b);
	buf_add_str(&want, "\xa7" "\x64root\x58\x20");
	buf_add(&want, digest, 32);
	buf_add_str(&want, "\x64size\x19\x12\x70" "\x64time\x1a\x6b\x02\x1a\xa0"
	    "\x66" "format\x70sigill-tree-head" "\x67version\x01"
	    "\x69" "authority\x72" "Exempelmyndigheten"
	    "\x6b" "environment\x64test");
	assert_int_equal(b.len, want.len);
	assert_memory_equal(b.data, want.data, want.len);
	b.len = want.len = 0;
	memset(digest, 0x22, 32);
	encode(2, &b);
	buf_add_str(&want, "\xa7" "\x63who\x64" "anna"
	    "\x64time\x1a\x6b\x02\x1a\xa0" "\x66" "format\x6fsigill-decision"
	    "\x66reason\x72" "Fel fil.\nRing oss." "\x66sealed\x58\x20");
	buf_add(&want, digest, 32);
	buf_add_str(&want, "\x67version\x01" "\x68" "decision\x66reject");
	assert_int_equal(b.len, want.len);
	assert_memory_equal(b.data, want.data, want.len);
	buf_wipe(&b);
	buf_wipe(&want);
}

/* Every byte to every value, every cut, one byte more. */
static void
test_malleability(void **state)
{
	struct buf b = { 0 }, out = { 0 };

	(void)state;
	for (int which = 0; which < 3; which++) {
		size_t taken = 0, len;

		b.len = 0;
		encode(which, &b);
		for (size_t i = 0; i < b.len * 256; i++) {
			uint8_t was = b.data[i / 256];

			b.data[i / 256] = (uint8_t)i;
			if (again(which, &b, &out)) {
				taken++;
				assert_true(buf_equal(&out, b.data, b.len));
			}
			b.data[i / 256] = was;
		}
		assert_true(taken > 32 * 256);
		assert_true(taken < b.len * 256);
		len = b.len;
		for (b.len = 0; b.len < len; b.len++)
			assert_false(again(which, &b, &out));
		buf_add_u8(&b, 0);
		assert_false(again(which, &b, &out));
		/* And one is not the other. */
		b.len = 0;
		encode(which == 0 ? 1 : 0, &b);
		assert_false(again(which, &b, &out));
	}
	buf_wipe(&b);
	buf_wipe(&out);
}

static void
test_encode_refuses(void **state)
{
	struct buf b = { 0 };

	(void)state;
#define REFUSED(kind, sample, change, want) do { \
	struct kind x = sample; \
	change; \
	assert_int_equal(kind##_encode(&x, &b, NULL), want); \
	assert_int_equal(b.len, 0); \
} while (0)
	REFUSED(tree_head, sample_head(), x.time = -1, ERR_SCHEMA);
	REFUSED(tree_head, sample_head(), x.size = UINT64_MAX, ERR_SCHEMA);
	REFUSED(tree_head, sample_head(), x.authority = NULL, ERR_SCHEMA);
	REFUSED(tree_head, sample_head(), x.authority = "a  b",
	    ERR_NOT_CANONICAL);
	REFUSED(decision_entry, sample_decision(true), x.time = INT64_MAX,
	    ERR_SCHEMA);
	REFUSED(decision_entry, sample_decision(true), x.who = NULL,
	    ERR_SCHEMA);
	REFUSED(decision_entry, sample_decision(true), x.reason = "",
	    ERR_SCHEMA);
	REFUSED(decision_entry, sample_decision(true), x.who = "a\nb",
	    ERR_NOT_CANONICAL);
#undef REFUSED
	buf_wipe(&b);
}

static void
test_json(void **state)
{
	struct tree_head h = sample_head();
	json_t *o = tree_head_json(&h);

	(void)state;
	assert_int_equal(json_object_size(o), 7);
	assert_int_equal(json_integer_value(json_object_get(o, "size")),
	    4720);
	assert_int_equal(strlen(json_string_value(json_object_get(o,
	    "root"))), 64);
	json_decref(o);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_malleability),
		cmocka_unit_test(test_encode_refuses),
		cmocka_unit_test(test_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
