/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/report/change.h"

#include <stdlib.h>
#include <string.h>

#include "format/scoring.h"
#include "scoring/report/pairs.h"

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

/* --- what both rounds tell together --------------------------------------- */

/* Sets of the one round and of the other. */
struct joint_set {
	const struct census *census;	/* that has decided it before */
	enum change_side side;
	size_t set;
};
#define JOINT_PARTS	5
#define JOINT_SETS	((JOINT_PARTS + 3) * GROUPS)

/* What is decided together: parts of groups, in the order in which they are
 * wanted; the first are the rounds' groups, as their own reports have them. */
struct joint {
	size_t n_groups, n_parts;
	struct { enum change_side side; enum census_part part; }
	    parts[JOINT_PARTS];
	enum change_side slices;	/* then's have been reported, so behind
					 * the groups; now's come last */
};

/* What the rounds tell together: an organisation that is in both counts as one
 * in the figures of both. */
static const struct joint two_rounds = { 2, 5, {
	{ CHANGE_NOW, CENSUS_WHOLE }, { CHANGE_THEN, CENSUS_WHOLE },
	{ CHANGE_NOW, CENSUS_BOTH }, { CHANGE_NOW, CENSUS_ONLY },
	{ CHANGE_THEN, CENSUS_ONLY } }, CHANGE_NOW };
/* What the earlier one's figures tell, in which those in both are of the kinds
 * that they are of now. */
static const struct joint earlier_round = { 1, 3, {
	{ CHANGE_THEN, CENSUS_WHOLE }, { CHANGE_NOW, CENSUS_BOTH },
	{ CHANGE_THEN, CENSUS_ONLY } }, CHANGE_THEN };

static size_t
order_slices(const struct change *c, enum change_side side, size_t n,
    struct joint_set *out, bool *with_last)
{
	const struct census *census = side == CHANGE_THEN ? &c->before :
	    &c->census[CHANGE_NOW];

	for (size_t i = 0; i < GROUPS; i++)
		for (size_t s = 0; s < 3; s++) {
			with_last[n] = s != 0;
			out[n++] = (struct joint_set){ census, side,
			    CENSUS_SET(CENSUS_LOW + s, census->groups.order[
			    (i + 1) % GROUPS]) };
		}
	return n;
}

/* fixed: so many of them are published whatever is decided. */
static size_t
order_joint(const struct change *c, const struct joint *joint,
    struct joint_set out[static JOINT_SETS],
    bool with_last[static JOINT_SETS], size_t *fixed)
{
	size_t n = 0;

	memset(with_last, 0, JOINT_SETS * sizeof(*with_last));
	*fixed = joint->n_groups * GROUPS;
	for (size_t p = 0; p < joint->n_parts; p++) {
		const enum change_side side = joint->parts[p].side;
		const struct census *census = &c->census[side];

		if (n == *fixed && joint->slices == CHANGE_THEN)
			*fixed = n = order_slices(c, CHANGE_THEN, n, out,
			    with_last);
		for (size_t i = 0; i < GROUPS; i++)
			out[n++] = (struct joint_set){ census, side,
			    CENSUS_SET(joint->parts[p].part,
			    census->groups.order[i]) };
	}
	return joint->slices == CHANGE_NOW ? order_slices(c, CHANGE_NOW, n,
	    out, with_last) : n;
}

/* Where an item of the earlier round is among all who took part: as an item of
 * the later one, or behind them. */
static size_t
place_of(const struct change *c, enum change_side side, size_t item)
{
	const struct census *then = &c->census[CHANGE_THEN];

	if (side == CHANGE_NOW)
		return item;
	return then->other[item] != SIZE_MAX ? then->other[item] :
	    c->census[CHANGE_NOW].pile->len + item;
}

static void
hide(struct census *c, size_t set, enum disclosure why)
{
	if (why == DISCLOSURE_SHOWN)
		return;
	if (c->verdict[set] == DISCLOSURE_SHOWN)
		c->verdict[set] = why;
	for (size_t a = 0; a <= c->pile->layout.q->n_areas; a++)
		if (c->counted[a][set] == DISCLOSURE_SHOWN)
			c->counted[a][set] = why;
}

/* How many are in both tells how many are only in one, of the rounds' known
 * numbers: of a group all three are shown or none. */
static void
hide_together(struct change *c)
{
	struct census *now = &c->census[CHANGE_NOW];
	struct census *then = &c->census[CHANGE_THEN];

	for (size_t g = 0; g < GROUPS; g++) {
		size_t both = CENSUS_SET(CENSUS_BOTH, g);
		size_t only = CENSUS_SET(CENSUS_ONLY, g);

		if (now->verdict[both] == DISCLOSURE_SHOWN &&
		    now->verdict[only] == DISCLOSURE_SHOWN &&
		    then->verdict[both] == DISCLOSURE_SHOWN &&
		    then->verdict[only] == DISCLOSURE_SHOWN)
			continue;
		hide(now, both, DISCLOSURE_COMPLEMENTARY);
		hide(now, only, DISCLOSURE_COMPLEMENTARY);
		hide(then, both, DISCLOSURE_COMPLEMENTARY);
		hide(then, only, DISCLOSURE_COMPLEMENTARY);
	}
}

/* Where the earlier report has a mean of all, it tells apart who had left out
 * what, also in areas where they had not. */
static void
hide_areas(struct change *c)
{
	struct census *then = &c->census[CHANGE_THEN];
	const struct questionnaire *q = then->pile->layout.q;

	for (size_t s = 0; q->scoring->result == SCORING_MEANS &&
	    s < CENSUS_SETS; s++)
		for (size_t a = 0; a < q->n_areas; a++)
			if (c->before.counted[q->n_areas][s % GROUPS] ==
			    DISCLOSURE_SHOWN &&
			    then->counted[q->n_areas][s] != DISCLOSURE_SHOWN &&
			    then->counted[a][s] == DISCLOSURE_SHOWN)
				then->counted[a][s] = DISCLOSURE_COMPLEMENTARY;
}

/* Each round by itself has been decided: what more is to be hidden. */
static enum err_code
decide_jointly(struct change *c, const struct joint *joint, struct err *e)
{
	struct joint_set sets[JOINT_SETS];
	bool with_last[JOINT_SETS];
	enum disclosure verdict[JOINT_SETS];
	size_t fixed;
	const size_t n = order_joint(c, joint, sets, with_last, &fixed);
	const size_t everybody = c->census[CHANGE_NOW].pile->len +
	    c->census[CHANGE_THEN].pile->len;
	uint64_t *in = calloc(everybody + 1, sizeof(*in));
	enum err_code code;

	if (in == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	for (size_t s = 0; s < n; s++) {
		const struct census *census = sets[s].census;
		const struct group *g = &census->set[sets[s].set];

		if (census->verdict[sets[s].set] != DISCLOSURE_SHOWN)
			continue;
		for (size_t i = 0; i < g->len; i++)
			in[place_of(c, sets[s].side, g->v[i])] |=
			    UINT64_C(1) << s;
	}
	if ((code = disclosure_decide_members(in, everybody, n, with_last,
	    c->census[CHANGE_NOW].limits.least, verdict, e)) == ERR_OK)
		for (size_t s = fixed; s < n; s++)
			hide(&c->census[sets[s].side], sets[s].set,
			    verdict[s]);
	free(in);
	return code;
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
	    (code = census_make(then, NULL, limits, &out->before, e)) ==
	    ERR_OK &&
	    (code = decide_jointly(out, &earlier_round, e)) == ERR_OK &&
	    (code = decide_jointly(out, &two_rounds, e)) == ERR_OK &&
	    (code = compare_definitions(q, p, &out->comparison, e)) ==
	    ERR_OK && (code = take_boxes(out, q, e)) == ERR_OK &&
	    (code = count_all(out, CHANGE_NOW, e)) == ERR_OK)
		code = count_all(out, CHANGE_THEN, e);
	if (code != ERR_OK) {
		change_wipe(out);
		return code;
	}
	hide_together(out);
	hide_areas(out);
	return ERR_OK;
}

void
change_wipe(struct change *c)
{
	for (int side = CHANGE_THEN; side <= CHANGE_NOW; side++) {
		census_wipe(&c->census[side]);
		free(c->ticked[side]);
	}
	census_wipe(&c->before);
	free(c->boxes);
	comparison_wipe(&c->comparison);
	memset(c, 0, sizeof(*c));
}
