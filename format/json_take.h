/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Values out of a JSON text, in the form in which they are kept.
 *
 * Each adds a mistake and returns false when the value is of another kind or
 * not allowed; *out is the caller's to free (wipe_free) in any case.  A value
 * that is not given (v is NULL) leaves *out as it is.
 */
#ifndef SIGILL_FORMAT_JSON_TAKE_H
#define SIGILL_FORMAT_JSON_TAKE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "format/json.h"

/* Texts in their normal form, never empty: one line, or several. */
bool json_take_line(const struct json_source *src, const char *path,
    const json_t *v, size_t max, char **out);
bool json_take_block(const struct json_source *src, const char *path,
    const json_t *v, size_t max, char **out);
/* An id (text_id_valid). */
bool json_take_id(const struct json_source *src, const char *path,
    const json_t *v, char **out);
/* A whole number from min to max. */
bool json_take_whole(const struct json_source *src, const char *path,
    const json_t *v, int64_t min, int64_t max, int64_t *out);

#endif
