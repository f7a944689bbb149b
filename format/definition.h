/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The small pieces that a definition file is made of: texts, ids, bases,
 * lists of labelled things.  For questionnaire.c, which puts them together.
 *
 * Each load_ function adds a mistake and returns false when the piece is
 * wrong; what it has made until then is the caller's to free.  A piece that
 * is not given (v is NULL) leaves *out as it is.
 */
#ifndef SIGILL_FORMAT_DEFINITION_H
#define SIGILL_FORMAT_DEFINITION_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "format/json.h"
#include "format/questionnaire.h"

/* Texts in their normal form, never empty: one line, or several. */
bool definition_line(const struct json_source *src, const char *path,
    const json_t *v, size_t max, char **out);
bool definition_block(const struct json_source *src, const char *path,
    const json_t *v, size_t max, char **out);
/* An id (text_id_valid). */
bool definition_id(const struct json_source *src, const char *path,
    const json_t *v, char **out);
/* A whole number from min to max. */
bool definition_whole(const struct json_source *src, const char *path,
    const json_t *v, int64_t min, int64_t max, int64_t *out);

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
