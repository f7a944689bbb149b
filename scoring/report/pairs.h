/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Organisations that took part in two rounds, and which figures may be shown of
 * them beside the rounds' own reports, which tell of all in each.
 */
#ifndef SIGILL_SCORING_REPORT_PAIRS_H
#define SIGILL_SCORING_REPORT_PAIRS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "scoring/pile.h"
#include "scoring/report/census.h"
#include "scoring/report/groups.h"

struct pair {
	size_t now, then;	/* items of the piles */
};

struct pairs {
	const struct pile *now, *then;	/* borrowed */
	size_t least;
	struct census alone[2];	/* then and now, as their reports show them */
	struct pair *v;		/* in the order of numbers */
	size_t len;
	/* Of a group's organisations in both: its kind is that of now. */
	size_t size[GROUPS];
	enum disclosure verdict[GROUPS];
};

enum err_code pairs_make(const struct pile *now, const struct pile *then,
    size_t least, struct pairs *out, struct err *e);
void pairs_wipe(struct pairs *p);

bool pairs_has(const struct pairs *p, const struct pair *pair,
    size_t group);

/*
 * The same for figures that not all have a part in: has_now[i] tells of each
 * item of now whether it has (a question may not be answered), has_then of
 * then.  Only groups with verdict SHOWN are candidates.
 */
enum err_code pairs_decide(const struct pairs *p, const bool *has_now,
    const bool *has_then, enum disclosure verdict[static GROUPS],
    struct err *e);

#endif
