/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/buf.h"

#include <string.h>

#include "base/wipe.h"

/* realloc would leave the old bytes behind, so: new place, copy, wipe. */
static bool
reserve(struct buf *b, size_t more)
{
	size_t cap = b->cap != 0 ? b->cap : 256;
	uint8_t *data;

	if (b->failed || more > SIZE_MAX / 4 - b->len) {
		b->failed = true;
		return false;
	}
	if (b->len + more <= b->cap)
		return true;
	while (cap < b->len + more)
		cap *= 2;
	if ((data = wipe_malloc(cap)) == NULL) {
		b->failed = true;
		return false;
	}
	if (b->len != 0)
		memcpy(data, b->data, b->len);
	wipe_free(b->data);
	b->data = data;
	b->cap = cap;
	return true;
}

void
buf_add(struct buf *b, const void *data, size_t len)
{
	if (len == 0 || !reserve(b, len))
		return;
	memcpy(b->data + b->len, data, len);
	b->len += len;
}

void
buf_add_u8(struct buf *b, uint8_t byte)
{
	buf_add(b, &byte, 1);
}

void
buf_add_str(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

uint8_t *
buf_grow(struct buf *b, size_t len)
{
	uint8_t *p;

	if (!reserve(b, len != 0 ? len : 1))
		return NULL;
	p = b->data + b->len;
	b->len += len;
	return p;
}

enum err_code
buf_check(const struct buf *b, struct err *e)
{
	if (b->failed)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	return ERR_OK;
}

const char *
buf_str(struct buf *b)
{
	if (!reserve(b, 1))
		return NULL;
	b->data[b->len] = '\0';
	return (const char *)b->data;
}

void
buf_move(struct buf *dst, struct buf *src)
{
	buf_wipe(dst);
	*dst = *src;
	memset(src, 0, sizeof(*src));
}

bool
buf_equal(const struct buf *b, const void *data, size_t len)
{
	return b->len == len && (len == 0 || memcmp(b->data, data, len) == 0);
}

void
buf_wipe(struct buf *b)
{
	wipe_free(b->data);
	memset(b, 0, sizeof(*b));
}

bool
cursor_take(struct cursor *c, size_t len, const uint8_t **out)
{
	if (len > c->left)
		return false;
	*out = c->p;
	c->p += len;
	c->left -= len;
	c->off += len;
	return true;
}

bool
cursor_u8(struct cursor *c, uint8_t *out)
{
	const uint8_t *p;

	if (!cursor_take(c, 1, &p))
		return false;
	*out = *p;
	return true;
}

bool
cursor_be(struct cursor *c, size_t width, uint64_t *out)
{
	const uint8_t *p;

	if (!cursor_take(c, width, &p))
		return false;
	*out = 0;
	for (size_t i = 0; i < width; i++)
		*out = *out << 8 | p[i];
	return true;
}
