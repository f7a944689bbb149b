/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The figures of a comparison, one group at a time: of the organisations in
 * both rounds, then and now.
 */
#ifndef SIGILL_SCORING_REPORT_COMPARE_PART_H
#define SIGILL_SCORING_REPORT_COMPARE_PART_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "scoring/report/compare.h"
#include "scoring/report/pairs.h"

/* What a comparison knows before it writes a figure. */
struct compared {
	struct comparison comparison;
	struct pairs pairs;
	size_t n_boxes;		/* options of multiple questions in both */
	/* Of each of the comparison's questions; SHOWN where it is not
	 * compared. */
	enum disclosure (*question)[GROUPS];	/* [comparison.len] */
	/* Of sums over the questions of an area or, last, of all: not where
	 * one of its questions could be computed from it. */
	enum disclosure (*sum)[GROUPS];		/* [now's areas + 1] */
	/* Levels of all: not where one of its questions that is hidden has
	 * demands. */
	enum disclosure levels[GROUPS];
};

enum err_code compared_make(const struct pile *now, const struct pile *then,
    size_t least, struct compared *out, struct err *e);
void compared_wipe(struct compared *c);

/* Adds "organisations", "boxes", "points", "mean" and "level", those that
 * there are and that can be compared. */
bool compare_put_sums(const struct compared *c, size_t group, json_t *to);
/* New references; NULL without memory. */
json_t *compare_areas_of(const struct compared *c, size_t group);
json_t *compare_questions_of(const struct compared *c, size_t group);

#endif
