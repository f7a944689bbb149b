/* SPDX-License-Identifier: EUPL-1.2 */
/* A report as one self-contained page with charts, and every figure of a chart
 * also in a table. */
#ifndef SIGILL_SCORING_REPORT_REPORT_PAGE_H
#define SIGILL_SCORING_REPORT_REPORT_PAGE_H

#include <jansson.h>

#include "base/buf.h"
#include "base/err.h"

/* Appends the page in the language of messages (base/message.h). */
enum err_code report_page(const json_t *doc, struct buf *out, struct err *e);

#endif
