/* SPDX-License-Identifier: EUPL-1.2 */
#include "format/deflate.h"

#include <string.h>
#define ZLIB_CONST	/* zlib does not write to its input */
#include <zlib.h>

#include "base/limits.h"
#include "base/wipe.h"

#define LEVEL		6
#define CHUNK		(64u * 1024)
/* The last block and the checksum (RFC 1950 §2.2) take 6. */
#define TAIL_MAX	16u
/* What a flush may add to zlib's own bound. */
#define FLUSH_MAX	16u

/* RFC 1951 §3.2.4: an empty stored block that is not the last one; it starts
 * where a byte starts. */
static const uint8_t filler5[] = { 0x00, 0x00, 0x00, 0xff, 0xff };
/* The same after an empty block with fixed codes (§3.2.6), whose ten bits run
 * into the stored block's first byte. */
static const uint8_t filler6[] = { 0x02, 0x00, 0x00, 0x00, 0xff, 0xff };

static void *
take(void *opaque, uInt items, uInt size)
{
	(void)opaque;
	return wipe_malloc((size_t)items * size);
}

static void
give_back(void *opaque, void *p)
{
	(void)opaque;
	wipe_free(p);
}

static unsigned
log2_floor(size_t n)
{
	unsigned log = 0;

	while ((n >>= 1) != 0)
		log++;
	return log;
}

/*
 * Padmé (Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and
 * Communication with PURBs", §4): a length keeps about log log L significant
 * bits, which costs at most 12 % and leaks O(log log) bits.
 */
size_t
deflate_bucket(size_t len)
{
	unsigned exponent, mantissa;
	size_t mask;

	if (len <= LIMIT_BUCKET_MIN)
		return LIMIT_BUCKET_MIN;
	if (len > SIZE_MAX / 2)
		return len;
	exponent = log2_floor(len);
	mantissa = log2_floor(exponent) + 1;
	mask = ((size_t)1 << (exponent - mantissa)) - 1;
	return (len + mask) & ~mask;
}

/* Five and six reach every number from 20 up, and some below. */
static bool
can_fill(size_t gap)
{
	return gap % 5 <= gap / 5;
}

static void
fill(struct buf *out, size_t gap)
{
	size_t sixes = gap % 5, fives = gap / 5 - sixes;

	while (sixes-- != 0)
		buf_add(out, filler6, sizeof(filler6));
	while (fives-- != 0)
		buf_add(out, filler5, sizeof(filler5));
}

/* Deflates all of what z was given into as much as max bytes at the end of
 * *out, until flush is done. */
static bool
pump(z_stream *z, int flush, struct buf *out, size_t max)
{
	uint8_t *p;
	int rc;

	if ((p = buf_grow(out, max)) == NULL)
		return false;
	z->next_out = p;
	z->avail_out = (uInt)max;
	rc = deflate(z, flush);
	out->len -= z->avail_out;
	return z->avail_in == 0 && z->avail_out != 0 &&
	    rc == (flush == Z_FINISH ? Z_STREAM_END : Z_OK);
}

enum err_code
deflate_pack(const uint8_t *data, size_t len, struct buf *out, struct err *e)
{
	z_stream z = { .zalloc = take, .zfree = give_back };
	struct buf body = { 0 }, tail = { 0 };
	enum err_code code = ERR_OK;
	size_t size, bucket;

	if (len > LIMIT_SUBMISSION)
		return err_set(e, ERR_TOO_LARGE, NULL, 0,
		    "%zu bytes; the limit is %u", len, LIMIT_SUBMISSION);
	if (deflateInit(&z, LEVEL) != Z_OK)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	z.next_in = data;
	z.avail_in = (uInt)len;
	if (!pump(&z, Z_SYNC_FLUSH, &body,
	    deflateBound(&z, (uLong)len) + FLUSH_MAX) ||
	    !pump(&z, Z_FINISH, &tail, TAIL_MAX)) {
		code = err_set(e, body.failed || tail.failed ?
		    ERR_NO_MEMORY : ERR_INTERNAL, NULL, 0, "deflate");
		goto out;
	}
	size = body.len + tail.len;
	bucket = deflate_bucket(size);
	while (!can_fill(bucket - size))
		bucket = deflate_bucket(bucket + 1);
	buf_add(out, body.data, body.len);
	fill(out, bucket - size);
	buf_add(out, tail.data, tail.len);
	code = buf_check(out, e);
out:
	(void)deflateEnd(&z);
	buf_wipe(&body);
	buf_wipe(&tail);
	return code;
}

static enum err_code
damaged(struct err *e, const z_stream *z, const char *what)
{
	return err_set(e, ERR_INFLATE, NULL, (size_t)z->total_in, "%s", what);
}

/* One chunk more; *end when the stream is at its end. */
static enum err_code
inflate_some(z_stream *z, struct buf *b, bool *end, struct err *e)
{
	uint8_t *p;
	int rc;

	if ((p = buf_grow(b, CHUNK)) == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	z->next_out = p;
	z->avail_out = CHUNK;
	rc = inflate(z, Z_NO_FLUSH);
	b->len -= z->avail_out;
	*end = rc == Z_STREAM_END;
	switch (rc) {
	case Z_OK:
	case Z_STREAM_END:
		return ERR_OK;
	case Z_MEM_ERROR:
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	case Z_NEED_DICT:
		return damaged(e, z, "it needs a dictionary");
	case Z_BUF_ERROR:
		return damaged(e, z, "it is cut short");
	default:
		return damaged(e, z, "the stream is damaged");
	}
}

enum err_code
deflate_unpack(const uint8_t *data, size_t len, size_t max, struct buf *out,
    struct err *e)
{
	z_stream z = { .zalloc = take, .zfree = give_back };
	enum err_code code = ERR_OK;
	struct buf b = { 0 };
	bool end = false;

	if (len > LIMIT_SEALED)
		return err_set(e, ERR_INFLATE, NULL, 0, "it is too large");
	/* len is below 2^27, so this does not overflow. */
	if (max > len * LIMIT_INFLATE_RATIO)
		max = len * LIMIT_INFLATE_RATIO;
	if (inflateInit(&z) != Z_OK)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	z.next_in = data;
	z.avail_in = (uInt)len;
	while (!end && code == ERR_OK) {
		code = inflate_some(&z, &b, &end, e);
		if (code == ERR_OK && b.len > max)
			code = damaged(e, &z, "it gives more than the limit");
	}
	if (code == ERR_OK && z.avail_in != 0)
		code = damaged(e, &z, "it is followed by something else");
	if (code == ERR_OK) {
		buf_add(out, b.data, b.len);
		code = buf_check(out, e);
	}
	(void)inflateEnd(&z);
	buf_wipe(&b);
	return code;
}
