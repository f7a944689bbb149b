/* SPDX-License-Identifier: EUPL-1.2 */
#include "format/member.h"

#include <string.h>

#include "base/buf.h"
#include "base/timestamp.h"

static json_t *
string_of(struct buf *b)
{
	json_t *s = NULL;

	if (!b->failed)
		s = json_stringn(b->data != NULL ? (const char *)b->data : "",
		    b->len);
	buf_wipe(b);
	return s;
}

json_t *
member_hex(const uint8_t *data, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	struct buf b = { 0 };

	for (size_t i = 0; i < len; i++) {
		buf_add_u8(&b, (uint8_t)digits[data[i] >> 4]);
		buf_add_u8(&b, (uint8_t)digits[data[i] & 0xf]);
	}
	return string_of(&b);
}

/* Small letters only, so that each digest has one spelling. */
static int
nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

bool
member_from_hex(const char *hex, uint8_t *out, size_t len)
{
	if (strlen(hex) != 2 * len)
		return false;
	for (size_t i = 0; i < len; i++) {
		const int high = nibble(hex[2 * i]);
		const int low = nibble(hex[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

json_t *
member_base64(const uint8_t *data, size_t len)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/";
	struct buf b = { 0 };
	uint8_t *p = buf_grow(&b, (len + 2) / 3 * 4);

	for (size_t i = 0; p != NULL && i < len; i += 3) {
		size_t n = len - i < 3 ? len - i : 3;
		uint32_t bits = (uint32_t)data[i] << 16;

		if (n > 1)
			bits |= (uint32_t)data[i + 1] << 8;
		if (n > 2)
			bits |= data[i + 2];
		for (unsigned k = 0; k < 4; k++)
			*p++ = k <= n ? (uint8_t)digits[bits >>
			    (18 - 6 * k) & 0x3f] : '=';
	}
	return string_of(&b);
}

json_t *
member_time(int64_t t)
{
	char s[TIMESTAMP_LEN];

	timestamp_format(t, s);
	return json_string(s);
}
