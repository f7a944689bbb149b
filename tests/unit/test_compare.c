/* SPDX-License-Identifier: EUPL-1.2 */
/* What of two definitions means the same, one difference at a time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scoring/report/compare.h"
#include "tests/unit/people.h"

/* text with the first find replaced, or twice as often. */
static char *
changed(const char *text, const char *find, const char *with)
{
	const char *at = strstr(text, find);
	char *out = malloc(strlen(text) + strlen(with) + 1);

	if (at == NULL)
		fail_msg("no %s", find);
	assert_non_null(out);
	(void)sprintf(out, "%.*s%s%s", (int)(at - text), text, with,
	    at + strlen(find));
	return out;
}

/* "m:same s:same ... +o:added": the questions of now, then those that were
 * removed. */
static void
tell(const struct comparison *c, const struct questionnaire *now,
    const struct questionnaire *then, char out[static 400])
{
	out[0] = '\0';
	for (size_t i = 0; i < c->len; i++) {
		const struct comparable *v = &c->v[i];
		const char *id = v->now != SIZE_MAX ?
		    now->questions[v->now].id : then->questions[v->then].id;
		size_t len = strlen(out);

		if (v->why != COMPARE_SAME)
			(void)snprintf(out + len, 400 - len, "%s:%s ", id,
			    incomparable_name(v->why));
	}
}

/* Letters of what may be compared: b boxes, p points, l levels, m means. */
static void
letters(bool boxes, bool points, bool levels, bool means,
    char out[static 5])
{
	(void)snprintf(out, 5, "%s%s%s%s", boxes ? "b" : "",
	    points ? "p" : "", levels ? "l" : "", means ? "m" : "");
}

static void
expect(const struct people *now, const struct people *then,
    const char *questions, const char *whole, const char *a, const char *b)
{
	const char *const want[] = { whole, a, b };
	struct comparison c;
	struct err e = { 0 };
	char text[400], which[5];

	assert_int_equal(compare_definitions(now->q, then->q, &c, &e),
	    ERR_OK);
	tell(&c, now->q, then->q, text);
	assert_string_equal(text, questions);
	letters(c.boxes, c.points, c.levels, c.means, which);
	assert_string_equal(which, want[0]);
	for (size_t i = 0; i < now->q->n_areas; i++) {
		const struct comparable_sums *s = &c.areas[i].sums;

		letters(s->boxes, s->points, s->levels, s->means, which);
		assert_string_equal(which, want[1 + i]);
	}
	comparison_wipe(&c);
}

/* One difference: in the questions, and in the rest, which may be "". */
static const struct difference {
	const char *find, *with, *find_rest, *with_rest;
	const char *questions, *whole, *a, *b;
} differences[] = {
	{ "", "", "", "", "", "bpl", "bpl", "bpl" },
	/* A question more, that counts in area b. */
	{ "{'id': 't'", "{'id': 'z', 'label': 'Z', 'type': 'multiple',"
	    "'area': 'b', 'section': '2', 'options': [{'id': '1', 'label':"
	    "'1', 'basis': 'assumed'}], 'basis': 'assumed'}, {'id': 't'",
	    "'questions': 6, 'options': 7", "'questions': 7, 'options': 8",
	    "z:added ", "pl", "bpl", "pl" },
	/* Another id is another question: one added and one removed. */
	{ "{'id': 't'", "{'id': 'u'", "", "", "u:added t:removed ", "bpl",
	    "bpl", "bpl" },
	{ "{'id': 'k'", "{'id': 'l'", "", "", "l:added k:removed ", "",
	    "bpl", "" },
	{ "'type': 'text'", "'type': 'number', 'min': 0, 'max': 9", "", "",
	    "t:type ", "bpl", "bpl", "bpl" },
	{ "'max': 1000", "'max': 1001", "", "", "n:type ", "bpl", "bpl",
	    "bpl" },
	{ "'label': 'K'", "'label': 'Not K'", "", "", "k:label ", "", "bpl",
	    "" },
	/* What follows a question that is another one is asked of others. */
	{ "'label': 'S'", "'label': 'Not S'", "", "",
	    "s:label n:condition ", "bpl", "bpl", "bpl" },
	{ "'question': 's', 'any_of': ['yes']",
	    "'question': 's', 'any_of': ['yes', 'some']", "", "",
	    "n:condition ", "bpl", "bpl", "bpl" },
	{ "'question': 's', 'any_of': ['yes']",
	    "'question': 's', 'any_of': ['some']", "", "", "n:condition ",
	    "bpl", "bpl", "bpl" },
	{ "'follows': {'question': 'm', 'any_of': ['3']},", "", "", "",
	    "f:condition ", "pl", "pl", "bpl" },
	/* An option more: the common ones are compared. */
	{ "{'id': 'x',", "{'id': 'w', 'label': 'W', 'basis': 'assumed'},"
	    "{'id': 'x',", "'options': 7", "'options': 8", "", "pl", "pl",
	    "bpl" },
	/* Another wording of all options leaves none. */
	{ "'label': 'P', 'basis': 'assumed'},  {'id': 'q', 'label': 'Q'",
	    "'label': 'P2', 'basis': 'assumed'}, {'id': 'q', 'label': 'Q2'",
	    "", "", "k:options ", "", "bpl", "" },
	{ "{'id': 'some', 'label': 'Some', 'basis': 'assumed'},", "", "", "",
	    "s:options n:condition ", "bpl", "bpl", "bpl" },
	{ "'label': 'No'", "'label': 'Never'", "", "",
	    "s:options n:condition ", "bpl", "bpl", "bpl" },
	{ "'points': 3,", "'points': 3, 'points_at': [1, 3, 3],", "", "", "",
	    "b", "b", "bpl" },
	{ "'points': 3,", "'points': 2,", "'points': 5", "'points': 4", "",
	    "b", "b", "bpl" },
	/* It lies in the other area. */
	{ "'type': 'multiple', 'area': 'b'", "'type': 'multiple', 'area': 'a'",
	    "", "", "", "bpl", "", "" },
	{ "", "", "'id': 'b', 'label': 'B'", "'id': 'b', 'label': 'Bee'", "",
	    "bpl", "bpl", "bpl" },
	{ "", "", "'section': '1', 'boxes': 2", "'section': '1', 'boxes': 3",
	    "", "bp", "bp", "bp" },
	{ "", "", "'section': '1', 'boxes': 2", "'section': '2', 'boxes': 2",
	    "", "bp", "bp", "bp" },
	{ "", "", "'section': '1', 'boxes': 2", "'section': '1', 'points': 2",
	    "", "bp", "bp", "bp" },
};

/* The definition with one difference. */
static void
open_with(struct people *p, const struct difference *d)
{
	char *questions = changed(people_questions, d->find, d->with);
	char *rest = changed(people_rest, d->find_rest, d->with_rest);

	people_open(p, questions, rest);
	free(questions);
	free(rest);
}

static void
test_one_difference(void **state)
{
	struct people then;

	(void)state;
	people_open(&then, NULL, NULL);
	for (size_t i = 0; i < sizeof(differences) / sizeof(differences[0]);
	    i++) {
		const struct difference *d = &differences[i];
		struct people now;

		open_with(&now, d);
		expect(&now, &then, d->questions, d->whole, d->a, d->b);
		people_close(&now);
	}
	people_close(&then);
}

/* What is a sum of the one is none of the other, whichever is the later. */
static void
test_the_other_way(void **state)
{
	struct people now;

	(void)state;
	people_open(&now, NULL, NULL);
	for (size_t i = 0; i < sizeof(differences) / sizeof(differences[0]);
	    i++) {
		const struct difference *d = &differences[i];
		struct people then;
		struct comparison c;
		struct err e = { 0 };
		char which[5];

		open_with(&then, d);
		assert_int_equal(compare_definitions(now.q, then.q, &c, &e),
		    ERR_OK);
		letters(c.boxes, c.points, c.levels, c.means, which);
		assert_string_equal(which, d->whole);
		comparison_wipe(&c);
		people_close(&then);
	}
	people_close(&now);
}

/* --- means ----------------------------------------------------------------- */

static const char scale_questions[] =
    "{'id': '1', 'label': '1', 'type': 'scale', 'scale': 'x', 'area': 'a',"
    " 'section': '1', 'basis': 'assumed'},"
    "{'id': '2', 'label': '2', 'type': 'scale', 'scale': 'y', 'area': 'b',"
    " 'section': '1', 'basis': 'assumed'}";
static const char scale_rest[] =
    "'totals': {'questions': 2, 'options': 0, 'points': 0},"
    "'areas': [{'id': 'a', 'label': 'A', 'basis': 'assumed'},"
    "  {'id': 'b', 'label': 'B', 'basis': 'assumed'}],"
    "'sections': [{'id': '1', 'label': '1', 'basis': 'assumed'}],"
    "'scales': {'x': [{'id': 'no', 'label': 'No', 'value': 1, 'basis':"
    "  'assumed'}, {'id': 'yes', 'label': 'Yes', 'value': 2, 'basis':"
    "  'assumed'}], 'y': [{'id': 'no', 'label': 'No', 'value': 1, 'basis':"
    "  'assumed'}, {'id': 'yes', 'label': 'Yes', 'value': 2, 'basis':"
    "  'assumed'}]},"
    "'scoring': {'result': 'means', 'total': 'areas',"
    " 'order': ['mean'], 'groups': ['kommun'], 'basis': 'assumed'},";

static void
test_means(void **state)
{
	static const struct difference all[] = {
		{ "", "", "", "", "", "bpm", "bpm", "bpm" },
		{ "", "", "'value': 1", "'value': 0", "", "bp", "bp", "bpm" },
		{ "", "", "'Yes'", "'Indeed'", "1:options ", "bp", "bp",
		    "bpm" },
		/* In another order it is another scale. */
		{ "", "", "{'id': 'no', 'label': 'No', 'value': 1, 'basis':"
		    "  'assumed'}, {'id': 'yes', 'label': 'Yes', 'value': 2, "
		    "'basis':  'assumed'}", "{'id': 'yes', 'label': 'Yes', "
		    "'value': 1, 'basis': 'assumed'}, {'id': 'no', 'label': "
		    "'No', 'value': 2, 'basis': 'assumed'}", "1:options ",
		    "bp", "bp", "bpm" },
		{ "", "", "'areas',", "'questions',", "", "bp", "bpm", "bpm" },
		/* The mean of areas' means is of other areas. */
		{ "'area': 'a'", "'area': 'b'", "", "", "", "bp", "bp", "bp" },
		{ "", "", "'means', 'total': 'areas', 'order': ['mean'],",
		    "'counts',", "", "bp", "bp", "bp" },
	};
	struct people then;

	(void)state;
	people_open(&then, scale_questions, scale_rest);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		char *questions = changed(scale_questions, all[i].find,
		    all[i].with);
		char *rest = changed(scale_rest, all[i].find_rest,
		    all[i].with_rest);
		struct people now;

		people_open(&now, questions, rest);
		expect(&now, &then, all[i].questions, all[i].whole, all[i].a,
		    all[i].b);
		people_close(&now);
		free(questions);
		free(rest);
	}
	people_close(&then);
}

/* Options are told by their ids, wherever they stand. */
static void
test_pairs_of_options(void **state)
{
	struct people now, then;
	struct comparison c;
	struct err e = { 0 };
	char *questions = changed(people_questions,
	    "{'id': '1', 'label': '1', 'basis': 'assumed'},  {'id': '2'",
	    "{'id': '9', 'label': '9', 'basis': 'assumed'},  {'id': '2'");

	(void)state;
	people_open(&then, NULL, NULL);
	people_open(&now, questions, NULL);
	assert_int_equal(compare_definitions(now.q, then.q, &c, &e), ERR_OK);
	assert_int_equal(c.v[0].why, COMPARE_SAME);
	assert_int_equal(c.v[0].n_options, 2);
	assert_int_equal(c.v[0].options[0][0], 1);
	assert_int_equal(c.v[0].options[0][1], 1);
	comparison_wipe(&c);
	people_close(&now);
	people_close(&then);
	free(questions);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_difference),
		cmocka_unit_test(test_the_other_way),
		cmocka_unit_test(test_means),
		cmocka_unit_test(test_pairs_of_options),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
