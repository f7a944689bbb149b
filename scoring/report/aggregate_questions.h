/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What a group answered, question by question: each with its own n, which is
 * who was asked and has answered.
 */
#ifndef SIGILL_SCORING_REPORT_AGGREGATE_QUESTIONS_H
#define SIGILL_SCORING_REPORT_AGGREGATE_QUESTIONS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "scoring/report/census.h"

/* The members "questions" and "mostly_without_points" of a group that may be
 * shown, into *to; false without memory. */
bool aggregate_questions(const struct census *c, size_t group, json_t *to);

#endif
