/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Figures as they stand in a report: made from whole numbers, rounded once,
 * half away from zero, and never added up in floating point.  New references;
 * NULL without memory.
 */
#ifndef SIGILL_SCORING_REPORT_FIGURE_H
#define SIGILL_SCORING_REPORT_FIGURE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scoring/report/disclosure.h"

/* Products of two sums do not fit in 64 bits. */
__extension__ typedef __int128 figure_wide;

/* num / den in units of 10^-decimals, rounded half away from zero; den is not
 * 0. */
int64_t figure_round(figure_wide num, figure_wide den, unsigned decimals);
/* The same as a number. */
json_t *figure_ratio(figure_wide num, figure_wide den, unsigned decimals);

/* {"count": 8, "of": 291, "percent": 2.7}; nothing of nothing has no per
 * cent. */
json_t *figure_share(size_t count, size_t of);
/* sum / (n * unit) with two decimals; unit 1, or SCORE_ONE of millionths. */
json_t *figure_mean(int64_t sum, size_t n, int64_t unit);
/* {"suppressed": "small"}. */
json_t *figure_suppressed(enum disclosure why);

/* Adds a member and takes the reference; false when there is no memory, and
 * value NULL means that there was none. */
bool figure_put(json_t *object, const char *key, json_t *value);
bool figure_add(json_t *list, json_t *value);
/* Adds "percent": how much more now / now_n is than then / then_n.  Nothing
 * when it was nothing, or negative. */
bool figure_put_change(json_t *object, int64_t now, size_t now_n,
    int64_t then, size_t then_n);
/* What was made, or NULL and what there is of it freed. */
json_t *figure_done(json_t *made, bool ok);

#endif
