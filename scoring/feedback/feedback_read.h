/* SPDX-License-Identifier: EUPL-1.2 */
/* Members of a feedback document that feedback_parse has let through. */
#ifndef SIGILL_SCORING_FEEDBACK_FEEDBACK_READ_H
#define SIGILL_SCORING_FEEDBACK_FEEDBACK_READ_H

#include <jansson.h>
#include <stdbool.h>

/* Borrowed; "" and 0 of what is not there. */
const char *feedback_text(const json_t *o, const char *key);
long long feedback_whole(const json_t *o, const char *key);
/* Is its result "levels", "means", "counts"? */
bool feedback_is(const json_t *doc, const char *result);
/* Is the result by rules of which some are assumed? */
bool feedback_assumed(const json_t *doc);
/* An area's label by its id; of none, the id. */
const char *feedback_area_label(const json_t *doc, const char *id);

#endif
