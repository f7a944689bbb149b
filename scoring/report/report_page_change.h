/* SPDX-License-Identifier: EUPL-1.2 */
/* What one group's chapter tells of the round before. */
#ifndef SIGILL_SCORING_REPORT_REPORT_PAGE_CHANGE_H
#define SIGILL_SCORING_REPORT_REPORT_PAGE_CHANGE_H

#include <jansson.h>

#include "scoring/report/report_view.h"

void report_page_change(struct report_view *v, const json_t *group);

#endif
