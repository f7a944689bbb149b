/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Owned bytes that wipe themselves, and a bounded cursor over bytes that
 * somebody else owns.
 */
#ifndef SIGILL_BASE_BUF_H
#define SIGILL_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/*
 * Owned bytes.  { 0 } is an empty one.  Whatever it held is wiped when it
 * grows into another place and when it is wiped.  A failed append sets
 * `failed`, drops what follows and stays: check once at the end.
 */
struct buf {
	uint8_t *data;	/* owned; NULL while cap is 0 */
	size_t len;	/* used */
	size_t cap;	/* allocated */
	bool failed;	/* out of memory at some append */
};

void buf_add(struct buf *b, const void *data, size_t len);
void buf_add_u8(struct buf *b, uint8_t byte);
void buf_add_str(struct buf *b, const char *s);
/* Room for len more bytes in one piece: NULL (and failed) without memory. */
uint8_t *buf_grow(struct buf *b, size_t len);
/* ERR_NO_MEMORY when an append failed. */
enum err_code buf_check(const struct buf *b, struct err *e);
/* Ends with a NUL that len does not count; NULL without memory. */
const char *buf_str(struct buf *b);
/* Moves *src's bytes to *dst, wiping what *dst held; *src is empty then. */
void buf_move(struct buf *dst, struct buf *src);
bool buf_equal(const struct buf *b, const void *data, size_t len);
/* Wipes, frees, and leaves an empty one.  The ordinary destructor. */
void buf_wipe(struct buf *b);

/* Reads bytes that it does not own, never past their end. */
struct cursor {
	const uint8_t *p;	/* next byte */
	size_t left;		/* bytes from p to the end */
	size_t off;		/* of p, from the start of what was given */
};

static inline struct cursor
cursor_of(const void *data, size_t len)
{
	return (struct cursor){ .p = data, .left = len, .off = 0 };
}

/* Takes len bytes: *out points at them.  False, and nothing taken, if fewer
 * are left. */
bool cursor_take(struct cursor *c, size_t len, const uint8_t **out);
bool cursor_u8(struct cursor *c, uint8_t *out);
/* A big-endian number of 1, 2, 4 or 8 bytes. */
bool cursor_be(struct cursor *c, size_t width, uint64_t *out);

#endif
