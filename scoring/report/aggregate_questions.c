/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/report/aggregate_questions.h"

#include <stdlib.h>

#include "scoring/report/aggregate_levels.h"
#include "scoring/report/figure.h"

static const char *
type_name(enum question_type type)
{
	static const char *const names[] = {
		[QUESTION_MULTIPLE] = "multiple", [QUESTION_SINGLE] = "single",
		[QUESTION_SCALE] = "scale", [QUESTION_NUMBER] = "number",
		[QUESTION_TEXT] = "text",
	};

	return names[type];
}

/* What is counted of one question. */
struct count {
	size_t n;			/* have answered it */
	size_t no_points;
	size_t *option;			/* [n_options]; of the tally's */
	size_t n_values;		/* have chosen what has a value */
	int64_t values;			/* their sum */
	int64_t *numbers;		/* [n]; owned; NULL: none */
};

/* Of all questions: sheets are read once, one after the other, for those of a
 * whole country do not fit into a processor's cache. */
struct tally {
	struct count *of;		/* [n_questions] */
	size_t *options;
};

static const struct sheet *
sheet_of(const struct census *c, const struct group *g, size_t i)
{
	return &c->pile->v[g->v[i]].document.sheet;
}

static void
count_sheet(const struct sheet_layout *l, const struct sheet *s, size_t k,
    struct count *out)
{
	const struct question *question = &l->q->questions[k];
	size_t chosen;

	switch (question->type) {
	case QUESTION_MULTIPLE:
		for (size_t o = 0; o < question->n_options; o++)
			out->option[o] += sheet_has(l, s, k, o);
		break;
	case QUESTION_SINGLE:
	case QUESTION_SCALE:
		if ((chosen = sheet_chosen(l, s, k)) == SIZE_MAX)
			break;
		out->option[chosen]++;
		if (question->options[chosen].has_value) {
			out->values += question->options[chosen].value;
			out->n_values++;
		}
		break;
	case QUESTION_NUMBER:
		out->numbers[out->n] = s->numbers[l->number[k]];
		break;
	case QUESTION_TEXT:
		break;
	}
	out->no_points += question->points != 0 &&
	    score_question(l, s, k) == 0;
	out->n++;
}

/* --- as members ---------------------------------------------------------- */

static json_t *
option_rows(const struct question *question, const struct count *n)
{
	json_t *list = json_array();
	bool ok = list != NULL;

	for (size_t i = 0; ok && i < question->n_options; i++) {
		const struct question_option *option = &question->options[i];
		json_t *o = figure_share(n->option[i], n->n);

		ok = figure_add(list, figure_done(o, o != NULL &&
		    figure_put(o, "id", json_string(option->id)) &&
		    figure_put(o, "label", json_string(option->label))));
	}
	return figure_done(list, ok);
}

static int
by_value(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* The least and the greatest would each be somebody's own answer, and so is the
 * median of a few. */
static json_t *
number_member(const struct census *c, const struct count *n)
{
	figure_wide sum = 0;
	json_t *o = json_object();

	qsort(n->numbers, n->n, sizeof(*n->numbers), by_value);
	for (size_t i = 0; i < n->n; i++)
		sum += n->numbers[i];
	return figure_done(o,
	    figure_put(o, "median", n->n / 2 < c->limits.least ?
	    figure_suppressed(DISCLOSURE_SMALL) :
	    json_integer(n->numbers[(n->n - 1) / 2])) &&
	    figure_put(o, "mean", figure_ratio(sum, (figure_wide)n->n, 2)));
}

static bool
put_counts(const struct census *c, const struct question *question,
    const struct count *n, json_t *o)
{
	bool ok = figure_put(o, "n", json_integer((json_int_t)n->n));

	if (n->n == 0)
		return ok;
	if (ok && question->n_options != 0)
		ok = figure_put(o, "options", option_rows(question, n));
	if (ok && n->n_values != 0 && n->n_values == n->n)
		ok = figure_put(o, "mean", figure_mean(n->values, n->n, 1));
	if (ok && question->type == QUESTION_NUMBER)
		ok = figure_put(o, "number", number_member(c, n));
	if (ok && question->points != 0)
		ok = figure_put(o, "no_points", figure_share(n->no_points,
		    n->n));
	return ok;
}

static void
tally_wipe(struct tally *t, size_t n_questions)
{
	for (size_t k = 0; t->of != NULL && k < n_questions; k++)
		free(t->of[k].numbers);
	free(t->of);
	free(t->options);
}

static bool
tally_room(const struct questionnaire *q, size_t len, struct tally *t)
{
	size_t n_options = 0;
	bool ok;

	for (size_t k = 0; k < q->n_questions; k++)
		n_options += q->questions[k].n_options;
	t->of = calloc(q->n_questions + 1, sizeof(*t->of));
	t->options = calloc(n_options + 1, sizeof(*t->options));
	ok = t->of != NULL && t->options != NULL;
	n_options = 0;
	for (size_t k = 0; ok && k < q->n_questions; k++) {
		t->of[k].option = t->options + n_options;
		n_options += q->questions[k].n_options;
		if (q->questions[k].type == QUESTION_NUMBER)
			ok = (t->of[k].numbers = calloc(len + 1,
			    sizeof(*t->of[k].numbers))) != NULL;
	}
	return ok;
}

/* Of questions that may be shown; false without memory. */
static bool
tally_make(const struct census *c, size_t group, struct tally *t)
{
	const struct sheet_layout *l = &c->pile->layout;
	const struct group *g = &c->set[group];

	if (!tally_room(l->q, g->len, t))
		return false;
	for (size_t i = 0; i < g->len; i++) {
		const struct sheet *s = sheet_of(c, g, i);

		for (size_t k = 0; k < l->q->n_questions; k++)
			if (c->question[k][group] == DISCLOSURE_SHOWN &&
			    sheet_answered(l, s, k))
				count_sheet(l, s, k, &t->of[k]);
	}
	return true;
}

static json_t *
question_row(const struct census *c, size_t group, size_t k,
    const struct count *n, json_t *worst)
{
	const struct questionnaire *q = c->pile->layout.q;
	const struct question *question = &q->questions[k];
	enum disclosure verdict = c->question[k][group];
	json_t *o = json_object();
	bool ok = figure_put(o, "id", json_string(question->id)) &&
	    figure_put(o, "label", json_string(question->label)) &&
	    figure_put(o, "type", json_string(type_name(question->type))) &&
	    figure_put(o, "area", json_string(q->areas[question->area].id));

	if (ok && verdict != DISCLOSURE_SHOWN)
		ok = figure_put(o, "n", figure_suppressed(verdict));
	else if (ok)
		ok = put_counts(c, question, n, o);
	if (ok && 2 * n->no_points > n->n)
		ok = figure_add(worst, json_string(question->id));
	return figure_done(o, ok);
}

bool
aggregate_questions(const struct census *c, size_t group, json_t *to)
{
	const struct questionnaire *q = c->pile->layout.q;
	json_t *list = json_array(), *worst = json_array();
	struct tally t = { 0 };
	bool ok = list != NULL && worst != NULL && tally_make(c, group, &t);

	for (size_t k = 0; ok && k < q->n_questions; k++)
		ok = figure_add(list, question_row(c, group, k, &t.of[k],
		    worst));
	ok = ok && figure_put(to, "questions", json_incref(list));
	if (ok && aggregate_has_points(q))
		ok = figure_put(to, "mostly_without_points",
		    json_incref(worst));
	json_decref(list);
	json_decref(worst);
	tally_wipe(&t, q->n_questions);
	return ok;
}
