/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The pieces that a definition file is made of: bases, and lists of labelled
 * things.  For questionnaire.c and question.c, which put them together.
 *
 * Each adds a mistake and returns false when the piece is wrong; what it has
 * made until then is the caller's to free.
 */
#ifndef SIGILL_FORMAT_DEFINITION_H
#define SIGILL_FORMAT_DEFINITION_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "format/json.h"
#include "format/questionnaire.h"

/* A thing's "basis": one for all its facts, or an object that has one for
 * each of its other members.  *out is the weakest. */
bool definition_basis(const struct json_source *src, const char *path,
    const json_t *thing, enum basis *out);

/* A list of 1 to LIMIT_OPTIONS things with id, label and basis, no id twice;
 * valued: they may have a value, too. */
bool definition_options(const struct json_source *src, const char *path,
    const json_t *list, bool valued, struct question_option **out,
    size_t *n);
void definition_options_free(struct question_option *options, size_t n);

#endif
