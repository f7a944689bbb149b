/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/report/census.h"

#include <stdlib.h>
#include <string.h>

#include "format/scoring.h"
#include "scoring/report/census_sets.h"
#include "scoring/report/census_sums.h"

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

/* --- all of it ----------------------------------------------------------- */

static enum err_code
decide_sets(struct census *c, struct err *e)
{
	struct census_alike alike;
	size_t *size;
	enum err_code code = census_alike_make(c, &alike, e);

	if (code != ERR_OK)
		return code;
	if ((size = calloc(alike.len + 1, sizeof(*size))) == NULL)
		code = err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	for (size_t i = 0; code == ERR_OK && i < c->pile->len; i++)
		size[alike.of[i]]++;
	if (code == ERR_OK)
		code = census_decide(c, &alike, size, CENSUS_SETS,
		    c->verdict, e);
	free(size);
	census_alike_wipe(&alike);
	return code;
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
	    ERR_OK && (code = gather(c, e)) == ERR_OK &&
	    (code = decide_sets(c, e)) == ERR_OK)
		code = census_decide_sums(c, e);
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
