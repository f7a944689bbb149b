/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Part of a feedback page.  The answers to an instrument of counts, beside those of others.
 */
#ifndef SIGILL_SCORING_FEEDBACK_FEEDBACK_PAGE_ANSWERS_H
#define SIGILL_SCORING_FEEDBACK_FEEDBACK_PAGE_ANSWERS_H

#include "scoring/feedback/feedback_view.h"

void feedback_page_answers(struct feedback_view *v);

#endif
