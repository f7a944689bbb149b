/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/report/aggregate_spread.h"

#include <stdlib.h>

#include "format/scoring.h"
#include "scoring/report/aggregate_levels.h"
#include "scoring/report/figure.h"

/* --- slices -------------------------------------------------------------- */

/* Of an area or, q->n_areas, of all; below 0: none. */
static int64_t
value_of(const struct questionnaire *q, const struct score *s, size_t area)
{
	if (area == q->n_areas)
		return aggregate_has_means(q) ? s->mean : s->number;
	return aggregate_has_means(q) ? s->areas[area].mean :
	    s->areas[area].level * SCORE_ONE;
}

static json_t *
slice_mean(const struct census *c, size_t set, size_t area)
{
	const struct group *g = &c->set[set];
	int64_t sum = 0;
	size_t n = 0;

	if (c->counted[area][set] != DISCLOSURE_SHOWN)
		return figure_suppressed(c->counted[area][set]);
	for (size_t i = 0; i < g->len; i++) {
		int64_t value = value_of(c->pile->layout.q,
		    &c->pile->v[g->v[i]].score, area);

		if (value < 0)
			continue;
		sum += value;
		n++;
	}
	return n != 0 ? figure_mean(sum, n, SCORE_ONE) : json_null();
}

static json_t *
slice_means(const struct census *c, size_t group, size_t area)
{
	json_t *list = json_array();
	bool ok = list != NULL;

	for (size_t part = CENSUS_LOW; ok && part <= CENSUS_HIGH; part++)
		ok = figure_add(list, slice_mean(c, CENSUS_SET(part, group),
		    area));
	return figure_done(list, ok);
}

static json_t *
area_rows(const struct census *c, size_t group)
{
	const struct questionnaire *q = c->pile->layout.q;
	json_t *list = json_array();
	bool ok = list != NULL;

	for (size_t a = 0; ok && a < q->n_areas; a++) {
		json_t *o = json_object();

		ok = figure_add(list, figure_done(o, o != NULL &&
		    figure_put(o, "id", json_string(q->areas[a].id)) &&
		    figure_put(o, "values", slice_means(c, group, a))));
	}
	return figure_done(list, ok);
}

json_t *
aggregate_spread(const struct census *c, size_t group)
{
	size_t low = CENSUS_SET(CENSUS_LOW, group);
	json_t *o, *sizes;
	bool ok;

	if (c->set[low].len == 0)
		return figure_suppressed(DISCLOSURE_SMALL);
	if (c->verdict[low] != DISCLOSURE_SHOWN)
		return figure_suppressed(c->verdict[low]);
	o = json_object();
	sizes = json_array();
	ok = o != NULL && sizes != NULL;
	for (size_t part = CENSUS_LOW; ok && part <= CENSUS_HIGH; part++)
		ok = figure_add(sizes, json_integer((json_int_t)
		    c->set[CENSUS_SET(part, group)].len));
	ok = ok && figure_put(o, "sizes", json_incref(sizes)) &&
	    figure_put(o, "total", slice_means(c, group,
	    c->pile->layout.q->n_areas)) &&
	    figure_put(o, "areas", area_rows(c, group));
	json_decref(sizes);
	return figure_done(o, ok);
}

/* --- one area against the whole ------------------------------------------ */

int64_t
aggregate_r2(const int64_t *x, const int64_t *y, size_t n)
{
	figure_wide sx = 0, sy = 0, sxx = 0, sxy = 0, syy = 0, cov, vx, vy;
	const figure_wide limit = (figure_wide)1 << 54;

	for (size_t i = 0; i < n; i++) {
		sx += x[i];
		sy += y[i];
		sxx += (figure_wide)x[i] * x[i];
		sxy += (figure_wide)x[i] * y[i];
		syy += (figure_wide)y[i] * y[i];
	}
	cov = (figure_wide)n * sxy - sx * sy;
	vx = (figure_wide)n * sxx - sx * sx;
	vy = (figure_wide)n * syy - sy * sy;
	if (vx == 0 || vy == 0)
		return -1;
	if (cov < 0)
		cov = -cov;
	/* Exact as long as the squares fit, which sums of points do; larger
	 * ones lose digits that no fourth decimal shows. */
	for (; vx > limit || vy > limit || cov > limit; cov /= 2) {
		vx = (vx + 1) / 2;
		vy = (vy + 1) / 2;
	}
	return figure_round(cov * cov, vx * vy, 4);
}

/* Pairs of those that have both; *n of them. */
static void
lead_pairs(const struct census *c, const struct group *g, int64_t *x,
    int64_t *y, size_t *n)
{
	const struct questionnaire *q = c->pile->layout.q;
	size_t lead = q->scoring->lead;

	*n = 0;
	for (size_t i = 0; i < g->len; i++) {
		const struct score *s = &c->pile->v[g->v[i]].score;

		x[*n] = aggregate_has_means(q) ? s->areas[lead].mean :
		    s->areas[lead].points;
		y[*n] = aggregate_has_means(q) ? s->mean : s->points;
		*n += x[*n] >= 0 && y[*n] >= 0;
	}
}

json_t *
aggregate_lead(const struct census *c, size_t group)
{
	const struct questionnaire *q = c->pile->layout.q;
	const struct group *g = &c->set[group];
	const enum disclosure lead = c->counted[q->scoring->lead][group];
	const enum disclosure whole = c->counted[q->n_areas][group];
	int64_t *x = calloc(g->len + 1, sizeof(*x)), r2;
	int64_t *y = calloc(g->len + 1, sizeof(*y));
	json_t *o = json_object();
	bool ok = x != NULL && y != NULL && figure_put(o, "area",
	    json_string(q->areas[q->scoring->lead].id));
	size_t n;

	/* What the two are not shown as by themselves, neither together. */
	if (ok && (lead != DISCLOSURE_SHOWN || whole != DISCLOSURE_SHOWN))
		ok = figure_put(o, "r2", figure_suppressed(
		    lead != DISCLOSURE_SHOWN ? lead : whole));
	else if (ok) {
		lead_pairs(c, g, x, y, &n);
		if (n < c->limits.least)
			ok = figure_put(o, "r2",
			    figure_suppressed(DISCLOSURE_SMALL));
		else if ((r2 = aggregate_r2(x, y, n)) >= 0)
			ok = figure_put(o, "r2", figure_ratio(r2, 10000, 4)) &&
			    figure_put(o, "organisations",
			    json_integer((json_int_t)n));
	}
	free(x);
	free(y);
	return figure_done(o, ok);
}
