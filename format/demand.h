/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The rules of levels in a definition's member "scoring": what each demands,
 * and what reaching one indicates.  For scoring.c, which has seen that levels
 * are 0, 1, 2 and so on.
 *
 * Each adds a mistake and returns false when the list is wrong; what it has
 * put into *s until then is scoring_wipe's to free.
 */
#ifndef SIGILL_FORMAT_DEMAND_H
#define SIGILL_FORMAT_DEMAND_H

#include <jansson.h>
#include <stdbool.h>

#include "format/json.h"
#include "format/questionnaire.h"
#include "format/scoring.h"

/* At least one for each level over 0; a higher one never lower. */
bool demands_load(const struct json_source *src, const char *path,
    const json_t *list, const struct questionnaire *q, struct scoring *s);
bool indications_load(const struct json_source *src, const char *path,
    const json_t *list, const struct questionnaire *q, struct scoring *s);

#endif
