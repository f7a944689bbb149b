/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/report/groups.h"

#include <stdlib.h>
#include <string.h>

int
group_kind(size_t group)
{
	return (int)group - 1;
}

const char *
group_id(size_t group)
{
	return group == GROUP_ALL ? "all" :
	    organisation_kind_name((enum organisation_kind)group_kind(group));
}

/* All first, then the larger before the smaller, else as kinds are listed. */
static void
put_in_order(struct groups *g)
{
	for (size_t i = 0; i < GROUPS; i++) {
		size_t at = i;

		for (; at > 1 && g->size[g->order[at - 1]] < g->size[i]; at--)
			g->order[at] = g->order[at - 1];
		g->order[at] = i;
	}
}

enum err_code
groups_shown(const struct pile *p, size_t least, struct groups *out,
    struct err *e)
{
	const bool *in_all = p->layout.q->scoring->groups;
	struct disclosure_plan plan = { .n_atoms = KIND_ANNAN + 1,
	    .n_sets = GROUPS };
	enum err_code code;

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < p->len; i++) {
		enum organisation_kind kind = p->v[i].document.kind;

		plan.size[kind]++;
		out->size[GROUP_OF(kind)]++;
		out->size[GROUP_ALL] += in_all[kind];
	}
	put_in_order(out);
	for (size_t s = 0; s < GROUPS; s++)
		for (size_t kind = 0; kind <= KIND_ANNAN; kind++)
			if (out->order[s] == GROUP_ALL ? in_all[kind] :
			    out->order[s] == GROUP_OF(kind))
				plan.set[s] |= UINT32_C(1) << kind;
	if ((code = disclosure_decide(&plan, least, e)) != ERR_OK)
		return code;
	for (size_t s = 0; s < GROUPS; s++)
		out->verdict[out->order[s]] = plan.verdict[s];
	return ERR_OK;
}

void
groups_best_wipe(struct groups_best *b)
{
	for (size_t i = 0; i < GROUPS; i++)
		group_wipe(&b->of[i]);
}

static enum err_code
find_best(const struct pile *p, size_t group, size_t best,
    struct group *out, struct err *e)
{
	struct group all;
	enum err_code code;

	code = group_of_kind(p, group_kind(group), &all, e);
	if (code == ERR_OK)
		code = group_best(p, &all, best, out, e);
	group_wipe(&all);
	return code;
}

/* Each organisation's sets: groups that are shown, as they are ordered, and
 * behind them the best. */
static void
mark(const struct pile *p, const struct groups *g,
    const struct groups_best *b, const size_t *order, uint64_t *in)
{
	const bool *in_all = p->layout.q->scoring->groups;

	for (size_t s = 0; s < GROUPS; s++) {
		size_t group = g->order[s];

		if (g->verdict[group] != DISCLOSURE_SHOWN)
			continue;
		for (size_t i = 0; i < p->len; i++) {
			enum organisation_kind is = p->v[i].document.kind;

			if (group == GROUP_ALL ? in_all[is] :
			    group == GROUP_OF(is))
				in[i] |= UINT64_C(1) << s;
		}
	}
	for (size_t s = 0; s < GROUPS; s++)
		for (size_t i = 0; i < b->of[order[s]].len; i++)
			in[b->of[order[s]].v[i]] |= UINT64_C(1) <<
			    (GROUPS + s);
}

enum err_code
groups_find_best(const struct pile *p, const struct groups *g, size_t best,
    size_t least, struct groups_best *out, struct err *e)
{
	uint64_t *in = calloc(p->len + 1, sizeof(*in));
	enum disclosure verdict[2 * GROUPS];
	size_t order[GROUPS];
	enum err_code code = ERR_OK;

	memset(out, 0, sizeof(*out));
	if (in == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	for (size_t i = 0; i < GROUPS && code == ERR_OK; i++) {
		order[i] = g->order[(i + 1) % GROUPS];
		/* Where nothing is better than anything else, nobody is. */
		if (g->verdict[i] == DISCLOSURE_SHOWN && best > 0 &&
		    g->size[i] / 2 >= best &&
		    p->layout.q->scoring->result != SCORING_COUNTS)
			code = find_best(p, i, best, &out->of[i], e);
	}
	if (code == ERR_OK) {
		mark(p, g, out, order, in);
		code = disclosure_decide_members(in, p->len, 2 * GROUPS, NULL,
		    least, verdict, e);
	}
	for (size_t s = 0; s < GROUPS && code == ERR_OK; s++)
		out->verdict[order[s]] = out->of[order[s]].len == 0 ?
		    DISCLOSURE_SMALL : verdict[GROUPS + s];
	free(in);
	return code;
}
