/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * How much one answer weighs in an organisation's means: by how many others it
 * gave.  Those whose answers weigh otherwise than most others' are sets of
 * their own: the mean less the sum of the answers, each with the others'
 * weight, is a sum over them alone.
 */
#ifndef SIGILL_SCORING_REPORT_WEIGHT_H
#define SIGILL_SCORING_REPORT_WEIGHT_H

#include <stddef.h>
#include <stdint.h>

#include "scoring/sheet.h"

/* In so many ways may an answer weigh; a survey of which more is left out has
 * no means. */
#define WEIGHTS_MAX	64

struct weight {
	uint32_t area;		/* values that the area's mean is of */
	uint32_t all;		/* values, or areas' means, that the mean of
				 * all is of */
};

/* out: of each area, [q->n_areas]. */
void weights_of(const struct sheet_layout *l, const struct sheet *s,
    struct weight *out);

#endif
