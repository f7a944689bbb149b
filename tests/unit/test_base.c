/* SPDX-License-Identifier: EUPL-1.2 */
/* base/: errors, buffers, the cursor, points in time, messages. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/message.h"
#include "base/tame.h"
#include "base/timestamp.h"
#include "base/wipe.h"

static void
first_error_wins(void **state)
{
	struct err e = { 0 };

	(void)state;
	assert_int_equal(err_set(&e, ERR_JSON, "a", 7, "x%d", 1), ERR_JSON);
	assert_int_equal(err_set(&e, ERR_IO, "b", 8, NULL), ERR_JSON);
	assert_string_equal(e.where, "a");
	assert_int_equal(e.at, 7);
	assert_string_equal(e.msg, "x1");
	assert_int_equal(err_set(NULL, ERR_IO, NULL, 0, NULL), ERR_IO);
}

static void
control_characters_are_tamed(void **state)
{
	struct err e = { 0 };

	(void)state;
	err_set(&e, ERR_IO, "a\x1b[2J", 0, "b\n\x7f\xc3\xa5");
	assert_string_equal(e.where, "a?[2J");
	assert_string_equal(e.msg, "b??\xc3\xa5");
}

static void
what_is_no_text_is_tamed(void **state)
{
	static const char *const cases[][2] = {
		{ "\xc3\xa5\xe2\x82\xac\xf0\x9f\x94\x8f",
		  "\xc3\xa5\xe2\x82\xac\xf0\x9f\x94\x8f" },
		{ "a\xff" "b", "a?b" },
		{ "a\xe5" "b", "a?b" },		/* Latin-1 */
		{ "\xc0\xaf", "??" },		/* overlong */
		{ "\xed\xa0\x80x", "???x" },	/* surrogate */
		{ "\xc2\x9b" "31m", "??31m" },	/* C1 */
		/* Written from right to left: a name with another ending. */
		{ "a\xe2\x80\xae" "fdp.exe", "a???fdp.exe" },
		{ "\xe2\x80\x8e\xe2\x80\x8f", "??????" },
		{ "\xe2\x80\xa8\xe2\x80\xaa", "??????" },
		{ "\xe2\x81\xa6\xe2\x81\xa9", "??????" },
		{ "\xd8\x9c", "??" },
		{ "\xe2\x80\x8d\xe2\x80\xa7\xe2\x80\xaf\xe2\x81\xa5\xe2\x81\xaa",
		  "\xe2\x80\x8d\xe2\x80\xa7\xe2\x80\xaf\xe2\x81\xa5\xe2\x81\xaa" },
		{ "a\xe2\x82", "a" },		/* cut short */
		{ "", "" },
	};
	char s[64];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		strcpy(s, cases[i][0]);
		tame(s);
		assert_string_equal(s, cases[i][1]);
	}
}

static void
lines_are_cut_between_words(void **state)
{
	static const char *const cases[][2] = {
		{ "", "" },
		{ "a\nb\x1b", "a b?" },
		{ "123 567 901", "123 567 901" },
		{ "123 567 9012", "123 567 \xe2\x80\xa6" },
		{ "123 5678 012", "123 \xe2\x80\xa6" },
		{ "123  56 89 12", "123  56 \xe2\x80\xa6" },
		{ "12345678901234", "1234567 \xe2\x80\xa6" },
		{ "123456\xc3\xa5 12345", "123456 \xe2\x80\xa6" },
	};
	char s[12];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		tame_line(cases[i][0], s, sizeof(s));
		assert_string_equal(s, cases[i][1]);
	}
}

static void
long_texts_are_cut(void **state)
{
	struct err e = { 0 };
	char big[2000];

	(void)state;
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	err_set(&e, ERR_IO, big, 0, "%s", big);
	assert_int_equal(strlen(e.where), ERR_WHERE_LEN - 1);
	assert_int_equal(strlen(e.msg), ERR_MSG_LEN - 1);

	/* Not inside a character. */
	memset(big, 'x', sizeof(big) - 1);
	memcpy(big + ERR_MSG_LEN - 3, "\xe2\x82\xac", 3);
	err_clear(&e);
	err_set(&e, ERR_IO, NULL, 0, "%s", big);
	assert_int_equal(strlen(e.msg), ERR_MSG_LEN - 3);
}

/* Names are promises: unique, lower case, with a status of <sysexits.h>. */
static void
table_is_sound(void **state)
{
	(void)state;
	assert_true(ERR_COUNT > 70);
	for (unsigned i = 1; i < ERR_COUNT; i++) {
		const char *name = err_name((enum err_code)i);
		int status = err_status((enum err_code)i);

		assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz-"),
		    strlen(name));
		assert_int_equal(err_by_name(name), i);
		assert_true(status >= 64 && status <= 78);
		assert_true(strlen(err_sentence((enum err_code)i)) > 10);
		assert_non_null(err_hint((enum err_code)i));
	}
	assert_int_equal(err_by_name("no such"), ERR_OK);
	assert_int_equal(err_status(ERR_OK), 0);
	assert_string_equal(err_name(ERR_INNER_SIGNATURE), "inner-signature");
}

static void
errno_becomes_a_code(void **state)
{
	struct err e = { 0 };

	(void)state;
	assert_int_equal(err_errno(&e, ERR_IO, "f", ENOSPC), ERR_NO_SPACE);
	err_clear(&e);
	assert_int_equal(err_errno(&e, ERR_IO, "f", EEXIST),
	    ERR_OUTPUT_EXISTS);
	err_clear(&e);
	assert_int_equal(err_errno(&e, ERR_NO_INPUT, "f", ENOENT),
	    ERR_NO_INPUT);
}

static void
list_counts_what_it_drops(void **state)
{
	struct err_list list = { 0 };
	struct err e = { 0 };

	(void)state;
	for (unsigned i = 0; i < LIMIT_MISTAKES + 3; i++) {
		err_set(&e, ERR_JSON, "x", i, NULL);
		err_list_add(&list, &e);
		assert_int_equal(e.code, ERR_OK);
	}
	assert_int_equal(list.len, LIMIT_MISTAKES);
	assert_int_equal(list.over, 3);
	assert_int_equal(list.v[5].at, 5);
	err_list_wipe(&list);
	assert_null(list.v);
}

static void
buf_grows_and_moves(void **state)
{
	struct buf a = { 0 }, b = { 0 };

	(void)state;
	for (int i = 0; i < 10000; i++)
		buf_add_u8(&a, (uint8_t)i);
	assert_int_equal(buf_check(&a, NULL), ERR_OK);
	assert_int_equal(a.len, 10000);
	assert_int_equal(a.data[9999], (uint8_t)9999);
	buf_add_str(&b, "old");
	buf_move(&b, &a);
	assert_null(a.data);
	assert_int_equal(b.len, 10000);
	buf_wipe(&b);
	buf_add_str(&b, "text");
	assert_string_equal(buf_str(&b), "text");
	assert_true(buf_equal(&b, "text", 4));
	assert_false(buf_equal(&b, "texts", 5));
	buf_wipe(&b);
	buf_wipe(&b);
}

static void
buf_refuses_the_impossible(void **state)
{
	struct buf b = { 0 };
	struct err e = { 0 };

	(void)state;
	buf_add_str(&b, "x");
	assert_null(buf_grow(&b, SIZE_MAX / 2));
	buf_add_str(&b, "y");
	assert_int_equal(b.len, 1);
	assert_int_equal(buf_check(&b, &e), ERR_NO_MEMORY);
	buf_wipe(&b);
}

static void
cursor_stays_inside(void **state)
{
	const uint8_t bytes[] = { 1, 2, 3, 4, 5 };
	struct cursor c = cursor_of(bytes, sizeof(bytes));
	const uint8_t *p;
	uint64_t n;
	uint8_t u;

	(void)state;
	assert_true(cursor_u8(&c, &u));
	assert_int_equal(u, 1);
	assert_true(cursor_be(&c, 2, &n));
	assert_int_equal(n, 0x0203);
	assert_false(cursor_be(&c, 4, &n));
	assert_false(cursor_take(&c, 3, &p));
	assert_int_equal(c.off, 3);
	assert_true(cursor_take(&c, 2, &p));
	assert_false(cursor_u8(&c, &u));
	assert_true(cursor_take(&c, 0, &p));
}

static void
timestamps_round_trip(void **state)
{
	static const char *const bad[] = {
		"", "2026", "2026-02-30", "2026-13-01", "2026-11-21T25:00:00Z",
		"2026-11-21 10:00:00Z", "2026-11-21T10:00:00", "1969-12-31",
		"2026-11-21T10:00:00Zx", " 2026-11-21",
	};
	char s[TIMESTAMP_LEN];
	int64_t t;

	(void)state;
	timestamp_format(0, s);
	assert_string_equal(s, "1970-01-01T00:00:00Z");
	timestamp_format(TIMESTAMP_MAX, s);
	assert_string_equal(s, "9999-12-31T23:59:59Z");
	assert_true(timestamp_parse("2024-02-29T23:59:59Z", &t));
	timestamp_format(t, s);
	assert_string_equal(s, "2024-02-29T23:59:59Z");
	assert_true(timestamp_parse("2023-05-17", &t));
	assert_int_equal(t, 1684281600);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(timestamp_parse(bad[i], &t));
}

static void
dates_of_http(void **state)
{
	static const char *const bad[] = {
		"", "Sun, 06 Nov 1994 08:49:37", "Mon, 06 Nov 1994 08:49:37 GMT",
		"Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
		"Sun, 06 Nov 1994 08:49:37 UTC", "sun, 06 nov 1994 08:49:37 GMT",
		"Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
		"Sun, 06 Foo 1994 08:49:37 GMT", "Sun,  6 Nov 1994 08:49:37 GMT",
		"Sun, 06 Nov 1994 08:49:3x GMT", "Sun, 06 ovD 1994 08:49:37 GMT",
		"Wed, 31 Dec 1969 23:59:59 GMT",
	};
	int64_t t;

	(void)state;
	/* The example of RFC 9110 §5.6.7. */
	assert_true(timestamp_parse_imf("Sun, 06 Nov 1994 08:49:37 GMT", &t));
	assert_int_equal(t, 784111777);
	assert_true(timestamp_parse_imf("Thu, 01 Jan 1970 00:00:00 GMT", &t));
	assert_int_equal(t, 0);
	assert_true(timestamp_parse_imf("Thu, 29 Feb 2024 23:59:59 GMT", &t));
	assert_int_equal(t, 1709251199);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(timestamp_parse_imf(bad[i], &t));
}

static void
messages_say_where_and_what(void **state)
{
	struct err e = { 0 };
	struct buf b = { 0 };
	json_t *o;

	(void)state;
	err_set(&e, ERR_FIELD_MISSING, "a.json", 3, "'round'");
	message_text(&b, "sigill", &e, true);
	assert_string_equal(buf_str(&b),
	    "sigill: error: a.json:3: a field is missing: 'round' "
	    "[field-missing]\n"
	    "sigill: hint: add it; sigill-format(5) lists the fields\n");
	o = message_json(&e);
	assert_string_equal(json_string_value(json_object_get(o, "code")),
	    "field-missing");
	assert_int_equal(json_integer_value(json_object_get(o, "at")), 3);
	json_decref(o);
	buf_wipe(&b);
}

static void
wiping_allocator_keeps_content(void **state)
{
	char *p = wipe_malloc(10);

	(void)state;
	memcpy(p, "012345678", 10);
	p = wipe_realloc(p, 5000);
	assert_string_equal(p, "012345678");
	p = wipe_realloc(p, 10);
	assert_string_equal(p, "012345678");
	wipe_free(p);
	wipe_free(NULL);
	assert_null(wipe_strdup(NULL));
	p = wipe_strdup("x");
	assert_string_equal(p, "x");
	wipe_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_error_wins),
		cmocka_unit_test(control_characters_are_tamed),
		cmocka_unit_test(what_is_no_text_is_tamed),
		cmocka_unit_test(lines_are_cut_between_words),
		cmocka_unit_test(long_texts_are_cut),
		cmocka_unit_test(table_is_sound),
		cmocka_unit_test(errno_becomes_a_code),
		cmocka_unit_test(list_counts_what_it_drops),
		cmocka_unit_test(buf_grows_and_moves),
		cmocka_unit_test(buf_refuses_the_impossible),
		cmocka_unit_test(cursor_stays_inside),
		cmocka_unit_test(timestamps_round_trip),
		cmocka_unit_test(dates_of_http),
		cmocka_unit_test(messages_say_where_and_what),
		cmocka_unit_test(wiping_allocator_keeps_content),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
