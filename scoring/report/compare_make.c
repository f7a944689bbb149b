/* SPDX-License-Identifier: EUPL-1.2 */
/* The comparison's document. */
#include <stdlib.h>
#include <string.h>

#include "scoring/part.h"
#include "scoring/report/compare.h"
#include "scoring/report/compare_part.h"
#include "scoring/report/figure.h"

#define VERSION	1

/* --- what can be compared, and what not ----------------------------------- */

static json_t *
side_json(const struct pile *p)
{
	return json_pack("{s:o, s:s, s:I}",
	    "questionnaire", part_questionnaire(p->layout.q),
	    "round", p->round, "organisations", (json_int_t)p->len);
}

static json_t *
sums_json(bool levels, bool points, bool boxes, bool means)
{
	return json_pack("{s:b, s:b, s:b, s:b}", "levels", (int)levels,
	    "points", (int)points, "boxes", (int)boxes, "means", (int)means);
}

static json_t *
comparable_json(const struct compared *c)
{
	const struct comparison *all = &c->comparison;
	size_t same = 0;
	json_t *o = sums_json(all->levels, all->points, all->boxes,
	    all->means);

	for (size_t i = 0; i < all->len; i++)
		same += all->v[i].why == COMPARE_SAME;
	return figure_done(o, figure_put(o, "questions",
	    json_integer((json_int_t)same)) && figure_put(o, "left_out",
	    json_integer((json_int_t)(all->len - same))) &&
	    figure_put(o, "common_boxes", json_integer((json_int_t)c->n_boxes)));
}

static json_t *
areas_json(const struct compared *c)
{
	const struct questionnaire *q = c->pairs.now->layout.q;
	json_t *list = json_array();
	bool ok = true;

	for (size_t i = 0; i < q->n_areas && ok; i++) {
		const struct comparable_area *a = &c->comparison.areas[i];
		json_t *o = json_pack("{s:s, s:s, s:b, s:o}",
		    "id", q->areas[i].id, "label", q->areas[i].label,
		    "then", (int)(a->then != SIZE_MAX),
		    "comparable", sums_json(a->sums.levels, a->sums.points,
		    a->sums.boxes, a->sums.means));

		ok = figure_add(list, o);
	}
	return figure_done(list, ok);
}

static json_t *
left_out_json(const struct compared *c)
{
	json_t *list = json_array();
	bool ok = true;

	for (size_t i = 0; i < c->comparison.len && ok; i++) {
		const struct comparable *v = &c->comparison.v[i];
		bool now = v->now != SIZE_MAX;
		const struct question *q = now ?
		    &c->pairs.now->layout.q->questions[v->now] :
		    &c->pairs.then->layout.q->questions[v->then];

		if (v->why != COMPARE_SAME)
			ok = figure_add(list, json_pack("{s:s, s:s, s:s}",
			    "question", q->id, "label", q->label, "reason",
			    incomparable_name(v->why)));
	}
	return figure_done(list, ok);
}

/* The options of q that are not among the pairs, on that side. */
static bool
put_unpaired(json_t *o, const char *key, const struct question *q,
    const struct comparable *v, size_t side)
{
	json_t *list = json_array();
	bool ok = true;

	for (size_t i = 0; i < q->n_options && ok; i++) {
		bool paired = false;

		for (size_t k = 0; k < v->n_options; k++)
			paired = paired || v->options[k][side] == i;
		if (!paired)
			ok = figure_add(list, json_pack("{s:s, s:s}", "id",
			    q->options[i].id, "label", q->options[i].label));
	}
	return figure_put(o, key, figure_done(list, ok));
}

/* Boxes of questions that are compared, but for these. */
static json_t *
options_left_out_json(const struct compared *c)
{
	json_t *list = json_array();
	bool ok = true;

	for (size_t i = 0; i < c->comparison.len && ok; i++) {
		const struct comparable *v = &c->comparison.v[i];
		const struct question *now, *then;
		json_t *o;

		if (v->why != COMPARE_SAME)
			continue;
		now = &c->pairs.now->layout.q->questions[v->now];
		then = &c->pairs.then->layout.q->questions[v->then];
		if (v->n_options == now->n_options &&
		    v->n_options == then->n_options)
			continue;
		o = json_pack("{s:s}", "question", now->id);
		ok = figure_add(list, figure_done(o,
		    put_unpaired(o, "now", now, v, 0) &&
		    put_unpaired(o, "then", then, v, 1)));
	}
	return figure_done(list, ok);
}

/* --- groups --------------------------------------------------------------- */

static json_t *
group_json(const struct compared *c, size_t group)
{
	enum disclosure verdict = c->pairs.verdict[group];
	json_t *o = json_pack("{s:s}", "id", group_id(group));

	if (verdict != DISCLOSURE_SHOWN)
		return figure_done(o, figure_put(o, "suppressed",
		    json_string(disclosure_name(verdict))));
	return figure_done(o, compare_put_sums(c, group, o) &&
	    figure_put(o, "areas", compare_areas_of(c, group)) &&
	    figure_put(o, "questions", compare_questions_of(c, group)));
}

static json_t *
groups_json(const struct compared *c)
{
	json_t *list = json_array();
	bool ok = true;

	for (size_t g = 0; g < GROUPS && ok; g++)
		if (c->pairs.size[g] > 0)
			ok = figure_add(list, group_json(c, g));
	return figure_done(list, ok);
}

static json_t *
document(const struct compared *c, const struct scoring_limits *limits)
{
	return json_pack("{s:s, s:i, s:o, s:o, s:{s:I}, s:o, s:o, s:o, s:o,"
	    " s:o}", "format", COMPARISON_FORMAT, "version", VERSION,
	    "now", side_json(c->pairs.now), "then", side_json(c->pairs.then),
	    "settings", "least", (json_int_t)limits->least,
	    "comparable", comparable_json(c), "areas", areas_json(c),
	    "left_out", left_out_json(c),
	    "options_left_out", options_left_out_json(c),
	    "groups", groups_json(c));
}

enum err_code
compare_make(const struct pile *now, const struct pile *then,
    const struct scoring_limits *limits, json_t **out, struct err *e)
{
	struct compared c = { 0 };
	enum err_code code = compared_make(now, then, limits->least, &c, e);

	if (code == ERR_OK && (*out = document(&c, limits)) == NULL)
		code = err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	compared_wipe(&c);
	return code;
}
