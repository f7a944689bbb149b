/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Part of a feedback page.  The areas: their levels or means beside those of
 * the group and of the last round, drawn and in figures.
 */
#ifndef SIGILL_SCORING_FEEDBACK_FEEDBACK_PAGE_AREAS_H
#define SIGILL_SCORING_FEEDBACK_FEEDBACK_PAGE_AREAS_H

#include "scoring/feedback/feedback_view.h"

void feedback_page_areas(struct feedback_view *v);

#endif
