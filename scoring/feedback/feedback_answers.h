/* SPDX-License-Identifier: EUPL-1.2 */
/* Of a feedback document: the answers themselves, beside the group's and those
 * of the last round. */
#ifndef SIGILL_SCORING_FEEDBACK_FEEDBACK_ANSWERS_H
#define SIGILL_SCORING_FEEDBACK_FEEDBACK_ANSWERS_H

#include <jansson.h>

#include "base/err.h"
#include "scoring/feedback/feedback_part.h"

/* The member "questions", of an instrument of counts. */
void feedback_questions(struct feedback_maker *m, json_t *doc);

/* The members "scale" (the least and the greatest value) and "weakest" (what
 * has a value below the greatest, the lowest first; then what is behind the
 * benchmark most; then in the questionnaire's order), of one of means. */
enum err_code feedback_weakest(struct feedback_maker *m, json_t *doc,
    struct err *e);

#endif
