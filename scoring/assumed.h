/* SPDX-License-Identifier: EUPL-1.2 */
/* What of a definition nobody has published (docs/SCORING.md). */
#ifndef SIGILL_SCORING_ASSUMED_H
#define SIGILL_SCORING_ASSUMED_H

#include <jansson.h>

#include "format/questionnaire.h"

/* A list of "demands", "points", "means", "questions": what the results of this
 * definition rest on, as far as it is assumed.  words_assumed tells what they
 * mean.  A new reference; NULL without memory. */
json_t *assumed_json(const struct questionnaire *q);

#endif
