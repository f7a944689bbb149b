/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/score.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

int64_t
score_ratio(int64_t a, int64_t b)
{
	const bool negative = a < 0;
	const int64_t n = negative ? -a : a;
	/* Apart, so that nothing overflows. */
	const int64_t whole = n / b, rest = n % b;
	const int64_t part = (rest * SCORE_ONE + b / 2) / b;
	int64_t out;

	/* Half of an odd b: b / 2 has lost a half, which never makes up a
	 * whole. */
	out = whole * SCORE_ONE + part;
	return negative ? -out : out;
}

/* --- one question --------------------------------------------------------- */

bool
score_value(const struct sheet_layout *l, const struct sheet *s,
    size_t question, int64_t *out)
{
	const size_t chosen = sheet_chosen(l, s, question);
	const struct question_option *option;

	if (chosen == SIZE_MAX)
		return false;
	option = &l->q->questions[question].options[chosen];
	*out = option->value;
	return option->has_value;
}

static int64_t
points_for(const struct question *question, size_t ticked)
{
	int64_t points = 0;

	while (points < question->points &&
	    question->points_at[points] <= ticked)
		points++;
	return points;
}

int64_t
score_question(const struct sheet_layout *l, const struct sheet *s,
    size_t question)
{
	const struct question *asked = &l->q->questions[question];
	int64_t value;

	if (asked->points == 0 || !sheet_answered(l, s, question))
		return 0;
	if (asked->type == QUESTION_MULTIPLE)
		return points_for(asked, sheet_ticked(l, s, question));
	return score_value(l, s, question, &value) ? value : 0;
}

int64_t
score_lacks(const struct sheet_layout *l, const struct sheet *s,
    const struct scoring_demand *demand, size_t question)
{
	const struct question *asked = &l->q->questions[question];
	int64_t all, has;

	if (asked->section != demand->section)
		return 0;
	if (demand->points) {
		all = asked->points;
		has = score_question(l, s, question);
	} else {
		all = asked->type == QUESTION_MULTIPLE ?
		    (int64_t)asked->n_options : 0;
		has = (int64_t)sheet_ticked(l, s, question);
	}
	if (all > demand->least)
		all = demand->least;
	return has < all ? all - has : 0;
}

bool
score_counts(const struct questionnaire *q, size_t question)
{
	const struct question *asked = &q->questions[question];
	bool values = false;

	for (size_t i = 0; i < asked->n_options; i++)
		values = values || asked->options[i].has_value;
	return asked->type == QUESTION_MULTIPLE || asked->points > 0 ||
	    (values && q->scoring->result == SCORING_MEANS);
}

bool
score_demanded(const struct questionnaire *q, size_t question)
{
	const struct question *asked = &q->questions[question];
	bool demanded = false;

	for (size_t d = 0; d < q->scoring->n_demands; d++) {
		const struct scoring_demand *demand = &q->scoring->demands[d];

		demanded = demanded || (asked->section == demand->section &&
		    (demand->points ? asked->points > 0 :
		    asked->type == QUESTION_MULTIPLE));
	}
	return demanded;
}

/* --- a sheet -------------------------------------------------------------- */

static void
count(const struct sheet_layout *l, const struct sheet *s,
    struct score *out)
{
	const struct questionnaire *q = l->q;

	for (size_t i = 0; i < q->n_questions; i++) {
		const struct question *asked = &q->questions[i];
		struct score_area *area = &out->areas[asked->area];

		area->points += score_question(l, s, i);
		area->points_max += asked->points;
		if (asked->type != QUESTION_MULTIPLE)
			continue;
		area->boxes += sheet_ticked(l, s, i);
		area->boxes_max += asked->n_options;
	}
	for (size_t i = 0; i < q->n_areas; i++) {
		out->points += out->areas[i].points;
		out->points_max += out->areas[i].points_max;
		out->boxes += out->areas[i].boxes;
		out->boxes_max += out->areas[i].boxes_max;
	}
}

/* The level just below this one. */
static int64_t
below(const struct questionnaire *q, int64_t level)
{
	int64_t found = q->levels[0].level;

	for (size_t i = 0; i < q->n_levels && q->levels[i].level < level; i++)
		found = q->levels[i].level;
	return found;
}

/*
 * Every area begins at the top, and what a question lacks takes it below the
 * level that demands it.  All demands on all questions are met just when each
 * area meets those on its own, so the whole is where its lowest area is.
 */
static void
find_levels(const struct sheet_layout *l, const struct sheet *s,
    struct score *out)
{
	const struct questionnaire *q = l->q;
	const struct scoring *rules = q->scoring;
	const int64_t top = q->levels[q->n_levels - 1].level;

	for (size_t i = 0; i < q->n_areas; i++)
		out->areas[i].level = top;
	for (size_t d = 0; d < rules->n_demands; d++) {
		const int64_t level = below(q, rules->demands[d].level);

		for (size_t i = 0; i < q->n_questions; i++) {
			struct score_area *area =
			    &out->areas[q->questions[i].area];

			if (area->level > level && score_lacks(l, s,
			    &rules->demands[d], i) != 0)
				area->level = level;
		}
	}
	out->level = top;
	for (size_t i = 0; i < q->n_areas; i++)
		if (out->areas[i].level < out->level)
			out->level = out->areas[i].level;
}

/* Of what was chosen and has a value, in one area, or in all (SIZE_MAX). */
static int64_t
mean_of_values(const struct sheet_layout *l, const struct sheet *s,
    size_t area)
{
	const struct questionnaire *q = l->q;
	int64_t sum = 0, n = 0, value;

	for (size_t i = 0; i < q->n_questions; i++)
		if ((area == SIZE_MAX || q->questions[i].area == area) &&
		    score_value(l, s, i, &value)) {
			sum += value;
			n++;
		}
	return n != 0 ? score_ratio(sum, n) : -1;
}

static void
find_means(const struct sheet_layout *l, const struct sheet *s,
    struct score *out)
{
	const struct questionnaire *q = l->q;
	int64_t sum = 0, n = 0;

	for (size_t i = 0; i < q->n_areas; i++) {
		out->areas[i].mean = mean_of_values(l, s, i);
		if (out->areas[i].mean != -1) {
			sum += out->areas[i].mean;
			n++;
		}
	}
	if (!q->scoring->mean_of_areas)
		out->mean = mean_of_values(l, s, SIZE_MAX);
	else if (n != 0)
		out->mean = (2 * sum + n) / (2 * n);
}

/* --- the result number, and the order ------------------------------------- */

static int64_t
sum_of_levels(const struct questionnaire *q, const struct score *s)
{
	int64_t sum = 0;

	for (size_t i = 0; i < q->n_areas; i++)
		sum += s->areas[i].level;
	return sum;
}

/* The least power of ten over most. */
static int64_t
decimals(int64_t most)
{
	int64_t power = 10;

	while (power <= most)
		power *= 10;
	return power;
}

/*
 * What comes after the level in the order, as one number below 1 in
 * millionths, cut off there: each key has as many decimals as the most that
 * it can be, so that people can read it: 2.34140 is level 2, 34 levels in all
 * areas together, 140 points.
 */
static int64_t
fraction(const struct questionnaire *q, const struct score *s)
{
	const struct scoring *rules = q->scoring;
	const int64_t levels = decimals((int64_t)q->n_areas *
	    q->levels[q->n_levels - 1].level);
	const int64_t points = decimals(s->points_max);
	int64_t number = 0, base = 1, out = 0;

	for (size_t i = 0; i < rules->n_order; i++)
		if (rules->order[i] == SCORING_BY_AREA_LEVELS) {
			number = number * levels + sum_of_levels(q, s);
			base *= levels;
		} else if (rules->order[i] == SCORING_BY_POINTS) {
			number = number * points + s->points;
			base *= points;
		}
	/* Digit by digit: number times a million may not fit. */
	for (int64_t scale = 1; scale < SCORE_ONE; scale *= 10) {
		number = number % base * 10;
		out = out * 10 + number / base;
	}
	return out;
}

enum err_code
score_sheet(const struct sheet_layout *l, const struct sheet *s,
    struct score *out, struct err *e)
{
	const struct questionnaire *q = l->q;

	memset(out, 0, sizeof(*out));
	if ((out->areas = calloc(q->n_areas + 1, sizeof(*out->areas))) ==
	    NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	out->level = out->mean = -1;
	for (size_t i = 0; i < q->n_areas; i++)
		out->areas[i].level = out->areas[i].mean = -1;
	count(l, s, out);
	if (q->scoring->result == SCORING_LEVELS && q->n_levels != 0) {
		find_levels(l, s, out);
		out->number = out->level * SCORE_ONE + fraction(q, out);
	} else if (q->scoring->result == SCORING_MEANS) {
		find_means(l, s, out);
		out->number = out->mean;
	}
	return ERR_OK;
}

void
score_wipe(struct score *s)
{
	free(s->areas);
	memset(s, 0, sizeof(*s));
}

/* Shares of points, without rounding: a / b against c / d. */
static int
by_share(const void *a, const void *b)
{
	const struct score_area *x = a, *y = b;
	const int64_t left = x->points * y->points_max;
	const int64_t right = y->points * x->points_max;

	return (left > right) - (left < right);
}

/* The areas that have points, the worst first. */
static size_t
order_areas(const struct questionnaire *q, const struct score *s,
    struct score_area out[static LIMIT_OPTIONS])
{
	size_t n = 0;

	for (size_t i = 0; i < q->n_areas && n < LIMIT_OPTIONS; i++)
		if (s->areas[i].points_max != 0)
			out[n++] = s->areas[i];
	if (n != 0)
		qsort(out, n, sizeof(*out), by_share);
	return n;
}

static int
compare_area_points(const struct questionnaire *q, const struct score *a,
    const struct score *b)
{
	struct score_area x[LIMIT_OPTIONS], y[LIMIT_OPTIONS];
	const size_t n = order_areas(q, a, x);
	int order = 0;

	(void)order_areas(q, b, y);
	for (size_t i = 0; i < n && order == 0; i++)
		order = by_share(&x[i], &y[i]);
	return order;
}

static int
compare_by(const struct questionnaire *q, enum scoring_key key,
    const struct score *a, const struct score *b)
{
	int64_t x = 0, y = 0;

	switch (key) {
	case SCORING_BY_LEVEL:
		x = a->level;
		y = b->level;
		break;
	case SCORING_BY_AREA_LEVELS:
		x = sum_of_levels(q, a);
		y = sum_of_levels(q, b);
		break;
	case SCORING_BY_POINTS:
		x = a->points;
		y = b->points;
		break;
	case SCORING_BY_AREA_POINTS:
		return compare_area_points(q, a, b);
	case SCORING_BY_MEAN:
		x = a->mean;
		y = b->mean;
		break;
	}
	return (x > y) - (x < y);
}

int
score_compare(const struct questionnaire *q, const struct score *a,
    const struct score *b)
{
	const struct scoring *rules = q->scoring;
	int order = 0;

	for (size_t i = 0; i < rules->n_order && order == 0; i++)
		order = compare_by(q, rules->order[i], a, b);
	return order;
}
