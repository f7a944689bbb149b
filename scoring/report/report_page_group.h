/* SPDX-License-Identifier: EUPL-1.2 */
/* One group's chapter of a report's page: areas, spread, points, what is
 * typical and what the best do. */
#ifndef SIGILL_SCORING_REPORT_REPORT_PAGE_GROUP_H
#define SIGILL_SCORING_REPORT_REPORT_PAGE_GROUP_H

#include <jansson.h>

#include "scoring/report/report_view.h"

/* Is there anything to tell of the group, beside its answers? */
bool report_page_has(const struct report_view *v, const json_t *group);
void report_page_group(struct report_view *v, const json_t *group);

#endif
