/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "format/json.h"
#include "format/questionnaire.h"
#include "tests/unit/changed.h"

#define N(a)	(sizeof(a) / sizeof((a)[0]))

static const uint8_t digest[32] = { 1, 2, 3 };

/* One of each kind; the line numbers below count on it. */
static const char good[] =
    "{\n"
    "\"format\": \"sigill-questionnaire\",\n"			/* 2 */
    "\"format_version\": 1,\n"
    "\"id\": \"prov-2026\",\n"					/* 4 */
    "\"version\": \"1\",\n"
    "\"title\": \"Prov\",\n"					/* 6 */
    "\"language\": \"sv\",\n"
    "\"note\": \"Two\\nlines\",\n"				/* 8 */
    "\"sources\": [\"A: one\", \"B: two\"],\n"
    "\"totals\": {\"questions\": 5, \"options\": 3, \"points\": 7},\n"
    "\"levels\": [{\"level\": 0, \"label\": \"None\", \"basis\": "
    "\"published\"},\n"						/* 11 */
    "  {\"level\": 1, \"label\": \"Some\", \"basis\": \"assumed\"}],\n"
    "\"areas\": [{\"id\": \"ledning\", \"label\": \"Ledning\", \"basis\": "
    "{\"id\": \"assumed\", \"label\": \"derived\"}}],\n"	/* 13 */
    "\"sections\": [{\"id\": \"1\", \"label\": \"Grund\", \"basis\": "
    "\"published\"}],\n"
    "\"scales\": {\"fyra\": [\n"				/* 15 */
    "  {\"id\": \"s1\", \"label\": \"No\", \"value\": 1, \"basis\": "
    "\"published\"},\n"
    "  {\"id\": \"s2\", \"label\": \"Yes\", \"value\": -2, \"basis\": "
    "\"derived\"}]},\n"						/* 17 */
    "\"questions\": [\n"
    " {\"id\": \"1\", \"label\": \"Which?\", \"type\": \"multiple\", "
    "\"area\": \"ledning\", \"section\": \"1\", \"points\": 7,\n" /* 19 */
    "  \"options\": [{\"id\": \"a\", \"label\": \"A\", \"basis\": "
    "\"published\"},\n"						/* 20 */
    "   {\"id\": \"b\", \"label\": \"B\", \"basis\": \"published\"},\n"
    "   {\"id\": \"c\", \"label\": \"C\", \"basis\": \"published\"}],\n"
    "  \"basis\": {\"id\": \"published\", \"label\": \"published\", "
    "\"type\": \"derived\", \"area\": \"published\", \"section\": "
    "\"published\", \"points\": \"published\", \"options\": "
    "\"published\"}},\n"					/* 23 */
    " {\"id\": \"2\", \"label\": \"One?\", \"type\": \"single\", "
    "\"area\": \"ledning\", \"section\": \"1\", \"required\": false,\n"
    "  \"options\": [{\"id\": \"ja\", \"label\": \"Ja\", \"basis\": "
    "\"published\"}], \"basis\": \"published\"},\n"		/* 25 */
    " {\"id\": \"3\", \"label\": \"How well?\", \"type\": \"scale\", "
    "\"area\": \"ledning\", \"section\": \"1\", \"scale\": \"fyra\",\n"
    "  \"follows\": {\"question\": \"1\", \"any_of\": [\"a\", \"c\"]}, "
    "\"basis\": \"assumed\"},\n"				/* 27 */
    " {\"id\": \"4\", \"label\": \"How many?\", \"type\": \"number\", "
    "\"area\": \"ledning\", \"section\": \"1\",\n"
    "  \"min\": 0, \"max\": 290, \"basis\": \"assumed\"},\n"	/* 29 */
    " {\"id\": \"5\", \"label\": \"Why?\", \"type\": \"text\", "
    "\"area\": \"ledning\", \"section\": \"1\", \"max\": 100,\n"
    "  \"basis\": \"assumed\"}]\n"				/* 31 */
    "}\n";

static enum err_code
parse(const void *text, size_t len, struct questionnaire **q, struct err *e)
{
	return questionnaire_parse(text, len, "q.json", digest, q, e);
}

static void
test_good(void **state)
{
	const struct question *question;
	struct questionnaire *q = NULL;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(parse(good, sizeof(good) - 1, &q, &e), ERR_OK);
	assert_string_equal(q->id, "prov-2026");
	assert_string_equal(q->title, "Prov");
	assert_memory_equal(q->digest, digest, 32);
	assert_int_equal(q->n_questions, 5);
	assert_int_equal(q->n_options, 3);
	assert_int_equal(q->points, 7);
	assert_string_equal(q->language, "sv");
	assert_int_equal(q->n_levels, 2);
	assert_int_equal(q->levels[1].level, 1);
	assert_string_equal(q->levels[1].label, "Some");
	assert_int_equal(q->areas[0].basis, BASIS_ASSUMED);
	assert_non_null(question = questionnaire_find(q, "1"));
	assert_int_equal(question->basis, BASIS_DERIVED);
	assert_int_equal(question->follows, SIZE_MAX);
	assert_true(question->required);
	assert_non_null(question_find_option(question, "b"));
	assert_null(question_find_option(question, "d"));
	assert_false(questionnaire_find(q, "2")->required);
	question = questionnaire_find(q, "3");
	assert_int_equal(question->n_options, 2);
	assert_int_equal(question->options[1].value, -2);
	assert_int_equal(question->follows, 0);
	assert_int_equal(question->n_follows_any, 2);
	assert_int_equal(questionnaire_find(q, "4")->max, 290);
	assert_int_equal(questionnaire_find(q, "5")->max, 100);
	assert_null(questionnaire_find(q, "6"));
	questionnaire_free(q);
}

static const struct {
	const char *find, *with;
	size_t line;
	const char *says;
} faults[] = {
	{ "sigill-questionnaire", "something", 2, "format: it must be" },
	{ "_version\": 1", "_version\": 2", 3, "reads version 1" },
	{ "_version\": 1", "_version\": \"1\"", 3, "a whole number" },
	{ "prov-2026", "prov 2026", 4, "id: an id has" },
	{ "\"version\": \"1\",\n", "", 1, "\"version\"" },
	{ "\"Prov\"", "\"\"", 6, "title: the text is empty" },
	{ "\"Prov\"", "\"P\\u0007\"", 6, "title:" },
	{ "\"title\"", "\"titel\"", 6, "did you mean \"title\"" },
	{ "\"title\"", "\"notes\": 1,\n\"title\"", 6, "notes" },
	{ "[\"A: one\"", "[1", 9, "sources[0]: " },
	{ "\"questions\": 5", "\"questions\": 4", 10, "add up to 5" },
	{ "\"options\": 3", "\"options\": 4", 10, "totals.options: it says 4" },
	{ "\"points\": 7}", "\"points\": 8}", 10, "add up to 7" },
	{ "\"points\": 7}", "\"point\": 7}", 10, "did you mean \"points\"" },
	{ "{\"level\": 1", "{\"level\": 0", 12, "levels[1].level" },
	{ "{\"level\": 1", "{\"level\": -1", 12, "levels[1].level" },
	{ "\"areas\": [{\"id\": \"ledning\"",
	    "\"areas\": [],\n\"x\": [{\"id\": \"ledning\"", 14, "x" },
	{ "{\"id\": \"assumed\", ", "{", 13, "\"id\" has no basis" },
	{ "{\"id\": \"assumed\"", "{\"ix\": \"assumed\"", 13, "no member" },
	{ "\"derived\"}}", "\"guessed\"}}", 13, "areas[0].basis.label" },
	{ "\"basis\": \"published\"}],\n\"scales", "\"basis\": 1}],\n\"scales",
	    14, "sections[0].basis" },
	{ "\"published\"}],\n\"scales",
	    "\"published\"},\n{\"id\": \"1\", \"label\": \"x\", \"basis\": "
	    "\"published\"}],\n\"scales", 15, "there twice" },
	{ "\"id\": \"s2\"", "\"id\": \"s1\"", 17, "scales.fyra[1]" },
	{ "\"value\": 1,", "\"value\": 1.5,", 16, "scales.fyra[0].value" },
	{ "\"multiple\"", "\"multipel\"", 19, "did you mean \"multiple\"" },
	{ "\"area\": \"ledning\"", "\"area\": \"lednign\"", 19,
	    "did you mean \"ledning\"" },
	{ "\"section\": \"1\"", "\"section\": \"2\"", 19,
	    "questions[0].section: there is no section \"2\"" },
	{ "\"points\": 7,\n", "\"points\": -1,\n", 19, "points" },
	{ "\"points\": 7,\n", "\"points\": 9999999,\n", 19, "points" },
	{ "\"Which?\"", "17", 19, "questions[0].label" },
	{ "\"id\": \"b\"", "\"id\": \"a\"", 21, "questions[0].options[1]" },
	{ "\"label\": \"C\", ", "", 22, "questions[0].options[2].label" },
	{ "\"id\": \"2\"", "\"id\": \"1\"", 24, "questions[1].id" },
	{ "\"required\": false", "\"required\": 0", 24, "true or false" },
	{ "\"section\": \"1\", \"required\"", "\"min\": 1, \"section\": \"1\", "
	    "\"required\"", 24, "type \"single\" has no \"min\"" },
	{ ", \"scale\": \"fyra\"", "", 26, "type \"scale\" has \"scale\"" },
	{ "\"scale\": \"fyra\"", "\"scale\": \"fyrra\"", 26, "did you mean" },
	{ "\"question\": \"1\"", "\"question\": \"4\"", 27, "earlier" },
	{ "\"question\": \"1\"", "\"question\": \"3\"", 27, "earlier" },
	{ "[\"a\", \"c\"]", "[\"a\", \"d\"]", 27, "any_of[1]" },
	{ "[\"a\", \"c\"]", "[\"a\", \"a\"]", 27, "there twice" },
	{ "[\"a\", \"c\"]", "[]", 27, "any_of" },
	{ "\"min\": 0", "\"min\": 291", 29, "questions[3].max" },
	{ "\"min\": 0, ", "", 28, "has \"min\"" },
	{ "\"max\": 100", "\"max\": 0", 30, "questions[4].max" },
	{ "\"max\": 100", "\"max\": 20001", 30, "questions[4].max" },
};

static void
test_faults(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(faults); i++) {
		char *text = changed(good, faults[i].find, faults[i].with);
		struct questionnaire *q = NULL;
		struct err e = { 0 };

		assert_int_equal(parse(text, strlen(text), &q, &e),
		    ERR_DEFINITION);
		assert_null(q);
		assert_string_equal(e.where, "q.json");
		if (e.at != faults[i].line ||
		    strstr(e.msg, faults[i].says) == NULL)
			fail_msg("%s -> %s: line %zu: %s", faults[i].find,
			    faults[i].with, e.at, e.msg);
		free(text);
	}
}

static void
test_not_json(void **state)
{
	char *text = changed(good, "\"title\": \"Prov\",", "\"title\": \"Prov\"");
	struct questionnaire *q = NULL;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(parse(text, strlen(text), &q, &e), ERR_JSON);
	assert_int_equal(e.at, 6);
	free(text);

	text = calloc(1, LIMIT_DEFINITION_FILE + 1);
	assert_non_null(text);
	err_clear(&e);
	assert_int_equal(parse(text, LIMIT_DEFINITION_FILE + 1, &q, &e),
	    ERR_TOO_LARGE);
	free(text);
}

/* Pieces taken out, doubled and swapped: an answer, never a crash. */
static void
test_mutations(void **state)
{
	uint32_t x = 88172645u;
	size_t refused = 0;
	char *s;

	(void)state;
	for (int round = 0; round < 4000; round++) {
		struct questionnaire *q = NULL;
		struct err e = { 0 };
		size_t at, len, n = sizeof(good) - 1;

		assert_non_null(s = malloc(2 * n));
		memcpy(s, good, n);
		x ^= x << 13, x ^= x >> 17, x ^= x << 5;
		at = x % n;
		len = (x >> 16) % 40 + 1;
		if (len > n - at)
			len = n - at;
		switch (x >> 8 & 3) {
		case 0:
			memmove(s + at, s + at + len, n - at - len);
			n -= len;
			break;
		case 1:
			memmove(s + at + len, s + at, n - at);
			n += len;
			break;
		case 2:
			s[at] = good[(at * 7 + len) % (sizeof(good) - 1)];
			break;
		default:
			s[at] = (char)x;
			break;
		}
		if (parse(s, n, &q, &e) != ERR_OK) {
			refused++;
			assert_null(q);
		}
		questionnaire_free(q);
		free(s);
	}
	assert_true(refused > 2000 && refused < 4000);
}

static void
load(const char *path, size_t questions, size_t options, int64_t points)
{
	struct questionnaire *q = NULL;
	struct buf text = { 0 };
	struct err e = { 0 };

	if (file_read(path, LIMIT_DEFINITION_FILE, &text, &e) != ERR_OK ||
	    questionnaire_parse(text.data, text.len, path, digest, &q, &e) !=
	    ERR_OK)
		fail_msg("%s:%zu: %s", e.where, e.at, e.msg);
	assert_int_equal(q->n_questions, questions);
	assert_int_equal(q->n_options, options);
	assert_int_equal(q->points, points);
	questionnaire_free(q);
	buf_wipe(&text);
}

static void
test_ours(void **state)
{
	(void)state;
	load("questionnaires/infosakkollen-2023.json", 40, 348, 200);
	load("questionnaires/itsakkollen-2023.json", 41, 0, 0);
	load("questionnaires/kommunenkat-2015.json", 58, 69, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_not_json),
		cmocka_unit_test(test_mutations),
		cmocka_unit_test(test_ours),
	};

	json_init();
	return cmocka_run_group_tests_name("questionnaire", tests, NULL,
	    NULL);
}
