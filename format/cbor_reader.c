/* SPDX-License-Identifier: EUPL-1.2 */
#include "format/cbor_reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "format/cbor.h"
#include "format/text.h"

void
cbor_reader_init(struct cbor_reader *r, const void *data, size_t len,
    struct err *e)
{
	memset(r, 0, sizeof(*r));
	r->c = cursor_of(data, len);
	r->e = e;
}

enum err_code
cbor_fail(struct cbor_reader *r, enum err_code code, const char *fmt, ...)
{
	char msg[ERR_MSG_LEN];
	va_list ap;

	if (r->code != ERR_OK)
		return r->code;
	va_start(ap, fmt);
	(void)vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	(void)err_set(r->e, code, r->where, r->at, "%s", msg);
	return r->code = code;
}

static bool
bad_encoding(struct cbor_reader *r, const char *what)
{
	(void)cbor_fail(r, ERR_NOT_CANONICAL, "%s", what);
	return false;
}

static bool
bad_shape(struct cbor_reader *r, const char *what)
{
	(void)cbor_fail(r, ERR_SCHEMA, "%s", what);
	return false;
}

/* One head, which must be the only one for its value. */
static bool
get_head(struct cbor_reader *r, unsigned *major, uint64_t *arg)
{
	static const uint64_t least[] = { 24, 0x100, 0x10000, 0x100000000 };
	unsigned info;
	uint8_t byte;

	r->at = r->c.off;
	if (!cursor_u8(&r->c, &byte))
		return bad_encoding(r, "the content is cut short");
	*major = byte >> 5;
	info = byte & 0x1f;
	*arg = info;
	if (*major == MAJOR_TAG || *major == MAJOR_SIMPLE)
		return bad_encoding(r, "a tag, float or simple value");
	if (info < 24)
		return true;
	if (info > 27)		/* RFC 8949 §3: reserved, or indefinite */
		return bad_encoding(r, "an indefinite or reserved length");
	if (!cursor_be(&r->c, (size_t)1 << (info - 24), arg))
		return bad_encoding(r, "the content is cut short");
	if (*arg < least[info - 24])
		return bad_encoding(r, "a head that is longer than need be");
	return true;
}

/* Counts one value against the container that it is in. */
static bool
begin_value(struct cbor_reader *r)
{
	struct cbor_level *in;

	if (r->code != ERR_OK)
		return false;
	if (r->depth == 0)
		return true;
	in = &r->in[r->depth - 1];
	if (in->map) {
		if (!in->value)
			return bad_shape(r, "a field is missing");
		in->value = false;
		return true;
	}
	if (in->left == 0)
		return bad_shape(r, "an item is missing");
	in->left--;
	return true;
}

/* The head of a value of this type. */
static bool
get_value(struct cbor_reader *r, unsigned want, uint64_t *arg)
{
	static const char *const wanted[] = {
		[MAJOR_UINT] = "not an unsigned integer",
		[MAJOR_NEGATIVE] = "not a negative integer",
		[MAJOR_BYTES] = "not a byte string",
		[MAJOR_TEXT] = "not a text",
		[MAJOR_ARRAY] = "not an array",
		[MAJOR_MAP] = "not a map",
	};
	unsigned major;

	if (!begin_value(r) || !get_head(r, &major, arg))
		return false;
	return major == want || bad_shape(r, wanted[want]);
}

/* The content of a string whose head has been read. */
static const uint8_t *
get_content(struct cbor_reader *r, uint64_t len, bool text)
{
	const uint8_t *p;

	if (len > r->c.left || !cursor_take(&r->c, (size_t)len, &p)) {
		(void)bad_encoding(r, "the content is cut short");
		return NULL;
	}
	if (text && !text_utf8_valid(p, (size_t)len)) {
		(void)bad_encoding(r, "a text that is not UTF-8");
		return NULL;
	}
	return p;
}

enum cbor_type
cbor_peek(const struct cbor_reader *r)
{
	const struct cbor_level *in;

	if (r->code != ERR_OK || r->c.left == 0)
		return CBOR_NONE;
	if (r->depth != 0) {
		in = &r->in[r->depth - 1];
		if (in->left == 0 && !in->value)
			return CBOR_NONE;
	}
	if (*r->c.p >> 5 > MAJOR_MAP)
		return CBOR_NONE;
	return (enum cbor_type)(*r->c.p >> 5);
}

uint64_t
cbor_get_uint(struct cbor_reader *r, uint64_t max)
{
	uint64_t arg;

	if (!get_value(r, MAJOR_UINT, &arg))
		return 0;
	if (arg > max) {
		(void)bad_shape(r, "a number that is too large");
		return 0;
	}
	return arg;
}

int64_t
cbor_get_int(struct cbor_reader *r)
{
	bool negative = cbor_peek(r) == CBOR_NEGATIVE;
	uint64_t arg;

	if (!get_value(r, negative ? MAJOR_NEGATIVE : MAJOR_UINT, &arg))
		return 0;
	if (arg > INT64_MAX) {
		(void)bad_shape(r, "a number that is too large");
		return 0;
	}
	return negative ? -1 - (int64_t)arg : (int64_t)arg;
}

const uint8_t *
cbor_get_bytes(struct cbor_reader *r, size_t *len)
{
	const uint8_t *p;
	uint64_t arg;

	*len = 0;
	if (!get_value(r, MAJOR_BYTES, &arg) ||
	    (p = get_content(r, arg, false)) == NULL)
		return NULL;
	*len = (size_t)arg;
	return p;
}

void
cbor_get_fixed(struct cbor_reader *r, uint8_t *out, size_t len)
{
	const uint8_t *p;
	size_t n;

	memset(out, 0, len);
	if ((p = cbor_get_bytes(r, &n)) == NULL)
		return;
	if (n != len)
		(void)bad_shape(r, "a byte string of another length");
	else
		memcpy(out, p, len);
}

const char *
cbor_get_text(struct cbor_reader *r, size_t *len)
{
	const uint8_t *p;
	uint64_t arg;

	*len = 0;
	if (!get_value(r, MAJOR_TEXT, &arg) ||
	    (p = get_content(r, arg, true)) == NULL)
		return NULL;
	*len = (size_t)arg;
	return (const char *)p;
}

bool
cbor_get_text_is(struct cbor_reader *r, const char *s)
{
	const char *p;
	size_t len;

	return (p = cbor_get_text(r, &len)) != NULL && len == strlen(s) &&
	    memcmp(p, s, len) == 0;
}

/* per is how many bytes one item takes at the least: a length that the
 * remaining bytes cannot fill is refused before anybody counts on it. */
static size_t
open_container(struct cbor_reader *r, unsigned major, size_t max, size_t per)
{
	uint64_t n;

	if (!get_value(r, major, &n))
		return 0;
	if (r->depth == LIMIT_DEPTH) {
		(void)bad_encoding(r, "nested too deep");
		return 0;
	}
	if (n > r->c.left / per) {
		(void)bad_encoding(r, "the content is cut short");
		return 0;
	}
	if (n > max) {
		(void)bad_shape(r, "too many items");
		return 0;
	}
	r->in[r->depth++] = (struct cbor_level){
		.map = major == MAJOR_MAP, .left = n,
	};
	return (size_t)n;
}

size_t
cbor_open_array(struct cbor_reader *r, size_t max)
{
	return open_container(r, MAJOR_ARRAY, max, 1);
}

size_t
cbor_open_map(struct cbor_reader *r, size_t max)
{
	return open_container(r, MAJOR_MAP, max, 2);
}

void
cbor_close(struct cbor_reader *r)
{
	const struct cbor_level *in;

	if (r->code != ERR_OK)
		return;
	if (r->depth == 0) {
		(void)cbor_fail(r, ERR_INTERNAL, "nothing is open");
		return;
	}
	in = &r->in[r->depth - 1];
	if (in->left != 0 || in->value) {
		r->at = r->c.off;
		(void)bad_shape(r, "a field or item too many");
		return;
	}
	r->depth--;
}

/* RFC 8949 §4.2.1: keys in the bytewise order of their encodings. */
static bool
check_order(struct cbor_reader *r, struct cbor_level *in, const uint8_t *key,
    size_t len)
{
	size_t least = len < in->key_len ? len : in->key_len;
	int order = -1;

	/* An encoding is never another one's beginning. */
	if (in->key != NULL)
		order = memcmp(in->key, key, least);
	if (order == 0)
		return bad_encoding(r, "the same key twice");
	if (order > 0)
		return bad_encoding(r, "keys that are not in order");
	in->key = key;
	in->key_len = len;
	return true;
}

const char *
cbor_get_key(struct cbor_reader *r, size_t *len)
{
	const uint8_t *start = r->c.p, *p;
	struct cbor_level *in;
	unsigned major;
	uint64_t arg;

	*len = 0;
	if (r->code != ERR_OK)
		return NULL;
	in = r->depth != 0 ? &r->in[r->depth - 1] : NULL;
	if (in == NULL || !in->map || in->value || in->left == 0) {
		(void)bad_shape(r, "a field is missing");
		return NULL;
	}
	if (!get_head(r, &major, &arg))
		return NULL;
	if (major != MAJOR_TEXT) {
		(void)bad_encoding(r, "a key that is not a text");
		return NULL;
	}
	if ((p = get_content(r, arg, true)) == NULL ||
	    !check_order(r, in, start, (size_t)(r->c.p - start)))
		return NULL;
	in->left--;
	in->value = true;
	*len = (size_t)arg;
	return (const char *)p;
}

void
cbor_expect_key(struct cbor_reader *r, const char *key)
{
	const char *p;
	size_t len;

	if (r->code != ERR_OK)
		return;
	r->where = key;
	if ((p = cbor_get_key(r, &len)) != NULL &&
	    (len != strlen(key) || memcmp(p, key, len) != 0))
		(void)bad_shape(r, "another field than this one");
}

bool
cbor_accept_key(struct cbor_reader *r, const char *key)
{
	struct cbor_reader ahead = *r;
	const char *p;
	size_t len;

	/* An error here would be met again, and told, by the next read. */
	ahead.e = NULL;
	if (cbor_peek(r) != CBOR_TEXT ||
	    (p = cbor_get_key(&ahead, &len)) == NULL ||
	    len != strlen(key) || memcmp(p, key, len) != 0)
		return false;
	ahead.e = r->e;
	ahead.where = key;
	*r = ahead;
	return true;
}

enum err_code
cbor_end(struct cbor_reader *r)
{
	if (r->code != ERR_OK)
		return r->code;
	if (r->depth != 0 || r->c.off == 0)
		return cbor_fail(r, ERR_INTERNAL, "the reader stopped early");
	if (r->c.left != 0) {
		r->at = r->c.off;
		return cbor_fail(r, ERR_NOT_CANONICAL,
		    "%zu bytes too many at the end", r->c.left);
	}
	return ERR_OK;
}

/* Reads a string or number, or opens a container. */
static void
step(struct cbor_reader *r)
{
	unsigned major;
	uint64_t arg;
	size_t len;

	switch (cbor_peek(r)) {
	case CBOR_UINT:
	case CBOR_NEGATIVE:
		(void)(begin_value(r) && get_head(r, &major, &arg));
		break;
	case CBOR_BYTES:
		(void)cbor_get_bytes(r, &len);
		break;
	case CBOR_TEXT:
		(void)cbor_get_text(r, &len);
		break;
	case CBOR_ARRAY:
		(void)cbor_open_array(r, SIZE_MAX);
		break;
	case CBOR_MAP:
		(void)cbor_open_map(r, SIZE_MAX);
		break;
	case CBOR_NONE:		/* the end, or what is not permitted */
		(void)get_head(r, &major, &arg);
		break;
	}
}

enum err_code
cbor_check(const void *data, size_t len, struct err *e)
{
	const struct cbor_level *in;
	struct cbor_reader r;
	size_t n;

	cbor_reader_init(&r, data, len, e);
	do {
		in = r.depth != 0 ? &r.in[r.depth - 1] : NULL;
		if (in != NULL && in->left == 0 && !in->value)
			cbor_close(&r);
		else if (in != NULL && in->map && !in->value)
			(void)cbor_get_key(&r, &n);
		else
			step(&r);
	} while (r.code == ERR_OK && r.depth != 0);
	return cbor_end(&r);
}
