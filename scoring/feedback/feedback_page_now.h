/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Part of a feedback page.  Where the organisation stands: its level and what
 * that means, or its mean, beside its group and its own last round.
 */
#ifndef SIGILL_SCORING_FEEDBACK_FEEDBACK_PAGE_NOW_H
#define SIGILL_SCORING_FEEDBACK_FEEDBACK_PAGE_NOW_H

#include "scoring/feedback/feedback_view.h"

void feedback_page_now(struct feedback_view *v);

#endif
