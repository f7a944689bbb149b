/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Distinguished Encoding Rules (ITU-T X.690), read strictly and written.
 *
 * Readers take one value from a cursor (base/buf.h).  They return false, and
 * take nothing, unless the value is there, whole, and in its one permitted
 * encoding: identifier of one octet, definite length in the fewest octets.
 * That a cursor is used up (left == 0) is for its owner to check.
 */
#ifndef SIGILL_CRYPTO_DER_H
#define SIGILL_CRYPTO_DER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Identifier octets. */
#define DER_BOOLEAN		0x01
#define DER_INTEGER		0x02
#define DER_BIT_STRING		0x03
#define DER_OCTET_STRING	0x04
#define DER_NULL		0x05
#define DER_OID			0x06
#define DER_ENUMERATED		0x0a
#define DER_UTC_TIME		0x17
#define DER_GENERALIZED_TIME	0x18
#define DER_SEQUENCE		0x30
#define DER_SET			0x31
#define DER_CONTEXT(n)		(0x80 | (n))	/* primitive */
#define DER_CONTEXT_IN(n)	(0xa0 | (n))	/* constructed */

/* One value, borrowed from what is read. */
struct der {
	uint8_t tag;		/* identifier octet */
	const uint8_t *p;	/* contents octets */
	size_t len;
	const uint8_t *whole;	/* with identifier and length */
	size_t whole_len;
};

/* Identifier and length octets alone: the contents follow at the cursor, or
 * would, if all of them were here. */
bool der_head(struct cursor *c, uint8_t *tag, size_t *len);
/* Any value; what its contents are is not looked at. */
bool der_any(struct cursor *c, struct der *out);
/* The value with that identifier octet. */
bool der_take(struct cursor *c, uint8_t tag, struct der *out);
/* The same, to go on inside of it. */
bool der_enter(struct cursor *c, uint8_t tag, struct cursor *inside);
/* Is the next value's identifier octet this one? */
bool der_next_is(const struct cursor *c, uint8_t tag);
/* Exactly these octets: a constant, encoded beforehand. */
bool der_same(struct cursor *c, const void *bytes, size_t len);
/* The INTEGER with this value, below 128. */
bool der_small(struct cursor *c, uint8_t value);
/* UTCTime up to 2049 or GeneralizedTime from 2050 on, in UTC with seconds
 * and without fractions (RFC 5652 §11.3); UTC seconds since 1970. */
bool der_time(struct cursor *c, int64_t *out);

bool der_equal(const struct der *a, const struct der *b);
/* Do the values stand in strictly ascending order, as those of a SET OF do
 * (X.690 §11.6)?  Equal ones are thereby refused. */
bool der_ascending(struct cursor inside);
/*
 * Is all of this well-formed, however deep it nests (to LIMIT_DEPTH): every
 * value in its one encoding, strings primitive, numbers minimal?  Knows
 * nothing of what the values mean, and not the order within sets.
 */
bool der_valid(const uint8_t *p, size_t len);
/* The same for a part of a structure, depth values deep inside of it. */
bool der_valid_inside(const uint8_t *p, size_t len, unsigned depth);

/* The octets between two places of one walk, as .whole; nothing else of *out
 * is set. */
void der_span(struct der *out, const struct cursor *from,
    const struct cursor *to);

/* Appends identifier and length octets; the contents are to follow. */
void der_put(struct buf *out, uint8_t tag, size_t len);
/* A whole value around contents of len octets. */
size_t der_size(size_t len);

#endif
