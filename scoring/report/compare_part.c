/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/report/compare_part.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "scoring/report/compare_decide.h"
#include "scoring/report/figure.h"

/* --- all of it ------------------------------------------------------------ */

static void
count_boxes(struct compared *c)
{
	const struct questionnaire *q = c->pairs.now->layout.q;

	for (size_t i = 0; i < c->comparison.len; i++) {
		const struct comparable *v = &c->comparison.v[i];

		if (v->why == COMPARE_SAME && q->questions[v->now].type ==
		    QUESTION_MULTIPLE)
			c->n_boxes += v->n_options;
	}
}

enum err_code
compared_make(const struct pile *now, const struct pile *then, size_t least,
    struct compared *out, struct err *e)
{
	struct compared *c = out;
	size_t n_areas = now->layout.q->n_areas;
	enum err_code code;

	memset(c, 0, sizeof(*c));
	if ((code = compare_definitions(now->layout.q, then->layout.q,
	    &c->comparison, e)) != ERR_OK ||
	    (code = pairs_make(now, then, least, &c->pairs, e)) != ERR_OK)
		return code;
	c->question = calloc(c->comparison.len + 1, sizeof(*c->question));
	c->sum = calloc(n_areas + 1, sizeof(*c->sum));
	if (c->question == NULL || c->sum == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	count_boxes(c);
	return compared_decide(c, e);
}

void
compared_wipe(struct compared *c)
{
	comparison_wipe(&c->comparison);
	pairs_wipe(&c->pairs);
	free(c->question);
	free(c->sum);
	memset(c, 0, sizeof(*c));
}

/* --- questions ------------------------------------------------------------ */

/* What those in both have answered in one round. */
struct answers {
	size_t n;
	size_t count[LIMIT_OPTIONS];
	int64_t sum;		/* of numbers */
};

static void
add_answers(const struct pile *p, size_t item, size_t question,
    struct answers *a)
{
	const struct sheet_layout *l = &p->layout;
	const struct sheet *s = &p->v[item].document.sheet;
	const struct question *q = &l->q->questions[question];

	if (!sheet_answered(l, s, question))
		return;
	a->n++;
	if (q->type == QUESTION_NUMBER)
		a->sum += s->numbers[l->number[question]];
	for (size_t o = 0; o < q->n_options; o++)
		a->count[o] += sheet_has(l, s, question, o);
}

static json_t *
options_json(const struct question *q, const struct comparable *v,
    const struct answers *then, const struct answers *now)
{
	json_t *list = json_array();
	bool ok = true;

	for (size_t i = 0; i < v->n_options && ok; i++) {
		const struct question_option *o =
		    &q->options[v->options[i][0]];

		ok = figure_add(list, json_pack("{s:s, s:s, s:o, s:o}",
		    "id", o->id, "label", o->label,
		    "then", figure_share(then->count[v->options[i][1]],
		    then->n),
		    "now", figure_share(now->count[v->options[i][0]],
		    now->n)));
	}
	return figure_done(list, ok);
}

static json_t *
number_json(const struct answers *a)
{
	json_t *o = json_pack("{s:I}", "n", (json_int_t)a->n);

	return figure_done(o, a->n == 0 || figure_put(o, "mean",
	    figure_mean(a->sum, a->n, 1)));
}

static json_t *
question_json(const struct compared *c, size_t group, size_t which)
{
	const struct comparable *v = &c->comparison.v[which];
	const struct question *q =
	    &c->pairs.now->layout.q->questions[v->now];
	enum disclosure verdict = c->question[which][group];
	struct answers then = { 0 }, now = { 0 };
	json_t *o = json_pack("{s:s}", "id", q->id);

	if (verdict != DISCLOSURE_SHOWN)
		return figure_done(o, figure_put(o, "suppressed",
		    json_string(disclosure_name(verdict))));
	for (size_t i = 0; i < c->pairs.len; i++) {
		const struct pair *p = &c->pairs.v[i];

		if (!pairs_has(&c->pairs, p, group))
			continue;
		add_answers(c->pairs.now, p->now, v->now, &now);
		add_answers(c->pairs.then, p->then, v->then, &then);
	}
	if (q->n_options > 0)
		return figure_done(o, figure_put(o, "options",
		    options_json(q, v, &then, &now)));
	return figure_done(o, figure_put(o, "then", number_json(&then)) &&
	    figure_put(o, "now", number_json(&now)));
}

json_t *
compare_questions_of(const struct compared *c, size_t group)
{
	json_t *list = json_array();
	bool ok = true;

	for (size_t i = 0; i < c->comparison.len && ok; i++) {
		const struct comparable *v = &c->comparison.v[i];

		/* What is written differs by nature. */
		if (v->why == COMPARE_SAME && c->pairs.now->layout.q->
		    questions[v->now].type != QUESTION_TEXT)
			ok = figure_add(list, question_json(c, group, i));
	}
	return figure_done(list, ok);
}
