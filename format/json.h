/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * JSON (RFC 8259) that people write: jansson parses it, strictly; here a
 * person learns what is wrong and on which line.  Duplicate members, NUL
 * characters and anything after the end are errors.
 */
#ifndef SIGILL_FORMAT_JSON_H
#define SIGILL_FORMAT_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Once, first thing in main: what jansson frees is wiped from then on. */
void json_init(void);

/* A byte order mark says nothing (RFC 8259 §8.1), but PowerShell and Notepad
 * write one: takes it away from the text's beginning. */
void json_skip_mark(const uint8_t **text, size_t *len);

/*
 * Reads one object.  ERR_JSON with where = name and at = the line when the
 * text is anything else; the message says what a person should look for.
 * *out is a new reference.
 */
enum err_code json_read(const uint8_t *text, size_t len, const char *name,
    json_t **out, struct err *e);

/* An accepted text, and where the mistakes in what it says go. */
struct json_source {
	const uint8_t *text;
	size_t len;
	struct err_list *mistakes;
};

#define JSON_PATH_LEN	ERR_WHERE_LEN

/* path with ".name" or "[index]" behind it, cut between characters where it
 * does not fit.  out is not path. */
void json_path(char out[static JSON_PATH_LEN], const char *path,
    const char *name);
void json_path_index(char out[static JSON_PATH_LEN], const char *path,
    size_t index);

#define JSON_QUOTE_LEN	80
/* The len bytes at s in quotation marks, for a message; a long one is cut
 * between characters and ends in "...".  Returns out. */
const char *json_quote(const char *s, size_t len,
    char out[static JSON_QUOTE_LEN]);

/* Adds a mistake with where = path and at = its line. */
void json_mistake(const struct json_source *src, enum err_code code,
    const char *path, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

enum json_kind {
	JSON_KIND_ANY,
	JSON_KIND_TEXT,
	JSON_KIND_WHOLE,	/* a whole number of 64 bits */
	JSON_KIND_BOOL,
	JSON_KIND_LIST,
	JSON_KIND_OBJECT,
};

/* One member that an object may have. */
struct json_member {
	const char *name;
	enum json_kind kind;
	bool required;
};

/*
 * Takes an object apart: out[i] is the value (borrowed) of members[i], NULL
 * when it is absent or of the wrong kind.  Adds a mistake for each member
 * that is unknown, missing or of the wrong kind, and when o is no object at
 * all.  False when it added any.
 */
bool json_members(const struct json_source *src, const char *path,
    const json_t *o, const struct json_member *members, size_t n,
    const json_t **out);

/* False, and a mistake, when v is of another kind. */
bool json_check_kind(const struct json_source *src, const char *path,
    const json_t *v, enum json_kind kind);

/* What a value is, in the reader's words: "a text", "a list" ... */
const char *json_kind_name(const json_t *v);

#endif
