/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/report/pairs.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static bool
in_group(const struct pile *p, size_t item, size_t group)
{
	enum organisation_kind is = p->v[item].document.kind;

	return group == GROUP_ALL ? p->layout.q->scoring->groups[is] :
	    GROUP_OF(is) == group;
}

bool
pairs_has(const struct pairs *p, const struct pair *pair, size_t group)
{
	return in_group(p->now, pair->now, group);
}

/* Both piles are sorted by number. */
static enum err_code
find_pairs(struct pairs *p, struct err *e)
{
	size_t j = 0;

	if ((p->v = calloc(p->now->len + 1, sizeof(*p->v))) == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	for (size_t i = 0; i < p->now->len; i++) {
		const char *number = p->now->v[i].document.number;
		int order = -1;

		while (j < p->then->len && (order = strcmp(
		    p->then->v[j].document.number, number)) < 0)
			j++;
		if (j == p->then->len || order != 0)
			continue;
		p->v[p->len] = (struct pair){ i, j };
		for (size_t g = 0; g < GROUPS; g++)
			p->size[g] += pairs_has(p, &p->v[p->len], g);
		p->len++;
	}
	return ERR_OK;
}

/* A round's own sets in its report; the others in both. */
#define OWN	(4 * GROUPS)
#define SETS	(OWN + GROUPS)

/* Whole groups as they are wanted, then their slices, and those in both. */
static const struct group *
set_of(const struct census *own, size_t s)
{
	const size_t slice = s - GROUPS;
	const size_t set = s < GROUPS ? own->groups.order[s] :
	    CENSUS_SET(CENSUS_LOW + slice % 3,
	    own->groups.order[(slice / 3 + 1) % GROUPS]);

	return own->verdict[set] == DISCLOSURE_SHOWN ? &own->set[set] : NULL;
}

/*
 * One round's view: the sets of its own report, and behind them those in both.
 * Whose figures are then's are put together by what they are now.
 */
static enum err_code
decide_side(const struct pairs *p, bool now, const bool *has,
    const enum disclosure *candidates, enum disclosure *verdict,
    struct err *e)
{
	const struct pile *pile = now ? p->now : p->then;
	const size_t *order = p->alone[true].groups.order;
	uint64_t *in = calloc(pile->len + 1, sizeof(*in));
	enum disclosure found[SETS];
	bool with_last[SETS] = { 0 };
	enum err_code code;

	if (in == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	for (size_t s = 0; s < OWN; s++) {
		const struct group *g = set_of(&p->alone[now], s);

		with_last[s] = s >= GROUPS && (s - GROUPS) % 3 != 0;
		for (size_t i = 0; g != NULL && i < g->len; i++)
			if (has == NULL || has[g->v[i]])
				in[g->v[i]] |= UINT64_C(1) << s;
	}
	for (size_t s = 0; s < GROUPS; s++)
		for (size_t i = 0; i < p->len; i++) {
			size_t item = now ? p->v[i].now : p->v[i].then;

			if (candidates[order[s]] == DISCLOSURE_SHOWN &&
			    (has == NULL || has[item]) &&
			    pairs_has(p, &p->v[i], order[s]))
				in[item] |= UINT64_C(1) << (OWN + s);
		}
	code = disclosure_decide_members(in, pile->len, SETS, with_last,
	    p->least, found, e);
	for (size_t s = 0; s < GROUPS && code == ERR_OK; s++)
		if (verdict[order[s]] == DISCLOSURE_SHOWN)
			verdict[order[s]] = found[OWN + s];
	free(in);
	return code;
}

/* What is hidden in one round is hidden. */
static enum err_code
decide(const struct pairs *p, const bool *has_now, const bool *has_then,
    const enum disclosure candidates[static GROUPS],
    enum disclosure verdict[static GROUPS], struct err *e)
{
	enum err_code code;

	memcpy(verdict, candidates, GROUPS * sizeof(*verdict));
	code = decide_side(p, true, has_now, candidates, verdict, e);
	if (code == ERR_OK)
		code = decide_side(p, false, has_then, candidates, verdict,
		    e);
	return code;
}

enum err_code
pairs_decide(const struct pairs *p, const bool *has_now,
    const bool *has_then, enum disclosure verdict[static GROUPS],
    struct err *e)
{
	return decide(p, has_now, has_then, p->verdict, verdict, e);
}

enum err_code
pairs_make(const struct pile *now, const struct pile *then, size_t least,
    struct pairs *out, struct err *e)
{
	/* Those of no best: they are no sums. */
	const struct scoring_limits limits = { .least = least };
	enum err_code code;

	*out = (struct pairs){ .now = now, .then = then, .least = least };
	if ((code = census_make(now, NULL, &limits, &out->alone[true],
	    e)) == ERR_OK && (code = census_make(then, NULL, &limits,
	    &out->alone[false], e)) == ERR_OK &&
	    (code = find_pairs(out, e)) == ERR_OK)
		code = decide(out, NULL, NULL, out->alone[true].groups.verdict,
		    out->verdict, e);
	if (code != ERR_OK)
		pairs_wipe(out);
	return code;
}

void
pairs_wipe(struct pairs *p)
{
	census_wipe(&p->alone[true]);
	census_wipe(&p->alone[false]);
	free(p->v);
	memset(p, 0, sizeof(*p));
}
