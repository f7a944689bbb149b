/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/report/aggregate_typical.h"

#include <string.h>

#include "format/scoring.h"
#include "scoring/report/aggregate_levels.h"
#include "scoring/report/figure.h"
#include "scoring/typical.h"

/* --- the sheet ----------------------------------------------------------- */

static void
clear(const struct sheet_layout *l, struct sheet *s, size_t k)
{
	size_t end = k + 1 < l->q->n_questions ? l->cell[k + 1] : l->n_cells;

	memset(s->cells + l->cell[k], 0, end - l->cell[k]);
	if (l->number[k] != SIZE_MAX)
		s->numbers[l->number[k]] = 0;
}

/* Then it looks as if nobody had answered them, and what follows on them was
 * not asked. */
static void
clear_hidden(const struct census *c, size_t group, struct sheet *s)
{
	const struct sheet_layout *l = &c->pile->layout;

	for (size_t k = 0; k < l->q->n_questions; k++)
		if (sheet_answered(l, s, k) &&
		    (c->question[k][group] != DISCLOSURE_SHOWN ||
		    !sheet_asks(l, s, k)))
			clear(l, s, k);
}

enum err_code
typical_make(const struct census *c, size_t group, bool best,
    struct typical *out, struct err *e)
{
	const struct group *g = best ? &c->best.of[group] : &c->set[group];
	enum err_code code;

	memset(out, 0, sizeof(*out));
	if ((code = typical_sheet(c->pile, g, c->limits.percent,
	    c->limits.least, &out->sheet, e)) == ERR_OK) {
		clear_hidden(c, group, &out->sheet);
		out->organisations = g->len;
		code = score_sheet(&c->pile->layout, &out->sheet, &out->score,
		    e);
	}
	if (code != ERR_OK)
		typical_wipe(out);
	return code;
}

void
typical_wipe(struct typical *t)
{
	sheet_wipe(&t->sheet);
	score_wipe(&t->score);
	memset(t, 0, sizeof(*t));
}

/* --- as members ---------------------------------------------------------- */

/* Level, points, boxes and mean, of all or of one area. */
static bool
put_result(const struct questionnaire *q, json_t *o,
    const struct score_area *r)
{
	bool ok = true;

	if (aggregate_has_levels(q))
		ok = figure_put(o, "level", json_integer(r->level));
	if (ok && aggregate_has_points(q))
		ok = figure_put(o, "points", json_integer(r->points));
	if (ok && aggregate_has_boxes(q))
		ok = figure_put(o, "boxes", figure_share(r->boxes,
		    r->boxes_max));
	if (ok && aggregate_has_means(q) && r->mean >= 0)
		ok = figure_put(o, "mean", figure_mean(r->mean, 1,
		    SCORE_ONE));
	return ok;
}

static json_t *
area_rows(const struct questionnaire *q, const struct score *s)
{
	json_t *list = json_array();
	bool ok = list != NULL;

	for (size_t a = 0; ok && a < q->n_areas; a++) {
		json_t *o = json_object();

		ok = figure_add(list, figure_done(o, o != NULL &&
		    figure_put(o, "id", json_string(q->areas[a].id)) &&
		    put_result(q, o, &s->areas[a])));
	}
	return figure_done(list, ok);
}

json_t *
typical_json(const struct census *c, const struct typical *t)
{
	const struct questionnaire *q = c->pile->layout.q;
	const struct score *s = &t->score;
	const struct score_area whole = {
		.level = s->level, .points = s->points, .boxes = s->boxes,
		.boxes_max = s->boxes_max, .mean = s->mean,
	};
	json_t *o = json_object();
	bool ok = figure_put(o, "organisations",
	    json_integer((json_int_t)t->organisations)) &&
	    put_result(q, o, &whole);

	if (ok && q->scoring->result != SCORING_COUNTS)
		ok = figure_put(o, "areas", area_rows(q, s));
	return figure_done(o, ok && figure_put(o, "answers",
	    sheet_json(&c->pile->layout, &t->sheet)));
}
