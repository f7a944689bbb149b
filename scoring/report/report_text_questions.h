/* SPDX-License-Identifier: EUPL-1.2 */
/* Of a report's text: question by question, of the group that all are in. */
#ifndef SIGILL_SCORING_REPORT_REPORT_TEXT_QUESTIONS_H
#define SIGILL_SCORING_REPORT_REPORT_TEXT_QUESTIONS_H

#include <jansson.h>

#include "base/report.h"

/* Those in which most got no points. */
void report_text_worst(const json_t *all, struct report *r);
/* All of them, where nothing else is told. */
void report_text_questions(const json_t *doc, const json_t *all,
    struct report *r);

#endif
