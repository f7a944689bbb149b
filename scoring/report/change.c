/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/report/change.h"

#include <stdlib.h>
#include <string.h>

/* --- which boxes --------------------------------------------------------- */

/* The same definition: all of them. */
static enum err_code
compare(struct change *c, const struct questionnaire *q, struct err *e)
{
	c->levels = c->points = c->means = true;
	c->boxes = calloc(q->n_options + 1, sizeof(*c->boxes));
	c->area_boxes = calloc(c->n_areas + 1, sizeof(*c->area_boxes));
	if (c->boxes == NULL || c->area_boxes == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	for (size_t k = 0; k < q->n_questions; k++)
		for (size_t o = 0; q->questions[k].type ==
		    QUESTION_MULTIPLE && o < q->questions[k].n_options; o++) {
			c->boxes[c->n_boxes++] = (struct change_box){
				.area = q->questions[k].area,
				.question = { k, k }, .option = { o, o },
			};
			c->area_boxes[q->questions[k].area]++;
		}
	c->area_boxes[c->n_areas] = c->n_boxes;
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
	enum err_code code;

	memset(out, 0, sizeof(*out));
	if (memcmp(now->layout.q->digest, then->layout.q->digest,
	    sizeof(now->layout.q->digest)) != 0)
		return err_set(e, ERR_QUESTIONNAIRE_DIGEST, NULL, 0, NULL);
	out->n_areas = now->layout.q->n_areas;
	out->same = true;
	if ((code = census_make(now, then, limits, &out->census[CHANGE_NOW],
	    e)) == ERR_OK &&
	    (code = census_make(then, now, limits, &out->census[CHANGE_THEN],
	    e)) == ERR_OK &&
	    (code = compare(out, now->layout.q, e)) ==
	    ERR_OK && (code = count_all(out, CHANGE_NOW, e)) == ERR_OK)
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
	free(c->area_boxes);
	memset(c, 0, sizeof(*c));
}
