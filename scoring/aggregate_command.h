/* SPDX-License-Identifier: EUPL-1.2 */
/* `sigill-score aggregate`: the picture of all. */
#ifndef SIGILL_SCORING_AGGREGATE_COMMAND_H
#define SIGILL_SCORING_AGGREGATE_COMMAND_H

#include "base/err.h"
#include "base/report.h"
#include "scoring/options.h"

enum err_code aggregate_run(const struct score_options *o, struct report *r);

#endif
