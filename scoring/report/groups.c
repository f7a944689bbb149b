/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/report/groups.h"

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
