/* SPDX-License-Identifier: EUPL-1.2 */
/* Which of a comparison's figures may be shown. */
#ifndef SIGILL_SCORING_REPORT_COMPARE_DECIDE_H
#define SIGILL_SCORING_REPORT_COMPARE_DECIDE_H

#include "base/err.h"
#include "scoring/report/compare_part.h"

/* Sets question, sum and levels, all of them empty (shown) before. */
enum err_code compared_decide(struct compared *c, struct err *e);

#endif
