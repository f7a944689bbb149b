/* SPDX-License-Identifier: EUPL-1.2 */
/* Question by question, all groups side by side. */
#ifndef SIGILL_SCORING_REPORT_REPORT_PAGE_QUESTIONS_H
#define SIGILL_SCORING_REPORT_REPORT_PAGE_QUESTIONS_H

#include <jansson.h>

#include "scoring/report/report_view.h"

void report_page_questions(struct report_view *v);

#endif
