/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A feedback document as one self-contained page: no script, nothing fetched,
 * two A4 pages when printed, and all that a chart shows also in words.
 */
#ifndef SIGILL_SCORING_FEEDBACK_FEEDBACK_PAGE_H
#define SIGILL_SCORING_FEEDBACK_FEEDBACK_PAGE_H

#include <jansson.h>

#include "base/buf.h"
#include "base/err.h"
#include "scoring/feedback/feedback_voice.h"

/* Appends the page in the language of messages (base/message.h). */
enum err_code feedback_page(const json_t *doc, enum feedback_voice voice,
    struct buf *out, struct err *e);

#endif
