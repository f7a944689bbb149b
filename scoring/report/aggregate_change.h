/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What has become better since the round before, and for whom: those in both,
 * and those in only one.
 */
#ifndef SIGILL_SCORING_REPORT_AGGREGATE_CHANGE_H
#define SIGILL_SCORING_REPORT_AGGREGATE_CHANGE_H

#include <jansson.h>
#include <stddef.h>

#include "base/err.h"
#include "scoring/report/change.h"

/* The member "change" of a group that may be shown; NULL without memory. */
json_t *aggregate_change(const struct change *c, size_t group,
    struct err *e);

#endif
