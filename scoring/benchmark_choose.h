/* SPDX-License-Identifier: EUPL-1.2 */
/* Of the benchmarks of --benchmark, the one that is for the answers at hand:
 * who scores several questionnaires gives one of each. */
#ifndef SIGILL_SCORING_BENCHMARK_CHOOSE_H
#define SIGILL_SCORING_BENCHMARK_CHOOSE_H

#include "base/err.h"
#include "scoring/benchmark.h"
#include "scoring/options.h"
#include "scoring/pile.h"

struct report;

/*
 * *path: the file that *out, which must be { 0 }, was read from; NULL: none of
 * them is for this questionnaire.  That is an error for a single submission
 * (ERR_BENCHMARK_OTHER, ERR_QUESTIONNAIRE_DIGEST); for a folder (--output) its
 * feedback has no comparison then, and one for another edition of the same
 * questionnaire is told.  Two that fit are ERR_USAGE.
 */
enum err_code benchmark_choose(const struct score_options *o,
    const struct pile *pile, struct benchmark *out, const char **path,
    struct report *r, struct err *e);

#endif
