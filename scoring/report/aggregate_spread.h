/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * How far apart a group's organisations are: its weakest tenth, the middle
 * and its best tenth; and how much of the result the leadership's area tells.
 */
#ifndef SIGILL_SCORING_REPORT_AGGREGATE_SPREAD_H
#define SIGILL_SCORING_REPORT_AGGREGATE_SPREAD_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "scoring/report/census.h"

/* The member "spread" of a group that may be shown; NULL without memory. */
json_t *aggregate_spread(const struct census *c, size_t group);

/* The member "lead" of a group that may be shown; NULL without memory. */
json_t *aggregate_lead(const struct census *c, size_t group);
/* The squared correlation coefficient of n pairs in units of 1/10000; -1 when
 * one of the two does not vary. */
int64_t aggregate_r2(const int64_t *x, const int64_t *y, size_t n);

#endif
