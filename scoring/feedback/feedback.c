/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/feedback/feedback.h"

#include <string.h>

#include "format/member.h"
#include "format/submission.h"
#include "scoring/assumed.h"
#include "scoring/feedback/feedback_answers.h"
#include "scoring/feedback/feedback_part.h"
#include "scoring/feedback/feedback_way.h"
#include "scoring/part.h"

/* --- whose it is ---------------------------------------------------------- */

static void
put_head(struct feedback_maker *m, json_t *doc)
{
	const struct feedback_input *in = m->in;
	json_t *questionnaire = part_questionnaire(m->q);

	feedback_put_text(m, doc, "format", FEEDBACK_FORMAT);
	feedback_put_whole(m, doc, "version", 1);
	feedback_put_text(m, questionnaire, "language", m->q->language);
	feedback_put(m, doc, "questionnaire", questionnaire);
	feedback_put_text(m, doc, "round", in->round);
	feedback_put(m, doc, "organisation", json_pack("{s:s, s:s, s:s}",
	    "number", in->number, "name", in->name,
	    "kind", organisation_kind_name(in->kind)));
	if (in->sealed != NULL) {
		feedback_put_text(m, doc, "environment",
		    environment_name(in->environment));
		feedback_put(m, doc, "sealed", member_hex(in->sealed, 32));
	}
	if (in->submission != NULL)
		feedback_put(m, doc, "submission", member_hex(in->submission,
		    SUBMISSION_ID_LEN));
	if (in->fingerprint != NULL)
		feedback_put(m, doc, "fingerprint",
		    member_hex(in->fingerprint, 32));
}

/* --- figures -------------------------------------------------------------- */

static void
put_figures(struct feedback_maker *m, json_t *o,
    const struct comparable_sums *which, int64_t level, int64_t points, size_t boxes, int64_t mean)
{
	const enum scoring_result result = m->q->scoring->result;

	if (which->levels && result == SCORING_LEVELS && level >= 0)
		feedback_put_whole(m, o, "level", level);
	if (which->points && result == SCORING_LEVELS)
		feedback_put_whole(m, o, "points", points);
	if (which->boxes && result == SCORING_LEVELS)
		feedback_put_whole(m, o, "boxes", (int64_t)boxes);
	if (which->means && result == SCORING_MEANS && mean >= 0)
		feedback_put_mean(m, o, "mean", mean);
}

static const struct comparable_sums all = { true, true, true, true };

static void
put_total(struct feedback_maker *m, json_t *doc)
{
	const struct score *s = m->in->score;
	const struct questionnaire *q = m->q;

	if (q->scoring->result == SCORING_LEVELS && q->n_levels != 0) {
		feedback_put(m, doc, "level", json_pack("{s:I, s:s, s:I}",
		    "level", (json_int_t)s->level,
		    "label", feedback_level_label(q, s->level),
		    "of", (json_int_t)q->levels[q->n_levels - 1].level));
		feedback_put(m, doc, "points", json_pack("{s:I, s:I}",
		    "points", (json_int_t)s->points,
		    "of", (json_int_t)s->points_max));
		feedback_put(m, doc, "boxes", json_pack("{s:I, s:I}",
		    "boxes", (json_int_t)s->boxes,
		    "of", (json_int_t)s->boxes_max));
	}
	if (q->scoring->result == SCORING_MEANS && s->mean >= 0)
		feedback_put_mean(m, doc, "mean", s->mean);
}

static json_t *
area_figures(struct feedback_maker *m, const struct score_area *a,
    const struct comparable_sums *which)
{
	json_t *o = json_object();

	put_figures(m, o, which, a->level, a->points, a->boxes, a->mean);
	return o;
}

static json_t *
area_json(struct feedback_maker *m, size_t area)
{
	const struct score_area *a = &m->in->score->areas[area];
	const struct comparable_area *last = m->last ?
	    &m->compared.areas[area] : NULL;
	json_t *o = json_pack("{s:s, s:s}", "id", m->q->areas[area].id,
	    "label", m->q->areas[area].label);

	put_figures(m, o, &all, a->level, a->points, a->boxes, a->mean);
	if (m->q->scoring->result == SCORING_LEVELS) {
		feedback_put_whole(m, o, "points_of", a->points_max);
		feedback_put_whole(m, o, "boxes_of", (int64_t)a->boxes_max);
	}
	if (m->q->scoring->result == SCORING_COUNTS)
		return o;
	if (m->group != NULL)
		feedback_put(m, o, "benchmark", area_figures(m,
		    &m->group->score.areas[area], &all));
	if (last != NULL && last->then != SIZE_MAX)
		feedback_put(m, o, "last", area_figures(m,
		    &m->in->last_score->areas[last->then], &last->sums));
	return o;
}

static void
put_areas(struct feedback_maker *m, json_t *doc)
{
	json_t *list = json_array();

	for (size_t i = 0; i < m->q->n_areas; i++)
		feedback_add(m, list, area_json(m, i));
	feedback_put(m, doc, "areas", list);
}

static void
put_benchmark(struct feedback_maker *m, json_t *doc)
{
	const struct benchmark_group *g = m->group;
	char id[BENCHMARK_ID_LEN];
	json_t *o;

	if (g == NULL)
		return;
	benchmark_id(g, id);
	o = json_pack("{s:s, s:I, s:I, s:s}", "group", id,
	    "best", (json_int_t)g->best, "organisations", (json_int_t)g->len,
	    "round", m->in->benchmark->round);
	put_figures(m, o, &all, g->score.level, g->score.points,
	    g->score.boxes, g->score.mean);
	feedback_put(m, doc, "benchmark", o);
}

/* --- the last round ------------------------------------------------------- */

static size_t
boxes_of(const struct question *q)
{
	return q->type == QUESTION_MULTIPLE ? q->n_options : 0;
}

/* What the two rounds have in common. */
static enum err_code
compare_last(struct feedback_maker *m, struct err *e)
{
	const struct feedback_input *in = m->in;
	enum err_code code;

	if (in->last_layout == NULL)
		return ERR_OK;
	if ((code = compare_definitions(m->q, in->last_layout->q,
	    &m->compared, e)) != ERR_OK)
		return code;
	m->last = true;
	for (size_t i = 0; i < m->compared.len; i++) {
		if (m->compared.v[i].why == COMPARE_SAME)
			m->same++;
		else
			m->left_out++;
	}
	return ERR_OK;
}

/* Boxes that both rounds had, as they were ticked then and now. */
static json_t *
common_boxes(const struct feedback_maker *m)
{
	const struct feedback_input *in = m->in;
	const struct comparable *c;
	size_t then = 0, now = 0, of = 0;

	for (size_t i = 0; i < m->compared.len; i++) {
		c = &m->compared.v[i];
		if (c->why != COMPARE_SAME ||
		    boxes_of(&m->q->questions[c->now]) == 0)
			continue;
		for (size_t j = 0; j < c->n_options; j++) {
			now += sheet_has(in->layout, in->sheet, c->now,
			    c->options[j][0]);
			then += sheet_has(in->last_layout, in->last_sheet,
			    c->then, c->options[j][1]);
		}
		of += c->n_options;
	}
	return json_pack("{s:I, s:I, s:I}", "then", (json_int_t)then,
	    "now", (json_int_t)now, "of", (json_int_t)of);
}

static void
put_last(struct feedback_maker *m, json_t *doc)
{
	const struct comparable_sums which = {
		.boxes = m->compared.boxes, .points = m->compared.points,
		.levels = m->compared.levels, .means = m->compared.means,
	};
	const struct score *s = m->in->last_score;
	json_t *o, *comparable;

	if (!m->last)
		return;
	o = json_pack("{s:s}", "round", m->in->last_round);
	put_figures(m, o, &which, s->level, s->points, s->boxes, s->mean);
	comparable = json_pack("{s:b, s:b, s:I, s:I}",
	    "levels", (int)m->compared.levels,
	    "points", (int)m->compared.points,
	    "questions", (json_int_t)m->same,
	    "left_out", (json_int_t)m->left_out);
	if (m->q->scoring->result == SCORING_LEVELS)
		feedback_put(m, comparable, "boxes", common_boxes(m));
	feedback_put(m, o, "comparable", comparable);
	feedback_put(m, doc, "last", o);
}

/* --- the document --------------------------------------------------------- */

static enum err_code
put_result(struct feedback_maker *m, json_t *doc, struct err *e)
{
	static const char *const names[] = {
		[SCORING_COUNTS] = "counts", [SCORING_LEVELS] = "levels",
		[SCORING_MEANS] = "means",
	};
	const enum scoring_result result = m->q->scoring->result;
	enum err_code code = ERR_OK;

	feedback_put_text(m, doc, "result", names[result]);
	put_total(m, doc);
	put_areas(m, doc);
	if (result == SCORING_LEVELS)
		code = feedback_way(m, doc, e);
	put_benchmark(m, doc);
	put_last(m, doc);
	if (result == SCORING_COUNTS)
		feedback_questions(m, doc);
	if (result == SCORING_MEANS)
		code = feedback_weakest(m, doc, e);
	return code;
}

enum err_code
feedback_make(const struct feedback_input *in, json_t **out, struct err *e)
{
	struct feedback_maker m = { .in = in, .q = in->layout->q };
	json_t *doc = NULL;
	enum err_code code;

	if (in->benchmark != NULL)
		m.group = benchmark_for(in->benchmark, in->kind);
	if ((code = compare_last(&m, e)) != ERR_OK)
		goto out;
	doc = json_object();
	put_head(&m, doc);
	feedback_put(&m, doc, "assumed", assumed_json(in->layout->q));
	code = put_result(&m, doc, e);
	if (code == ERR_OK && m.failed)
		code = err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	if (code == ERR_OK) {
		*out = doc;
		doc = NULL;
	}
out:
	json_decref(doc);
	comparison_wipe(&m.compared);
	return code;
}
