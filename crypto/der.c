/* SPDX-License-Identifier: EUPL-1.2 */
#include "crypto/der.h"

#include <string.h>

#include "base/limits.h"
#include "base/timestamp.h"

#define CLASS_UNIVERSAL(tag)	(((tag) & 0xc0) == 0)
#define CONSTRUCTED(tag)	(((tag) & 0x20) != 0)
#define NUMBER(tag)		((tag) & 0x1f)

/* X.690 §8.1.3 and §10.1: definite, in the fewest octets. */
static bool
take_length(struct cursor *c, size_t *out)
{
	uint64_t len;
	uint8_t first, byte;

	if (!cursor_u8(c, &first))
		return false;
	if (first < 0x80) {
		*out = first;
		return true;
	}
	if (first == 0x80 || first > 0x84)	/* indefinite; over 4 GiB */
		return false;
	len = 0;
	for (int i = first & 0x7f; i > 0; i--) {
		if (!cursor_u8(c, &byte))
			return false;
		if (len == 0 && byte == 0)
			return false;
		len = len << 8 | byte;
	}
	if (len < 0x80)
		return false;
	*out = (size_t)len;
	return true;
}

bool
der_head(struct cursor *c, uint8_t *tag, size_t *len)
{
	struct cursor at = *c;

	/* X.690 §8.1.2.4: no structure of ours or of RFC 5280 has a tag
	 * number over 30; number 0 ends an indefinite value. */
	if (!cursor_u8(&at, tag) || NUMBER(*tag) == 0x1f || *tag == 0x00 ||
	    *tag == 0x20 || !take_length(&at, len))
		return false;
	*c = at;
	return true;
}

bool
der_any(struct cursor *c, struct der *out)
{
	struct cursor at = *c;

	out->whole = at.p;
	if (!der_head(&at, &out->tag, &out->len) ||
	    !cursor_take(&at, out->len, &out->p))
		return false;
	out->whole_len = at.off - c->off;
	*c = at;
	return true;
}

bool
der_take(struct cursor *c, uint8_t tag, struct der *out)
{
	return der_next_is(c, tag) && der_any(c, out);
}

bool
der_enter(struct cursor *c, uint8_t tag, struct cursor *inside)
{
	struct der value;

	if (!der_take(c, tag, &value))
		return false;
	*inside = cursor_of(value.p, value.len);
	inside->off = c->off - value.len;
	return true;
}

bool
der_next_is(const struct cursor *c, uint8_t tag)
{
	return c->left > 0 && *c->p == tag;
}

bool
der_same(struct cursor *c, const void *bytes, size_t len)
{
	const uint8_t *p;

	if (len > c->left || memcmp(c->p, bytes, len) != 0)
		return false;
	return cursor_take(c, len, &p);
}

bool
der_small(struct cursor *c, uint8_t value)
{
	const uint8_t bytes[] = { DER_INTEGER, 1, value };

	return der_same(c, bytes, sizeof(bytes));
}

/* RFC 5652 §11.3: years from 1950 to 2049 are UTCTime, others are not. */
static bool
read_time(const struct der *value, int64_t *out)
{
	char s[TIMESTAMP_LEN];
	const char *d = (const char *)value->p;
	size_t year = value->tag == DER_UTC_TIME ? 2 : 4;

	/* X.690 §11.7 and §11.8: YYMMDDhhmmssZ or YYYYMMDDhhmmssZ. */
	if (value->len != year + 11 || d[year + 10] != 'Z')
		return false;
	for (size_t i = 0; i < year + 10; i++)
		if (d[i] < '0' || d[i] > '9')
			return false;
	(void)memcpy(s, year == 4 ? d : d[0] < '5' ? "20" : "19", 2);
	(void)memcpy(s + 2, d + year - 2, 2);
	d += year;
	s[4] = s[7] = '-';
	s[10] = 'T';
	s[13] = s[16] = ':';
	(void)memcpy(s + 5, d, 2);
	(void)memcpy(s + 8, d + 2, 2);
	(void)memcpy(s + 11, d + 4, 2);
	(void)memcpy(s + 14, d + 6, 2);
	(void)memcpy(s + 17, d + 8, 3);
	s[20] = '\0';
	return timestamp_parse(s, out);
}

bool
der_time(struct cursor *c, int64_t *out)
{
	struct cursor at = *c;
	struct der value;

	if (!der_any(&at, &value))
		return false;
	if (value.tag == DER_GENERALIZED_TIME) {
		if (value.len < 4 || memcmp(value.p, "2050", 4) < 0)
			return false;
	} else if (value.tag != DER_UTC_TIME)
		return false;
	if (!read_time(&value, out))
		return false;
	*c = at;
	return true;
}

bool
der_equal(const struct der *a, const struct der *b)
{
	return a->whole_len == b->whole_len &&
	    memcmp(a->whole, b->whole, a->whole_len) == 0;
}

/* X.690 §11.6: as octet strings, the shorter one padded with zeros.  Two
 * values where that padding decides cannot be: the length comes first. */
bool
der_ascending(struct cursor inside)
{
	struct der last, next;

	if (inside.left == 0)
		return true;
	if (!der_any(&inside, &last))
		return false;
	for (; inside.left > 0; last = next) {
		if (!der_any(&inside, &next))
			return false;
		if (memcmp(last.whole, next.whole,
		    last.whole_len < next.whole_len ? last.whole_len :
		    next.whole_len) >= 0)
			return false;
	}
	return true;
}

/* X.690 §8.3.2 */
static bool
valid_integer(const struct der *v)
{
	if (v->len < 2)
		return v->len == 1;
	return !(v->p[0] == 0x00 && v->p[1] < 0x80) &&
	    !(v->p[0] == 0xff && v->p[1] >= 0x80);
}

/* X.690 §8.6.2, and §11.2.1: unused bits are zero. */
static bool
valid_bit_string(const struct der *v)
{
	if (v->len == 0 || v->p[0] > 7)
		return false;
	if (v->len == 1)
		return v->p[0] == 0;
	return (v->p[v->len - 1] & ((1u << v->p[0]) - 1)) == 0;
}

/* X.690 §8.19.2: subidentifiers without leading zeros, the last one whole. */
static bool
valid_oid(const struct der *v)
{
	bool start = true;

	for (size_t i = 0; i < v->len; i++) {
		if (start && v->p[i] == 0x80)
			return false;
		start = v->p[i] < 0x80;
	}
	return v->len > 0 && start;
}

static bool
valid_primitive(const struct der *v)
{
	int64_t ignored;

	switch (v->tag) {
	case DER_BOOLEAN:	/* X.690 §11.1 */
		return v->len == 1 && (v->p[0] == 0x00 || v->p[0] == 0xff);
	case DER_INTEGER:
	case DER_ENUMERATED:
		return valid_integer(v);
	case DER_BIT_STRING:
		return valid_bit_string(v);
	case DER_NULL:
		return v->len == 0;
	case DER_OID:
		return valid_oid(v);
	case DER_UTC_TIME:
	case DER_GENERALIZED_TIME:
		return read_time(v, &ignored);
	default:
		return true;
	}
}

static bool
valid_within(struct cursor c, unsigned depth)
{
	struct der v;

	if (depth > LIMIT_DEPTH)
		return false;
	while (c.left > 0) {
		if (!der_any(&c, &v))
			return false;
		/* X.690 §10.2: strings are primitive. */
		if (CLASS_UNIVERSAL(v.tag) && CONSTRUCTED(v.tag) !=
		    (NUMBER(v.tag) == NUMBER(DER_SEQUENCE) ||
		    NUMBER(v.tag) == NUMBER(DER_SET)))
			return false;
		if (!CONSTRUCTED(v.tag) && CLASS_UNIVERSAL(v.tag) &&
		    !valid_primitive(&v))
			return false;
		if (CONSTRUCTED(v.tag) &&
		    !valid_within(cursor_of(v.p, v.len), depth + 1))
			return false;
	}
	return true;
}

bool
der_valid(const uint8_t *p, size_t len)
{
	return valid_within(cursor_of(p, len), 0);
}

bool
der_valid_inside(const uint8_t *p, size_t len, unsigned depth)
{
	return valid_within(cursor_of(p, len), depth);
}

void
der_span(struct der *out, const struct cursor *from, const struct cursor *to)
{
	memset(out, 0, sizeof(*out));
	out->whole = from->p;
	out->whole_len = to->off - from->off;
}

static size_t
length_octets(size_t len)
{
	size_t n = 0;

	if (len < 0x80)
		return 1;
	for (; len > 0; len >>= 8)
		n++;
	return n + 1;
}

void
der_put(struct buf *out, uint8_t tag, size_t len)
{
	size_t n = length_octets(len) - 1;

	buf_add_u8(out, tag);
	if (n == 0) {
		buf_add_u8(out, (uint8_t)len);
		return;
	}
	buf_add_u8(out, (uint8_t)(0x80 | n));
	while (n-- > 0)
		buf_add_u8(out, (uint8_t)(len >> (8 * n)));
}

size_t
der_size(size_t len)
{
	return 1 + length_octets(len) + len;
}
