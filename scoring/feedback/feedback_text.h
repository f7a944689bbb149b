/* SPDX-License-Identifier: EUPL-1.2 */
/* A feedback document as lines for a terminal, in the reader's language, and
 * as the member "feedback". */
#ifndef SIGILL_SCORING_FEEDBACK_FEEDBACK_TEXT_H
#define SIGILL_SCORING_FEEDBACK_FEEDBACK_TEXT_H

#include <jansson.h>

#include "base/report.h"
#include "scoring/feedback/feedback_voice.h"

void feedback_report(const json_t *doc, enum feedback_voice voice,
    struct report *r);

#endif
