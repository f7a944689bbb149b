/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/report/census.h"

#include <stdlib.h>
#include <string.h>

#include "format/scoring.h"

bool
census_has_kind(const struct questionnaire *q, size_t group, int kind)
{
	return group == GROUP_ALL ? q->scoring->groups[kind] :
	    group_kind(group) == kind;
}

/* --- who is where -------------------------------------------------------- */

/* Both piles are sorted by number. */
static void
find_others(struct census *c, const struct pile *other)
{
	for (size_t i = 0, j = 0; i < c->pile->len; i++) {
		const char *number = c->pile->v[i].document.number;
		int order = -1;

		while (other != NULL && j < other->len && (order = strcmp(
		    other->v[j].document.number, number)) < 0)
			j++;
		c->other[i] = other != NULL && j < other->len && order == 0 ?
		    j : SIZE_MAX;
	}
}

/* Some of from, one after the other. */
static enum err_code
take_some(const struct group *from, size_t at, size_t n, struct group *out,
    struct err *e)
{
	if ((out->v = calloc(n + 1, sizeof(*out->v))) == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	memcpy(out->v, from->v + at, n * sizeof(*out->v));
	out->len = n;
	return ERR_OK;
}

static enum err_code
split_by_round(struct census *c, size_t group, struct err *e)
{
	const struct group *whole = &c->set[group];
	struct group *both = &c->set[CENSUS_SET(CENSUS_BOTH, group)];
	struct group *only = &c->set[CENSUS_SET(CENSUS_ONLY, group)];

	both->v = calloc(whole->len + 1, sizeof(*both->v));
	only->v = calloc(whole->len + 1, sizeof(*only->v));
	if (both->v == NULL || only->v == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	for (size_t i = 0; i < whole->len; i++) {
		size_t item = whole->v[i];
		struct group *to = c->other[item] != SIZE_MAX ? both : only;

		to->v[to->len++] = item;
	}
	return ERR_OK;
}

static enum err_code
split_by_result(struct census *c, size_t group, struct err *e)
{
	struct group ordered = { 0 };
	size_t sizes[3], at = 0;
	enum err_code code = group_ordered(c->pile, &c->set[group], &ordered,
	    e);

	if (code == ERR_OK &&
	    disclosure_slices(ordered.len, c->limits.least, sizes))
		for (size_t i = 0; code == ERR_OK && i < 3; at += sizes[i++])
			code = take_some(&ordered, at, sizes[i], &c->set[
			    CENSUS_SET(CENSUS_LOW + i, group)], e);
	group_wipe(&ordered);
	return code;
}

static enum err_code
gather(struct census *c, struct err *e)
{
	bool counts = c->pile->layout.q->scoring->result == SCORING_COUNTS;
	enum err_code code = ERR_OK;

	for (size_t g = 0; code == ERR_OK && g < GROUPS; g++)
		if ((code = group_of_kind(c->pile, group_kind(g), &c->set[g],
		    e)) == ERR_OK &&
		    (code = split_by_round(c, g, e)) == ERR_OK && !counts)
			code = split_by_result(c, g, e);
	return code != ERR_OK || counts ? code : groups_find_best(c->pile,
	    &c->groups, c->limits.best, c->limits.least, &c->best, e);
}

/* --- what may be shown --------------------------------------------------- */

/* The sets in the order in which they are wanted, those of a part's groups
 * together, and a group's three slices together or not at all; slices of kinds
 * before those of all, which say less. */
static void
order_sets(const struct census *c, size_t order[static CENSUS_SETS],
    bool with_last[static CENSUS_SETS])
{
	size_t n = 0;

	memset(with_last, 0, CENSUS_SETS * sizeof(*with_last));
	for (size_t part = CENSUS_WHOLE; part < CENSUS_PARTS; part++)
		for (size_t i = 0; i < GROUPS; i++) {
			size_t group = c->groups.order[part == CENSUS_LOW ?
			    (i + 1) % GROUPS : i];

			if (part == CENSUS_LOW) {
				with_last[n + 1] = with_last[n + 2] = true;
				for (size_t s = 0; s < 3; s++)
					order[n++] = CENSUS_SET(
					    CENSUS_LOW + s, group);
			} else if (part != CENSUS_MIDDLE &&
			    part != CENSUS_HIGH)
				order[n++] = CENSUS_SET(part, group);
		}
}

/*
 * in: of each organisation, which sets it is in that can be shown, by place in
 * the order; the verdicts of those that none is in stay.
 */
static enum err_code
decide(const struct census *c, const uint64_t *in,
    enum disclosure verdict[static CENSUS_SETS], struct err *e)
{
	enum disclosure found[CENSUS_SETS];
	size_t order[CENSUS_SETS];
	bool with_last[CENSUS_SETS];
	uint64_t any = 0;
	enum err_code code;

	order_sets(c, order, with_last);
	for (size_t i = 0; i < c->pile->len; i++)
		any |= in[i];
	if ((code = disclosure_decide_members(in, c->pile->len, CENSUS_SETS,
	    with_last, c->limits.least, found, e)) == ERR_OK)
		for (size_t n = 0; n < CENSUS_SETS; n++)
			if (any >> n & 1)
				verdict[order[n]] = found[n];
	return code;
}

/* Of each organisation, bit n: it is in the n-th set of the order. */
static uint64_t *
masks_of(const struct census *c, struct err *e)
{
	uint64_t *in = calloc(c->pile->len + 1, sizeof(*in));
	size_t order[CENSUS_SETS];
	bool with_last[CENSUS_SETS];

	if (in == NULL) {
		err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
		return NULL;
	}
	order_sets(c, order, with_last);
	for (size_t n = 0; n < CENSUS_SETS; n++) {
		const struct group *g = &c->set[order[n]];

		/* What is not shown is no candidate, later. */
		for (size_t i = 0; c->verdict[order[n]] == DISCLOSURE_SHOWN &&
		    i < g->len; i++)
			in[g->v[i]] |= UINT64_C(1) << n;
	}
	return in;
}

/* Parts of groups have no figures of single questions. */
static enum err_code
decide_question(struct census *c, size_t k, struct err *e)
{
	const struct sheet_layout *l = &c->pile->layout;
	struct disclosure_plan p = { .n_atoms = KIND_ANNAN + 1 };
	size_t n = 0, wanted[GROUPS];
	enum err_code code;

	memcpy(c->question[k], c->verdict, sizeof(c->question[k]));
	for (size_t i = 0; i < c->pile->len; i++) {
		const struct document *d = &c->pile->v[i].document;
		size_t answered = sheet_answered(l, &d->sheet, k);

		p.size[d->kind] += answered;
		n += answered;
	}
	if (n == c->pile->len)
		return ERR_OK;
	for (size_t i = 0; i < GROUPS; i++) {
		size_t group = c->groups.order[i];

		if (c->verdict[group] != DISCLOSURE_SHOWN)
			continue;
		for (int kind = 0; kind <= KIND_ANNAN; kind++)
			if (census_has_kind(l->q, group, kind))
				p.set[p.n_sets] |= UINT32_C(1) << kind;
		wanted[p.n_sets++] = group;
	}
	if ((code = disclosure_decide(&p, c->limits.least, e)) == ERR_OK)
		for (size_t s = 0; s < p.n_sets; s++)
			c->question[k][wanted[s]] = p.verdict[s];
	return code;
}

/* --- what is counted over questions -------------------------------------- */

static void
hide(struct census *c, size_t area, size_t group)
{
	for (size_t part = 0; part < CENSUS_PARTS; part++) {
		enum disclosure *v = &c->counted[area][CENSUS_SET(part,
		    group)];

		if (*v == DISCLOSURE_SHOWN)
			*v = DISCLOSURE_COMPLEMENTARY;
	}
}

/*
 * A question that few have answered would be what its area has more than the
 * area's other questions; and where all and its kinds are told of, what is
 * hidden of one could be had from the others.
 */
static void
hide_sums(struct census *c, size_t k, size_t group)
{
	const struct questionnaire *q = c->pile->layout.q;
	const size_t areas[] = { q->questions[k].area, q->n_areas };
	bool in_all = group == GROUP_ALL ||
	    q->scoring->groups[group_kind(group)];

	for (size_t i = 0; i < 2; i++)
		for (size_t g = 0; g < GROUPS; g++)
			if (g == group || (in_all && (g == GROUP_ALL ||
			    q->scoring->groups[group_kind(g)])))
				hide(c, areas[i], g);
}

/* Who has no mean of an area is in none of its sets. */
static enum err_code
decide_means(struct census *c, size_t area, const uint64_t *all,
    uint64_t *in, struct err *e)
{
	size_t lack = 0;

	for (size_t i = 0; i < c->pile->len; i++) {
		const struct score *s = &c->pile->v[i].score;
		bool has = (area < c->pile->layout.q->n_areas ?
		    s->areas[area].mean : s->mean) >= 0;

		in[i] = has ? all[i] : 0;
		lack += !has;
	}
	return lack == 0 ? ERR_OK : decide(c, in, c->counted[area], e);
}

/* Nor is who has not answered a question in what is counted of it: that is not
 * shown of parts, but it is in their sums. */
static enum err_code
decide_sums(struct census *c, size_t k, const uint64_t *all, uint64_t *in,
    struct err *e)
{
	enum disclosure verdict[CENSUS_SETS];
	size_t lack = 0;
	enum err_code code;

	for (size_t i = 0; i < c->pile->len; i++) {
		bool has = sheet_answered(&c->pile->layout,
		    &c->pile->v[i].document.sheet, k);

		in[i] = has ? all[i] : 0;
		lack += !has;
	}
	if (lack == 0)
		return ERR_OK;
	memcpy(verdict, c->verdict, sizeof(verdict));
	if ((code = decide(c, in, verdict, e)) != ERR_OK)
		return code;
	for (size_t s = 0; s < CENSUS_SETS; s++)
		if (c->verdict[s] == DISCLOSURE_SHOWN &&
		    (verdict[s] != DISCLOSURE_SHOWN || (s < GROUPS &&
		    c->question[k][s] != DISCLOSURE_SHOWN)))
			hide_sums(c, k, s % GROUPS);
	return ERR_OK;
}

static enum err_code
decide_counted(struct census *c, struct err *e)
{
	const struct questionnaire *q = c->pile->layout.q;
	uint64_t *all = masks_of(c, e), *in = NULL;
	enum err_code code = all == NULL ? e->code : ERR_OK;

	if (code == ERR_OK &&
	    (in = calloc(c->pile->len + 1, sizeof(*in))) == NULL)
		code = err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	for (size_t a = 0; code == ERR_OK && a <= q->n_areas; a++) {
		memcpy(c->counted[a], c->verdict, sizeof(c->counted[a]));
		if (q->scoring->result == SCORING_MEANS)
			code = decide_means(c, a, all, in, e);
	}
	for (size_t k = 0; code == ERR_OK && k < q->n_questions &&
	    q->scoring->result != SCORING_COUNTS; k++)
		if (q->questions[k].n_options != 0)
			code = decide_sums(c, k, all, in, e);
	free(all);
	free(in);
	return code;
}

/* --- all of it ----------------------------------------------------------- */

static enum err_code
decide_all(struct census *c, struct err *e)
{
	const struct questionnaire *q = c->pile->layout.q;
	uint64_t *in = masks_of(c, e);
	enum err_code code = in == NULL ? e->code :
	    decide(c, in, c->verdict, e);

	free(in);
	c->question = calloc(q->n_questions, sizeof(*c->question));
	c->counted = calloc(q->n_areas + 1, sizeof(*c->counted));
	if (code == ERR_OK && (c->question == NULL || c->counted == NULL))
		code = err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	for (size_t k = 0; code == ERR_OK && k < q->n_questions; k++)
		code = decide_question(c, k, e);
	return code == ERR_OK ? decide_counted(c, e) : code;
}

enum err_code
census_make(const struct pile *p, const struct pile *other,
    const struct scoring_limits *limits, struct census *out, struct err *e)
{
	struct census *c = out;
	enum err_code code;

	*c = (struct census){ .pile = p, .limits = *limits,
	    .other = calloc(p->len + 1, sizeof(*c->other)) };
	if (c->other == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	find_others(c, other);
	if ((code = groups_shown(p, limits->least, &c->groups, e)) ==
	    ERR_OK && (code = gather(c, e)) == ERR_OK)
		code = decide_all(c, e);
	if (code != ERR_OK)
		census_wipe(c);
	return code;
}

void
census_wipe(struct census *c)
{
	for (size_t s = 0; s < CENSUS_SETS; s++)
		group_wipe(&c->set[s]);
	groups_best_wipe(&c->best);
	free(c->other);
	free(c->question);
	free(c->counted);
	memset(c, 0, sizeof(*c));
}
