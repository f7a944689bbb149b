/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What a question's answer gives in points: by the number of boxes (multiple),
 * or by the value of what was chosen (single, scale).
 */
#ifndef SIGILL_FORMAT_POINTS_H
#define SIGILL_FORMAT_POINTS_H

#include <jansson.h>
#include <stdbool.h>

#include "format/json.h"
#include "format/questionnaire.h"

/*
 * Reads a question's members "points" and "points_at" (NULL: not there) into
 * *q, whose type and options are known.  False, and a mistake, when they are
 * wrong; q->points_at is the caller's to free in any case.
 */
bool points_load(const struct json_source *src, const char *path,
    const json_t *points, const json_t *points_at, struct question *q);

#endif
