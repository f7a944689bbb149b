/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/report/aggregate.h"

#include "format/member.h"
#include "format/roll.h"
#include "format/scoring.h"
#include "scoring/assumed.h"
#include "scoring/part.h"
#include "scoring/report/aggregate_change.h"
#include "scoring/report/aggregate_levels.h"
#include "scoring/report/aggregate_questions.h"
#include "scoring/report/aggregate_spread.h"
#include "scoring/report/aggregate_typical.h"
#include "scoring/report/census.h"
#include "scoring/report/figure.h"

#define KINDS	(KIND_ANNAN + 1)

/* What the document is made of. */
struct making {
	const struct aggregate_input *in;
	const struct questionnaire *q;
	struct change change;		/* when there is a round before */
	struct census alone;		/* when there is none */
	const struct census *now;	/* one of the two's */
	struct err *e;
};

/* --- the head ------------------------------------------------------------ */

static json_t *
level_list(const struct questionnaire *q)
{
	json_t *list = json_array();
	bool ok = list != NULL;

	for (size_t i = 0; ok && i < q->n_levels; i++)
		ok = figure_add(list, json_pack("{s:I, s:s}", "level",
		    (json_int_t)q->levels[i].level, "label",
		    q->levels[i].label));
	return figure_done(list, ok);
}

static json_t *
area_list(const struct questionnaire *q)
{
	json_t *list = json_array();
	bool ok = list != NULL;

	for (size_t a = 0; ok && a < q->n_areas; a++) {
		json_int_t boxes = 0, points = 0;

		for (size_t k = 0; k < q->n_questions; k++) {
			if (q->questions[k].area != a)
				continue;
			points += q->questions[k].points;
			if (q->questions[k].type == QUESTION_MULTIPLE)
				boxes += (json_int_t)
				    q->questions[k].n_options;
		}
		ok = figure_add(list, json_pack("{s:s, s:s, s:I, s:I}", "id",
		    q->areas[a].id, "label", q->areas[a].label, "boxes",
		    boxes, "points", points));
	}
	return figure_done(list, ok);
}

/* The least and the greatest value that a mean can have; null: none. */
static json_t *
scale_member(const struct questionnaire *q)
{
	int64_t from = INT64_MAX, to = INT64_MIN;

	for (size_t k = 0; k < q->n_questions; k++)
		for (size_t i = 0; i < q->questions[k].n_options; i++) {
			const struct question_option *o =
			    &q->questions[k].options[i];

			if (q->questions[k].type != QUESTION_SCALE ||
			    !o->has_value)
				continue;
			from = o->value < from ? o->value : from;
			to = o->value > to ? o->value : to;
		}
	return from > to ? json_null() : json_pack("{s:I, s:I}", "from",
	    (json_int_t)from, "to", (json_int_t)to);
}

static json_t *
questionnaire_member(const struct questionnaire *q)
{
	static const char *const results[] = {
		[SCORING_COUNTS] = "counts", [SCORING_LEVELS] = "levels",
		[SCORING_MEANS] = "means",
	};
	json_t *o = part_questionnaire(q);

	return figure_done(o, figure_put(o, "language", json_string(q->language)) &&
	    figure_put(o, "result", json_string(
	    results[q->scoring->result])) &&
	    (!aggregate_has_means(q) ||
	    figure_put(o, "scale", scale_member(q))) &&
	    figure_put(o, "levels", level_list(q)) &&
	    figure_put(o, "areas", area_list(q)));
}

/* Whether sums of the two rounds mean the same, and which questions do not. */
static json_t *
comparable_member(const struct change *c, const struct questionnaire *then)
{
	const struct questionnaire *q = c->census[CHANGE_NOW].pile->layout.q;
	const struct comparison *all = &c->comparison;
	json_t *o = json_object(), *left_out = json_array();
	bool ok = o != NULL && left_out != NULL;

	for (size_t i = 0; ok && i < all->len; i++)
		if (all->v[i].why != COMPARE_SAME)
			ok = figure_add(left_out, json_pack("{s:s, s:s}",
			    "id", all->v[i].now != SIZE_MAX ?
			    q->questions[all->v[i].now].id :
			    then->questions[all->v[i].then].id, "why",
			    incomparable_name(all->v[i].why)));
	ok = ok && figure_put(o, "levels", json_boolean(all->levels)) &&
	    figure_put(o, "points", json_boolean(all->points)) &&
	    figure_put(o, "means", json_boolean(all->means)) &&
	    figure_put(o, "boxes", json_integer((json_int_t)c->n_boxes)) &&
	    figure_put(o, "left_out", json_incref(left_out));
	json_decref(left_out);
	return figure_done(o, ok);
}

static json_t *
previous_member(const struct making *m)
{
	const struct pile *then = m->in->then;
	const struct questionnaire *q = then->layout.q;
	json_t *o = json_object();

	return figure_done(o, figure_put(o, "id", json_string(q->id)) &&
	    (then->round == NULL ||
	    figure_put(o, "round", json_string(then->round))) &&
	    figure_put(o, "sha256", member_hex(q->digest,
	    sizeof(q->digest))) &&
	    figure_put(o, "comparable", comparable_member(&m->change, q)));
}

static bool
put_head(const struct making *m, json_t *doc)
{
	const struct pile *now = m->in->now, *then = m->in->then;
	bool ok = figure_put(doc, "format", json_string(REPORT_FORMAT)) &&
	    figure_put(doc, "version", json_integer(1)) &&
	    figure_put(doc, "questionnaire", questionnaire_member(m->q));

	if (ok && now->round != NULL)
		ok = figure_put(doc, "round", json_string(now->round));
	if (ok && then != NULL)
		ok = figure_put(doc, "previous", previous_member(m));
	if (ok && now->len != 0)
		ok = figure_put(doc, "environment", json_string(
		    environment_name(now->v[0].document.environment)));
	return ok && figure_put(doc, "settings",
	    part_settings(&m->in->limits)) &&
	    figure_put(doc, "assumed", assumed_json(m->q));
}

/* --- a group ------------------------------------------------------------- */

/* -1: not known of each of its kinds. */
static int64_t
asked_of(const struct making *m, size_t group)
{
	int64_t sum = 0;

	for (int kind = 0; kind < KINDS; kind++) {
		if (!census_has_kind(m->q, group, kind))
			continue;
		if (m->in->asked[kind] < 0)
			return -1;
		sum += m->in->asked[kind];
	}
	return sum;
}

/* Those of the group that were asked as one of its kinds: who answers without
 * being asked is no answer of one who was. */
static size_t
answered_of(const struct making *m, size_t group)
{
	const struct group *g = &m->now->set[group];
	size_t n = 0;

	for (size_t i = 0; i < g->len && m->in->roll != NULL; i++) {
		const struct organisation *o = roll_find(m->in->roll,
		    m->in->now->v[g->v[i]].document.number);

		n += o != NULL && census_has_kind(m->q, group, (int)o->kind);
	}
	return n;
}

static bool
put_rate(const struct making *m, size_t group, int64_t asked, json_t *o)
{
	const size_t n = answered_of(m, group);

	return figure_put(o, "asked", json_integer(asked)) &&
	    figure_put(o, "rate", figure_share(n, (size_t)asked)) &&
	    figure_put(o, "not_asked", json_integer((json_int_t)
	    (m->now->set[group].len - n)));
}

static json_t *
participation_member(const struct making *m, size_t group)
{
	const struct group *g = &m->now->set[group];
	int64_t asked = asked_of(m, group);
	json_t *o = json_object();
	json_int_t late = 0;
	bool ok = figure_put(o, "respondents",
	    json_integer((json_int_t)g->len));

	for (size_t i = 0; i < g->len; i++)
		late += m->in->now->v[g->v[i]].document.late;
	if (ok && asked >= 0)
		ok = put_rate(m, group, asked, o);
	return figure_done(o, ok && figure_put(o, "late",
	    json_integer(late)));
}

static bool
put_typical(const struct making *m, size_t group, bool best, json_t *o)
{
	const struct census *c = m->now;
	enum disclosure verdict = best ? c->best.verdict[group] :
	    c->verdict[group];
	struct typical t;
	bool ok;

	if (best && c->best.of[group].len == 0)
		return true;
	if (verdict != DISCLOSURE_SHOWN)
		return figure_put(o, best ? "best" : "typical",
		    figure_suppressed(verdict));
	if (typical_make(c, group, best, &t, m->e) != ERR_OK)
		return false;
	ok = figure_put(o, best ? "best" : "typical",
	    typical_json(c, &t));
	typical_wipe(&t);
	return ok;
}

static bool
put_results(const struct making *m, size_t group, json_t *o)
{
	const struct census *c = m->now;
	const struct questionnaire *q = m->q;
	bool ok = true;

	if (aggregate_has_levels(q))
		ok = figure_put(o, "levels", aggregate_levels(c, group));
	if (ok && aggregate_has_points(q))
		ok = figure_put(o, "points", aggregate_points(c, group));
	if (ok && aggregate_has_boxes(q))
		ok = figure_put(o, "boxes", aggregate_boxes(c, group));
	if (ok && aggregate_has_means(q))
		ok = figure_put(o, "mean", aggregate_mean(c, group,
		    q->n_areas));
	if (ok && q->scoring->result != SCORING_COUNTS)
		ok = figure_put(o, "areas", aggregate_areas(c, group));
	if (ok && q->scoring->result != SCORING_COUNTS)
		ok = figure_put(o, "spread", aggregate_spread(c, group));
	ok = ok && put_typical(m, group, false, o) &&
	    put_typical(m, group, true, o);
	if (ok && q->scoring->lead != SIZE_MAX)
		ok = figure_put(o, "lead", aggregate_lead(c, group));
	return ok;
}

static json_t *
group_json(const struct making *m, size_t group)
{
	json_t *o = json_object(), *kinds = json_array();
	bool ok = figure_put(o, "id", json_string(group_id(group)));

	for (int kind = 0; ok && kind < KINDS; kind++)
		if (census_has_kind(m->q, group, kind))
			ok = figure_add(kinds, json_string(
			    organisation_kind_name(
			    (enum organisation_kind)kind)));
	ok = ok && figure_put(o, "kinds", json_incref(kinds));
	json_decref(kinds);
	if (ok && m->now->verdict[group] != DISCLOSURE_SHOWN)
		return figure_done(o, figure_put(o, "suppressed", json_string(
		    disclosure_name(m->now->verdict[group]))));
	ok = ok && figure_put(o, "participation", participation_member(m,
	    group));
	if (ok && m->now->set[group].len != 0)
		ok = put_results(m, group, o);
	if (ok && m->in->then != NULL)
		ok = figure_put(o, "change", aggregate_change(&m->change,
		    group, m->e));
	if (ok && m->now->set[group].len != 0)
		ok = aggregate_questions(m->now, group, o);
	return figure_done(o, ok);
}

static json_t *
group_list(const struct making *m)
{
	json_t *list = json_array();
	bool ok = list != NULL;

	for (size_t group = 0; ok && group < GROUPS; group++)
		/* Others than those whom the questionnaire is for: when there
		 * are any. */
		if (group == GROUP_ALL || m->q->scoring->groups[group - 1] ||
		    m->now->set[group].len != 0)
			ok = figure_add(list, group_json(m, group));
	return figure_done(list, ok);
}

/* --- all of it ----------------------------------------------------------- */

static enum err_code
take_census(struct making *m)
{
	const struct aggregate_input *in = m->in;

	if (in->then != NULL) {
		m->now = &m->change.census[CHANGE_NOW];
		return change_make(in->now, in->then, &in->limits,
		    &m->change, m->e);
	}
	m->now = &m->alone;
	return census_make(in->now, NULL, &in->limits, &m->alone, m->e);
}

enum err_code
aggregate_make(const struct aggregate_input *in, json_t **out, struct err *e)
{
	struct making m = { .in = in, .q = in->now->layout.q, .e = e };
	json_t *doc = json_object();
	bool ok = doc != NULL && take_census(&m) == ERR_OK &&
	    put_head(&m, doc) && figure_put(doc, "groups", group_list(&m));

	change_wipe(&m.change);
	census_wipe(&m.alone);
	if ((*out = figure_done(doc, ok)) != NULL)
		return ERR_OK;
	return e->code != ERR_OK ? e->code :
	    err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
}
