/* SPDX-License-Identifier: EUPL-1.2 */
/* One handed-over document: what is taken from it, and what is wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/limits.h"
#include "scoring/document.h"

#define HEX32	"0123456789abcdef0123456789abcdef" \
		"0123456789abcdef0123456789abcdef"
#define ZEROS	"0000000000000000000000000000000000000000000000000000" \
		"000000000000"

/* Of tests/vectors/questionnaire.json, as if its digest were zeros. */
static const char good[] =
    "{\"format\":\"sigill-verified\",\"version\":1,"
    "\"sealed\":{\"sha256\":\"" HEX32 "\",\"size\":17},"
    "\"verified\":\"2027-03-30T08:15:02Z\",\"late\":true,"
    "\"signer\":{\"subject\":\"CN=\xc3\x85sa\",\"more\":[1,[true],{}]},"
    "\"fingerprint\":\"" HEX32 "\","
    "\"submission\":{\"id\":\"00112233445566778899aabbccddeeff\","
    "\"environment\":\"production\",\"recipients\":[\"ab\",\"cd\"],"
    "\"statement\":{\"questionnaire\":{\"id\":\"vectors-1\","
    "\"version\":\"1\",\"sha256\":\"" ZEROS "\"},\"round\":\"2027\","
    "\"organisation\":{\"number\":\"2120000142\","
    "\"name\":\"\xc3\x85storp\",\"kind\":\"region\"},"
    "\"answers\":{\"q1\":[\"c\",\"a\"],\"q2\":\"yes\",\"q3\":7,"
    "\"q4\":\"free\",\"q5\":\"s2\"}}},\"position\":4711}\n";

static struct questionnaire *form;
static struct sheet_layout layout;

static int
set_up(void **state)
{
	static const uint8_t digest[32] = { 0 };
	struct buf text = { 0 };
	struct err e = { 0 };

	(void)state;
	assert_int_equal(file_read("tests/vectors/questionnaire.json",
	    LIMIT_DEFINITION_FILE, &text, &e), ERR_OK);
	assert_int_equal(questionnaire_parse(text.data, text.len, "q",
	    digest, &form, &e), ERR_OK);
	buf_wipe(&text);
	return (int)sheet_layout_make(form, &layout, &e);
}

static int
tear_down(void **state)
{
	(void)state;
	sheet_layout_wipe(&layout);
	questionnaire_free(form);
	return 0;
}

/* good, with the first "find" replaced; for free. */
static char *
changed(const char *find, const char *with)
{
	const char *at = strstr(good, find);
	char *out = NULL;

	assert_non_null(at);
	assert_int_not_equal(asprintf(&out, "%.*s%s%s", (int)(at - good),
	    good, with, at + strlen(find)), -1);
	return out;
}

static enum err_code
parse(const char *text, struct document *d)
{
	struct document_head head;
	struct err e = { 0 };

	memset(d, 0, sizeof(*d));
	return document_parse((const uint8_t *)text, strlen(text),
	    "d.json", &layout, d, &head, &e);
}

static void
check_good(const struct document *d)
{
	assert_int_equal(d->sealed[0], 0x01);
	assert_int_equal(d->fingerprint[31], 0xef);
	assert_int_equal(d->submission[1], 0x11);
	assert_int_equal(d->environment, ENVIRONMENT_PRODUCTION);
	assert_string_equal(d->number, "2120000142");
	assert_string_equal(d->name, "\xc3\x85storp");
	assert_string_equal(d->round, "2027");
	assert_int_equal(d->kind, KIND_REGION);
	assert_int_equal(d->position, 4711);
	assert_true(d->late);
	assert_true(sheet_has(&layout, &d->sheet, 0, 0));
	assert_false(sheet_has(&layout, &d->sheet, 0, 1));
	assert_true(sheet_has(&layout, &d->sheet, 0, 2));
	assert_int_equal(sheet_chosen(&layout, &d->sheet, 1), 0);
	assert_int_equal(d->sheet.numbers[layout.number[2]], 7);
	assert_true(sheet_answered(&layout, &d->sheet, 3));
	assert_int_equal(sheet_chosen(&layout, &d->sheet, 4), 1);
}

static void
test_good(void **state)
{
	struct document d;

	(void)state;
	assert_int_equal(parse(good, &d), ERR_OK);
	check_good(&d);
	document_wipe(&d);
}

/* Changes after which it says the same. */
static void
test_same(void **state)
{
	static const struct { const char *find, *with; } cases[] = {
		{ "{\"format\"", " \n{ \t\"format\"" },
		{ "\"version\":1,", "\"version\" : 1 ," },
		{ "\"size\":17", "\"size\":-0" },
		{ "\"size\":17", "\"size\":999999999999999999" },
		{ "\"position\":4711}", "\"position\":4711,\"x\":[]}" },
		{ "\"size\":17", "\"size\":1000000000000000000" },
		{ "\"size\":17", "\"size\":1.5e3" },
		{ "\"size\":17", "\"size\":null" },
		{ "\"late\"", "\"l\\u0061te\"" },
		{ "\"kind\":\"region\"", "\"kind\":\"re\\u0067ion\"" },
		{ "[true]", "[[[[[[[true]]]]]]]" },
	};
	struct document d;
	char *text;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		text = changed(cases[i].find, cases[i].with);
		assert_int_equal(parse(text, &d), ERR_OK);
		check_good(&d);
		document_wipe(&d);
		free(text);
	}
}

/* What it refuses; nothing is left behind then. */
static void
test_wrong(void **state)
{
	static const struct { const char *find, *with; } cases[] = {
		{ "sigill-verified", "sigill-submission" },
		{ "\"version\":1,", "\"version\":2," },
		{ "\"version\":1,", "\"version\":01," },
		{ "\"version\":1,", "\"version\":1.0," },
		{ "\"version\":1,", "\"version\":," },
		{ "\"version\":1,", "\"version\":1" },
		{ "\"late\":true", "\"late\":tru" },
		{ "\"late\":true", "\"late\":1" },
		{ "\"late\":true,", "" },
		{ "\"late\":true", "\"late\":true,\"late\":true" },
		{ "\"size\":17", "\"size\":17,\"size\":17" },
		{ "\"size\":17", "\"size\":+17" },
		{ "[1,[true],{}]", "[1,]" },
		{ "[1,[true],{}]", "[1" },
		{ "CN=\xc3\x85sa", "CN=\xc3" },
		{ "CN=\xc3\x85sa", "CN=\n" },
		{ "production", "real" },
		{ "00112233", "0011223" },
		{ "00112233", "0011223X" },
		{ "vectors-1", "vectors-2" },
		{ ZEROS, HEX32 },
		{ "\"2027\"", "\"20 27\"" },
		{ "2120000142", "2120000143" },
		{ "2120000142", "212000-0142" },
		{ "\xc3\x85storp", " x" },
		{ "\"region\"", "\"landsting\"" },
		{ "\"c\",\"a\"", "\"c\",\"d\"" },
		{ "\"c\",\"a\"", "\"c\",7" },
		{ "[\"c\",\"a\"]", "\"c\"" },
		{ "\"q2\":\"yes\"", "\"q2\":\"no\"" },	/* q3 follows it */
		{ "\"q2\":\"yes\",", "" },
		{ "\"q3\":7", "\"q3\":101" },
		{ "\"q3\":7", "\"q3\":-1" },
		{ "\"q4\"", "\"q1\"" },
		{ "\"q4\"", "\"q9\"" },
		{ "\"s2\"", "\"s5\"" },
		{ "4711", "-1" },
		{ "4711}\n", "4711}}" },
		{ "4711}\n", "4711" },
		{ "4711}\n", "4711}\n{}" },
	};
	const struct document nothing = { 0 };
	struct document d;
	char *text;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		text = changed(cases[i].find, cases[i].with);
		if (parse(text, &d) == ERR_OK)
			fail_msg("%s", text);
		assert_memory_equal(&d, &nothing, sizeof(d));
		free(text);
	}
}

/* A NUL anywhere, which no JSON has. */
static void
test_cut(void **state)
{
	struct document d;
	char *text = strdup(good);

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < strlen(good) - 2; i++) {
		text[i] = '\0';
		assert_int_equal(parse(text, &d), ERR_DOCUMENT);
		text[i] = good[i];
	}
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_cut),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
