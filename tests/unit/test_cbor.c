/* SPDX-License-Identifier: EUPL-1.2 */
/* One value has one encoding, and every other one is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "format/cbor.h"
#include "format/cbor_reader.h"

#define N(a)	(sizeof(a) / sizeof((a)[0]))

/* Bytes of a hexadecimal text. */
static struct buf
hex(const char *s)
{
	struct buf b = { 0 };
	unsigned byte;

	for (; *s != '\0'; s += 2) {
		assert_int_equal(sscanf(s, "%2x", &byte), 1);
		buf_add_u8(&b, (uint8_t)byte);
	}
	return b;
}

static enum err_code
check_hex(const char *s, struct err *e)
{
	struct buf b = hex(s);
	enum err_code code = cbor_check(b.data, b.len, e);

	buf_wipe(&b);
	return code;
}

/* RFC 8949 appendix A: integers, within what we take. */
static void
test_rfc_integers(void **state)
{
	static const struct { const char *hex; int64_t value; } table[] = {
		{ "00", 0 }, { "01", 1 }, { "0a", 10 }, { "17", 23 },
		{ "1818", 24 }, { "1819", 25 }, { "1864", 100 },
		{ "1903e8", 1000 }, { "1a000f4240", 1000000 },
		{ "1b000000e8d4a51000", INT64_C(1000000000000) },
		{ "1b7fffffffffffffff", INT64_MAX },
		{ "20", -1 }, { "29", -10 }, { "3863", -100 },
		{ "3903e7", -1000 }, { "3b7fffffffffffffff", INT64_MIN },
		{ "18ff", 255 }, { "190100", 256 }, { "19ffff", 65535 },
		{ "1a00010000", 65536 }, { "1affffffff", 4294967295 },
		{ "1b0000000100000000", 4294967296 }, { "37", -24 },
		{ "3818", -25 },
	};
	struct cbor_reader r;

	(void)state;
	for (size_t i = 0; i < N(table); i++) {
		struct buf in = hex(table[i].hex), out = { 0 };
		struct err e = { 0 };

		assert_int_equal(cbor_check(in.data, in.len, &e), ERR_OK);
		cbor_reader_init(&r, in.data, in.len, &e);
		assert_true(cbor_get_int(&r) == table[i].value);
		assert_int_equal(cbor_end(&r), ERR_OK);
		cbor_put_int(&out, table[i].value);
		assert_true(buf_equal(&out, in.data, in.len));
		buf_wipe(&in);
		buf_wipe(&out);
	}
}

/* Well encoded, but beyond int64_t: a fault of shape. */
static void
test_integers_beyond(void **state)
{
	static const char *const table[] = {
		"1bffffffffffffffff", "3bffffffffffffffff",
		"1b8000000000000000", "3b8000000000000000",
	};
	struct cbor_reader r;

	(void)state;
	for (size_t i = 0; i < N(table); i++) {
		struct buf in = hex(table[i]);
		struct err e = { 0 };

		assert_int_equal(cbor_check(in.data, in.len, &e), ERR_OK);
		cbor_reader_init(&r, in.data, in.len, &e);
		assert_true(cbor_get_int(&r) == 0);
		assert_int_equal(r.code, ERR_SCHEMA);
		buf_wipe(&in);
	}
}

/* RFC 8949 appendix A: strings and containers. */
static void
test_rfc_others(void **state)
{
	static const char *const table[] = {
		"40", "4401020304", "60", "6161", "6449455446", "62225c",
		"62c3bc", "63e6b0b4", "64f0908591", "80", "83010203",
		"8301820203820405", "98190102030405060708090a0b0c0d0e0f10111"
		"2131415161718181819", "a0", "a26161016162820203",
		"826161a161626163", "a56161614161626142616361436164614461656"
		"145",
	};
	struct err e = { 0 };

	(void)state;
	for (size_t i = 0; i < N(table); i++)
		assert_int_equal(check_hex(table[i], &e), ERR_OK);
}

static void
test_not_canonical(void **state)
{
	static const char *const table[] = {
		/* nothing at all */
		"",
		/* heads that are longer than need be, of every type */
		"1800", "1817", "190000", "1900ff", "1a00000000", "1a0000ffff",
		"1b0000000000000000", "1b00000000ffffffff", "3800", "3817",
		"3900ff", "5800", "580161", "59000161", "5a0000000161",
		"5b000000000000000161", "780161", "79000161", "7a0000000161",
		"7b000000000000000161", "980101", "99000101", "9a0000000101",
		"9b000000000000000101", "b801616101",
		/* indefinite lengths, of every type, and a lone break */
		"5f42010243030405ff", "5fff", "7f657374726561646d696e67ff",
		"7fff", "9fff", "9f018202039f0405ffff", "bfff",
		"bf6161019f0203ffff", "83018202039f0405ff", "ff", "81ff",
		/* reserved heads */
		"1c", "1d", "1e", "1f", "3c", "3f", "5c", "5d", "5e", "7c",
		"9c", "9d", "bc", "bd", "be",
		/* tags, floats and simple values */
		"c001", "c11a514b67b0", "c249010000000000000000",
		"d74401020304", "d818456449455446",
		"d82076687474703a2f2f7777772e6578616d706c652e636f6d",
		"f4", "f5", "f6", "f7", "f0", "f818", "f8ff", "f90000",
		"f97e00", "fa47c35000", "fb3ff199999999999a", "81f4",
		"a16161f6", "fc", "fd",
		/* keys: not text, not in order, twice */
		"a201020304", "a1410102", "a18002", "a1206161",
		"a2616201616102", "a262616101616202", "a2616101616102",
		"a260016002",
		/* text that is not UTF-8: lone, overlong, surrogate, too far */
		"61ff", "6180", "61c3", "62c080", "62c1bf", "63e08080",
		"63eda080", "63edbfbf", "64f0808080", "64f4908080",
		"64f8888080", "a161ff01",
		/* cut short */
		"18", "19", "1901", "1a000000", "1b00000000000000", "41",
		"4201", "61", "6261", "58", "5818", "5bffffffffffffffff",
		"7bffffffffffffffff", "81", "8201", "9bffffffffffffffff",
		"bbffffffffffffffff", "9b7fffffffffffffff01", "a1", "a16161",
		"a2616101", "a261610161", "8180ff",
		/* bytes too many */
		"0000", "4000", "8000", "a000", "8101f6", "a1616101a0",
	};

	(void)state;
	for (size_t i = 0; i < N(table); i++) {
		struct err e = { 0 };
		enum err_code code;

		code = check_hex(table[i], &e);
		if (code != ERR_NOT_CANONICAL)
			fail_msg("%s gave %s", table[i], err_name(code));
		assert_int_equal(e.code, ERR_NOT_CANONICAL);
		assert_true(e.msg[0] != '\0');
	}
}

static void
test_offset(void **state)
{
	struct err e = { 0 };

	(void)state;
	assert_int_equal(check_hex("83010219000f", &e), ERR_NOT_CANONICAL);
	assert_int_equal(e.at, 3);
	err_clear(&e);
	assert_int_equal(check_hex("82010203", &e), ERR_NOT_CANONICAL);
	assert_int_equal(e.at, 3);
}

/* A shorter key comes first, whatever its letters are. */
static void
test_key_order(void **state)
{
	struct err e = { 0 };
	char long_key[30];

	(void)state;
	assert_int_equal(check_hex("a2617a0162616102", &e), ERR_OK);
	assert_int_equal(check_hex("a262616102617a01", &e),
	    ERR_NOT_CANONICAL);
	assert_true(cbor_compare_keys("z", "aa") < 0);
	assert_true(cbor_compare_keys("aa", "z") > 0);
	assert_true(cbor_compare_keys("aa", "ab") < 0);
	assert_true(cbor_compare_keys("ab", "ab") == 0);
	assert_true(cbor_compare_keys("\x7f", "\xc3\xa5") < 0);
	assert_true(cbor_compare_keys("", "a") < 0);
	/* 23 bytes have a short head, 24 a longer one. */
	memset(long_key, 'a', 24);
	long_key[24] = '\0';
	assert_true(cbor_compare_keys("zzzzzzzzzzzzzzzzzzzzzzz",
	    long_key) < 0);
}

static void
test_depth(void **state)
{
	struct buf b = { 0 };
	struct err e = { 0 };

	(void)state;
	for (size_t i = 0; i < LIMIT_DEPTH; i++)
		cbor_put_array(&b, i + 1 < LIMIT_DEPTH);
	assert_int_equal(cbor_check(b.data, b.len, &e), ERR_OK);
	b.len = 0;
	for (size_t i = 0; i < LIMIT_DEPTH + 1; i++)
		cbor_put_array(&b, i < LIMIT_DEPTH);
	assert_int_equal(cbor_check(b.data, b.len, &e), ERR_NOT_CANONICAL);
	/* A megabyte of openings costs no stack. */
	b.len = 0;
	for (size_t i = 0; i < 1000000; i++)
		buf_add_u8(&b, 0x81);
	err_clear(&e);
	assert_int_equal(cbor_check(b.data, b.len, &e), ERR_NOT_CANONICAL);
	assert_int_equal(e.at, LIMIT_DEPTH);
	buf_wipe(&b);
}

static void
test_fields(void **state)
{
	struct buf b = { 0 };

	(void)state;
	cbor_put_map(&b, 3);
	cbor_put_text(&b, "a");
	cbor_put_uint(&b, 5);
	cbor_put_text(&b, "b");
	cbor_put_bytes(&b, "xyz", 3);
	cbor_put_text(&b, "cc");
	cbor_put_text(&b, "text");
	for (int with = 0; with < 2; with++) {
		struct err e = { 0 };
		struct cbor_reader r;
		uint8_t three[3];

		cbor_reader_init(&r, b.data, b.len, &e);
		assert_int_equal(cbor_open_map(&r, 3), 3);
		assert_false(cbor_accept_key(&r, "b"));
		cbor_expect_key(&r, "a");
		assert_int_equal(cbor_get_uint(&r, 5), 5);
		if (with == 0) {	/* closing early is a fault */
			cbor_close(&r);
			assert_int_equal(r.code, ERR_SCHEMA);
			assert_false(cbor_accept_key(&r, "b"));
			assert_int_equal(cbor_end(&r), ERR_SCHEMA);
			continue;
		}
		assert_true(cbor_accept_key(&r, "b"));
		cbor_get_fixed(&r, three, 3);
		assert_memory_equal(three, "xyz", 3);
		cbor_expect_key(&r, "cc");
		assert_true(cbor_get_text_is(&r, "text"));
		cbor_close(&r);
		assert_int_equal(cbor_end(&r), ERR_OK);
	}
	buf_wipe(&b);
}

/* The first error sticks, is told once, and everything reads as nothing. */
static void
test_sticky(void **state)
{
	static const uint8_t in[] = { 0x82, 0x01, 0x61, 'a' };
	struct err e = { 0 };
	struct cbor_reader r;
	size_t len;

	(void)state;
	cbor_reader_init(&r, in, sizeof(in), &e);
	assert_int_equal(cbor_open_array(&r, 2), 2);
	assert_null(cbor_get_bytes(&r, &len));
	assert_int_equal(r.code, ERR_SCHEMA);
	assert_int_equal(e.at, 1);
	assert_null(cbor_get_text(&r, &len));
	assert_int_equal(len, 0);
	assert_int_equal(cbor_get_uint(&r, UINT64_MAX), 0);
	assert_int_equal(cbor_open_map(&r, 9), 0);
	assert_int_equal(cbor_peek(&r), CBOR_NONE);
	cbor_close(&r);
	assert_int_equal(cbor_end(&r), ERR_SCHEMA);
	assert_int_equal(e.at, 1);
}

static void
test_wrong_shape(void **state)
{
	static const uint8_t two[] = { 0x82, 0x01, 0x02 };
	struct cbor_reader r;

	(void)state;
	/* more items than the caller allows */
	cbor_reader_init(&r, two, sizeof(two), NULL);
	assert_int_equal(cbor_open_array(&r, 1), 0);
	assert_int_equal(r.code, ERR_SCHEMA);
	/* more than there are */
	cbor_reader_init(&r, two, sizeof(two), NULL);
	(void)cbor_open_array(&r, 2);
	(void)cbor_get_uint(&r, 9);
	(void)cbor_get_uint(&r, 9);
	assert_int_equal(r.code, ERR_OK);
	assert_int_equal(cbor_peek(&r), CBOR_NONE);
	(void)cbor_get_uint(&r, 9);
	assert_int_equal(r.code, ERR_SCHEMA);
	/* above the limit */
	cbor_reader_init(&r, two, sizeof(two), NULL);
	(void)cbor_open_array(&r, 2);
	assert_int_equal(cbor_get_uint(&r, 0), 0);
	assert_int_equal(r.code, ERR_SCHEMA);
	/* a key where there are none */
	cbor_reader_init(&r, two, sizeof(two), NULL);
	(void)cbor_open_array(&r, 2);
	cbor_expect_key(&r, "a");
	assert_int_equal(r.code, ERR_SCHEMA);
}

/* --- random values: written, checked, copied, the same bytes ------------ */

static uint32_t
next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

static void
put_random(struct buf *b, uint32_t *seed, unsigned depth)
{
	uint32_t what = next_random(seed) % (depth < 5 ? 6 : 4);
	uint32_t n = next_random(seed) % 30;
	char text[40];

	switch (what) {
	case 0:
		cbor_put_uint(b, ((uint64_t)next_random(seed) << 32 |
		    next_random(seed)) >> next_random(seed) % 64);
		break;
	case 1:
		cbor_put_int(b, -1 - (int64_t)(next_random(seed) >>
		    next_random(seed) % 32));
		break;
	case 2:
		memset(text, (int)n, sizeof(text));
		cbor_put_bytes(b, text, n);
		break;
	case 3:
		(void)snprintf(text, sizeof(text), "%0*u", (int)n + 1, n);
		cbor_put_text(b, text);
		break;
	case 4:
		cbor_put_array(b, n % 8);
		for (uint32_t i = 0; i < n % 8; i++)
			put_random(b, seed, depth + 1);
		break;
	default:
		cbor_put_map(b, n);
		for (uint32_t i = 0; i < n; i++) {
			(void)snprintf(text, sizeof(text), "%0*u",
			    (int)(i / 3) + 1, i % 3);
			cbor_put_text(b, text);
			cbor_put_uint(b, i);
		}
		break;
	}
}

/* Reads one value of any kind with the pull reader and writes it again. */
static void
copy_value(struct cbor_reader *r, struct buf *out)
{
	const char *text;
	const uint8_t *p;
	size_t n, len;
	char key[64];

	switch (cbor_peek(r)) {
	case CBOR_UINT:
		cbor_put_uint(out, cbor_get_uint(r, UINT64_MAX));
		break;
	case CBOR_NEGATIVE:
		cbor_put_int(out, cbor_get_int(r));
		break;
	case CBOR_BYTES:
		p = cbor_get_bytes(r, &len);
		cbor_put_bytes(out, p, len);
		break;
	case CBOR_TEXT:
		text = cbor_get_text(r, &len);
		(void)snprintf(key, sizeof(key), "%.*s", (int)len, text);
		cbor_put_text(out, key);
		break;
	case CBOR_ARRAY:
		n = cbor_open_array(r, 1000);
		cbor_put_array(out, n);
		while (n-- != 0)
			copy_value(r, out);
		cbor_close(r);
		break;
	case CBOR_MAP:
		n = cbor_open_map(r, 1000);
		cbor_put_map(out, n);
		while (n-- != 0) {
			text = cbor_get_key(r, &len);
			assert_non_null(text);
			(void)snprintf(key, sizeof(key), "%.*s", (int)len,
			    text);
			cbor_put_text(out, key);
			copy_value(r, out);
		}
		cbor_close(r);
		break;
	case CBOR_NONE:
		fail_msg("nothing where a value must be: %s", r->e->msg);
	}
}

static void
test_round_trips(void **state)
{
	struct buf in = { 0 }, out = { 0 };
	uint32_t seed = 2026;

	(void)state;
	for (unsigned i = 0; i < 3000; i++) {
		struct err e = { 0 };
		struct cbor_reader r;

		in.len = out.len = 0;
		put_random(&in, &seed, 0);
		if (cbor_check(in.data, in.len, &e) != ERR_OK)
			fail_msg("round %u: %s at %zu", i, e.msg, e.at);
		cbor_reader_init(&r, in.data, in.len, &e);
		copy_value(&r, &out);
		assert_int_equal(cbor_end(&r), ERR_OK);
		assert_true(buf_equal(&out, in.data, in.len));
		/* Cut short anywhere, it is not accepted. */
		for (size_t n = 0; n < in.len; n += 1 + in.len / 50)
			assert_int_equal(cbor_check(in.data, n, NULL),
			    ERR_NOT_CANONICAL);
	}
	buf_wipe(&in);
	buf_wipe(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rfc_integers),
		cmocka_unit_test(test_integers_beyond),
		cmocka_unit_test(test_rfc_others),
		cmocka_unit_test(test_not_canonical),
		cmocka_unit_test(test_offset),
		cmocka_unit_test(test_key_order),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_sticky),
		cmocka_unit_test(test_wrong_shape),
		cmocka_unit_test(test_round_trips),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
