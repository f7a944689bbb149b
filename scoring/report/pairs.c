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
	const struct groups *shown = now ? &p->groups_now : &p->groups_then;
	uint64_t *in = calloc(pile->len + 1, sizeof(*in));
	enum disclosure found[2 * GROUPS];
	enum err_code code;

	if (in == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	for (size_t s = 0; s < GROUPS; s++) {
		size_t whole = shown->order[s], both = p->groups_now.order[s];

		for (size_t i = 0; i < pile->len; i++)
			if (shown->verdict[whole] == DISCLOSURE_SHOWN &&
			    (has == NULL || has[i]) &&
			    in_group(pile, i, whole))
				in[i] |= UINT64_C(1) << s;
		for (size_t i = 0; i < p->len; i++) {
			size_t item = now ? p->v[i].now : p->v[i].then;

			if (candidates[both] == DISCLOSURE_SHOWN &&
			    (has == NULL || has[item]) &&
			    pairs_has(p, &p->v[i], both))
				in[item] |= UINT64_C(1) << (GROUPS + s);
		}
	}
	code = disclosure_decide_members(in, pile->len, 2 * GROUPS, NULL,
	    p->least, found, e);
	for (size_t s = 0; s < GROUPS && code == ERR_OK; s++) {
		size_t both = p->groups_now.order[s];

		if (verdict[both] == DISCLOSURE_SHOWN)
			verdict[both] = found[GROUPS + s];
	}
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
	enum err_code code;

	*out = (struct pairs){ .now = now, .then = then, .least = least };
	if ((code = groups_shown(now, least, &out->groups_now, e)) == ERR_OK &&
	    (code = groups_shown(then, least, &out->groups_then, e)) ==
	    ERR_OK && (code = find_pairs(out, e)) == ERR_OK)
		code = decide(out, NULL, NULL, out->groups_now.verdict,
		    out->verdict, e);
	if (code != ERR_OK)
		pairs_wipe(out);
	return code;
}

void
pairs_wipe(struct pairs *p)
{
	free(p->v);
	memset(p, 0, sizeof(*p));
}
