/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/report/change.h"

#include <stdlib.h>
#include <string.h>

/* --- which boxes --------------------------------------------------------- */

/* The boxes of a question that has some of them in both. */
static void
take_question(struct change *c, const struct comparable *m, size_t area)
{
	for (size_t o = 0; o < m->n_options; o++)
		c->boxes[c->n_boxes++] = (struct change_box){
			.area = area, .question = { m->then, m->now },
			.option = { m->options[o][1], m->options[o][0] },
		};
}

static enum err_code
take_boxes(struct change *c, const struct questionnaire *q, struct err *e)
{
	c->boxes = calloc(q->n_options + 1, sizeof(*c->boxes));
	if (c->boxes == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	for (size_t i = 0; i < c->comparison.len; i++) {
		const struct comparable *m = &c->comparison.v[i];

		if ((m->why == COMPARE_SAME || m->why == COMPARE_OPTIONS) &&
		    q->questions[m->now].type == QUESTION_MULTIPLE)
			take_question(c, m, q->questions[m->now].area);
	}
	return ERR_OK;
}

/* --- what everybody ticked ----------------------------------------------- */

void
change_count(const struct change *c, enum change_side side,
    const struct sheet *s, uint32_t *out)
{
	const struct sheet_layout *l = &c->census[side].pile->layout;

	memset(out, 0, (c->n_areas + 1) * sizeof(*out));
	for (size_t i = 0; i < c->n_boxes; i++) {
		const struct change_box *box = &c->boxes[i];

		if (!sheet_has(l, s, box->question[side], box->option[side]))
			continue;
		out[box->area]++;
		out[c->n_areas]++;
	}
}

static enum err_code
count_all(struct change *c, enum change_side side, struct err *e)
{
	const struct pile *p = c->census[side].pile;
	size_t width = c->n_areas + 1;

	c->ticked[side] = calloc(p->len * width + 1, sizeof(**c->ticked));
	if (c->ticked[side] == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	for (size_t i = 0; i < p->len; i++)
		change_count(c, side, &p->v[i].document.sheet,
		    c->ticked[side] + i * width);
	return ERR_OK;
}

/* --- all of it ----------------------------------------------------------- */

enum err_code
change_make(const struct pile *now, const struct pile *then,
    const struct scoring_limits *limits, struct change *out, struct err *e)
{
	const struct questionnaire *q = now->layout.q, *p = then->layout.q;
	enum err_code code;

	memset(out, 0, sizeof(*out));
	out->n_areas = q->n_areas;
	out->same = memcmp(q->digest, p->digest, sizeof(q->digest)) == 0;
	if ((code = census_make(now, then, limits, &out->census[CHANGE_NOW],
	    e)) == ERR_OK &&
	    (code = census_make(then, now, limits, &out->census[CHANGE_THEN],
	    e)) == ERR_OK &&
	    (code = compare_definitions(q, p, &out->comparison, e)) ==
	    ERR_OK && (code = take_boxes(out, q, e)) == ERR_OK &&
	    (code = count_all(out, CHANGE_NOW, e)) == ERR_OK)
		code = count_all(out, CHANGE_THEN, e);
	if (code != ERR_OK)
		change_wipe(out);
	return code;
}

void
change_wipe(struct change *c)
{
	for (int side = CHANGE_THEN; side <= CHANGE_NOW; side++) {
		census_wipe(&c->census[side]);
		free(c->ticked[side]);
	}
	free(c->boxes);
	comparison_wipe(&c->comparison);
	memset(c, 0, sizeof(*c));
}
