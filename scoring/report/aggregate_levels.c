/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/report/aggregate_levels.h"

#include "format/scoring.h"
#include "scoring/report/figure.h"

/* At most so many classes of points. */
#define CLASSES	10

bool
aggregate_has_levels(const struct questionnaire *q)
{
	return q->scoring->result == SCORING_LEVELS;
}

/* Where nothing is counted together, they are no measure. */
bool
aggregate_has_points(const struct questionnaire *q)
{
	return q->points != 0 && q->scoring->result != SCORING_COUNTS;
}

bool
aggregate_has_boxes(const struct questionnaire *q)
{
	return q->n_options != 0 && q->scoring->result != SCORING_COUNTS;
}

bool
aggregate_has_means(const struct questionnaire *q)
{
	return q->scoring->result == SCORING_MEANS;
}

static const struct score *
score_of(const struct census *c, const struct group *g, size_t i)
{
	return &c->pile->v[g->v[i]].score;
}

/* --- levels -------------------------------------------------------------- */

/* Of an area; SIZE_MAX: of all. */
static int64_t
level_of(const struct score *s, size_t area)
{
	return area == SIZE_MAX ? s->level : s->areas[area].level;
}

static json_t *
level_row(const struct census *c, const struct group *g, size_t area,
    int64_t level)
{
	size_t exactly = 0, at_least = 0;
	json_t *o = json_object();

	for (size_t i = 0; i < g->len; i++) {
		int64_t has = level_of(score_of(c, g, i), area);

		exactly += has == level;
		at_least += has >= level;
	}
	return figure_done(o,
	    figure_put(o, "level", json_integer(level)) &&
	    figure_put(o, "exactly", figure_share(exactly, g->len)) &&
	    figure_put(o, "at_least", figure_share(at_least, g->len)));
}

static json_t *
level_rows(const struct census *c, const struct group *g, size_t area)
{
	const struct questionnaire *q = c->pile->layout.q;
	json_t *list = json_array();
	bool ok = list != NULL;

	/* Nobody says that a definition describes what it is to have none. */
	if (ok && (q->n_levels == 0 || q->levels[0].level > 0))
		ok = figure_add(list, level_row(c, g, area, 0));
	for (size_t i = 0; ok && i < q->n_levels; i++)
		ok = figure_add(list, level_row(c, g, area,
		    q->levels[i].level));
	return figure_done(list, ok);
}

json_t *
aggregate_levels(const struct census *c, size_t set)
{
	return c->levels[set] == DISCLOSURE_SHOWN ?
	    level_rows(c, &c->set[set], SIZE_MAX) :
	    figure_suppressed(c->levels[set]);
}

/* --- points, boxes ------------------------------------------------------- */

static enum disclosure
sum_verdict(const struct census *c, size_t set)
{
	return c->counted[c->pile->layout.q->n_areas][set];
}

/* The first class begins at 0, the others just above a multiple of the width:
 * "more than 100 of 200" is a sum of classes. */
static json_t *
points_class(const struct census *c, const struct group *g, int64_t from,
    int64_t to)
{
	bool levels = aggregate_has_levels(c->pile->layout.q);
	json_int_t count = 0, without = 0;
	json_t *o = json_object();
	bool ok;

	for (size_t i = 0; i < g->len; i++) {
		const struct score *s = score_of(c, g, i);

		if (s->points < from || s->points > to)
			continue;
		count++;
		without += levels && s->level == 0;
	}
	ok = figure_put(o, "from", json_integer(from)) &&
	    figure_put(o, "to", json_integer(to)) &&
	    figure_put(o, "count", json_integer(count));
	if (ok && levels)
		ok = figure_put(o, "without_level", json_integer(without));
	return figure_done(o, ok);
}

static json_t *
points_classes(const struct census *c, const struct group *g)
{
	int64_t max = c->pile->layout.q->points;
	int64_t width = (max + CLASSES - 1) / CLASSES;
	json_t *list = json_array();
	bool ok = list != NULL;

	for (int64_t to = width; ok && to - width < max; to += width)
		ok = figure_add(list, points_class(c, g,
		    to == width ? 0 : to - width + 1, to < max ? to : max));
	return figure_done(list, ok);
}

/* The set's points or boxes on the whole; their mean, and how many there
 * are. */
static json_t *
sum_member(const struct census *c, size_t set, bool points)
{
	const struct questionnaire *q = c->pile->layout.q;
	const struct group *g = &c->set[set];
	const enum disclosure verdict = sum_verdict(c, set);
	json_t *o;
	int64_t sum = 0;

	if (verdict != DISCLOSURE_SHOWN)
		return figure_suppressed(verdict);
	o = json_object();
	for (size_t i = 0; i < g->len; i++) {
		const struct score *s = score_of(c, g, i);

		sum += points ? s->points : (int64_t)s->boxes;
	}
	return figure_done(o,
	    figure_put(o, "mean", figure_mean(sum, g->len, 1)) &&
	    figure_put(o, "of", json_integer(points ? q->points :
	    (json_int_t)q->n_options)) && (!points ||
	    figure_put(o, "classes", points_classes(c, g))));
}

json_t *
aggregate_points(const struct census *c, size_t set)
{
	return sum_member(c, set, true);
}

json_t *
aggregate_boxes(const struct census *c, size_t set)
{
	return sum_member(c, set, false);
}

/* --- means and areas ----------------------------------------------------- */

json_t *
aggregate_mean(const struct census *c, size_t set, size_t area)
{
	const struct group *g = &c->set[set];
	bool all = area == c->pile->layout.q->n_areas;
	int64_t sum = 0;
	size_t n = 0;

	if (c->counted[area][set] != DISCLOSURE_SHOWN)
		return figure_suppressed(c->counted[area][set]);
	for (size_t i = 0; i < g->len; i++) {
		const struct score *s = score_of(c, g, i);
		int64_t mean = all ? s->mean : s->areas[area].mean;

		if (mean < 0)
			continue;
		sum += mean;
		n++;
	}
	return n != 0 ? figure_mean(sum, n, SCORE_ONE) : json_null();
}

static json_t *
area_mean(const struct census *c, size_t set, size_t area, int64_t sum)
{
	enum disclosure verdict = c->counted[area][set];

	return verdict == DISCLOSURE_SHOWN ?
	    figure_mean(sum, c->set[set].len, 1) : figure_suppressed(verdict);
}

static json_t *
area_row(const struct census *c, size_t set, size_t area)
{
	const struct questionnaire *q = c->pile->layout.q;
	const struct group *g = &c->set[set];
	/* Of an area with one question, its level tells of that one. */
	const enum disclosure verdict = c->counted[area][set];
	int64_t levels = 0, points = 0, boxes = 0;
	json_t *o = json_object();
	bool ok;

	for (size_t i = 0; i < g->len; i++) {
		const struct score_area *a = &score_of(c, g, i)->areas[area];

		levels += a->level;
		points += a->points;
		boxes += (int64_t)a->boxes;
	}
	ok = figure_put(o, "id", json_string(q->areas[area].id));
	if (ok && aggregate_has_levels(q))
		ok = figure_put(o, "levels", verdict == DISCLOSURE_SHOWN ?
		    level_rows(c, g, area) : figure_suppressed(verdict)) &&
		    figure_put(o, "mean_level", area_mean(c, set, area,
		    levels));
	if (ok && aggregate_has_points(q))
		ok = figure_put(o, "points", area_mean(c, set, area, points));
	if (ok && aggregate_has_boxes(q))
		ok = figure_put(o, "boxes", area_mean(c, set, area, boxes));
	if (ok && aggregate_has_means(q))
		ok = figure_put(o, "mean", aggregate_mean(c, set, area));
	return figure_done(o, ok);
}

json_t *
aggregate_areas(const struct census *c, size_t set)
{
	json_t *list = json_array();
	bool ok = list != NULL;

	for (size_t a = 0; ok && a < c->pile->layout.q->n_areas; a++)
		ok = figure_add(list, area_row(c, set, a));
	return figure_done(list, ok);
}
