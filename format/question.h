/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One question of a definition file: which members it has by its type, and
 * what it refers to.
 */
#ifndef SIGILL_FORMAT_QUESTION_H
#define SIGILL_FORMAT_QUESTION_H

#include <jansson.h>
#include <stdbool.h>

#include "format/json.h"
#include "format/questionnaire.h"

/*
 * Reads the question o, which stands at path, into *out.  q has its areas,
 * sections, scales and the questions before this one.  False, and a mistake,
 * when it is wrong; *out is the caller's to wipe in any case.
 */
bool question_load(const struct json_source *src, const char *path,
    const json_t *o, const struct questionnaire *q, struct question *out);
void question_wipe(struct question *question);

#endif
