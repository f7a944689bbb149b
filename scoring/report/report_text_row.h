/* SPDX-License-Identifier: EUPL-1.2 */
/* Lines of a report's tables for a terminal, 80 columns wide: a name, and cells
 * behind it. */
#ifndef SIGILL_SCORING_REPORT_REPORT_TEXT_ROW_H
#define SIGILL_SCORING_REPORT_REPORT_TEXT_ROW_H

#include <jansson.h>

#include "base/report.h"

/* An empty line, and a line of its own. */
void row_title(struct report *r, const char *title);
/* A name, cut between characters where it does not fit. */
void row_label(struct report *r, const char *text);
/* A heading over cells. */
void row_head(struct report *r, const char *text);
/* A number, a share's per cent, or "*" for what is not shown. */
void row_cell(struct report *r, const json_t *v, unsigned decimals);
/* "12 % of 34" of a share, and the end of the line. */
void row_share(struct report *r, const json_t *share);
/* The member "percent" of a change, with its sign; nothing without one. */
void row_change(struct report *r, const json_t *pair);
/* Ends the line, without blanks. */
void row_end(struct report *r);

#endif
