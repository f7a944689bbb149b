/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Which figures that not all of a set have a part in may be shown: of single
 * questions, and what is counted over questions.
 */
#ifndef SIGILL_SCORING_REPORT_CENSUS_SUMS_H
#define SIGILL_SCORING_REPORT_CENSUS_SUMS_H

#include "base/err.h"
#include "scoring/report/census.h"

/* Sets question, counted and levels; the sets' own verdicts are there. */
enum err_code census_decide_sums(struct census *c, struct err *e);

#endif
