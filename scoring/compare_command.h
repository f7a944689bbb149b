/* SPDX-License-Identifier: EUPL-1.2 */
/* `sigill-score compare`: two rounds whose definitions may differ. */
#ifndef SIGILL_SCORING_COMPARE_COMMAND_H
#define SIGILL_SCORING_COMPARE_COMMAND_H

#include "base/err.h"
#include "base/report.h"
#include "scoring/options.h"

enum err_code compare_run(const struct score_options *o, struct report *r);

#endif
