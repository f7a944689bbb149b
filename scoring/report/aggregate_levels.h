/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What a report tells of a set of organisations by levels, points, boxes and
 * means (docs/SCORING.md): the document's members of these names.  All are of
 * sets that may be shown and have somebody in them; new references, NULL
 * without memory.
 */
#ifndef SIGILL_SCORING_REPORT_AGGREGATE_LEVELS_H
#define SIGILL_SCORING_REPORT_AGGREGATE_LEVELS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "scoring/report/census.h"

/* What instruments of this kind have. */
bool aggregate_has_levels(const struct questionnaire *q);
bool aggregate_has_points(const struct questionnaire *q);
bool aggregate_has_boxes(const struct questionnaire *q);
bool aggregate_has_means(const struct questionnaire *q);

json_t *aggregate_levels(const struct census *c, size_t set);
json_t *aggregate_points(const struct census *c, size_t set);
json_t *aggregate_boxes(const struct census *c, size_t set);
/* Of an area or, q->n_areas, of all; suppressed when too few of the set have
 * one, and JSON's null when nobody has. */
json_t *aggregate_mean(const struct census *c, size_t set, size_t area);
json_t *aggregate_areas(const struct census *c, size_t set);

#endif
