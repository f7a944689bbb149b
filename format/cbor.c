/* SPDX-License-Identifier: EUPL-1.2 */
#include "format/cbor.h"

#include <string.h>

/* RFC 8949 §4.2.1: the argument is as short as it can be. */
static void
put_head(struct buf *b, unsigned major, uint64_t arg)
{
	unsigned width, info;

	if (arg < 24) {
		buf_add_u8(b, (uint8_t)(major << 5 | (unsigned)arg));
		return;
	}
	if (arg <= UINT8_MAX)
		width = 1, info = 24;
	else if (arg <= UINT16_MAX)
		width = 2, info = 25;
	else if (arg <= UINT32_MAX)
		width = 4, info = 26;
	else
		width = 8, info = 27;
	buf_add_u8(b, (uint8_t)(major << 5 | info));
	while (width-- != 0)
		buf_add_u8(b, (uint8_t)(arg >> 8 * width));
}

void
cbor_put_uint(struct buf *b, uint64_t value)
{
	put_head(b, MAJOR_UINT, value);
}

void
cbor_put_int(struct buf *b, int64_t value)
{
	if (value >= 0)
		put_head(b, MAJOR_UINT, (uint64_t)value);
	else
		put_head(b, MAJOR_NEGATIVE, (uint64_t)(-1 - value));
}

void
cbor_put_bytes(struct buf *b, const void *data, size_t len)
{
	put_head(b, MAJOR_BYTES, len);
	buf_add(b, data, len);
}

void
cbor_put_text(struct buf *b, const char *s)
{
	put_head(b, MAJOR_TEXT, strlen(s));
	buf_add_str(b, s);
}

void
cbor_put_array(struct buf *b, size_t items)
{
	put_head(b, MAJOR_ARRAY, items);
}

void
cbor_put_map(struct buf *b, size_t pairs)
{
	put_head(b, MAJOR_MAP, pairs);
}

/* A shorter text has a lesser head, and the head comes first. */
int
cbor_compare_keys(const char *a, const char *b)
{
	size_t a_len = strlen(a), b_len = strlen(b);

	if (a_len != b_len)
		return a_len < b_len ? -1 : 1;
	return memcmp(a, b, a_len);
}
