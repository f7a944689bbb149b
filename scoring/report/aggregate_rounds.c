/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/report/aggregate_rounds.h"

#include <string.h>

#include "scoring/report/aggregate_levels.h"
#include "scoring/report/figure.h"

/* A sum over those that have the measure; in units of its kind. */
struct sum { int64_t sum; size_t n; };

static const struct questionnaire *
definition(const struct change *c)
{
	return c->census[CHANGE_NOW].pile->layout.q;
}

/* --- measures ------------------------------------------------------------ */

/* Of one item of a side, and an area or, n_areas, all; -1: it has none. */
static int64_t
value(const struct change *c, enum change_side side, size_t item,
    enum measure measure, size_t area)
{
	const struct score *s = &c->census[side].pile->v[item].score;

	switch (measure) {
	case MEASURE_BOXES:
		return c->ticked[side][item * (c->n_areas + 1) + area];
	case MEASURE_POINTS:
		return area == c->n_areas ? s->points :
		    s->areas[area].points;
	default:
		return area == c->n_areas ? s->mean : s->areas[area].mean;
	}
}

/* Over a set of that side. */
static struct sum
sum_of(const struct change *c, enum change_side side, size_t set,
    enum measure measure, size_t area)
{
	const struct group *g = &c->census[side].set[set];
	struct sum sum = { 0 };

	for (size_t i = 0; i < g->len; i++) {
		int64_t v = value(c, side, g->v[i], measure, area);

		if (v < 0)
			continue;
		sum.sum += v;
		sum.n++;
	}
	return sum;
}

/* Of those in both rounds, each round's over those that have the measure in it:
 * who has it in one of them only would be the difference to what is told of
 * that round alone. */
static void
sum_both(const struct change *c, size_t group, enum measure measure,
    size_t area, struct sum sums[static 2])
{
	const struct census *now = &c->census[CHANGE_NOW];
	const struct group *g = &now->set[CENSUS_SET(CENSUS_BOTH, group)];

	memset(sums, 0, 2 * sizeof(*sums));
	for (size_t i = 0; i < g->len; i++) {
		int64_t v = value(c, CHANGE_NOW, g->v[i], measure, area);
		int64_t w = value(c, CHANGE_THEN, now->other[g->v[i]],
		    measure, area);

		if (v >= 0) {
			sums[CHANGE_NOW].sum += v;
			sums[CHANGE_NOW].n++;
		}
		if (w >= 0) {
			sums[CHANGE_THEN].sum += w;
			sums[CHANGE_THEN].n++;
		}
	}
}

static json_t *
mean_of(const struct sum *s, enum measure measure)
{
	return figure_mean(s->sum, s->n,
	    measure == MEASURE_MEAN ? SCORE_ONE : 1);
}

/* May a sum over an area (n_areas: all) of a set be shown?  What hides it on
 * one side hides it. */
static enum disclosure
verdict_of(const struct change *c, size_t set, size_t area,
    const struct sum sums[static 2])
{
	const struct census *now = &c->census[CHANGE_NOW];
	const struct census *then = &c->census[CHANGE_THEN];
	/* Another definition's areas are others. */
	size_t was = c->same ? area : then->pile->layout.q->n_areas;

	if (now->counted[area][set] != DISCLOSURE_SHOWN)
		return now->counted[area][set];
	if (then->counted[was][set] != DISCLOSURE_SHOWN)
		return then->counted[was][set];
	for (int side = CHANGE_THEN; side <= CHANGE_NOW; side++)
		if (sums[side].n < now->limits.least)
			return DISCLOSURE_SMALL;
	return DISCLOSURE_SHOWN;
}

/* "then", "now" and how much more that is. */
static bool
put_pair(json_t *o, const struct sum sums[static 2], enum measure measure,
    enum disclosure verdict)
{
	const struct sum *then = &sums[CHANGE_THEN], *now = &sums[CHANGE_NOW];

	if (then->n == 0 || now->n == 0)
		return true;
	if (verdict != DISCLOSURE_SHOWN)
		return figure_put(o, "then", figure_suppressed(verdict)) &&
		    figure_put(o, "now", figure_suppressed(verdict));
	return figure_put(o, "then", mean_of(then, measure)) &&
	    figure_put(o, "now", mean_of(now, measure)) &&
	    figure_put_change(o, now->sum, now->n, then->sum, then->n);
}

bool
measure_of_areas(const struct change *c, enum measure *out)
{
	const struct questionnaire *q = definition(c);

	if (aggregate_has_means(q) && c->comparison.means)
		*out = MEASURE_MEAN;
	else if (aggregate_has_boxes(q) && c->n_boxes != 0)
		*out = MEASURE_BOXES;
	else
		return false;
	return true;
}

/* --- areas together ------------------------------------------------------ */

/* The mean of areas' changes, each in billionths of the earlier value. */
struct area_changes { figure_wide sum; size_t n; };

static void
add_change(struct area_changes *a, const struct sum sums[static 2])
{
	const struct sum *then = &sums[CHANGE_THEN], *now = &sums[CHANGE_NOW];
	figure_wide before = (figure_wide)then->sum * (figure_wide)now->n;

	if (before <= 0)
		return;
	a->sum += figure_round((figure_wide)now->sum *
	    (figure_wide)then->n - before, before, 9);
	a->n++;
}

static bool
put_area_changes(json_t *o, const struct area_changes *a)
{
	if (a->n == 0)
		return true;
	return figure_put(o, "areas_mean_percent", figure_ratio(100 * a->sum,
	    (figure_wide)a->n * 1000000000, 1));
}

/* --- those in both ------------------------------------------------------- */

static json_t *
both_pair(const struct change *c, size_t group, enum measure measure)
{
	json_t *o = json_object();
	enum disclosure verdict;
	struct sum sums[2];
	bool ok;

	sum_both(c, group, measure, c->n_areas, sums);
	verdict = verdict_of(c, CENSUS_SET(CENSUS_BOTH, group), c->n_areas,
	    sums);
	ok = o != NULL && put_pair(o, sums, measure, verdict);
	if (ok && measure == MEASURE_BOXES && verdict == DISCLOSURE_SHOWN)
		ok = figure_put(o, "percentage_points", figure_ratio(100 *
		    (figure_wide)(sums[CHANGE_NOW].sum -
		    sums[CHANGE_THEN].sum), (figure_wide)sums[0].n *
		    (figure_wide)c->n_boxes, 1));
	return figure_done(o, ok);
}

static json_t *
both_levels(const struct change *c, size_t group)
{
	const struct census *now = &c->census[CHANGE_NOW];
	const struct group *g = &now->set[CENSUS_SET(CENSUS_BOTH, group)];
	json_int_t rose = 0, same = 0, fell = 0;

	for (int side = CHANGE_THEN; side <= CHANGE_NOW; side++) {
		enum disclosure verdict = c->census[side].levels[
		    CENSUS_SET(CENSUS_BOTH, group)];

		if (verdict != DISCLOSURE_SHOWN)
			return figure_suppressed(verdict);
	}
	for (size_t i = 0; i < g->len; i++) {
		int64_t is = now->pile->v[g->v[i]].score.level;
		int64_t was = c->census[CHANGE_THEN].pile->
		    v[now->other[g->v[i]]].score.level;

		rose += is > was;
		same += is == was;
		fell += is < was;
	}
	return json_pack("{s:I, s:I, s:I}", "rose", rose, "same", same,
	    "fell", fell);
}

static bool
put_both_areas(const struct change *c, size_t group, json_t *to)
{
	const struct questionnaire *q = definition(c);
	struct area_changes changes = { 0 };
	json_t *list = json_array();
	enum measure measure;
	bool ok = list != NULL;

	if (!measure_of_areas(c, &measure)) {
		json_decref(list);
		return ok;
	}
	for (size_t a = 0; ok && a < c->n_areas; a++) {
		json_t *o = json_object();
		enum disclosure verdict;
		struct sum sums[2];

		sum_both(c, group, measure, a, sums);
		verdict = verdict_of(c, CENSUS_SET(CENSUS_BOTH, group), a,
		    sums);
		if (verdict == DISCLOSURE_SHOWN)
			add_change(&changes, sums);
		ok = figure_add(list, figure_done(o, o != NULL &&
		    figure_put(o, "id", json_string(q->areas[a].id)) &&
		    put_pair(o, sums, measure, verdict)));
	}
	ok = ok && figure_put(to, "areas", json_incref(list)) &&
	    put_area_changes(to, &changes);
	json_decref(list);
	return ok;
}

json_t *
aggregate_both(const struct change *c, size_t group)
{
	const struct questionnaire *q = definition(c);
	size_t n = c->census[CHANGE_NOW].set[
	    CENSUS_SET(CENSUS_BOTH, group)].len;
	json_t *o = json_object();
	bool ok = figure_put(o, "organisations",
	    json_integer((json_int_t)n));

	if (n == 0)
		return figure_done(o, ok);
	if (ok && aggregate_has_points(q) && c->comparison.points)
		ok = figure_put(o, "points", both_pair(c, group,
		    MEASURE_POINTS));
	if (ok && aggregate_has_boxes(q) && c->n_boxes != 0)
		ok = figure_put(o, "boxes", both_pair(c, group,
		    MEASURE_BOXES));
	if (ok && aggregate_has_means(q) && c->comparison.means)
		ok = figure_put(o, "mean", both_pair(c, group,
		    MEASURE_MEAN));
	if (ok && aggregate_has_levels(q) && c->comparison.levels)
		ok = figure_put(o, "level", both_levels(c, group));
	return figure_done(o, ok && put_both_areas(c, group, o));
}

/* --- those in one of them ------------------------------------------------ */

static bool
put_mean(const struct change *c, json_t *o, const char *key,
    enum change_side side, size_t set, enum measure measure, size_t area)
{
	const struct sum sum = sum_of(c, side, set, measure, area);
	const struct sum sums[] = { sum, sum };
	enum disclosure verdict = verdict_of(c, set, area, sums);

	if (sum.n == 0)
		return true;
	return figure_put(o, key, verdict == DISCLOSURE_SHOWN ?
	    mean_of(&sum, measure) : figure_suppressed(verdict));
}

static json_t *
only_areas(const struct change *c, enum change_side side, size_t set,
    enum measure measure)
{
	const struct questionnaire *q = definition(c);
	json_t *list = json_array();
	bool ok = list != NULL;

	for (size_t a = 0; ok && a < c->n_areas; a++) {
		json_t *o = json_object();

		ok = figure_add(list, figure_done(o, o != NULL &&
		    figure_put(o, "id", json_string(q->areas[a].id)) &&
		    put_mean(c, o, measure == MEASURE_MEAN ? "mean" :
		    "boxes", side, set, measure, a)));
	}
	return figure_done(list, ok);
}

static json_t *
only_member(const struct change *c, enum change_side side, size_t group)
{
	const struct questionnaire *q = definition(c);
	size_t set = CENSUS_SET(CENSUS_ONLY, group), all = c->n_areas;
	size_t n = c->census[side].set[set].len;
	json_t *o = json_object();
	enum measure measure;
	bool ok = figure_put(o, "organisations",
	    json_integer((json_int_t)n));

	if (n == 0)
		return figure_done(o, ok);
	if (ok && aggregate_has_points(q) && c->comparison.points)
		ok = put_mean(c, o, "points", side, set, MEASURE_POINTS, all);
	if (ok && aggregate_has_boxes(q) && c->n_boxes != 0)
		ok = put_mean(c, o, "boxes", side, set, MEASURE_BOXES, all);
	if (ok && aggregate_has_means(q) && c->comparison.means)
		ok = put_mean(c, o, "mean", side, set, MEASURE_MEAN, all);
	if (ok && measure_of_areas(c, &measure))
		ok = figure_put(o, "areas", only_areas(c, side, set,
		    measure));
	return figure_done(o, ok);
}

json_t *
aggregate_only_now(const struct change *c, size_t group)
{
	return only_member(c, CHANGE_NOW, group);
}

json_t *
aggregate_only_then(const struct change *c, size_t group)
{
	return only_member(c, CHANGE_THEN, group);
}

json_t *
aggregate_only(const struct change *c, size_t group)
{
	const size_t set = CENSUS_SET(CENSUS_ONLY, group);
	struct area_changes changes = { 0 };
	json_t *o = json_object(), *whole = json_object();
	enum measure measure;
	bool ok = o != NULL && whole != NULL;

	for (size_t a = 0; ok && measure_of_areas(c, &measure) &&
	    a <= c->n_areas; a++) {
		const struct sum sums[] = {
			sum_of(c, CHANGE_THEN, set, measure, a),
			sum_of(c, CHANGE_NOW, set, measure, a),
		};

		if (verdict_of(c, set, a, sums) != DISCLOSURE_SHOWN)
			continue;
		if (a < c->n_areas)
			add_change(&changes, sums);
		else
			ok = figure_put_change(whole, sums[1].sum, sums[1].n,
			    sums[0].sum, sums[0].n) && figure_put(o,
			    measure == MEASURE_MEAN ? "mean" : "boxes",
			    json_incref(whole));
	}
	json_decref(whole);
	return figure_done(o, ok && put_area_changes(o, &changes));
}
