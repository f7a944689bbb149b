/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What those in both rounds had and have, and those in only one: the members
 * "both", "only_now", "only_then" and "only" of a report's change.
 */
#ifndef SIGILL_SCORING_REPORT_AGGREGATE_ROUNDS_H
#define SIGILL_SCORING_REPORT_AGGREGATE_ROUNDS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "scoring/report/change.h"

/* What areas are measured by.  False: nothing of them can be compared. */
enum measure { MEASURE_BOXES, MEASURE_POINTS, MEASURE_MEAN };
bool measure_of_areas(const struct change *c, enum measure *out);

/* Of groups and parts that may be shown: new references, NULL without
 * memory. */
json_t *aggregate_both(const struct change *c, size_t group);
json_t *aggregate_only_now(const struct change *c, size_t group);
json_t *aggregate_only_then(const struct change *c, size_t group);
/* Those only in the later round against those only in the earlier one. */
json_t *aggregate_only(const struct change *c, size_t group);

#endif
