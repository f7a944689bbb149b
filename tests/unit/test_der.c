/* SPDX-License-Identifier: EUPL-1.2 */
/* crypto/der: every other encoding of a value is refused. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "crypto/der.h"
#include "tests/unit/sample.h"

static struct cursor
octets(const char *hex, struct buf *keep)
{
	sample_hex(hex, keep);
	return cursor_of(keep->data, keep->len);
}

static void
lengths(void **state)
{
	static const struct {
		const char *hex;
		bool ok;
	} cases[] = {
		{ "04 00", true }, { "04 01 aa", true },
		{ "04 80 00 00", false },	/* indefinite */
		{ "04 81 01 aa", false },	/* long form for a short one */
		{ "04 82 00 01 aa", false },	/* leading zero */
		{ "04 85 00 00 00 00 01 aa", false },
		{ "04 85 01 00 00 00 00 aa", false },
		{ "04 ff", false }, { "04 02 aa", false }, { "04 81", false },
		{ "04 84 ff ff ff ff", false }, { "04", false }, { "", false },
		{ "1f 81 01 00", false },	/* high tag number */
		{ "bf 01 00", false }, { "00 00", false }, { "20 00", false },
	};
	struct der v;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf keep = { 0 };
		struct cursor c = octets(cases[i].hex, &keep), was = c;

		if (der_any(&c, &v) != cases[i].ok)
			fail_msg("%s", cases[i].hex);
		if (cases[i].ok)
			assert_int_equal(c.left, 0);
		else	/* nothing is taken */
			assert_memory_equal(&c, &was, sizeof(c));
		buf_wipe(&keep);
	}
}

/* Each boundary of the length's own length, there and back. */
static void
written_lengths_are_read(void **state)
{
	static const size_t sizes[] = {
		0, 1, 127, 128, 255, 256, 65535, 65536, 1 << 24
	};

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct buf b = { 0 };
		struct cursor c;
		struct der v;

		der_put(&b, DER_OCTET_STRING, sizes[i]);
		assert_non_null(buf_grow(&b, sizes[i]));
		assert_int_equal(b.len, der_size(sizes[i]));
		c = cursor_of(b.data, b.len);
		assert_true(der_take(&c, DER_OCTET_STRING, &v));
		assert_int_equal(v.len, sizes[i]);
		assert_int_equal(c.left, 0);
		buf_wipe(&b);
	}
}

static void
whole_values(void **state)
{
	static const struct {
		const char *hex;
		bool ok;
	} cases[] = {
		{ "30 00", true }, { "30 03 02 01 00", true },
		{ "10 00", false }, { "11 00", false },
		{ "24 03 04 01 aa", false },	/* segmented OCTET STRING */
		{ "22 00", false }, { "2c 00", false },
		{ "01 01 00", true }, { "01 01 ff", true },
		{ "01 01 01", false }, { "01 00", false },
		{ "02 00", false }, { "02 01 80", true },
		{ "02 02 00 80", true }, { "02 02 00 7f", false },
		{ "02 02 ff 80", false }, { "02 02 ff 7f", true },
		{ "0a 02 00 01", false },
		{ "03 00", false }, { "03 01 00", true },
		{ "03 01 01", false }, { "03 02 08 00", false },
		{ "03 02 01 02", true }, { "03 02 01 01", false },
		{ "05 00", true }, { "05 01 00", false },
		{ "06 00", false }, { "06 01 2a", true },
		{ "06 02 2a 80", false }, { "06 03 2a 80 01", false },
		{ "06 03 2a 81 01", true },
		{ "80 01 aa", true }, { "a0 01 aa", false },
		{ "a0 02 05 00", true },
		{ "30 04 02 01 00", false }, { "30 02 02 01 00", false },
		/* 32 levels */
		{ "30 3e 30 3c 30 3a 30 38 30 36 30 34 30 32 30 30 "
		  "30 2e 30 2c 30 2a 30 28 30 26 30 24 30 22 30 20 "
		  "30 1e 30 1c 30 1a 30 18 30 16 30 14 30 12 30 10 "
		  "30 0e 30 0c 30 0a 30 08 30 06 30 04 30 02 30 00", false },
		{ "30 10 30 0e 30 0c 30 0a 30 08 30 06 30 04 30 02 30 00",
		  true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf keep = { 0 };

		sample_hex(cases[i].hex, &keep);
		if (der_valid(keep.data, keep.len) != cases[i].ok)
			fail_msg("%s", cases[i].hex);
		buf_wipe(&keep);
	}
}

static void
times(void **state)
{
	static const struct {
		int tag;
		const char *text;
		int64_t want;	/* -1: refused */
	} cases[] = {
		{ 0x17, "261121225413Z", 1795301653 },
		{ 0x17, "700101000000Z", 0 },
		{ 0x17, "491231235959Z", 2524607999 },
		{ 0x18, "20500101000000Z", 2524608000 },
		{ 0x18, "99991231235959Z", 253402300799 },
		{ 0x18, "20491231235959Z", -1 },	/* is a UTCTime */
		{ 0x17, "2611212254Z", -1 },
		{ 0x17, "261121225413+0000", -1 },
		{ 0x17, "261121225413", -1 }, { 0x17, "2611212254 3Z", -1 },
		{ 0x17, "260229000000Z", -1 }, { 0x17, "261121240000Z", -1 },
		{ 0x17, "261121225460Z", -1 }, { 0x17, "26-121225413Z", -1 },
		{ 0x18, "20500101000000.5Z", -1 }, { 0x18, "205001010000Z", -1 },
		{ 0x18, "20500101000000", -1 }, { 0x17, "", -1 },
		{ 0x04, "261121225413Z", -1 },
	};
	int64_t t;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf b = { 0 };
		struct cursor c;
		bool ok;

		der_put(&b, (uint8_t)cases[i].tag, strlen(cases[i].text));
		buf_add_str(&b, cases[i].text);
		c = cursor_of(b.data, b.len);
		ok = der_time(&c, &t);
		if (ok != (cases[i].want >= 0) ||
		    (ok && t != cases[i].want))
			fail_msg("%s", cases[i].text);
		buf_wipe(&b);
	}
}

static void
order_of_sets(void **state)
{
	static const struct {
		const char *hex;
		bool ok;
	} cases[] = {
		{ "", true }, { "02 01 01", true },
		{ "02 01 01 02 01 02", true }, { "02 01 02 02 01 01", false },
		{ "02 01 01 02 01 01", false },	/* twice */
		{ "02 01 7f 02 02 00 80", true },
		{ "02 02 00 80 02 01 7f", false },
		{ "02 01 01 02", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf keep = { 0 };

		if (der_ascending(octets(cases[i].hex, &keep)) != cases[i].ok)
			fail_msg("%s", cases[i].hex);
		buf_wipe(&keep);
	}
}

static void
small_and_same(void **state)
{
	struct buf keep = { 0 };
	struct cursor c = octets("02 01 03 05 00", &keep), inside;
	static const uint8_t null[] = { DER_NULL, 0 };

	(void)state;
	assert_false(der_small(&c, 1));
	assert_false(der_enter(&c, DER_SEQUENCE, &inside));
	assert_true(der_small(&c, 3));
	assert_true(der_next_is(&c, DER_NULL));
	assert_true(der_same(&c, null, sizeof(null)));
	assert_false(der_same(&c, null, sizeof(null)));
	assert_false(der_next_is(&c, DER_NULL));
	buf_wipe(&keep);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lengths),
		cmocka_unit_test(written_lengths_are_read),
		cmocka_unit_test(whole_values),
		cmocka_unit_test(times),
		cmocka_unit_test(order_of_sets),
		cmocka_unit_test(small_and_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
