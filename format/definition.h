/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The pieces that a definition file is made of: bases, names, and lists
 * of labelled things, of levels and of kinds.  For questionnaire.c,
 * question.c and scoring.c, which put them together.
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
#include "format/statement.h"

/* A thing's "basis": one for all its facts, or an object that has one for
 * each of its other members.  *out is the weakest. */
bool definition_basis(const struct json_source *src, const char *path,
    const json_t *thing, enum basis *out);

/* Which of the n names v is; what they are is for the message. */
bool definition_name(const struct json_source *src, const char *path,
    const char *what, const json_t *v, const char *const *names, size_t n,
    size_t *out);
/* Which of the areas or sections v is the id of. */
bool definition_group(const struct json_source *src, const char *path,
    const char *what, const json_t *v, const struct question_group *groups,
    size_t n, size_t *out);
/* A list of kinds of organisations, at least one and none twice; kinds are
 * false before. */
bool definition_kinds(const struct json_source *src, const char *path,
    const json_t *list, bool kinds[static KIND_ANNAN + 1]);

/* A list of 1 to LIMIT_OPTIONS things with id, label and basis, no id twice;
 * valued: they may have a value, too. */
bool definition_options(const struct json_source *src, const char *path,
    const json_t *list, bool valued, struct question_option **out,
    size_t *n);
void definition_options_free(struct question_option *options, size_t n);

/* The same without values: areas, sections. */
bool definition_groups(const struct json_source *src, const char *path,
    const json_t *list, struct question_group **out, size_t *n);
void definition_groups_free(struct question_group *groups, size_t n);

/* The member "levels", each higher than the one before; NULL and an empty
 * list are none.  *out is NULL and *n is 0 before. */
bool definition_levels(const struct json_source *src, const json_t *list,
    struct question_level **out, size_t *n);
void definition_levels_free(struct question_level *levels, size_t n);

#endif
