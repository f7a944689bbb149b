/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/report/census_sums.h"

#include <stdlib.h>
#include <string.h>

#include "format/scoring.h"
#include "scoring/report/census_sets.h"
#include "scoring/report/weight.h"
#include "scoring/score.h"

/* Whose answers to a question weigh the same. */
struct weighed {
	struct weight weight[WEIGHTS_MAX];
	size_t *size[WEIGHTS_MAX];	/* [alike.len] each; owned */
	size_t len;
	bool more;			/* than there is room for */
};

/* How many have answered what, of those who are in the same sets. */
struct tally {
	struct census_alike alike;
	size_t *answered;		/* [n_questions][alike.len] */
	struct weighed *weighed;	/* [n_questions]; NULL: no means */
	struct weight *room;		/* [n_areas]: of one sheet */
};

/* --- counting ------------------------------------------------------------ */

static void
tally_wipe(struct tally *t, size_t n_questions)
{
	for (size_t k = 0; t->weighed != NULL && k < n_questions; k++)
		for (size_t w = 0; w < t->weighed[k].len; w++)
			free(t->weighed[k].size[w]);
	free(t->weighed);
	free(t->answered);
	free(t->room);
	census_alike_wipe(&t->alike);
}

static enum err_code
add_weight(struct weighed *to, struct weight weight, size_t alike,
    size_t n_alike, struct err *e)
{
	size_t w = 0;

	while (w < to->len && (to->weight[w].area != weight.area ||
	    to->weight[w].all != weight.all))
		w++;
	if (w == WEIGHTS_MAX) {
		to->more = true;
		return ERR_OK;
	}
	if (w == to->len) {
		if ((to->size[w] = calloc(n_alike,
		    sizeof(*to->size[w]))) == NULL)
			return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
		to->weight[w] = weight;
		to->len++;
	}
	to->size[w][alike]++;
	return ERR_OK;
}

/* One organisation after the other: a sheet is read once. */
static enum err_code
tally_add(struct tally *t, const struct sheet_layout *l,
    const struct sheet *s, size_t alike, struct err *e)
{
	const size_t n = t->alike.len;
	enum err_code code = ERR_OK;
	int64_t value;

	for (size_t k = 0; k < l->q->n_questions; k++)
		t->answered[k * n + alike] += sheet_answered(l, s, k);
	if (t->weighed == NULL)
		return ERR_OK;
	weights_of(l, s, t->room);
	for (size_t k = 0; code == ERR_OK && k < l->q->n_questions; k++)
		if (score_value(l, s, k, &value))
			code = add_weight(&t->weighed[k], t->room[
			    l->q->questions[k].area], alike, n, e);
	return code;
}

static enum err_code
tally_make(const struct census *c, struct tally *t, struct err *e)
{
	const struct questionnaire *q = c->pile->layout.q;
	const bool means = q->scoring->result == SCORING_MEANS;
	enum err_code code;

	memset(t, 0, sizeof(*t));
	if ((code = census_alike_make(c, &t->alike, e)) != ERR_OK)
		return code;
	t->answered = calloc(q->n_questions * t->alike.len + 1,
	    sizeof(*t->answered));
	t->room = calloc(q->n_areas + 1, sizeof(*t->room));
	t->weighed = means ? calloc(q->n_questions + 1,
	    sizeof(*t->weighed)) : NULL;
	if (t->answered == NULL || t->room == NULL ||
	    (means && t->weighed == NULL))
		code = err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	for (size_t i = 0; code == ERR_OK && i < c->pile->len; i++)
		code = tally_add(t, &c->pile->layout,
		    &c->pile->v[i].document.sheet, t->alike.of[i], e);
	return code;
}

static bool
are_all(const struct census *c, const struct tally *t, const size_t *size)
{
	size_t n = 0;

	for (size_t i = 0; i < t->alike.len; i++)
		n += size[i];
	return n == c->pile->len;
}

/* --- single questions ---------------------------------------------------- */

/* Parts of groups have no figures of single questions. */
static enum err_code
decide_question(struct census *c, const struct tally *t, size_t k,
    struct err *e)
{
	const size_t *size = t->answered + k * t->alike.len;

	memcpy(c->question[k], c->verdict, sizeof(c->question[k]));
	return are_all(c, t, size) ? ERR_OK : census_decide(c, &t->alike,
	    size, GROUPS, c->question[k], e);
}

/* --- what is counted over questions -------------------------------------- */

#define SLICES	CENSUS_SET(CENSUS_LOW, 0)

/*
 * Where all and its kinds are told of, what is hidden of one could be had from
 * the others.  Slices were decided last, so when it is one of them that must
 * not be told of, it is enough to hide all slices.
 */
static void
hide(const struct census *c, size_t set,
    enum disclosure verdict[static CENSUS_SETS])
{
	const struct questionnaire *q = c->pile->layout.q;
	const size_t group = set % GROUPS;

	for (size_t s = set < SLICES ? 0 : SLICES; s < CENSUS_SETS; s++) {
		const size_t g = s % GROUPS;
		const bool both_in_all = (group == GROUP_ALL ||
		    q->scoring->groups[group_kind(group)]) &&
		    (g == GROUP_ALL || q->scoring->groups[group_kind(g)]);

		if ((g == group || both_in_all) &&
		    verdict[s] == DISCLOSURE_SHOWN)
			verdict[s] = DISCLOSURE_COMPLEMENTARY;
	}
}

/*
 * A question that few have answered would be what its area has more than the
 * area's other questions; and who has not answered it lacks what is demanded of
 * it, so that the higher levels are of those few.  Slices have no levels.
 */
static void
hide_sums(struct census *c, size_t k, size_t set)
{
	const struct questionnaire *q = c->pile->layout.q;

	hide(c, set, c->counted[q->questions[k].area]);
	hide(c, set, c->counted[q->n_areas]);
	if (set < SLICES && score_demanded(q, k))
		hide(c, set, c->levels);
}

/* Nor is who has not answered a question in what is counted of it: that is not
 * shown of parts, but it is in their sums. */
static enum err_code
decide_sums(struct census *c, const struct tally *t, size_t k,
    struct err *e)
{
	const size_t *size = t->answered + k * t->alike.len;
	enum disclosure verdict[CENSUS_SETS];
	enum err_code code;

	if (are_all(c, t, size))
		return ERR_OK;
	memcpy(verdict, c->verdict, sizeof(verdict));
	if ((code = census_decide(c, &t->alike, size, CENSUS_SETS, verdict,
	    e)) != ERR_OK)
		return code;
	for (size_t s = 0; s < CENSUS_SETS; s++)
		if (c->verdict[s] == DISCLOSURE_SHOWN &&
		    (verdict[s] != DISCLOSURE_SHOWN || (s < GROUPS &&
		    c->question[k][s] != DISCLOSURE_SHOWN)))
			hide_sums(c, k, s);
	return ERR_OK;
}

/* --- means --------------------------------------------------------------- */

/* Who has no mean of an area is in none of its sets. */
static enum err_code
decide_mean(struct census *c, const struct tally *t, size_t area,
    size_t *size, struct err *e)
{
	memset(size, 0, t->alike.len * sizeof(*size));
	for (size_t i = 0; i < c->pile->len; i++) {
		const struct score *s = &c->pile->v[i].score;

		size[t->alike.of[i]] += (area < c->pile->layout.q->n_areas ?
		    s->areas[area].mean : s->mean) >= 0;
	}
	return are_all(c, t, size) ? ERR_OK : census_decide(c, &t->alike,
	    size, CENSUS_SETS, c->counted[area], e);
}

/* Those whose answers weigh the same may be told from the others, so they are
 * sets, too; of one of them anything is hidden, all of it is. */
static enum err_code
decide_class(const struct census *c, const struct tally *t,
    const size_t *size, enum disclosure counted[static CENSUS_SETS],
    struct err *e)
{
	enum disclosure verdict[CENSUS_SETS];
	enum err_code code;

	if (are_all(c, t, size))
		return ERR_OK;
	memcpy(verdict, c->verdict, sizeof(verdict));
	if ((code = census_decide(c, &t->alike, size, CENSUS_SETS, verdict,
	    e)) == ERR_OK)
		for (size_t s = 0; s < CENSUS_SETS; s++)
			if (c->verdict[s] == DISCLOSURE_SHOWN &&
			    verdict[s] != DISCLOSURE_SHOWN)
				hide(c, s, counted);
	return code;
}

/* As many in the area as the w-th, whatever they have in others; 0 when an
 * earlier one has as many. */
static bool
sum_of_area(const struct weighed *of, size_t w, size_t n, size_t *size)
{
	memset(size, 0, n * sizeof(*size));
	for (size_t i = 0; i < of->len; i++) {
		if (of->weight[i].area != of->weight[w].area)
			continue;
		if (i < w)
			return false;
		for (size_t k = 0; k < n; k++)
			size[k] += of->size[i][k];
	}
	return true;
}

static enum err_code
decide_weights(struct census *c, const struct tally *t, size_t k,
    size_t *size, struct err *e)
{
	const struct questionnaire *q = c->pile->layout.q;
	const struct weighed *of = &t->weighed[k];
	enum disclosure *area = c->counted[q->questions[k].area];
	enum disclosure *all = c->counted[q->n_areas];
	enum err_code code = ERR_OK;

	for (size_t g = 0; of->more && g < GROUPS; g++) {
		hide(c, g, area);
		hide(c, g, all);
	}
	for (size_t w = 0; code == ERR_OK && w < of->len && !of->more; w++) {
		code = decide_class(c, t, of->size[w], all, e);
		if (code == ERR_OK && sum_of_area(of, w, t->alike.len, size))
			code = decide_class(c, t, size, area, e);
	}
	return code;
}

/* The mean of all tells the slices of an area apart by what they have in other
 * areas: they are decided with those of all. */
static void
hide_slices(struct census *c)
{
	const size_t n = c->pile->layout.q->n_areas;

	for (size_t g = 0; g < GROUPS; g++)
		for (size_t a = 0; a < n; a++)
			if (c->counted[n][g] == DISCLOSURE_SHOWN &&
			    c->counted[n][SLICES + g] != DISCLOSURE_SHOWN)
				hide(c, SLICES + g, c->counted[a]);
}

static enum err_code
decide_means(struct census *c, const struct tally *t, struct err *e)
{
	const struct questionnaire *q = c->pile->layout.q;
	size_t *size = calloc(t->alike.len + 1, sizeof(*size));
	enum err_code code = ERR_OK;

	if (size == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	for (size_t a = 0; code == ERR_OK && a <= q->n_areas; a++)
		code = decide_mean(c, t, a, size, e);
	for (size_t k = 0; code == ERR_OK && k < q->n_questions; k++)
		code = decide_weights(c, t, k, size, e);
	hide_slices(c);
	free(size);
	return code;
}

/* --- all of it ----------------------------------------------------------- */

static enum err_code
decide_all(struct census *c, const struct tally *t, struct err *e)
{
	const struct questionnaire *q = c->pile->layout.q;
	enum err_code code = ERR_OK;

	memcpy(c->levels, c->verdict, sizeof(c->levels));
	for (size_t a = 0; a <= q->n_areas; a++)
		memcpy(c->counted[a], c->verdict, sizeof(c->counted[a]));
	for (size_t k = 0; code == ERR_OK && k < q->n_questions; k++)
		code = decide_question(c, t, k, e);
	if (code == ERR_OK && q->scoring->result == SCORING_MEANS)
		code = decide_means(c, t, e);
	for (size_t k = 0; code == ERR_OK && k < q->n_questions &&
	    q->scoring->result != SCORING_COUNTS; k++)
		if (score_counts(q, k))
			code = decide_sums(c, t, k, e);
	return code;
}

enum err_code
census_decide_sums(struct census *c, struct err *e)
{
	const struct questionnaire *q = c->pile->layout.q;
	struct tally t = { 0 };
	enum err_code code;

	c->question = calloc(q->n_questions, sizeof(*c->question));
	c->counted = calloc(q->n_areas + 1, sizeof(*c->counted));
	code = c->question == NULL || c->counted == NULL ?
	    err_set(e, ERR_NO_MEMORY, NULL, 0, NULL) : tally_make(c, &t, e);
	if (code == ERR_OK)
		code = decide_all(c, &t, e);
	tally_wipe(&t, q->n_questions);
	return code;
}
