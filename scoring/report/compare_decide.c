/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/report/compare_decide.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "format/scoring.h"
#include "scoring/report/weight.h"
#include "scoring/score.h"

/* --- single questions ----------------------------------------------------- */

static enum err_code
decide_question(struct compared *c, size_t which, struct err *e)
{
	const struct comparable *v = &c->comparison.v[which];
	const struct pile *now = c->pairs.now, *then = c->pairs.then;
	bool *has_now, *has_then;
	enum err_code code;

	if (v->why != COMPARE_SAME)
		return ERR_OK;
	has_now = calloc(now->len + 1, sizeof(*has_now));
	has_then = calloc(then->len + 1, sizeof(*has_then));
	if (has_now == NULL || has_then == NULL)
		code = err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	else {
		for (size_t i = 0; i < now->len; i++)
			has_now[i] = sheet_answered(&now->layout,
			    &now->v[i].document.sheet, v->now);
		for (size_t i = 0; i < then->len; i++)
			has_then[i] = sheet_answered(&then->layout,
			    &then->v[i].document.sheet, v->then);
		code = pairs_decide(&c->pairs, has_now, has_then,
		    c->question[which], e);
	}
	free(has_now);
	free(has_then);
	return code;
}

/* --- what is counted over questions --------------------------------------- */

/* In a group; or, when it is a part of all, in all that are: what is hidden of
 * one of them could be had from the others. */
static void
hide(const struct compared *c, size_t group,
    enum disclosure verdict[static GROUPS])
{
	const bool *in_all = c->pairs.now->layout.q->scoring->groups;
	bool part = group == GROUP_ALL || in_all[group_kind(group)];

	for (size_t g = 0; g < GROUPS; g++)
		if (g == group || (part && (g == GROUP_ALL ||
		    in_all[group_kind(g)])))
			verdict[g] = DISCLOSURE_COMPLEMENTARY;
}

static void
hide_sums(struct compared *c, size_t which)
{
	const struct questionnaire *q = c->pairs.now->layout.q;
	const struct comparable *v = &c->comparison.v[which];

	if (v->why != COMPARE_SAME || !score_counts(q, v->now))
		return;
	for (size_t g = 0; g < GROUPS; g++) {
		if (c->pairs.verdict[g] != DISCLOSURE_SHOWN ||
		    c->question[which][g] == DISCLOSURE_SHOWN)
			continue;
		hide(c, g, c->sum[q->questions[v->now].area]);
		hide(c, g, c->sum[q->n_areas]);
		if (score_demanded(q, v->now))
			hide(c, g, c->levels);
	}
}

/* --- means ---------------------------------------------------------------- */

/* By what answers are told apart: in an area's mean, or in that and the mean of
 * all; or they are not. */
enum apart { APART_NOT, APART_AREA, APART_ALL };

/* How an answer weighs, in one number; 0: it is not there. */
static uint64_t *
keys_of(const struct pile *p, size_t question, enum apart by)
{
	const struct questionnaire *q = p->layout.q;
	struct weight *room = calloc(q->n_areas + 1, sizeof(*room));
	uint64_t *keys = calloc(p->len + 1, sizeof(*keys));
	int64_t value;

	for (size_t i = 0; room != NULL && keys != NULL && i < p->len; i++) {
		const struct sheet *s = &p->v[i].document.sheet;
		const struct weight *w = &room[q->questions[question].area];

		if (!score_value(&p->layout, s, question, &value))
			continue;
		weights_of(&p->layout, s, room);
		keys[i] = UINT64_C(1) << 63 |
		    (uint64_t)(by == APART_NOT ? 0 : w->area) << 31 |
		    (by == APART_ALL ? w->all : 0);
	}
	if (room == NULL) {
		free(keys);
		keys = NULL;
	}
	free(room);
	return keys;
}

/* What a round's own report tells them apart by. */
static enum apart
apart_in(const struct census *own, size_t question)
{
	const struct questionnaire *q = own->pile->layout.q;
	enum apart by = APART_NOT;

	if (q->scoring->result != SCORING_MEANS)
		return by;
	for (size_t g = 0; g < GROUPS; g++) {
		if (own->set[g].len == 0)
			continue;
		if (own->counted[q->n_areas][g] == DISCLOSURE_SHOWN)
			return APART_ALL;
		if (own->counted[q->questions[question].area][g] ==
		    DISCLOSURE_SHOWN)
			by = APART_AREA;
	}
	return by;
}

static int
by_key(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* Those whose answers weigh the same are sets of their own (weight.h). */
static enum err_code
decide_key(struct compared *c, const uint64_t *now, const uint64_t *then,
    uint64_t key, enum disclosure sum[static GROUPS], struct err *e)
{
	const size_t n = c->pairs.now->len, m = c->pairs.then->len;
	bool *has_now = calloc(n + 1, sizeof(*has_now));
	bool *has_then = calloc(m + 1, sizeof(*has_then));
	enum disclosure verdict[GROUPS] = { 0 };
	enum err_code code;

	if (has_now == NULL || has_then == NULL)
		code = err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	else {
		for (size_t i = 0; i < n; i++)
			has_now[i] = now[i] == key;
		for (size_t i = 0; i < m; i++)
			has_then[i] = then[i] == key;
		code = pairs_decide(&c->pairs, has_now, has_then, verdict, e);
	}
	for (size_t g = 0; code == ERR_OK && g < GROUPS; g++)
		if (c->pairs.verdict[g] == DISCLOSURE_SHOWN &&
		    verdict[g] != DISCLOSURE_SHOWN)
			hide(c, g, sum);
	free(has_now);
	free(has_then);
	return code;
}

/* Each key once, in order; everybody has the one: there is none to decide. */
static enum err_code
decide_keys(struct compared *c, const uint64_t *now, const uint64_t *then,
    enum disclosure sum[static GROUPS], struct err *e)
{
	const size_t n = c->pairs.now->len, m = c->pairs.then->len;
	uint64_t *keys = calloc(n + m + 1, sizeof(*keys));
	enum err_code code = ERR_OK;
	size_t len = 0;

	if (keys == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	memcpy(keys, now, n * sizeof(*keys));
	memcpy(keys + n, then, m * sizeof(*keys));
	qsort(keys, n + m, sizeof(*keys), by_key);
	for (size_t i = 0; i < n + m; i++)
		if (len == 0 || keys[i] != keys[len - 1])
			keys[len++] = keys[i];
	for (size_t g = 0; len > WEIGHTS_MAX && g < GROUPS; g++)
		hide(c, g, sum);
	for (size_t i = 0; code == ERR_OK && len > 1 && len <= WEIGHTS_MAX &&
	    i < len; i++)
		if (keys[i] != 0)
			code = decide_key(c, now, then, keys[i], sum, e);
	free(keys);
	return code;
}

static enum err_code
decide_apart(struct compared *c, size_t which, const enum apart by[static 2],
    enum disclosure verdict[static GROUPS], struct err *e)
{
	const struct comparable *v = &c->comparison.v[which];
	uint64_t *then = keys_of(c->pairs.then, v->then, by[false]);
	uint64_t *now = keys_of(c->pairs.now, v->now, by[true]);
	enum err_code code = now == NULL || then == NULL ?
	    err_set(e, ERR_NO_MEMORY, NULL, 0, NULL) :
	    decide_keys(c, now, then, verdict, e);

	free(now);
	free(then);
	return code;
}

/* Also the question itself, and whoever is told apart in a report by what they
 * have left out of others. */
static enum err_code
decide_weights(struct compared *c, size_t which, struct err *e)
{
	static const enum apart area[] = { APART_AREA, APART_AREA };
	static const enum apart all[] = { APART_ALL, APART_ALL };
	const struct comparable *v = &c->comparison.v[which];
	const struct questionnaire *q = c->pairs.now->layout.q;
	enum disclosure told[GROUPS] = { 0 };
	enum apart reports[2];
	enum err_code code;
	size_t own;

	if (v->why != COMPARE_SAME || !score_counts(q, v->now))
		return ERR_OK;
	own = q->questions[v->now].area;
	reports[false] = apart_in(&c->pairs.alone[false], v->then);
	reports[true] = apart_in(&c->pairs.alone[true], v->now);
	if ((code = decide_apart(c, which, area, c->sum[own], e)) == ERR_OK &&
	    (code = decide_apart(c, which, all, c->sum[q->n_areas], e)) ==
	    ERR_OK)
		code = decide_apart(c, which, reports, told, e);
	for (size_t g = 0; code == ERR_OK && g < GROUPS; g++)
		if (told[g] != DISCLOSURE_SHOWN) {
			hide(c, g, c->sum[own]);
			hide(c, g, c->question[which]);
		}
	return code;
}

/* --- all of it ------------------------------------------------------------ */

enum err_code
compared_decide(struct compared *c, struct err *e)
{
	const bool means = c->pairs.now->layout.q->scoring->result ==
	    SCORING_MEANS;
	const size_t n = c->comparison.len;
	enum err_code code = ERR_OK;

	for (size_t i = 0; i < n && code == ERR_OK; i++)
		code = decide_question(c, i, e);
	for (size_t i = 0; i < n && code == ERR_OK; i++)
		hide_sums(c, i);
	for (size_t i = 0; i < n && code == ERR_OK && means; i++)
		code = decide_weights(c, i, e);
	return code;
}
