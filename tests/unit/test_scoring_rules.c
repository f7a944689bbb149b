/* SPDX-License-Identifier: EUPL-1.2 */
/* A definition's rules of results: points, demands, order (format/scoring.h). */
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
#include "format/scoring.h"
#include "tests/unit/changed.h"

#define N(a)	(sizeof(a) / sizeof((a)[0]))

#define HEAD \
    "{\"format\": \"sigill-questionnaire\", \"format_version\": 1,\n" \
    "\"id\": \"q\", \"version\": \"1\", \"title\": \"Q\",\n" \
    "\"language\": \"sv\",\n"
#define BASIS	"\"basis\": \"published\""
#define PLACE(section)	"\"area\": \"a\", \"section\": \"" section "\""
#define OPTION(id, value) \
    "{\"id\": \"" id "\", \"label\": \"" id "\"" value ", " BASIS "}"

/* Boxes in sections 1 and 2, values in 1 and 3, a number in 4; the line
 * numbers below count on it. */
static const char levels[] = HEAD
    "\"totals\": {\"questions\": 4, \"options\": 9, \"points\": 11},\n" /* 4 */
    "\"levels\": [{\"level\": 0, \"label\": \"none\", " BASIS "},\n"
    "  {\"level\": 1, \"label\": \"one\", " BASIS "},\n"	/* 6 */
    "  {\"level\": 2, \"label\": \"two\", " BASIS "}],\n"
    "\"areas\": [{\"id\": \"a\", \"label\": \"A\", " BASIS "}],\n" /* 8 */
    "\"sections\": [" OPTION("1", "") ", " OPTION("2", "") ",\n"
    OPTION("3", "") ", " OPTION("4", "") "],\n"		/* 10 */
    "\"questions\": [\n"
    "{\"id\": \"1\", \"label\": \"L\", \"type\": \"multiple\", " PLACE("1")
    ", \"points\": 3,\n"					/* 12 */
    " \"options\": [" OPTION("a", "") ", " OPTION("b", "") ",\n"
    OPTION("c", "") ", " OPTION("d", "") "],\n"			/* 14 */
    BASIS "},\n"
    "{\"id\": \"2\", \"label\": \"L\", \"type\": \"multiple\", " PLACE("2")
    ", \"points\": 5,\n"					/* 16 */
    " \"points_at\": [1, 2, 2, 3, 5],\n"
    " \"options\": [" OPTION("a", "") ", " OPTION("b", "") ",\n"	/* 18 */
    OPTION("c", "") ", " OPTION("d", "") ", " OPTION("e", "") "],\n"
    BASIS "},\n"						/* 20 */
    "{\"id\": \"3\", \"label\": \"L\", \"type\": \"single\", " PLACE("3")
    ", \"points\": 3,\n"					/* 21 */
    " \"options\": [" OPTION("a", ", \"value\": 0") ",\n"	/* 22 */
    OPTION("b", ", \"value\": 3") "], " BASIS "},\n"
    "{\"id\": \"4\", \"label\": \"L\", \"type\": \"number\", " PLACE("4")
    ", \"min\": 0, \"max\": 9, " BASIS "}],\n"			/* 24 */
    "\"scoring\": {\"result\": \"levels\",\n"
    "\"groups\": [\"kommun\", \"region\"],\n"			/* 26 */
    "\"demands\": [\n"
    "{\"level\": 2, \"section\": \"2\", \"boxes\": 1, " BASIS "},\n" /* 28 */
    "{\"level\": 1, \"section\": \"1\", \"boxes\": 1, " BASIS "},\n"
    "{\"level\": 2, \"section\": \"1\", \"boxes\": 2, \"basis\": "
    "\"assumed\"},\n"						/* 30 */
    "{\"level\": 2, \"section\": \"3\", \"points\": 3, " BASIS "}],\n"
    "\"order\": [\"level\",\n\"points\"],\n"			/* 32, 33 */
    "\"lead\": \"a\",\n"					/* 34 */
    "\"indications\": [{\"level\": 2, \"kinds\": [\"myndighet\"],\n" /* 35 */
    "\"label\": \"Rule 1\", " BASIS "}],\n"			/* 36 */
    "\"basis\": \"derived\"}}\n";

static const char means[] = HEAD
    "\"totals\": {\"questions\": 3, \"options\": 0, \"points\": 0},\n" /* 4 */
    "\"areas\": [" OPTION("a", "") "], \"sections\": [" OPTION("1", "") "],\n"
    "\"scales\": {\"two\": [" OPTION("x", ", \"value\": 1") ",\n"	/* 6 */
    OPTION("y", ", \"value\": 2") "]},\n"
    "\"questions\": [\n"					/* 8 */
    "{\"id\": \"1\", \"label\": \"L\", \"type\": \"scale\", " PLACE("1")
    ", \"scale\": \"two\", " BASIS "},\n"			/* 9 */
    "{\"id\": \"2\", \"label\": \"L\", \"type\": \"single\", " PLACE("1")
    ",\n\"options\": [" OPTION("a", "") ", " OPTION("b", "") "],\n" /* 11 */
    BASIS "},\n"
    "{\"id\": \"3\", \"label\": \"L\", \"type\": \"text\", " PLACE("1")
    ", " BASIS "}],\n"						/* 13 */
    "\"scoring\": {\"result\": \"means\",\n"
    "\"groups\": [\"annan\"],\n"				/* 15 */
    "\"total\": \"areas\",\n"
    "\"order\": [\"mean\"], " BASIS "}}\n";			/* 17 */

static enum err_code
parse(const char *text, struct questionnaire **q, struct err *e)
{
	const uint8_t digest[32] = { 0 };

	return questionnaire_parse((const uint8_t *)text, strlen(text), "q",
	    digest, q, e);
}

static struct questionnaire *
good(const char *text)
{
	struct questionnaire *q = NULL;
	struct err e = { 0 };

	if (parse(text, &q, &e) != ERR_OK)
		fail_msg("%s:%zu: %s", e.where, e.at, e.msg);
	return q;
}

static void
test_levels(void **state)
{
	struct questionnaire *q = good(levels);
	const struct scoring *s = q->scoring;

	(void)state;
	assert_int_equal(s->result, SCORING_LEVELS);
	assert_true(s->groups[KIND_KOMMUN] && s->groups[KIND_REGION]);
	assert_false(s->groups[KIND_MYNDIGHET] || s->groups[KIND_NIS]);
	/* Sorted: by level, then section. */
	assert_int_equal(s->n_demands, 4);
	assert_int_equal(s->demands[0].level, 1);
	assert_int_equal(s->demands[1].section, 0);
	assert_int_equal(s->demands[1].least, 2);
	assert_false(s->demands[2].points);
	assert_true(s->demands[3].points);
	assert_int_equal(s->demands[3].least, 3);
	assert_int_equal(s->n_order, 2);
	assert_int_equal(s->order[0], SCORING_BY_LEVEL);
	assert_int_equal(s->order[1], SCORING_BY_POINTS);
	assert_int_equal(s->lead, 0);
	assert_false(s->mean_of_areas);
	assert_int_equal(s->n_indications, 1);
	assert_string_equal(s->indications[0].label, "Rule 1");
	assert_true(s->indications[0].kinds[KIND_MYNDIGHET]);
	assert_false(s->indications[0].kinds[KIND_KOMMUN]);
	assert_int_equal(s->basis, BASIS_ASSUMED);	/* the weakest */
	questionnaire_free(q);
}

static void
test_points(void **state)
{
	/* 4 boxes for 3 points, evenly; and as it is said. */
	const size_t even[] = { 2, 3, 4 }, said[] = { 1, 2, 2, 3, 5 };
	struct questionnaire *q = good(levels);

	(void)state;
	assert_memory_equal(q->questions[0].points_at, even, sizeof(even));
	assert_memory_equal(q->questions[1].points_at, said, sizeof(said));
	assert_null(q->questions[2].points_at);
	assert_int_equal(q->questions[2].options[1].value, 3);
	assert_int_equal(q->points, 11);
	questionnaire_free(q);
}

/* More points than boxes: the first box is worth several. */
static void
test_even_points(void **state)
{
	const size_t even[] = { 1, 1, 2, 2, 3, 3, 4, 4 };
	char *text = changed(levels, "\"points\": 3", "\"points\": 8");
	char *whole = changed(text, "\"points\": 11", "\"points\": 16");
	struct questionnaire *q = good(whole);

	(void)state;
	assert_memory_equal(q->questions[0].points_at, even, sizeof(even));
	questionnaire_free(q);
	free(whole);
	free(text);
}

static void
test_means(void **state)
{
	struct questionnaire *q = good(means);

	(void)state;
	assert_int_equal(q->scoring->result, SCORING_MEANS);
	assert_true(q->scoring->mean_of_areas);
	assert_int_equal(q->scoring->lead, SIZE_MAX);
	assert_int_equal(q->scoring->order[0], SCORING_BY_MEAN);
	assert_int_equal(q->scoring->n_demands, 0);
	questionnaire_free(q);
}

static void
test_none(void **state)
{
	char *text = changed(means, ",\n\"scoring\": {\"result\": \"means\",\n"
	    "\"groups\": [\"annan\"],\n\"total\": \"areas\",\n"
	    "\"order\": [\"mean\"], " BASIS "}", "");
	struct questionnaire *q = good(text);

	(void)state;
	assert_int_equal(q->scoring->result, SCORING_COUNTS);
	for (int k = KIND_KOMMUN; k <= KIND_ANNAN; k++)
		assert_true(q->scoring->groups[k]);
	assert_int_equal(q->scoring->lead, SIZE_MAX);
	questionnaire_free(q);
	free(text);
}

struct fault {
	const char *find, *with;
	size_t line;
	const char *says;
};

static const struct fault in_levels[] = {
	/* points */
	{ "[1, 2, 2, 3, 5]", "[1, 2, 2, 3]", 17, "points_at: it has 4 items" },
	{ "[1, 2, 2, 3, 5]", "[0, 2, 2, 3, 5]", 17, "points_at[0]" },
	{ "[1, 2, 2, 3, 5]", "[1, 2, 1, 3, 5]", 17, "points_at[2]" },
	{ "[1, 2, 2, 3, 5]", "[1, 2, 2, 3, 6]", 17, "points_at[4]" },
	{ "[1, 2, 2, 3, 5]", "[1, 2, 2, 3, 5.0]", 17, "a whole number" },
	{ ", \"points\": 5,\n", ",\n", 17, "it must have 0" },
	{ " \"options\": [{\"id\": \"a\", \"label\": \"a\", \"value\": 0",
	    " \"points_at\": [1, 1, 1],\n\"options\": [{\"id\": \"a\", "
	    "\"label\": \"a\", \"value\": 0", 22, "has no \"points_at\"" },
	{ "\"value\": 3", "\"value\": 4", 21, "questions[2].points: each" },
	{ "\"value\": 3", "\"value\": 2", 21, "no answer can give more" },
	{ "\"value\": 0", "\"value\": -1", 21, "\"a\" has not" },
	{ ", \"value\": 0", "", 21, "\"a\" has not" },
	{ "\"value\": 3", "\"value\": 1001", 23, "from -1000 to 1000" },
	{ "\"max\": 9,", "\"max\": 9, \"points\": 1,", 24,
	    "only questions with options" },
	/* the member */
	{ "\"result\": \"levels\"", "\"result\": \"level\"", 25,
	    "did you mean \"levels\"" },
	{ "\"result\": \"levels\"", "\"result\": \"counts\"", 27,
	    "scoring.demands: " },
	{ "\"lead\": \"a\",\n", "\"total\": \"areas\",\n", 34,
	    "the result \"levels\" has no \"total\"" },
	{ "\"order\": [\"level\",\n\"points\"],\n", "", 25, "scoring.order" },
	{ "\"groups\": [\"kommun\", \"region\"]", "\"groups\": []", 26,
	    "scoring.groups" },
	{ "\"region\"]", "\"regoin\"]", 26, "did you mean \"region\"" },
	{ "\"region\"]", "\"kommun\"]", 26, "groups[1]: \"kommun\" is there" },
	{ "\"lead\": \"a\"", "\"lead\": \"b\"", 34, "there is no area \"b\"" },
	{ "[\"level\",\n\"points\"]", "[]", 32, "scoring.order" },
	{ "\n\"points\"]", "\n\"level\"]", 33, "order[1]: it is there twice" },
	{ "\n\"points\"]", "\n\"mean\"]", 33, "the result \"levels\" has no" },
	{ "\n\"points\"]", "\n\"area\"]", 33, "there is no key" },
	{ "\n\"points\"]", "\n7]", 33, "a text" },
	{ "\"basis\": \"derived\"}}", "\"basis\": {\"result\": "
	    "\"published\"}}}", 37, "has no basis" },
	/* levels */
	{ "[{\"level\": 0, \"label\": \"none\", " BASIS "},", "[", 6,
	    "levels[0]: for the result" },
	{ "{\"level\": 2, \"label\"", "{\"level\": 3, \"label\"", 7,
	    "this is level 3" },
	{ ", " BASIS "},\n  {\"level\": 1, \"label\": \"one\", " BASIS "},\n  "
	    "{\"level\": 2, \"label\": \"two\", " BASIS "}]", ", " BASIS "}]",
	    5, "at least one more" },
	/* demands */
	{ "{\"level\": 1, \"section\"", "{\"level\": 0, \"section\"", 29,
	    "demands[1].level: it must be from 1 to 2" },
	{ "{\"level\": 1, \"section\"", "{\"level\": 3, \"section\"", 29,
	    "from 1 to 2" },
	{ "\"3\", \"points\": 3, ", "\"5\", \"points\": 3, ", 31,
	    "demands[3].section: there is no section" },
	{ "\"boxes\": 1", "\"boxes\": 0", 28, "demands[0].boxes" },
	{ "\"boxes\": 1", "\"boxes\": 201", 28, "demands[0].boxes" },
	{ "\"boxes\": 1", "\"boxes\": 1, \"points\": 1", 28, "either" },
	{ "\"boxes\": 1, ", "", 28, "either" },
	{ "\"3\", \"points\": 3, ", "\"3\", \"boxes\": 3, ", 31,
	    "demands[3].boxes: no question of the section has any" },
	{ "\"3\", \"points\": 3, ", "\"4\", \"points\": 3, ", 31,
	    "no question of the section" },
	{ "\"section\": \"2\", \"boxes\": 1", "\"section\": \"1\", \"boxes\": 3",
	    30, "demands[2]: its level demands that of its section twice" },
	{ "\"boxes\": 2", "\"boxes\": 1", 0, NULL },	/* the same again */
	{ "\"section\": \"1\", \"boxes\": 1", "\"section\": \"1\", \"boxes\": 3",
	    30, "cannot demand less" },
	{ "{\"level\": 1, \"section\": \"1\"", "{\"level\": 2, \"section\": "
	    "\"3\"", 29, "demands[1].boxes: no question" },
	{ "{\"level\": 1, \"section\": \"1\", \"boxes\": 1, " BASIS "},\n", "",
	    27, "nothing is demanded for level 1" },
	/* indications */
	{ "[{\"level\": 2, \"kinds\"", "[{\"level\": 3, \"kinds\"", 35,
	    "indications[0].level" },
	{ "[\"myndighet\"]", "[\"authority\"]", 35, "kinds[0]" },
	{ "[\"myndighet\"]", "[]", 35, "indications[0].kinds" },
	{ "\"Rule 1\"", "\"\"", 36, "indications[0].label" },
};

static const struct fault in_means[] = {
	{ ", \"value\": 2", "", 9, "questions[0]: for the result \"means\"" },
	{ "\"value\": 1", "\"value\": -1", 9, "values are 0 or more" },
	{ "\"label\": \"b\"", "\"label\": \"b\", \"value\": 1", 10,
	    "questions[1]: for the result" },
	{ "\"areas\",\n\"order", "\"sections\",\n\"order", 16,
	    "there is no total" },
	{ "[\"mean\"]", "[\"points\"]", 17, "\"means\" has no points" },
	{ "\"total\": \"areas\"", "\"demands\": []", 16,
	    "\"means\" has no \"demands\"" },
	{ "\"total\": \"areas\"", "\"lead\": \"x\"", 16, "no area \"x\"" },
};

static void
try(const char *definition, const struct fault *fault)
{
	char *text = changed(definition, fault->find, fault->with);
	struct questionnaire *q = NULL;
	struct err e = { 0 };
	enum err_code rc = parse(text, &q, &e);

	if (fault->says == NULL) {
		assert_int_equal(rc, ERR_OK);
	} else {
		if (rc != ERR_DEFINITION || e.at != fault->line ||
		    strstr(e.msg, fault->says) == NULL)
			fail_msg("%s -> %s: line %zu: %s", fault->find,
			    fault->with, e.at, e.msg);
		assert_null(q);
	}
	questionnaire_free(q);
	free(text);
}

static void
test_faults(void **state)
{
	(void)state;
	for (size_t i = 0; i < N(in_levels); i++)
		try(levels, &in_levels[i]);
	for (size_t i = 0; i < N(in_means); i++)
		try(means, &in_means[i]);
}

/* Nothing has a value to make a mean of. */
static void
test_no_values(void **state)
{
	char *text = changed(means, ", \"value\": 1", "");
	char *without = changed(text, ", \"value\": 2", "");
	char *single = changed(without, "\"scale\", " PLACE("1")
	    ", \"scale\": \"two\"", "\"text\", " PLACE("1"));
	const struct fault fault = { "\"text\"", "\"text\"", 8,
	    "needs options with different values" };

	(void)state;
	try(single, &fault);
	free(single);
	free(without);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_levels),
		cmocka_unit_test(test_points),
		cmocka_unit_test(test_even_points),
		cmocka_unit_test(test_means),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_no_values),
	};

	json_init();
	return cmocka_run_group_tests_name("scoring rules", tests, NULL,
	    NULL);
}
