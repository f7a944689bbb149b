/* SPDX-License-Identifier: EUPL-1.2 */
/* A comparison's sums over questions: boxes, points, means, levels. */
#include "base/limits.h"
#include "format/scoring.h"
#include "scoring/report/compare_part.h"
#include "scoring/report/figure.h"

enum sum_of { SUM_BOXES, SUM_POINTS, SUM_MEAN };

/* A sum over organisations, then and now. */
struct sums {
	int64_t then, now;
	size_t n;		/* organisations */
	bool all;		/* each has it */
};

/* Boxes that both definitions have, of one area or (n_areas) of all. */
static void
add_boxes(const struct compared *c, const struct pair *pair, size_t area,
    struct sums *s)
{
	const struct sheet_layout *now = &c->pairs.now->layout;
	const struct sheet_layout *then = &c->pairs.then->layout;
	const struct sheet *a = &c->pairs.now->v[pair->now].document.sheet;
	const struct sheet *b = &c->pairs.then->v[pair->then].document.sheet;

	for (size_t i = 0; i < c->comparison.len; i++) {
		const struct comparable *v = &c->comparison.v[i];
		const struct question *q;

		if (v->why != COMPARE_SAME)
			continue;
		q = &now->q->questions[v->now];
		if (q->type != QUESTION_MULTIPLE ||
		    (area != now->q->n_areas && area != q->area))
			continue;
		for (size_t k = 0; k < v->n_options; k++) {
			s->now += sheet_has(now, a, v->now, v->options[k][0]);
			s->then += sheet_has(then, b, v->then,
			    v->options[k][1]);
		}
	}
}

/* What one organisation's score says. */
static int64_t
value_of(const struct score *s, size_t area, size_t n_areas,
    enum sum_of what)
{
	if (area == n_areas)
		return what == SUM_POINTS ? s->points : s->mean;
	return what == SUM_POINTS ? s->areas[area].points :
	    s->areas[area].mean;
}

static void
add_score(const struct compared *c, const struct pair *pair, size_t area,
    enum sum_of what, struct sums *s)
{
	const struct pile *now = c->pairs.now, *then = c->pairs.then;
	size_t n_areas = now->layout.q->n_areas;
	size_t n_then = then->layout.q->n_areas;
	int64_t a = value_of(&now->v[pair->now].score, area, n_areas, what);
	int64_t b = value_of(&then->v[pair->then].score, area == n_areas ?
	    n_then : c->comparison.areas[area].then, n_then, what);

	s->all = s->all && a >= 0 && b >= 0;
	s->now += a;
	s->then += b;
}

static struct sums
sum(const struct compared *c, size_t group, size_t area, enum sum_of what)
{
	struct sums s = { .all = true };

	for (size_t i = 0; i < c->pairs.len; i++) {
		const struct pair *pair = &c->pairs.v[i];

		if (!pairs_has(&c->pairs, pair, group))
			continue;
		s.n++;
		if (what == SUM_BOXES)
			add_boxes(c, pair, area, &s);
		else
			add_score(c, pair, area, what, &s);
	}
	return s;
}

/* {"then": 1.5, "now": 2.1, "percent": 40.0}; hidden when some have none: it
 * would be about fewer. */
static bool
put_sum(const struct compared *c, size_t group, size_t area,
    const char *key, enum sum_of what, json_t *to)
{
	int64_t unit = what == SUM_MEAN ? SCORE_ONE : 1;
	struct sums s;
	json_t *o;

	if (c->sum[area][group] != DISCLOSURE_SHOWN)
		return figure_put(to, key,
		    figure_suppressed(c->sum[area][group]));
	s = sum(c, group, area, what);
	if (!s.all)
		return figure_put(to, key, figure_suppressed(
		    DISCLOSURE_COMPLEMENTARY));
	o = json_object();
	return figure_put(to, key, figure_done(o,
	    figure_put(o, "then", figure_mean(s.then, s.n, unit)) &&
	    figure_put(o, "now", figure_mean(s.now, s.n, unit)) &&
	    figure_put_change(o, s.now, 1, s.then, 1)));
}

/* How many reach a level or more, then and now, and who has moved. */
static json_t *
level_json(const struct compared *c, size_t group)
{
	const struct questionnaire *q = c->pairs.now->layout.q;
	size_t now[LIMIT_LEVEL + 1] = { 0 }, then[LIMIT_LEVEL + 1] = { 0 };
	size_t rose = 0, same = 0, fell = 0;
	json_t *o, *list;
	bool ok = true;

	if (c->levels[group] != DISCLOSURE_SHOWN)
		return figure_suppressed(c->levels[group]);
	list = json_array();
	for (size_t i = 0; i < c->pairs.len; i++) {
		const struct pair *p = &c->pairs.v[i];
		int64_t a = c->pairs.now->v[p->now].score.level;
		int64_t b = c->pairs.then->v[p->then].score.level;

		if (!pairs_has(&c->pairs, p, group))
			continue;
		rose += a > b;
		same += a == b;
		fell += a < b;
		for (int64_t k = 0; k <= a; k++)
			now[k]++;
		for (int64_t k = 0; k <= b; k++)
			then[k]++;
	}
	for (size_t k = 0; k < q->n_levels && ok; k++)
		ok = figure_add(list, json_pack("{s:I, s:s, s:o, s:o}",
		    "level", (json_int_t)k, "label", q->levels[k].label,
		    "then", figure_share(then[k], c->pairs.size[group]),
		    "now", figure_share(now[k], c->pairs.size[group])));
	o = json_pack("{s:I, s:I, s:I}", "rose", (json_int_t)rose, "same",
	    (json_int_t)same, "fell", (json_int_t)fell);
	return figure_done(o, figure_put(o, "at_least",
	    figure_done(list, ok)));
}

static bool
put_area_sums(const struct compared *c, size_t group, size_t area,
    struct comparable_sums which, json_t *to)
{
	const struct questionnaire *q = c->pairs.now->layout.q;
	enum scoring_result result = q->scoring->result;

	/* Common boxes are counted whatever else there is. */
	return (result != SCORING_LEVELS || c->n_boxes == 0 ||
	    put_sum(c, group, area, "boxes", SUM_BOXES, to)) &&
	    (result != SCORING_LEVELS || !which.points ||
	    put_sum(c, group, area, "points", SUM_POINTS, to)) &&
	    (result != SCORING_MEANS || !which.means ||
	    put_sum(c, group, area, "mean", SUM_MEAN, to));
}

bool
compare_put_sums(const struct compared *c, size_t group, json_t *to)
{
	const struct comparison *all = &c->comparison;
	const struct comparable_sums which = { all->boxes, all->points,
		all->levels, all->means };

	return figure_put(to, "organisations",
	    json_integer((json_int_t)c->pairs.size[group])) &&
	    put_area_sums(c, group, c->pairs.now->layout.q->n_areas, which,
	    to) &&
	    (!all->levels || figure_put(to, "level", level_json(c, group)));
}

json_t *
compare_areas_of(const struct compared *c, size_t group)
{
	const struct questionnaire *q = c->pairs.now->layout.q;
	json_t *list = json_array();
	bool ok = true;

	for (size_t i = 0; i < q->n_areas && ok; i++) {
		json_t *o = json_pack("{s:s, s:s}", "id", q->areas[i].id,
		    "label", q->areas[i].label);

		ok = figure_add(list, figure_done(o, put_area_sums(c, group,
		    i, c->comparison.areas[i].sums, o)));
	}
	return figure_done(list, ok);
}
