/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What a report's text and page say in the same words: what it promises, who
 * "all" are, what a spread's figures are, and what is assumed.
 */
#ifndef SIGILL_SCORING_REPORT_REPORT_WORDS_H
#define SIGILL_SCORING_REPORT_REPORT_WORDS_H

#include <jansson.h>
#include <stdbool.h>

#include "base/buf.h"

/* Is a single organisation's group shown like any other?  --least 0 and 1 */
bool report_unprotected(const json_t *doc);

/* Each appends a sentence or two, without a line's end; nothing when there is
 * nothing to say. */
void report_promise(const json_t *doc, struct buf *out);
void report_all_are(const json_t *doc, struct buf *out);
void report_spread_is(const json_t *doc, struct buf *out);
void report_hidden_is(const json_t *doc, struct buf *out);
/* What is assumed, of the definition and of the report, with "; " between. */
void report_assumed(const json_t *doc, struct buf *out);

#endif
