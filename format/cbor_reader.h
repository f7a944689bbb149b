/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Reads CBOR in the one encoding that format/cbor.h describes, and refuses
 * every other encoding of the same value: ERR_NOT_CANONICAL.  Well-encoded
 * data of another shape than the caller asks for is ERR_SCHEMA.
 */
#ifndef SIGILL_FORMAT_CBOR_READER_H
#define SIGILL_FORMAT_CBOR_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"

enum cbor_type {
	CBOR_UINT, CBOR_NEGATIVE, CBOR_BYTES, CBOR_TEXT, CBOR_ARRAY, CBOR_MAP,
	CBOR_NONE,		/* the end, or after an error */
};

/*
 * A pull reader over bytes that the caller keeps.  It allocates nothing;
 * strings point into the bytes.  The first error sticks: it fills *e (where:
 * the last key that was asked for; at: the byte offset), and everything that
 * follows reads as 0, NULL or false, so a caller may read a whole structure
 * and look at r->code at its end.  But loops must end by it, and what was
 * read must not be trusted before it.
 */
struct cbor_reader {
	struct cursor c;
	struct err *e;
	enum err_code code;	/* sticky */
	const char *where;	/* last key asked for, for messages; static */
	size_t at;		/* offset of the last item's head */
	size_t depth;		/* open containers */
	struct cbor_level {
		bool map;
		uint64_t left;		/* items (pairs) that are not read */
		bool value;		/* a key is read, its value is not */
		const uint8_t *key;	/* the last key's encoding, or NULL */
		size_t key_len;
	} in[LIMIT_DEPTH];
};

void cbor_reader_init(struct cbor_reader *r, const void *data, size_t len,
    struct err *e);
/* Sets the error, with the offset of the last item; returns r->code. */
enum err_code cbor_fail(struct cbor_reader *r, enum err_code code,
    const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* One item must have been read, and no byte be left. */
enum err_code cbor_end(struct cbor_reader *r);

/* What comes next in the innermost open container. */
enum cbor_type cbor_peek(const struct cbor_reader *r);

/* Values.  ERR_SCHEMA when it is another type, or outside the limits. */
uint64_t cbor_get_uint(struct cbor_reader *r, uint64_t max);
int64_t cbor_get_int(struct cbor_reader *r);
const uint8_t *cbor_get_bytes(struct cbor_reader *r, size_t *len);
void cbor_get_fixed(struct cbor_reader *r, uint8_t *out, size_t len);
/* Not NUL-terminated. */
const char *cbor_get_text(struct cbor_reader *r, size_t *len);
/* Reads a text and tells whether it is s. */
bool cbor_get_text_is(struct cbor_reader *r, const char *s);

/* Opens a container of at most max items (pairs) and tells how many there
 * are.  Each must be closed: ERR_SCHEMA when something is left in it. */
size_t cbor_open_array(struct cbor_reader *r, size_t max);
size_t cbor_open_map(struct cbor_reader *r, size_t max);
void cbor_close(struct cbor_reader *r);

/* The next key, whatever it is. */
const char *cbor_get_key(struct cbor_reader *r, size_t *len);
/* The next key must be this one; or may be, and is read only then. */
void cbor_expect_key(struct cbor_reader *r, const char *key);
bool cbor_accept_key(struct cbor_reader *r, const char *key);

/*
 * Walks over the whole: ERR_NOT_CANONICAL with the offset unless it is
 * exactly one item in the encoding described above.  Run first, it keeps
 * faults of encoding (another spelling) apart from faults of shape.
 */
enum err_code cbor_check(const void *data, size_t len, struct err *e);

#endif
