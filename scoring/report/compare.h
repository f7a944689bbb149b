/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Two rounds whose definitions may differ: what can be compared, and a list of
 * the rest with the reason for each.
 */
#ifndef SIGILL_SCORING_REPORT_COMPARE_H
#define SIGILL_SCORING_REPORT_COMPARE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "scoring/benchmark.h"
#include "scoring/pile.h"

/* Why a question cannot be compared. */
enum incomparable {
	COMPARE_SAME,
	COMPARE_ADDED,		/* only in the later one */
	COMPARE_REMOVED,	/* only in the earlier one */
	COMPARE_TYPE,		/* of another type, or another range */
	COMPARE_LABEL,		/* another wording: it may ask something else */
	COMPARE_CONDITION,	/* asked of others */
	COMPARE_OPTIONS,	/* a single choice or scale between others; of a
				 * multiple question its common options are
				 * compared */
};

/* One for each question of the later definition, then the removed ones. */
struct comparable {
	size_t now, then;	/* questions; SIZE_MAX: not there */
	enum incomparable why;
	/* Options in both, as pairs of indexes now, then; owned. */
	size_t (*options)[2];
	size_t n_options;
};

/* Which sums over questions mean the same in both: there is nothing in one of
 * them that is not in the other, and counts as much. */
struct comparable_sums {
	bool boxes;		/* the same questions and options */
	bool points;		/* and the same points for them */
	bool levels;		/* and the same demands */
	bool means;		/* the same values of what is chosen */
};

#define COMPARISON_FORMAT	"sigill-comparison"

struct comparison {
	struct comparable *v;
	size_t len;
	/* Of the whole, which may be comparable when its areas are not. */
	bool boxes, points, levels, means;
	struct comparable_area {
		size_t then;	/* SIZE_MAX: not there */
		struct comparable_sums sums;
	} *areas;		/* [now->n_areas] */
};

enum err_code compare_definitions(const struct questionnaire *now,
    const struct questionnaire *then, struct comparison *out,
    struct err *e);
void comparison_wipe(struct comparison *c);
/* "same", "added", "removed", "type", "label", "condition", "options". */
const char *incomparable_name(enum incomparable why);

/*
 * The document ("sigill-comparison", docs/SCORING.md): for each group, the
 * organisations that are in both piles, what they had ticked then and now of
 * what can be compared; and what cannot be, with its reason.  A new reference.
 */
enum err_code compare_make(const struct pile *now, const struct pile *then,
    const struct scoring_limits *limits, json_t **out, struct err *e);

#endif
