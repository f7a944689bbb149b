/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What a census decides with: organisations that are in the same of its sets
 * cannot be told apart, so it is enough to count them.
 */
#ifndef SIGILL_SCORING_REPORT_CENSUS_SETS_H
#define SIGILL_SCORING_REPORT_CENSUS_SETS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "scoring/report/census.h"

/* Groups of organisations that are in the same sets. */
struct census_alike {
	uint64_t *in;		/* [len]: bit n: in the n-th set, as wanted;
				 * the first GROUPS are whole groups */
	size_t len;
	size_t *of;		/* [pile->len]: which each is in */
};

/* By the sets that are shown, so far: what is not shown is no candidate
 * later. */
enum err_code census_alike_make(const struct census *c,
    struct census_alike *out, struct err *e);
void census_alike_wipe(struct census_alike *a);

/*
 * Decides the first n_sets (GROUPS: whole groups; CENSUS_SETS) when size[i] of
 * the i-th group of alike ones have a part in a figure; verdicts of sets that
 * nobody is in stay.
 */
enum err_code census_decide(const struct census *c,
    const struct census_alike *a, const size_t *size, size_t n_sets,
    enum disclosure *verdict, struct err *e);

#endif
