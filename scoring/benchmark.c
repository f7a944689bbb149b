/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/benchmark.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/wipe.h"
#include "scoring/report/groups.h"
#include "scoring/typical.h"

void
benchmark_wipe(struct benchmark *b)
{
	for (size_t i = 0; i < b->n_groups; i++) {
		sheet_wipe(&b->groups[i].sheet);
		score_wipe(&b->groups[i].score);
	}
	free(b->groups);
	wipe_free(b->round);
	memset(b, 0, sizeof(*b));
}

/* The typical organisation of those in g, as the next group. */
static enum err_code
add(const struct pile *p, const struct group *g, size_t group, size_t best,
    struct benchmark *out, struct err *e)
{
	struct benchmark_group *to = &out->groups[out->n_groups++];
	enum err_code code;

	to->kind = group_kind(group);
	to->best = best;
	to->len = g->len;
	code = typical_sheet(p, g, out->limits.percent, out->limits.least,
	    &to->sheet, e);
	if (code == ERR_OK)
		code = score_sheet(&p->layout, &to->sheet, &to->score, e);
	return code;
}

static enum err_code
add_whole(const struct pile *p, const struct groups *shown, size_t group,
    struct benchmark *out, struct err *e)
{
	struct group g;
	enum err_code code;

	if (shown->verdict[group] != DISCLOSURE_SHOWN ||
	    shown->size[group] == 0)
		return ERR_OK;
	code = group_of_kind(p, group_kind(group), &g, e);
	if (code == ERR_OK)
		code = add(p, &g, group, 0, out, e);
	group_wipe(&g);
	return code;
}

static enum err_code
make_groups(const struct pile *p, struct benchmark *out, struct err *e)
{
	const struct scoring_limits *limits = &out->limits;
	struct groups shown;
	struct groups_best best = { 0 };
	enum err_code code;

	if ((code = groups_shown(p, limits->least, &shown, e)) == ERR_OK)
		code = groups_find_best(p, &shown, limits->best,
		    limits->least, &best, e);
	for (size_t i = 0; i < GROUPS && code == ERR_OK; i++)
		code = add_whole(p, &shown, i, out, e);
	for (size_t i = 0; i < GROUPS && code == ERR_OK; i++)
		if (best.verdict[i] == DISCLOSURE_SHOWN)
			code = add(p, &best.of[i], i, limits->best, out, e);
	groups_best_wipe(&best);
	return code;
}

enum err_code
benchmark_make(const struct pile *p, const struct scoring_limits *limits,
    struct benchmark *out, struct err *e)
{
	enum err_code code = ERR_OK;

	out->limits = *limits;
	out->environment = p->len > 0 ? p->v[0].document.environment :
	    ENVIRONMENT_TEST;
	out->round = wipe_strdup(p->round);
	out->groups = calloc(2 * GROUPS, sizeof(*out->groups));
	if (out->round == NULL || out->groups == NULL)
		code = err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	if (code == ERR_OK)
		code = make_groups(p, out, e);
	if (code != ERR_OK)
		benchmark_wipe(out);
	return code;
}

const struct benchmark_group *
benchmark_for(const struct benchmark *b, enum organisation_kind kind)
{
	const struct benchmark_group *all = NULL;

	for (size_t i = 0; i < b->n_groups; i++) {
		const struct benchmark_group *g = &b->groups[i];

		if (g->best == 0 && g->kind == (int)kind)
			return g;
		if (g->best == 0 && g->kind == -1)
			all = g;
	}
	return all;
}

void
benchmark_id(const struct benchmark_group *g,
    char out[static BENCHMARK_ID_LEN])
{
	(void)snprintf(out, BENCHMARK_ID_LEN, "%s%s",
	    group_id((size_t)(g->kind + 1)), g->best > 0 ? "-best" : "");
}
