/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The kinds of text that stand in statements, submissions and receipts, each
 * with its form and limit in one place, for those who write them and those
 * who read them.  A text has one form, so both only check it.
 */
#ifndef SIGILL_FORMAT_FIELD_H
#define SIGILL_FORMAT_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "format/cbor_reader.h"
#include "format/orgnr.h"

enum field {
	FIELD_ID,		/* text_id_valid */
	FIELD_VERSION,		/* a line of at most LIMIT_ID characters */
	FIELD_NAME,		/* a line of at most LIMIT_NAME characters */
	FIELD_TEXT,		/* a block of at most LIMIT_TEXT characters */
	FIELD_ADVICE,		/* a block of at most LIMIT_ADVICE characters */
	FIELD_FILE_NAME,	/* a FIELD_NAME without '/' or '\', and without
				 * a dot in front */
	FIELD_MEDIA_TYPE,	/* type/subtype of RFC 6838 §4.2, lower case, no
				 * parameters, at most LIMIT_NAME */
	FIELD_ORGNR,		/* ten digits, Luhn-checked */
	FIELD_REASON,		/* a-z 0-9 and '-', at most LIMIT_ID: the form of
				 * err_name() */
};

/* ERR_OK, ERR_NOT_CANONICAL when it is another spelling of a text of this
 * kind, ERR_SCHEMA when it is none, ERR_NO_MEMORY. */
enum err_code field_check(enum field kind, const char *s, size_t len);

/* A struct buf to write fields to, with a sticky error. */
struct field_writer {
	struct buf *out;
	struct err *e;
	enum err_code code;
};

/* Writes the key (none when it is NULL) and the text; s may be NULL, which
 * is ERR_SCHEMA. */
void field_put(struct field_writer *w, const char *key, enum field kind,
    const char *s);
enum err_code field_put_fail(struct field_writer *w, enum err_code code,
    const char *where, const char *what);

/* Reads the key (none when it is NULL) and a text of that kind: a copy for
 * wipe_free, or NULL when the reader has failed. */
char *field_get(struct cbor_reader *r, const char *key, enum field kind);
void field_get_orgnr(struct cbor_reader *r, const char *key,
    char out[static ORGNR_LEN]);
/* A text that is one of a list's: parse gives its number, or -1. */
int field_get_enum(struct cbor_reader *r, const char *key,
    int (*parse)(const char *));
/* A text or number that can be no other. */
void field_get_tag(struct cbor_reader *r, const char *key, const char *tag);
void field_get_version(struct cbor_reader *r, const char *key,
    uint64_t version);

#endif
