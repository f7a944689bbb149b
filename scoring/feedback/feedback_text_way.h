/* SPDX-License-Identifier: EUPL-1.2 */
/* Of a feedback document's text: what there is to do, statement by statement
 * and question by question. */
#ifndef SIGILL_SCORING_FEEDBACK_FEEDBACK_TEXT_WAY_H
#define SIGILL_SCORING_FEEDBACK_FEEDBACK_TEXT_WAY_H

#include <jansson.h>

#include "base/report.h"
#include "scoring/feedback/feedback_voice.h"

/* What is missing for the next level, nearest wins, indications. */
void feedback_text_way(const json_t *doc, enum feedback_voice voice,
    struct report *r);
/* Of means: the weakest statements. */
void feedback_text_weakest(const json_t *doc, struct report *r);
/* Of counts: what was answered, beside the group's and the last round's. */
void feedback_text_questions(const json_t *doc, struct report *r);

#endif
