/* SPDX-License-Identifier: EUPL-1.2 */
/* A report as comma-separated values (RFC 4180): one row for each figure, for
 * spreadsheets and statistics programs. */
#ifndef SIGILL_SCORING_REPORT_REPORT_CSV_H
#define SIGILL_SCORING_REPORT_REPORT_CSV_H

#include <jansson.h>

#include "base/buf.h"
#include "base/err.h"

/*
 * Appends it.  Columns: table,group,subset,item,option,measure,value,of,percent,
 * suppressed; English and the same for every language; every figure of the
 * document is in it (docs/SCORING.md).
 */
enum err_code report_csv(const json_t *doc, struct buf *out, struct err *e);

#endif
