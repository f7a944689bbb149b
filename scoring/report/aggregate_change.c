/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/report/aggregate_change.h"

#include <stdlib.h>

#include "scoring/report/aggregate_rounds.h"
#include "scoring/report/aggregate_typical.h"
#include "scoring/report/figure.h"

/* Of a set on both sides: what hides it on one of them hides it. */
static enum disclosure
verdict_of(const struct change *c, size_t set)
{
	enum disclosure now = c->census[CHANGE_NOW].verdict[set];

	return now != DISCLOSURE_SHOWN ? now :
	    c->census[CHANGE_THEN].verdict[set];
}

/* --- typical ones -------------------------------------------------------- */

/* Boxes that both definitions have, or the mean, of a typical sheet; below 0:
 * none. */
static int64_t
value_of(const struct change *c, enum change_side side,
    const struct typical *t, enum measure measure, uint32_t *room)
{
	if (measure == MEASURE_MEAN)
		return t->score.mean;
	change_count(c, side, &t->sheet, room);
	return room[c->n_areas];
}

static json_t *
value_json(int64_t value, enum measure measure)
{
	return measure == MEASURE_MEAN ? figure_mean(value, 1, SCORE_ONE) :
	    json_integer(value);
}

static json_t *
typical_pair(const struct change *c, const struct typical t[static 2],
    enum measure measure)
{
	uint32_t *room = calloc(c->n_areas + 1, sizeof(*room));
	json_t *o = json_object();
	int64_t then = -1, now = -1;
	bool ok = room != NULL && o != NULL;

	if (ok) {
		then = value_of(c, CHANGE_THEN, &t[CHANGE_THEN], measure,
		    room);
		now = value_of(c, CHANGE_NOW, &t[CHANGE_NOW], measure, room);
	}
	free(room);
	if (ok && then >= 0 && now >= 0)
		ok = figure_put(o, "then", value_json(then, measure)) &&
		    figure_put(o, "now", value_json(now, measure)) &&
		    figure_put_change(o, now, 1, then, 1);
	return figure_done(o, ok);
}

static bool
put_typical(const struct change *c, size_t group, bool best, json_t *to,
    struct err *e)
{
	enum disclosure verdict = best ? DISCLOSURE_SHOWN :
	    verdict_of(c, group);
	struct typical t[2] = { 0 };
	enum measure measure;
	bool ok = true;

	for (int side = CHANGE_THEN; side <= CHANGE_NOW; side++) {
		const struct census *s = &c->census[side];

		if ((best ? s->best.of[group].len : s->set[group].len) == 0)
			return true;
		if (best && s->best.verdict[group] != DISCLOSURE_SHOWN)
			verdict = s->best.verdict[group];
	}
	if (!measure_of_areas(c, &measure))
		return true;
	if (verdict != DISCLOSURE_SHOWN)
		return figure_put(to, best ? "best" : "typical",
		    figure_suppressed(verdict));
	for (int side = CHANGE_THEN; ok && side <= CHANGE_NOW; side++)
		ok = typical_make(&c->census[side], group, best, &t[side],
		    e) == ERR_OK;
	ok = ok && figure_put(to, best ? "best" : "typical",
	    typical_pair(c, t, measure));
	typical_wipe(&t[CHANGE_THEN]);
	typical_wipe(&t[CHANGE_NOW]);
	return ok;
}

/* --- all of it ----------------------------------------------------------- */

static bool
put_shown(json_t *o, const char *key, enum disclosure verdict,
    json_t *(*make)(const struct change *c, size_t group),
    const struct change *c, size_t group)
{
	return figure_put(o, key, verdict == DISCLOSURE_SHOWN ?
	    make(c, group) : figure_suppressed(verdict));
}

static json_t *
respondents_member(const struct change *c, size_t group)
{
	size_t now = c->census[CHANGE_NOW].set[group].len;
	size_t then = c->census[CHANGE_THEN].set[group].len;
	json_t *o = json_object();

	return figure_done(o,
	    figure_put(o, "now", json_integer((json_int_t)now)) &&
	    figure_put(o, "then", json_integer((json_int_t)then)) &&
	    figure_put_change(o, (int64_t)now, 1, (int64_t)then, 1));
}

/* Dice's coefficient: of all that took part in a round, how many took part in
 * the other one too. */
static json_t *
in_both_member(const struct change *c, size_t group)
{
	const struct census *now = &c->census[CHANGE_NOW];
	size_t both = now->set[CENSUS_SET(CENSUS_BOTH, group)].len;

	return figure_share(2 * both, now->set[group].len +
	    c->census[CHANGE_THEN].set[group].len);
}

json_t *
aggregate_change(const struct change *c, size_t group,
    struct err *e)
{
	const struct census *now = &c->census[CHANGE_NOW];
	const struct census *then = &c->census[CHANGE_THEN];
	enum disclosure was = then->verdict[group];
	enum disclosure both = verdict_of(c, CENSUS_SET(CENSUS_BOTH, group));
	enum disclosure only_now =
	    now->verdict[CENSUS_SET(CENSUS_ONLY, group)];
	enum disclosure only_then =
	    then->verdict[CENSUS_SET(CENSUS_ONLY, group)];
	json_t *o = json_object();
	enum measure measure;
	bool ok = put_shown(o, "respondents", was, respondents_member, c,
	    group) &&
	    put_shown(o, "both", both, aggregate_both, c, group) &&
	    put_shown(o, "only_now", only_now, aggregate_only_now, c, group) &&
	    put_shown(o, "only_then", only_then, aggregate_only_then, c,
	    group) &&
	    (!measure_of_areas(c, &measure) || put_shown(o, "only",
	    only_now != DISCLOSURE_SHOWN ? only_now : only_then,
	    aggregate_only, c, group)) &&
	    put_shown(o, "in_both", was != DISCLOSURE_SHOWN ? was : both,
	    in_both_member, c, group);

	return figure_done(o, ok && put_typical(c, group, false, o, e) &&
	    put_typical(c, group, true, o, e));
}
