/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * sigill-score feedback: of each submission one document, or of a single one a
 * text or a page.
 */
#ifndef SIGILL_SCORING_FEEDBACK_COMMAND_H
#define SIGILL_SCORING_FEEDBACK_COMMAND_H

#include "base/err.h"
#include "scoring/options.h"

enum err_code feedback_run(const struct score_options *o, struct report *r);

#endif
