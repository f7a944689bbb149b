/* SPDX-License-Identifier: EUPL-1.2 */
/* A report as lines for a terminal, the figures that people ask for first, and
 * as the member "report". */
#ifndef SIGILL_SCORING_REPORT_REPORT_TEXT_H
#define SIGILL_SCORING_REPORT_REPORT_TEXT_H

#include <jansson.h>

#include "base/report.h"

void report_tell(const json_t *doc, struct report *r);

#endif
