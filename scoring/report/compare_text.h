/* SPDX-License-Identifier: EUPL-1.2 */
/* A comparison as lines for a terminal, and as the member "comparison". */
#ifndef SIGILL_SCORING_REPORT_COMPARE_TEXT_H
#define SIGILL_SCORING_REPORT_COMPARE_TEXT_H

#include <jansson.h>

#include "base/report.h"

void compare_tell(const json_t *doc, struct report *r);

#endif
