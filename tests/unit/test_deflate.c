/* SPDX-License-Identifier: EUPL-1.2 */
/* Packing to buckets, and refusing every stream that is not whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#define ZLIB_CONST
#include <zlib.h>

#include "base/limits.h"
#include "format/deflate.h"

#define ROOM	(64u * 1024 * 1024)

/* The same bytes in every run. */
static uint32_t
next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

static void
fill_random(uint8_t *p, size_t n, uint32_t seed)
{
	while (n-- != 0)
		*p++ = (uint8_t)(next_random(&seed) >> 11);
}

static void
round_trip(const uint8_t *data, size_t len)
{
	struct buf packed = { 0 }, back = { 0 };
	struct err e = { 0 };

	buf_add_str(&packed, "before");
	assert_int_equal(deflate_pack(data, len, &packed, &e), ERR_OK);
	assert_memory_equal(packed.data, "before", 6);
	assert_int_equal(packed.len - 6, deflate_bucket(packed.len - 6));
	assert_int_equal(deflate_unpack(packed.data + 6, packed.len - 6, ROOM,
	    &back, &e), ERR_OK);
	assert_true(buf_equal(&back, data, len));
	buf_wipe(&packed);
	buf_wipe(&back);
}

static void
test_sizes(void **state)
{
	static const size_t big[] = {
		65535, 65536, 65537, 100000, 262143, 262144, 1024 * 1024,
	};
	uint8_t *noise = malloc(1024 * 1024), *zero = calloc(1024, 1024);

	(void)state;
	assert_non_null(noise);
	assert_non_null(zero);
	fill_random(noise, 1024 * 1024, 1);
	for (size_t n = 0; n < 64; n++)
		round_trip(noise, n);
	/* Every distance from the buckets' edges, and so every way to fill. */
	for (size_t n = 4050; n < 4200; n++)
		round_trip(noise, n);
	for (size_t n = 8150; n < 8250; n++)
		round_trip(noise, n);
	for (size_t i = 0; i < sizeof(big) / sizeof(big[0]); i++) {
		round_trip(noise, big[i]);
		round_trip(zero, big[i]);
	}
	free(noise);
	free(zero);
}

/* Bytes that deflate to exactly a bucket need no filler, a few less cannot
 * be filled and go to the next bucket: both must come up. */
static void
test_edges(void **state)
{
	bool exact = false, over = false;
	struct buf packed = { 0 };
	uint8_t noise[4200];
	size_t stored;

	(void)state;
	fill_random(noise, sizeof(noise), 7);
	for (size_t n = 4000; n < 4100; n++) {
		packed.len = 0;
		assert_int_equal(deflate_pack(noise, n, &packed, NULL), ERR_OK);
		/* header, stored block, flush, last block, checksum */
		stored = 2 + 5 + n + 5 + 6;
		exact |= stored == LIMIT_BUCKET_MIN &&
		    packed.len == LIMIT_BUCKET_MIN;
		over |= stored < LIMIT_BUCKET_MIN &&
		    packed.len > LIMIT_BUCKET_MIN;
	}
	assert_true(exact);
	assert_true(over);
	buf_wipe(&packed);
}

/* zlib's own one-call inflater, as anybody else's would, reads them. */
static void
test_other_inflater(void **state)
{
	struct buf packed = { 0 };
	uint8_t noise[5000], back[5000];
	uLongf n;

	(void)state;
	fill_random(noise, sizeof(noise), 3);
	for (size_t len = 0; len <= sizeof(noise); len += 61) {
		packed.len = 0;
		n = sizeof(back);
		assert_int_equal(deflate_pack(noise, len, &packed, NULL),
		    ERR_OK);
		assert_int_equal(uncompress(back, &n, packed.data,
		    packed.len), Z_OK);
		assert_int_equal(n, len);
		assert_memory_equal(back, noise, len);
	}
	buf_wipe(&packed);
}

/* Lengths from the definition, worked by hand. */
static void
test_buckets(void **state)
{
	static const struct { size_t len, bucket; } table[] = {
		{ 0, 4096 }, { 1, 4096 }, { 4096, 4096 },
		{ 4097, 4352 },		/* E = 12, S = 4: steps of 256 */
		{ 4352, 4352 }, { 4353, 4608 },
		{ 8191, 8192 }, { 8192, 8192 },
		{ 8193, 8704 },		/* E = 13, S = 4: steps of 512 */
		{ 65537, 67584 },	/* E = 16, S = 5: steps of 2048 */
		{ 1000000, 1015808 },	/* E = 19, S = 5: steps of 16384 */
	};
	size_t b;

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		assert_int_equal(deflate_bucket(table[i].len),
		    table[i].bucket);
	for (size_t n = 4096; n < 3000000; n += 97) {
		b = deflate_bucket(n);
		assert_true(b >= n && (b - n) * 100 <= n * 12);
		assert_int_equal(deflate_bucket(b), b);
	}
}

static void
refuse(const uint8_t *data, size_t len, size_t max)
{
	struct buf out = { 0 };
	struct err e = { 0 };

	buf_add_str(&out, "kept");
	assert_int_equal(deflate_unpack(data, len, max, &out, &e),
	    ERR_INFLATE);
	assert_int_equal(e.code, ERR_INFLATE);
	assert_true(buf_equal(&out, "kept", 4));
	buf_wipe(&out);
}

static void
test_truncated_and_trailing(void **state)
{
	struct buf packed = { 0 };
	uint8_t text[600];

	(void)state;
	memset(text, 'x', sizeof(text));
	assert_int_equal(deflate_pack(text, sizeof(text), &packed, NULL),
	    ERR_OK);
	for (size_t n = 0; n < packed.len; n++)
		refuse(packed.data, n, ROOM);
	buf_add_u8(&packed, 0);
	refuse(packed.data, packed.len, ROOM);
	/* Two streams after one another are not one. */
	packed.len--;
	assert_int_equal(deflate_pack(text, sizeof(text), &packed, NULL),
	    ERR_OK);
	refuse(packed.data, packed.len, ROOM);
	buf_wipe(&packed);
}

/* A flipped bit is refused, or (in a header's advice) changes nothing. */
static void
test_damage(void **state)
{
	struct buf packed = { 0 }, out = { 0 };
	uint8_t text[600];
	size_t refused = 0;

	(void)state;
	fill_random(text, sizeof(text), 5);
	assert_int_equal(deflate_pack(text, sizeof(text), &packed, NULL),
	    ERR_OK);
	for (size_t i = 0; i < packed.len * 8; i += 3) {
		packed.data[i / 8] ^= (uint8_t)(1u << i % 8);
		out.len = 0;
		if (deflate_unpack(packed.data, packed.len, ROOM, &out,
		    NULL) == ERR_OK)
			assert_true(buf_equal(&out, text, sizeof(text)));
		else
			refused++;
		packed.data[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	assert_true(refused > 600 * 8 / 3);
	buf_wipe(&packed);
	buf_wipe(&out);
}

static void
test_limits(void **state)
{
	struct buf packed = { 0 }, out = { 0 };
	uint8_t text[1000] = { 0 };

	(void)state;
	assert_int_equal(deflate_pack(text, sizeof(text), &packed, NULL),
	    ERR_OK);
	refuse(packed.data, packed.len, sizeof(text) - 1);
	refuse(packed.data, packed.len, 0);
	assert_int_equal(deflate_unpack(packed.data, packed.len, sizeof(text),
	    &out, NULL), ERR_OK);
	assert_int_equal(deflate_pack(text, (size_t)LIMIT_SUBMISSION + 1,
	    &packed, NULL), ERR_TOO_LARGE);
	buf_wipe(&packed);
	buf_wipe(&out);
}

/* 256 MiB of zeros in a few hundred kilobytes must cost no more than max,
 * whatever it claims; and a stream without an end must be refused. */
static void
test_bomb(void **state)
{
	const size_t whole = 256u * 1024 * 1024, room = 300u * 1024;
	z_stream z = { 0 };
	uint8_t *bomb = malloc(room), *zero = calloc(1, 1024 * 1024);
	size_t len;

	(void)state;
	assert_non_null(bomb);
	assert_non_null(zero);
	assert_int_equal(deflateInit(&z, 9), Z_OK);
	z.next_out = bomb;
	z.avail_out = (uInt)room;
	for (size_t n = 0; n < whole; n += 1024 * 1024) {
		z.next_in = zero;
		z.avail_in = 1024 * 1024;
		assert_int_equal(deflate(&z, Z_NO_FLUSH), Z_OK);
		assert_int_equal(z.avail_in, 0);
	}
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	len = room - z.avail_out;
	deflateEnd(&z);
	refuse(bomb, len, 16u * 1024 * 1024);
	refuse(bomb, len - 4, ROOM);
	free(bomb);
	free(zero);
}

static void
test_dictionary_and_formats(void **state)
{
	static const uint8_t dictionary[] = "sigill";
	/* gzip and raw deflate are not zlib */
	static const uint8_t gzip[] = {
		0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0,
		0,
	};
	static const uint8_t raw[] = { 0x03, 0x00 };
	uint8_t out[128];
	z_stream z = { 0 };

	(void)state;
	assert_int_equal(deflateInit(&z, 6), Z_OK);
	assert_int_equal(deflateSetDictionary(&z, dictionary, 6), Z_OK);
	z.next_in = dictionary;
	z.avail_in = 6;
	z.next_out = out;
	z.avail_out = sizeof(out);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	refuse(out, sizeof(out) - z.avail_out, ROOM);
	deflateEnd(&z);
	refuse(gzip, sizeof(gzip), ROOM);
	refuse(raw, sizeof(raw), ROOM);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_buckets),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_other_inflater),
		cmocka_unit_test(test_truncated_and_trailing),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_bomb),
		cmocka_unit_test(test_dictionary_and_formats),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
