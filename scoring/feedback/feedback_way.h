/* SPDX-License-Identifier: EUPL-1.2 */
/* Of a feedback document: what is missing for the next level, the nearest wins,
 * and what a level indicates. */
#ifndef SIGILL_SCORING_FEEDBACK_FEEDBACK_WAY_H
#define SIGILL_SCORING_FEEDBACK_FEEDBACK_WAY_H

#include <jansson.h>

#include "base/err.h"
#include "scoring/feedback/feedback_part.h"

/* The members "next" (none at the highest level), "wins" and "indications" of
 * doc. */
enum err_code feedback_way(struct feedback_maker *m, json_t *doc,
    struct err *e);

#endif
