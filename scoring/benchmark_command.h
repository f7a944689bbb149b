/* SPDX-License-Identifier: EUPL-1.2 */
/* `sigill-score benchmark`: what organisations compare themselves with. */
#ifndef SIGILL_SCORING_BENCHMARK_COMMAND_H
#define SIGILL_SCORING_BENCHMARK_COMMAND_H

#include "base/err.h"
#include "base/report.h"
#include "scoring/options.h"

enum err_code benchmark_run(const struct score_options *o, struct report *r);

#endif
