/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The part of CBOR that Sigill uses, in its one deterministic encoding
 * (RFC 8949 §4.2.1): integers, byte strings, text strings, arrays, and maps
 * with text keys; shortest heads, definite lengths, keys in the bytewise
 * order of their encodings and no two alike, at most LIMIT_DEPTH deep.  No
 * tags, floats or simple values.
 *
 * These functions write: they append to a struct buf, whose `failed` tells
 * at the end whether memory ran out.  The caller writes keys in their order.
 * format/cbor_reader.h reads.
 */
#ifndef SIGILL_FORMAT_CBOR_H
#define SIGILL_FORMAT_CBOR_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Major types, RFC 8949 §3.1. */
enum cbor_major {
	MAJOR_UINT, MAJOR_NEGATIVE, MAJOR_BYTES, MAJOR_TEXT, MAJOR_ARRAY,
	MAJOR_MAP, MAJOR_TAG, MAJOR_SIMPLE,
};

void cbor_put_uint(struct buf *b, uint64_t value);
void cbor_put_int(struct buf *b, int64_t value);
void cbor_put_bytes(struct buf *b, const void *data, size_t len);
void cbor_put_text(struct buf *b, const char *s);
void cbor_put_array(struct buf *b, size_t items);
void cbor_put_map(struct buf *b, size_t pairs);

/* <0, 0, >0: the order of two text keys in a map (shorter ones first). */
int cbor_compare_keys(const char *a, const char *b);

#endif
