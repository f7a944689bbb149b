/* SPDX-License-Identifier: EUPL-1.2 */
/* Texts that mean the same become the same bytes; others are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "base/wipe.h"
#include "format/field.h"
#include "format/text.h"

#define N(a)	(sizeof(a) / sizeof((a)[0]))

typedef enum err_code normaliser(const char *, size_t, size_t, const char *,
    char **, struct err *);

static void
becomes(normaliser *f, const char *in, const char *want)
{
	struct err e = { 0 };
	char *out = NULL, *again = NULL;

	if (f(in, strlen(in), 100, "field", &out, &e) != ERR_OK)
		fail_msg("\"%s\": %s", in, e.msg);
	assert_string_equal(out, want);
	/* A normal form is its own normal form. */
	assert_int_equal(f(out, strlen(out), 100, "field", &again, &e),
	    ERR_OK);
	assert_string_equal(again, out);
	wipe_free(out);
	wipe_free(again);
}

static void
test_line(void **state)
{
	static const char *const table[][2] = {
		{ "Exempelkommun", "Exempelkommun" },
		{ "  Exempel \t kommun\r\n", "Exempel kommun" },
		{ "", "" }, { " \n\t ", "" },
		/* NFD, as a Mac types it */
		{ "A\xcc\x8amåls ko\xcc\x88", "\xc3\x85m\xc3\xa5ls k\xc3\xb6" },
		/* no-break, thin, ideographic, line separator */
		{ "a\xc2\xa0" "b\xe2\x80\x89" "c\xe3\x80\x80" "d\xe2\x80\xa8"
		  "e", "a b c d e" },
		/* Ångström and ohm signs are letters in another place */
		{ "\xe2\x84\xab\xe2\x84\xa6", "\xc3\x85\xce\xa9" },
		/* marks in another order */
		{ "q\xcc\x87\xcc\xa3", "q\xcc\xa3\xcc\x87" },
		/* Hangul */
		{ "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab", "\xed\x95\x9c" },
		/* a mark after a space stays where it is */
		{ "a  \xcc\x81" "b", "a \xcc\x81" "b" },
	};

	(void)state;
	for (size_t i = 0; i < N(table); i++)
		becomes(text_line, table[i][0], table[i][1]);
}

static void
test_block(void **state)
{
	static const char *const table[][2] = {
		{ "one\ntwo", "one\ntwo" },
		{ "one\r\ntwo\rthree\n", "one\ntwo\nthree" },
		{ "one  \t\ntwo \xc2\xa0\r\n", "one\ntwo" },
		{ "\n\n  one\n\n\ntwo\n\n", "one\n\n\ntwo" },
		{ "one\ttwo  three", "one\ttwo  three" },
		{ "one\n  two", "one\n  two" },
		{ "one\xe2\x80\xa9" "two", "one\ntwo" },
		{ "o\xcc\x88", "\xc3\xb6" },
		{ "", "" }, { " \r\n\t", "" }, { "\r\r\n", "" },
	};

	(void)state;
	for (size_t i = 0; i < N(table); i++)
		becomes(text_block, table[i][0], table[i][1]);
}

static void
test_refused(void **state)
{
	static const struct { const char *s; size_t len; } table[] = {
		{ "a\0b", 3 }, { "a\x01", 2 }, { "\x1b[31m", 5 },
		{ "\x7f", 1 }, { "\x0b", 1 }, { "\x0c", 1 },
		{ "\xc2\x85", 2 }, { "\xc2\x9b", 2 },		/* C1 */
		{ "\xef\xbf\xbe", 3 }, { "\xef\xbf\xbf", 3 },	/* U+FFFE */
		{ "\xef\xb7\x90", 3 }, { "\xf4\x8f\xbf\xbf", 4 },
		{ "\xe2\x80\xaa", 3 }, { "\xe2\x80\xab", 3 },	/* U+202A */
		{ "\xe2\x80\xac", 3 }, { "\xe2\x80\xad", 3 },
		{ "\xe2\x80\xae", 3 }, { "\xe2\x81\xa6", 3 },
		{ "\xe2\x81\xa7", 3 }, { "\xe2\x81\xa8", 3 },
		{ "\xe2\x81\xa9", 3 },				/* U+2069 */
		{ "\xcd\xb8", 2 },				/* unassigned */
		{ "\xff", 1 }, { "\x80", 1 }, { "\xc3", 1 },	/* not UTF-8 */
		{ "\xc0\xaf", 2 }, { "\xed\xa0\x80", 3 },
		{ "\xe0\x80\x80", 3 }, { "\xf4\x90\x80\x80", 4 },
	};
	normaliser *const both[] = { text_line, text_block };
	char *out = NULL;

	(void)state;
	for (size_t i = 0; i < N(table) * 2; i++) {
		struct err e = { 0 };

		if (both[i % 2](table[i / 2].s, table[i / 2].len, 100,
		    "field", &out, &e) != ERR_TEXT)
			fail_msg("row %zu was taken", i / 2);
		assert_string_equal(e.where, "field");
		assert_null(out);
		assert_int_equal(text_line_check(table[i / 2].s,
		    table[i / 2].len, 100), ERR_SCHEMA);
		assert_int_equal(text_block_check(table[i / 2].s,
		    table[i / 2].len, 100), ERR_SCHEMA);
	}
}

/* Limits count characters of the normal form. */
static void
test_limits(void **state)
{
	char *out = NULL, many[200];
	struct err e = { 0 };

	(void)state;
	/* five letters in NFD: ten code points before, five after */
	assert_int_equal(text_line("o\xcc\x88o\xcc\x88o\xcc\x88o\xcc\x88"
	    "o\xcc\x88", 15, 5, "f", &out, &e), ERR_OK);
	assert_int_equal(text_length(out), 5);
	wipe_free(out);
	out = NULL;
	assert_int_equal(text_line("123456", 6, 5, "f", &out, &e),
	    ERR_FIELD_VALUE);
	assert_null(out);
	/* white space does not count, within reason */
	memset(many, ' ', sizeof(many));
	many[70] = 'x';
	assert_int_equal(text_line(many, 75, 5, "f", &out, NULL), ERR_OK);
	assert_string_equal(out, "x");
	wipe_free(out);
	out = NULL;
	assert_int_equal(text_line(many, sizeof(many), 5, "f", &out, NULL),
	    ERR_FIELD_VALUE);
	assert_int_equal(text_length("\xf0\x9f\x98\x80\xc3\xa5" "a"), 3);
}

static void
test_checks(void **state)
{
	(void)state;
	assert_int_equal(text_line_check("a b", 3, 3), ERR_OK);
	assert_int_equal(text_line_check("a b", 3, 2), ERR_SCHEMA);
	assert_int_equal(text_line_check("", 0, 2), ERR_SCHEMA);
	assert_int_equal(text_line_check(" ", 1, 2), ERR_SCHEMA);
	assert_int_equal(text_line_check(" a", 2, 9), ERR_NOT_CANONICAL);
	assert_int_equal(text_line_check("a  b", 4, 9), ERR_NOT_CANONICAL);
	assert_int_equal(text_line_check("a\nb", 3, 9), ERR_NOT_CANONICAL);
	assert_int_equal(text_line_check("o\xcc\x88", 3, 9),
	    ERR_NOT_CANONICAL);
	assert_int_equal(text_block_check("a\nb", 3, 9), ERR_OK);
	assert_int_equal(text_block_check("a\r\nb", 4, 9),
	    ERR_NOT_CANONICAL);
	assert_int_equal(text_block_check("a \nb", 4, 9), ERR_NOT_CANONICAL);
	assert_int_equal(text_block_check("a\n", 2, 9), ERR_NOT_CANONICAL);
}

/* Whatever comes in: refused, or a normal form that the check takes. */
static void
test_random(void **state)
{
	static const char *const bits[] = {
		"a", "o", "\xcc\x88", "\xcc\xa3", "\xcc\x8a", " ", "\t", "\n",
		"\r", "\xc2\xa0", "\xe2\x80\xa8", "\xc3\xb6", "\xe1\x84\x92",
		"\xe1\x85\xa1", "\xe1\x86\xab", "\xe2\x84\xab", "\xcd\x84",
		"\xe0\xa5\x98", "\xef\xac\xb3", "\xf0\x9d\x85\x9e",
		"\xe2\x80\x80", "\xcc\x81", "=", "\xcc\xb8", "\x80",
		"\xc2\xad", "\xe2\x80\x8b", "\xcd\x8f", "\xef\xbb\xbf",
	};
	uint32_t seed = 1;
	char in[256];
	size_t taken = 0;

	(void)state;
	for (unsigned round = 0; round < 20000; round++) {
		char *line = NULL, *block = NULL;

		in[0] = '\0';
		for (unsigned i = 0; i < round % 13; i++) {
			seed = seed * 1664525 + 1013904223;
			strcat(in, bits[(seed >> 16) % N(bits)]);
		}
		if (text_line(in, strlen(in), 99, NULL, &line, NULL) !=
		    ERR_OK)
			continue;
		taken++;
		assert_int_equal(text_block(in, strlen(in), 99, NULL, &block,
		    NULL), ERR_OK);
		assert_int_equal(text_line_check(line, strlen(line), 99),
		    line[0] != '\0' ? ERR_OK : ERR_SCHEMA);
		assert_int_equal(text_block_check(block, strlen(block), 99),
		    block[0] != '\0' ? ERR_OK : ERR_SCHEMA);
		wipe_free(line);
		wipe_free(block);
	}
	assert_true(taken > 10000);
}

/* What cannot be seen makes no difference. */
static void
test_invisible(void **state)
{
	static const char *const same[] = {
		"l\xc3\xb6sen", "l\xc3\xb6\xc2\xadsen", "\xef\xbb\xbfl\xc3\xb6sen",
		"lo\xe2\x80\x8b\xcc\x88sen", "l\xc3\xb6sen\xe2\x81\xa0",
	};
	char *out;

	(void)state;
	for (size_t i = 0; i < N(same); i++) {
		out = NULL;
		assert_int_equal(text_line(same[i], strlen(same[i]), 9, NULL,
		    &out, NULL), ERR_OK);
		assert_string_equal(out, same[0]);
		wipe_free(out);
		assert_int_equal(text_line_check(same[i], strlen(same[i]), 9),
		    i == 0 ? ERR_OK : ERR_NOT_CANONICAL);
	}
	out = NULL;
	assert_int_equal(text_line("\xe2\x80\x8b", 3, 9, NULL, &out, NULL),
	    ERR_OK);
	assert_string_equal(out, "");
	wipe_free(out);
	/* Private use means nothing to anybody else. */
	assert_int_equal(text_line("\xee\x80\x80", 3, 9, NULL, &out, NULL),
	    ERR_TEXT);
}

/* Sorting marks takes time that grows with the square of a run's length. */
static void
test_many_marks(void **state)
{
	char s[2 + 2 * 31 + 1] = "a";
	char *out = NULL;

	(void)state;
	for (size_t i = 0; i < 30; i++)
		strcat(s, i < 15 ? "\xcc\x81" : "\xcc\x96");
	assert_int_equal(text_line(s, strlen(s), 99, NULL, &out, NULL),
	    ERR_OK);
	wipe_free(out);
	strcat(s, "\xcc\x81");
	out = NULL;
	assert_int_equal(text_line(s, strlen(s), 99, NULL, &out, NULL),
	    ERR_TEXT);
	assert_null(out);
}

static void
test_ids(void **state)
{
	char many[LIMIT_ID + 1];

	(void)state;
	memset(many, 'a', sizeof(many));
	assert_true(text_id_valid("17", 2));
	assert_true(text_id_valid("F12b.a_B-9", 10));
	assert_true(text_id_valid(many, LIMIT_ID));
	assert_false(text_id_valid(many, LIMIT_ID + 1));
	assert_false(text_id_valid("", 0));
	assert_false(text_id_valid("a b", 3));
	assert_false(text_id_valid("a\0b", 3));
	assert_false(text_id_valid("\xc3\xa5", 2));
	assert_false(text_id_valid("a/b", 3));
	assert_false(text_id_valid("a[1]", 4));
}

static void
test_kinds(void **state)
{
	static const struct {
		enum field kind;
		const char *s;
		enum err_code code;
	} table[] = {
		{ FIELD_FILE_NAME, "policy 2026.pdf", ERR_OK },
		{ FIELD_FILE_NAME, "l\xc3\xb6sen.pdf", ERR_OK },
		{ FIELD_FILE_NAME, "lo\xcc\x88sen.pdf", ERR_NOT_CANONICAL },
		{ FIELD_FILE_NAME, "..", ERR_SCHEMA },
		{ FIELD_FILE_NAME, ".profile", ERR_SCHEMA },
		{ FIELD_FILE_NAME, "a/b", ERR_SCHEMA },
		{ FIELD_FILE_NAME, "a\\b", ERR_SCHEMA },
		{ FIELD_FILE_NAME, "", ERR_SCHEMA },
		{ FIELD_MEDIA_TYPE, "application/pdf", ERR_OK },
		{ FIELD_MEDIA_TYPE, "application/vnd.ms-excel", ERR_OK },
		{ FIELD_MEDIA_TYPE, "image/svg+xml", ERR_OK },
		{ FIELD_MEDIA_TYPE, "Application/pdf", ERR_SCHEMA },
		{ FIELD_MEDIA_TYPE, "application", ERR_SCHEMA },
		{ FIELD_MEDIA_TYPE, "/pdf", ERR_SCHEMA },
		{ FIELD_MEDIA_TYPE, "application/", ERR_SCHEMA },
		{ FIELD_MEDIA_TYPE, "a/b/c", ERR_SCHEMA },
		{ FIELD_MEDIA_TYPE, "a/.b", ERR_SCHEMA },
		{ FIELD_MEDIA_TYPE, "text/plain; charset=utf-8", ERR_SCHEMA },
		{ FIELD_ORGNR, "2120000142", ERR_OK },
		{ FIELD_ORGNR, "2120000143", ERR_SCHEMA },
		{ FIELD_ORGNR, "212000-0142", ERR_SCHEMA },
		{ FIELD_REASON, "inner-signature", ERR_OK },
		{ FIELD_REASON, "Inner", ERR_SCHEMA },
		{ FIELD_REASON, "", ERR_SCHEMA },
		{ FIELD_NAME, "Exempel kommun", ERR_OK },
		{ FIELD_NAME, "Exempel  kommun", ERR_NOT_CANONICAL },
		{ FIELD_ADVICE, "a\nb", ERR_OK },
	};

	(void)state;
	for (size_t i = 0; i < N(table); i++)
		if (field_check(table[i].kind, table[i].s,
		    strlen(table[i].s)) != table[i].code)
			fail_msg("row %zu: \"%s\"", i, table[i].s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_line),
		cmocka_unit_test(test_block),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_checks),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_invisible),
		cmocka_unit_test(test_many_marks),
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
