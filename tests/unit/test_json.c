/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "format/json.h"
#include "format/json_scan.h"
#include "format/nearest.h"
#include "format/text.h"

#define N(a)	(sizeof(a) / sizeof((a)[0]))

static enum err_code
reads(const char *text, size_t len, struct err *e)
{
	json_t *o = NULL;
	enum err_code rc = json_read((const uint8_t *)text, len, "f.json", &o,
	    e);

	assert_true((rc == ERR_OK) == (o != NULL));
	json_decref(o);
	return rc;
}

/* What people do to such files, the line, and a word that must be said. */
static const struct { const char *text; size_t line; const char *says; }
    slips[] = {
	{ "{\n\"a\": 1,\n}", 2, "comma after the last" },
	{ "{\"a\": [1,\n2,\n]}", 2, "comma after the last" },
	{ "{\"a\": 1\n\"b\": 2}", 1, "comma is missing" },
	{ "{\"a\": [\"x\"\n\n\"y\"]}", 1, "comma is missing" },
	{ "{\"a\": 1,,\n\"b\": 2}", 1, "comma too many" },
	{ "{\n\"a\" 1}", 2, "colon" },
	{ "{\n\"a\": \"x\n}", 2, "closing quotation mark" },
	{ "{\n\"a: 1\n}", 2, "closing quotation mark" },
	{ "{\n'a': 1}", 2, "straight double" },
	{ "{\n\"a\": \xe2\x80\x9cx\xe2\x80\x9d}", 2, "straight double" },
	{ "// answers\n{}", 1, "no comments" },
	{ "{\"a\": 1 # one\n}", 1, "no comments" },
	{ "{\"a\":\nTrue}", 2, "quotation marks" },
	{ "{\"a\": ja}", 1, "quotation marks" },
	{ "{\"a\": 007}", 1, "leading zeros" },
	{ "{\"a\": 1,5}", 1, "comma inside a number" },
	{ "{\"a\": 1", 1, "too early" },
	{ "{\"a\": [1\n", 2, "too early" },
	{ "{\"a\": [1}", 1, "other way round" },
	{ "{}\n{}", 2, "after the end" },
	{ "{\n\"a\": 1,\n\"a\": 2}", 3, "\"a\" stands there twice" },
	{ "{\"a\": \"\\u0000\"}", 1, "NUL" },
	{ "{\"\\u0000\": 1}", 1, "NUL" },
	{ "{\n\"a\": \"\xe5\"}", 2, "UTF-8" },
	{ "{\"a\": 99999999999999999999}", 1, "too large" },
	{ "{\"a\": \"x\ty\"}", 1, "tab" },
	{ "{\"a\": \"C:\\q\"}", 1, "backslash" },
	{ "{\"a\": \"\\ud800\"}", 1, "half a character" },
	{ "", 1, "empty" },
	{ " \n ", 2, "empty" },
	{ "\n[1]", 2, "is a list" },
	{ "17", 1, "is a number" },
	{ "Fr\xc3\xa5ga;Svar\n1;a\n", 1, "does not begin with" },
	{ "PK\x03\x04zzzz", 1, "workbook" },
	{ "\xd0\xcf\x11\xe0\xa1\xb1", 1, "workbook" },
	{ "%PDF-1.7\n", 1, "PDF" },
	{ "\xff\xfe{", 1, "UTF-16" },
	{ "<!DOCTYPE html>", 1, "web page" },
	{ "-----BEGIN CERTIFICATE-----\n", 1, "certificate" },
	{ "\x30\x82\x10\x10", 1, "sealed file" },
};

static void
test_slips(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(slips); i++) {
		struct err e = { 0 };

		assert_int_equal(reads(slips[i].text, strlen(slips[i].text),
		    &e), ERR_JSON);
		assert_string_equal(e.where, "f.json");
		if (strstr(e.msg, slips[i].says) == NULL ||
		    e.at != slips[i].line)
			fail_msg("%s: line %zu: %s", slips[i].text, e.at,
			    e.msg);
	}
}

static void
test_utf16_without_mark(void **state)
{
	struct err e = { 0 };

	(void)state;
	assert_int_equal(reads("{\0\"\0a\0", 6, &e), ERR_JSON);
	assert_non_null(strstr(e.msg, "UTF-16"));
}

/* Deeper than any parser's stack; refused, not crashed on. */
static void
test_depth(void **state)
{
	static char text[200000];
	struct err e = { 0 };

	(void)state;
	memset(text, '[', sizeof(text));
	assert_int_equal(reads(text, sizeof(text), &e), ERR_JSON);
	assert_non_null(strstr(e.msg, "inside one another"));
}

static void
test_lines(void **state)
{
	static const char text[] =
	    "{\n"						/* 1 */
	    " \"a\": [1,\n"
	    "  {\"b\": 2, \"c\\\"]}\": 3},\n"
	    "  [[\"x\"], \"]\",\n"
	    "   5]\n"
	    " ],\n"						/* 6 */
	    " \"\\u0031\\u00e5\\ud83d\\ude00\": 7,\n"
	    " \"1.2\":\n"
	    "   \"on the next line\",\n"
	    " \"1\": {\"2\": 0}\n"				/* 10 */
	    "}\n";
	static const struct { const char *path; size_t line; } cases[] = {
		{ "", 1 },
		{ "a", 2 },
		{ "a[0]", 2 },
		{ "a[1]", 3 },
		{ "a[1].b", 3 },
		{ "a[2][1]", 4 },
		{ "a[2][2]", 5 },
		{ "a[3]", 2 },
		{ "a[99999999999999999999]", 2 },
		{ "a[x]", 2 },
		{ "a.b", 2 },
		{ "1\xc3\xa5\xf0\x9f\x98\x80", 7 },
		{ "1.2", 8 },
		{ "1", 10 },
		{ "nothing", 1 },
		{ "[0]", 1 },
	};

	(void)state;
	for (size_t i = 0; i < N(cases); i++)
		if (json_line((const uint8_t *)text, sizeof(text) - 1,
		    cases[i].path) != cases[i].line)
			fail_msg("%s: %zu", cases[i].path,
			    json_line((const uint8_t *)text, sizeof(text) - 1,
			    cases[i].path));
}

static const struct json_member members[] = {
	{ "name", JSON_KIND_TEXT, true },
	{ "count", JSON_KIND_WHOLE, true },
	{ "list", JSON_KIND_LIST, false },
};

static void
test_members(void **state)
{
	static const char text[] =
	    "{\n\"nmae\": \"x\",\n\"count\": 1.5,\n\"list\": []\n}";
	struct err_list mistakes = { 0 };
	const struct json_source src = { (const uint8_t *)text,
	    sizeof(text) - 1, &mistakes };
	const json_t *m[N(members)];
	struct err e = { 0 };
	json_t *o = NULL;

	(void)state;
	assert_int_equal(json_read(src.text, src.len, "f", &o, &e), ERR_OK);
	assert_false(json_members(&src, "", o, members, N(members), m));
	assert_null(m[0]);
	assert_null(m[1]);
	assert_true(json_is_array(m[2]));
	assert_int_equal(mistakes.len, 3);
	assert_int_equal(mistakes.v[0].code, ERR_FIELD_UNKNOWN);
	assert_string_equal(mistakes.v[0].where, "nmae");
	assert_int_equal(mistakes.v[0].at, 2);
	assert_non_null(strstr(mistakes.v[0].msg, "did you mean \"name\"?"));
	assert_int_equal(mistakes.v[1].code, ERR_FIELD_MISSING);
	assert_string_equal(mistakes.v[1].where, "name");
	assert_int_equal(mistakes.v[1].at, 1);
	assert_int_equal(mistakes.v[2].code, ERR_FIELD_TYPE);
	assert_int_equal(mistakes.v[2].at, 3);
	json_decref(o);
	err_list_wipe(&mistakes);
}

/* What is cut is cut between characters, so that it still can be JSON. */
static void
test_cuts(void **state)
{
	char many[600], path[JSON_PATH_LEN], quoted[JSON_QUOTE_LEN];

	(void)state;
	for (size_t shift = 0; shift < 3; shift++) {
		memset(many, 'x', shift);
		for (size_t i = shift; i + 3 < sizeof(many); i += 3) {
			memcpy(many + i, "\xe2\x82\xac", 3);
			many[i + 3] = '\0';
		}
		json_path(path, "answers", many);
		assert_true(text_utf8_valid(path, strlen(path)));
		assert_true(strlen(path) > JSON_PATH_LEN - 5);
		json_path_index(path, many, 3);
		assert_true(text_utf8_valid(path, strlen(path)));
		json_quote(many, strlen(many), quoted);
		assert_true(text_utf8_valid(quoted, strlen(quoted)));
		assert_string_equal(quoted + strlen(quoted) - 4, "...\"");
	}
	assert_string_equal(json_quote("a", 1, quoted), "\"a\"");
}

static void
test_nearest(void **state)
{
	static const struct { const char *given, *known; bool close; }
	    cases[] = {
		{ "organiastion", "organisation", true },
		{ "Answers", "answers", true },
		{ "anwers", "answers", true },
		{ "4O", "40", true },
		{ "9", "8", false },
		{ "12", "13", false },
		{ "kommum", "kommun", true },
		{ "region", "kommun", false },
		{ "", "a", false },
	};

	(void)state;
	for (size_t i = 0; i < N(cases); i++) {
		struct nearest n = nearest_to(cases[i].given);

		nearest_offer(&n, "something else");
		nearest_offer(&n, cases[i].known);
		if ((n.best != NULL) != cases[i].close)
			fail_msg("%s, %s", cases[i].given, cases[i].known);
	}
}

/* Any bytes: an answer, no crash, and a line that is in the text. */
static void
test_any_bytes(void **state)
{
	static const char alphabet[] = "{}[],:\"\\ \n\t01-.eatrufnls/#'\xc3";
	uint32_t x = 2463534242u;
	char text[64];

	(void)state;
	for (int round = 0; round < 20000; round++) {
		struct err e = { 0 };
		size_t len, lines = 1;

		x ^= x << 13, x ^= x >> 17, x ^= x << 5;
		len = x % sizeof(text);
		for (size_t i = 0; i < len; i++) {
			x ^= x << 13, x ^= x >> 17, x ^= x << 5;
			text[i] = alphabet[x % (sizeof(alphabet) - 1)];
			lines += text[i] == '\n';
		}
		if (reads(text, len, &e) != ERR_OK)
			assert_true(e.at >= 1 && e.at <= lines);
		assert_true(json_line((const uint8_t *)text, len,
		    "a[1].t[0]") <= lines);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slips),
		cmocka_unit_test(test_utf16_without_mark),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_members),
		cmocka_unit_test(test_cuts),
		cmocka_unit_test(test_nearest),
		cmocka_unit_test(test_any_bytes),
	};

	json_init();
	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
