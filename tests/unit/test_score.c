/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Results of sheets: by hand on the questionnaires that are in the
 * tree, and by what must hold of every definition, on made-up ones.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "crypto/digest.h"
#include "format/questionnaire_file.h"
#include "scoring/score.h"
#include "tests/unit/instrument.h"

struct sheets {
	struct questionnaire *q;
	struct sheet_layout l;
	struct sheet s;
};

static void
open_sheet(struct sheets *t, struct questionnaire *q)
{
	struct err e = { 0 };

	t->q = q;
	assert_int_equal(sheet_layout_make(q, &t->l, &e), ERR_OK);
	assert_int_equal(sheet_make(&t->l, &t->s, &e), ERR_OK);
}

static void
open_named(struct sheets *t, const char *id)
{
	struct questionnaire *q = NULL;
	struct err e = { 0 };

	assert_int_equal(questionnaire_load_id("questionnaires", id, NULL,
	    digest_sha256, &q, &e), ERR_OK);
	open_sheet(t, q);
}

static void
close_sheet(struct sheets *t)
{
	sheet_wipe(&t->s);
	sheet_layout_wipe(&t->l);
	questionnaire_free(t->q);
}

static struct score
score_of(const struct sheets *t)
{
	struct err e = { 0 };
	struct score s;

	assert_int_equal(score_sheet(&t->l, &t->s, &s, &e), ERR_OK);
	return s;
}

static size_t
question_of(const struct sheets *t, const char *id)
{
	const struct question *found = questionnaire_find(t->q, id);

	assert_non_null(found);
	return (size_t)(found - t->q->questions);
}

static size_t
area_of(const struct sheets *t, const char *id)
{
	size_t i = 0;

	while (i < t->q->n_areas && strcmp(t->q->areas[i].id, id) != 0)
		i++;
	assert_true(i < t->q->n_areas);
	return i;
}

/* Ticks the first n boxes of every question of a section, but of skip. */
static void
tick_section(struct sheets *t, const char *section, size_t n, size_t skip)
{
	for (size_t i = 0; i < t->q->n_questions; i++) {
		const struct question *asked = &t->q->questions[i];

		if (strcmp(t->q->sections[asked->section].id, section) != 0 ||
		    i == skip)
			continue;
		for (size_t j = 0; j < asked->n_options && j < n; j++)
			sheet_set(&t->l, &t->s, i, j, true);
	}
}

/* --- Infosäkkollen: levels and points ------------------------------------- */

/* Published: level 1 is one action in each of section 1's 15 questions. */
static void
test_first_level(void **state)
{
	struct sheets t;
	struct score s;

	(void)state;
	open_named(&t, "infosakkollen-2023");
	s = score_of(&t);
	assert_int_equal(s.level, 0);
	assert_int_equal(s.points, 0);
	assert_int_equal(s.points_max, 200);
	assert_int_equal(s.boxes_max, 348);
	assert_int_equal(s.mean, -1);
	assert_int_equal(s.number, 0);
	score_wipe(&s);

	/* All of the rest does not make up for one that lacks. */
	tick_section(&t, "1", 1, question_of(&t, "10"));
	for (int i = 2; i <= 4; i++)
		tick_section(&t, (char[]){ (char)('0' + i), '\0' },
		    LIMIT_OPTIONS, SIZE_MAX);
	s = score_of(&t);
	assert_int_equal(s.level, 0);
	assert_int_equal(s.areas[area_of(&t, "upphandling")].level, 0);
	assert_int_equal(s.areas[area_of(&t, "ledning")].level, 1);
	score_wipe(&s);

	sheet_set(&t.l, &t.s, question_of(&t, "10"), 4, true);
	s = score_of(&t);
	assert_int_equal(s.level, 1);
	assert_int_equal(s.boxes, 15 + 127 + 79 + 22);
	assert_true(s.number > SCORE_ONE && s.number < 2 * SCORE_ONE);
	score_wipe(&s);
	close_sheet(&t);
}

static void
test_top(void **state)
{
	struct sheets t;
	struct score s;

	(void)state;
	open_named(&t, "infosakkollen-2023");
	for (int i = 1; i <= 4; i++)
		tick_section(&t, (char[]){ (char)('0' + i), '\0' },
		    LIMIT_OPTIONS, SIZE_MAX);
	s = score_of(&t);
	assert_int_equal(s.level, 4);
	assert_int_equal(s.points, 200);
	assert_int_equal(s.boxes, 348);
	for (size_t i = 0; i < t.q->n_areas; i++) {
		assert_int_equal(s.areas[i].level, 4);
		assert_int_equal(s.areas[i].points, s.areas[i].points_max);
		assert_int_equal(s.areas[i].boxes, s.areas[i].boxes_max);
	}
	assert_true(s.number > 4 * SCORE_ONE && s.number < 5 * SCORE_ONE);
	score_wipe(&s);
	close_sheet(&t);
}

/* Four boxes are all that question 12 has, and its five points. */
static void
test_points(void **state)
{
	static const int64_t points[] = { 0, 1, 2, 3, 5 };
	struct sheets t;
	size_t twelve;

	(void)state;
	open_named(&t, "infosakkollen-2023");
	twelve = question_of(&t, "12");
	assert_int_equal(t.q->questions[twelve].n_options, 4);
	for (size_t i = 0; i <= 4; i++) {
		assert_int_equal(score_question(&t.l, &t.s, twelve),
		    points[i]);
		assert_int_equal(sheet_ticked(&t.l, &t.s, twelve), i);
		if (i < 4)
			sheet_set(&t.l, &t.s, twelve, 3 - i, true);
	}
	close_sheet(&t);
}

static void
test_lacks(void **state)
{
	struct scoring_demand demand = { .level = 1, .least = 6 };
	struct sheets t;
	size_t twelve;

	(void)state;
	open_named(&t, "infosakkollen-2023");
	twelve = question_of(&t, "12");
	demand.section = t.q->questions[twelve].section;
	assert_int_equal(score_lacks(&t.l, &t.s, &demand, twelve), 4);
	sheet_set(&t.l, &t.s, twelve, 0, true);
	assert_int_equal(score_lacks(&t.l, &t.s, &demand, twelve), 3);
	demand.points = true;
	assert_int_equal(score_lacks(&t.l, &t.s, &demand, twelve), 4);
	demand.least = 1;
	assert_int_equal(score_lacks(&t.l, &t.s, &demand, twelve), 0);
	demand.least = 6;
	demand.section = t.q->questions[question_of(&t, "40")].section;
	assert_int_equal(score_lacks(&t.l, &t.s, &demand, twelve), 0);
	close_sheet(&t);
}

/* --- It-säkkollen: means -------------------------------------------------- */

static void
test_means(void **state)
{
	struct sheets t;
	struct score s;
	size_t n = 0;

	(void)state;
	open_named(&t, "itsakkollen-2023");
	s = score_of(&t);
	assert_int_equal(s.mean, -1);
	assert_int_equal(s.areas[0].mean, -1);
	assert_int_equal(s.level, -1);
	score_wipe(&s);

	/* Values 4, 4, 3 in the first area, and nothing in the others. */
	for (size_t i = 0; i < t.q->n_questions && n < 3; i++)
		if (t.q->questions[i].area == 0) {
			size_t option = 0;

			while (t.q->questions[i].options[option].value !=
			    (n < 2 ? 4 : 3))
				option++;
			sheet_set(&t.l, &t.s, i, option, true);
			n++;
		}
	assert_int_equal(n, 3);
	s = score_of(&t);
	assert_int_equal(s.areas[0].mean, 3666667);
	assert_int_equal(s.areas[1].mean, -1);
	assert_int_equal(s.mean, 3666667);
	assert_int_equal(s.number, s.mean);
	score_wipe(&s);
	close_sheet(&t);
}

static void
test_ratio(void **state)
{
	(void)state;
	assert_int_equal(score_ratio(1, 3), 333333);
	assert_int_equal(score_ratio(2, 3), 666667);
	assert_int_equal(score_ratio(-2, 3), -666667);
	assert_int_equal(score_ratio(1, 2000000), 1);
	assert_int_equal(score_ratio(1, 2000001), 0);
	assert_int_equal(score_ratio(-1, 2000000), -1);
	assert_int_equal(score_ratio(7, 1), 7 * SCORE_ONE);
	assert_int_equal(score_ratio(0, 9), 0);
}

/* --- the order ------------------------------------------------------------ */

static void
test_order(void **state)
{
	struct scoring rules = { .result = SCORING_LEVELS,
	    .order = { SCORING_BY_LEVEL, SCORING_BY_AREA_LEVELS,
	    SCORING_BY_POINTS, SCORING_BY_AREA_POINTS }, .n_order = 4 };
	const struct questionnaire q = { .n_areas = 3, .scoring = &rules };
	struct score_area even[] = { { .points = 3, .points_max = 10 },
	    { .points = 3, .points_max = 10 },
	    { .points = 0, .points_max = 0 } };
	struct score_area uneven[] = { { .points = 5, .points_max = 10 },
	    { .points = 1, .points_max = 10 },
	    { .points = 0, .points_max = 0 } };
	struct score a = { .level = 1, .points = 6, .areas = even };
	struct score b = { .level = 1, .points = 6, .areas = uneven };

	(void)state;
	assert_true(score_compare(&q, &a, &b) > 0);
	assert_true(score_compare(&q, &b, &a) < 0);
	assert_int_equal(score_compare(&q, &a, &a), 0);
	b.points = 7;
	assert_true(score_compare(&q, &a, &b) < 0);
	even[2].level = 1;
	assert_true(score_compare(&q, &a, &b) > 0);
	b.level = 2;
	assert_true(score_compare(&q, &a, &b) < 0);
	rules.n_order = 0;
	assert_int_equal(score_compare(&q, &a, &b), 0);
}

/* --- what holds of every definition --------------------------------------- */

/* The definition of levels, literally: each from below, as long as all that
 * is demanded up to it is met.  area SIZE_MAX: on all questions. */
static int64_t
plain_level(const struct sheets *t, size_t area)
{
	const struct questionnaire *q = t->q;
	int64_t level = q->levels[0].level;

	for (size_t i = 1; i < q->n_levels; i++) {
		for (size_t d = 0; d < q->scoring->n_demands; d++)
			for (size_t k = 0; k < q->n_questions; k++)
				if (q->scoring->demands[d].level <=
				    q->levels[i].level &&
				    (area == SIZE_MAX ||
				    q->questions[k].area == area) &&
				    score_lacks(&t->l, &t->s,
				    &q->scoring->demands[d], k) != 0)
					return level;
		level = q->levels[i].level;
	}
	return level;
}

static void
check_sums(const struct sheets *t, const struct score *s)
{
	int64_t points = 0;
	size_t boxes = 0;

	for (size_t i = 0; i < t->q->n_areas; i++) {
		points += s->areas[i].points;
		boxes += s->areas[i].boxes;
		assert_true(s->areas[i].points <= s->areas[i].points_max);
		assert_true(s->areas[i].boxes <= s->areas[i].boxes_max);
		assert_int_equal(s->areas[i].level, plain_level(t, i));
	}
	assert_int_equal(points, s->points);
	assert_int_equal(boxes, s->boxes);
	assert_int_equal(s->points_max, t->q->points);
	assert_int_equal(s->level, plain_level(t, SIZE_MAX));
	assert_int_equal(s->number / SCORE_ONE, s->level);
}

static void
never_lower(const struct questionnaire *q, const struct score *was,
    const struct score *is)
{
	assert_true(is->level >= was->level);
	assert_true(is->points >= was->points);
	assert_true(is->number >= was->number);
	assert_true(score_compare(q, is, was) >= 0);
	for (size_t i = 0; i < q->n_areas; i++) {
		assert_true(is->areas[i].level >= was->areas[i].level);
		assert_true(is->areas[i].points >= was->areas[i].points);
	}
}

/* Goes from an empty sheet to a full one, box by box in some order. */
static void
climb(struct sheets *t, struct instrument *random)
{
	struct score was = score_of(t), is;
	size_t question, option;

	while (instrument_next_box(random, t->q, &t->l, &t->s, &question,
	    &option)) {
		sheet_set(&t->l, &t->s, question, option, true);
		is = score_of(t);
		assert_int_equal(is.boxes, was.boxes + 1);
		check_sums(t, &is);
		never_lower(t->q, &was, &is);
		score_wipe(&was);
		was = is;
	}
	assert_int_equal(was.boxes, was.boxes_max);
	score_wipe(&was);
}

static void
test_never_lower(void **state)
{
	struct instrument random;
	struct sheets t;

	(void)state;
	for (unsigned seed = 1; seed <= 300; seed++) {
		random = instrument_seed(seed);
		open_sheet(&t, instrument_make(&random));
		instrument_choose(&random, t.q, &t.l, &t.s);
		climb(&t, &random);
		close_sheet(&t);
	}
}

/* A choice that is worth more never lowers anything either. */
static void
test_better_choice(void **state)
{
	struct instrument random;
	struct score was, is;
	struct sheets t;

	(void)state;
	for (unsigned seed = 1; seed <= 300; seed++) {
		random = instrument_seed(seed);
		open_sheet(&t, instrument_make(&random));
		for (size_t i = 0; i < t.q->n_questions; i++) {
			const struct question *asked = &t.q->questions[i];

			if (asked->type != QUESTION_SINGLE &&
			    asked->type != QUESTION_SCALE)
				continue;
			was = score_of(&t);
			/* Their values rise. */
			for (size_t j = 0; j < asked->n_options; j++) {
				sheet_set(&t.l, &t.s, i, j, true);
				is = score_of(&t);
				never_lower(t.q, &was, &is);
				score_wipe(&was);
				was = is;
			}
			score_wipe(&was);
		}
		close_sheet(&t);
	}
}

static void
test_full_is_top(void **state)
{
	struct instrument random;
	struct score s;
	struct sheets t;

	(void)state;
	for (unsigned seed = 1; seed <= 300; seed++) {
		random = instrument_seed(seed);
		open_sheet(&t, instrument_make(&random));
		for (size_t i = 0; i < t.q->n_questions; i++)
			for (size_t j = 0; j < t.q->questions[i].n_options;
			    j++)
				sheet_set(&t.l, &t.s, i, j, true);
		s = score_of(&t);
		assert_int_equal(s.points, s.points_max);
		assert_int_equal(s.level,
		    t.q->levels[t.q->n_levels - 1].level);
		score_wipe(&s);
		close_sheet(&t);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first_level),
		cmocka_unit_test(test_top),
		cmocka_unit_test(test_points),
		cmocka_unit_test(test_lacks),
		cmocka_unit_test(test_means),
		cmocka_unit_test(test_ratio),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_never_lower),
		cmocka_unit_test(test_better_choice),
		cmocka_unit_test(test_full_is_top),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
