/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Part of a feedback page.  What to do next, and the nearest wins; of an
 * instrument of means, where it is weakest.  As much of it on paper as there is
 * room for.
 */
#ifndef SIGILL_SCORING_FEEDBACK_FEEDBACK_PAGE_WAY_H
#define SIGILL_SCORING_FEEDBACK_FEEDBACK_PAGE_WAY_H

#include "scoring/feedback/feedback_view.h"

void feedback_page_way(struct feedback_view *v);

#endif
