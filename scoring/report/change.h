/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What can be compared between a round and the one before: who is in which,
 * and of each the boxes, points, levels and means that mean the same in both.
 */
#ifndef SIGILL_SCORING_REPORT_CHANGE_H
#define SIGILL_SCORING_REPORT_CHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "scoring/report/census.h"
#include "scoring/report/compare.h"
#include "scoring/sheet.h"

/* The two rounds; indexes. */
enum change_side { CHANGE_THEN, CHANGE_NOW };

struct change {
	struct census census[2];	/* by side; each with the other one */
	struct census before;		/* the earlier one alone, as it has
					 * been reported */
	bool same;			/* definition */
	struct comparison comparison;	/* which sums mean the same */
	/* Boxes that are in both definitions. */
	struct change_box {
		size_t area;		/* of the later one */
		size_t question[2], option[2];
	} *boxes;
	size_t n_boxes;
	size_t n_areas;			/* of the later one */
	uint32_t *ticked[2];		/* [pile->len][n_areas + 1] */
};

/* now and then are borrowed. */
enum err_code change_make(const struct pile *now, const struct pile *then,
    const struct scoring_limits *limits, struct change *out, struct err *e);
void change_wipe(struct change *c);

/* Boxes ticked on a sheet of that side of those that are in both: of each area
 * and, last, of all. */
void change_count(const struct change *c, enum change_side side,
    const struct sheet *s, uint32_t *out);

#endif
