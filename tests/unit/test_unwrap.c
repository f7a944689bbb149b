/* SPDX-License-Identifier: EUPL-1.2 */
/* crypto/unwrap: the content key, for its recipient and from a sound point
 * only, wherever the private key is. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crypto/crypto.h"
#include "crypto/unwrap.h"
#include "tests/unit/sample.h"

static const char content[] = "answers that nobody else may read";
static struct sample recipients[3];	/* P-256, P-384, RSA */

/* What a distant key was asked, and what it is to say. */
struct asked {
	const struct key *key;		/* NULL: answers `code` */
	enum err_code code;
	struct wrapped_key seen;
	unsigned times;
};

static enum err_code
ask(void *arg, const struct wrapped_key *w,
    uint8_t out[static CONTENT_KEY_LEN], struct err *e)
{
	struct asked *a = arg;

	a->times++;
	a->seen = *w;
	if (a->key != NULL)
		return unwrap_key(a->key, w, out, e);
	memset(out, 0x55, CONTENT_KEY_LEN);
	return err_set(e, a->code, "elsewhere", 0, NULL);
}

static int
setup(void **state)
{
	(void)state;
	if (crypto_init(NULL) != ERR_OK)
		return 1;
	for (size_t i = 0; i < 3; i++)
		recipients[i] = sample_load(sample_recipients[i]);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3; i++)
		sample_free(&recipients[i]);
	return 0;
}

static void
make_for(size_t who, struct buf *out)
{
	struct cert_list list = { &recipients[who].cert, 1 };

	assert_int_equal(enveloped_make(content, sizeof(content), &list, out,
	    NULL), ERR_OK);
}

/* Opens through a distant key, and looks whether what comes out is right. */
static enum err_code
open_by(struct asked *a, size_t who, const struct buf *der)
{
	struct recipient_key key = { .cert = recipients[who].cert };
	struct key *distant = NULL;
	struct buf out = { 0 };
	enum err_code code;
	struct err e = { 0 };
	size_t which = 99;

	assert_int_equal(key_distant(ask, a, &distant, NULL), ERR_OK);
	key.key = distant;
	code = enveloped_open(der->data, der->len, &key, 1, &out, &which, &e);
	assert_int_equal(code, e.code);
	assert_int_equal(which, code == ERR_OK ? 0 : 99);
	if (code == ERR_OK)
		assert_true(buf_equal(&out, content, sizeof(content)));
	else
		assert_int_equal(out.len, 0);
	/* Neither which way it failed, nor how far it came. */
	if (code == ERR_DECRYPTION)
		assert_true(e.msg[0] == '\0' && e.where[0] == '\0');
	key_free(distant);
	buf_wipe(&out);
	return code;
}

/* What an envelope for that recipient asks its key. */
static void
question(size_t who, struct wrapped_key *w)
{
	struct asked a = { .key = recipients[who].key };
	struct buf der = { 0 };

	make_for(who, &der);
	assert_int_equal(open_by(&a, who, &der), ERR_OK);
	assert_int_equal(a.times, 1);
	*w = a.seen;
	buf_wipe(&der);
}

static enum err_code
unwrap_with(size_t who, const struct wrapped_key *w)
{
	uint8_t key[CONTENT_KEY_LEN];
	enum err_code code;
	struct err e = { 0 };

	code = unwrap_key(recipients[who].key, w, key, &e);
	assert_int_equal(code, e.code);
	assert_true(e.msg[0] == '\0');
	return code;
}

static void
a_key_elsewhere_opens(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct wrapped_key w;
		uint8_t digest[DIGEST_LEN];

		question(i, &w);
		assert_int_equal(cert_digest(recipients[i].cert, digest,
		    NULL), ERR_OK);
		assert_memory_equal(w.recipient, digest, sizeof(digest));
		assert_int_equal(w.point_len, i == 0 ? 65 : i == 1 ? 97 : 0);
		assert_int_equal(w.wrapped_len, i == 2 ? 384 : 40);
	}
}

/* A key that is refused, a wrong one, and a holder that has gone. */
static void
what_the_other_says(void **state)
{
	struct asked a = { .code = ERR_DECRYPTION };
	struct buf der = { 0 };

	(void)state;
	make_for(0, &der);
	assert_int_equal(open_by(&a, 0, &der), ERR_DECRYPTION);
	a.code = ERR_OK;
	assert_int_equal(open_by(&a, 0, &der), ERR_DECRYPTION);
	a.code = ERR_KEY_SERVICE;
	assert_int_equal(open_by(&a, 0, &der), ERR_KEY_SERVICE);
	a.code = ERR_NO_MEMORY;
	assert_int_equal(open_by(&a, 0, &der), ERR_NO_MEMORY);
	/* Asked once for each, also when the answer is no. */
	assert_int_equal(a.times, 4);
	buf_wipe(&der);
}

static void
nobody_signs_with_a_key_elsewhere(void **state)
{
	struct asked a = { .code = ERR_OK };
	struct signer signer = { .cert = recipients[0].cert };
	char path[] = "/tmp/sigill-unwrap-XXXXXX";
	struct key *distant = NULL;
	struct buf out = { 0 };

	(void)state;
	assert_int_equal(key_distant(ask, &a, &distant, NULL), ERR_OK);
	signer.key = distant;
	assert_int_equal(key_matches(distant, recipients[0].cert, NULL),
	    ERR_KEY_MISMATCH);
	assert_int_equal(signed_make(SIGNED_RECEIPT, content,
	    sizeof(content), &signer, 0, &out, NULL), ERR_KEY_MISMATCH);
	assert_int_equal(out.len, 0);
	assert_true(mkdtemp(path) != NULL);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(key_write(distant, path, NULL, NULL), ERR_KEY);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(a.times, 0);
	key_free(distant);
}

static void
every_bit_counts(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct wrapped_key w;

		question(i, &w);
		for (size_t k = 0; k < w.wrapped_len; k++) {
			w.wrapped[k] ^= 1;
			assert_int_equal(unwrap_with(i, &w), ERR_DECRYPTION);
			w.wrapped[k] ^= 1;
		}
		for (size_t k = 0; k < w.point_len; k++) {
			w.point[k] ^= 1;
			assert_int_equal(unwrap_with(i, &w), ERR_DECRYPTION);
			w.point[k] ^= 1;
		}
		assert_int_equal(unwrap_with(i, &w), ERR_OK);
	}
}

static void
other_lengths(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct wrapped_key w;
		size_t point, wrapped;

		question(i, &w);
		point = w.point_len;
		wrapped = w.wrapped_len;
		w.wrapped_len = wrapped - 8;
		assert_int_equal(unwrap_with(i, &w), ERR_DECRYPTION);
		w.wrapped_len = wrapped + 8;
		assert_int_equal(unwrap_with(i, &w), ERR_DECRYPTION);
		w.wrapped_len = WRAPPED_MAX;
		assert_int_equal(unwrap_with(i, &w), ERR_DECRYPTION);
		w.wrapped_len = 0;
		assert_int_equal(unwrap_with(i, &w), ERR_DECRYPTION);
		w.wrapped_len = wrapped;
		w.point_len = point != 0 ? point - 1 : 65;
		assert_int_equal(unwrap_with(i, &w), ERR_DECRYPTION);
		w.point_len = 1;	/* at infinity, too */
		w.point[0] = 0;
		assert_int_equal(unwrap_with(i, &w), ERR_DECRYPTION);
	}
}

static void
another_algorithm_or_key(void **state)
{
	static const char *const names[] = {
		"ECDH P-256", "ECDH P-384", "RSA-OAEP", "ECDSA P-256", "",
	};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct wrapped_key w;

		question(i, &w);
		for (size_t k = 0; k < 3; k++)
			assert_int_equal(unwrap_with(k, &w),
			    k == i ? ERR_OK : ERR_DECRYPTION);
		for (size_t k = 0; k < 5; k++) {
			w.algorithm = names[k];
			assert_int_equal(unwrap_with(i, &w),
			    k == i ? ERR_OK : ERR_DECRYPTION);
		}
	}
}

/*
 * y² = x³ − 3x + b has other points for another b: this one, (5, 1), is on a
 * curve of small order, and a key that is used with it betrays itself.
 */
static void
points_of_other_curves(void **state)
{
	struct wrapped_key w;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		question(i, &w);
		memset(w.point + 1, 0, w.point_len - 1);
		w.point[(w.point_len - 1) / 2] = 5;
		w.point[w.point_len - 1] = 1;
		assert_int_equal(unwrap_with(i, &w), ERR_DECRYPTION);
		/* coordinates that are larger than the field's prime */
		memset(w.point + 1, 0xff, w.point_len - 1);
		assert_int_equal(unwrap_with(i, &w), ERR_DECRYPTION);
		/* compressed and hybrid forms */
		question(i, &w);
		w.point[0] = 0x02;
		assert_int_equal(unwrap_with(i, &w), ERR_DECRYPTION);
		w.point[0] = 0x06 | (w.point[w.point_len - 1] & 1);
		assert_int_equal(unwrap_with(i, &w), ERR_DECRYPTION);
	}
}

static bool
same(const struct wrapped_key *a, const struct wrapped_key *b)
{
	return memcmp(a->recipient, b->recipient, DIGEST_LEN) == 0 &&
	    a->algorithm == b->algorithm && a->point_len == b->point_len &&
	    memcmp(a->point, b->point, a->point_len) == 0 &&
	    a->wrapped_len == b->wrapped_len &&
	    memcmp(a->wrapped, b->wrapped, a->wrapped_len) == 0;
}

static void
there_and_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct wrapped_key w, back;
		struct buf b = { 0 }, again = { 0 };

		question(i, &w);
		assert_int_equal(wrapped_key_encode(&w, &b, NULL), ERR_OK);
		assert_int_equal(wrapped_key_parse(b.data, b.len, &back,
		    NULL), ERR_OK);
		assert_true(same(&w, &back));
		/* Every cut and every addition is something else, */
		for (size_t k = 0; k < b.len; k++) {
			enum err_code code = wrapped_key_parse(b.data, k,
			    &back, NULL);

			/* (RSA's may be shorter, for other keys) */
			assert_int_equal(code, i == 2 && k >= b.len ?
			    ERR_OK : ERR_PROTOCOL);
		}
		/* and what is taken has one encoding. */
		for (size_t k = 0; k < b.len; k++) {
			b.data[k] ^= 0x20;
			if (wrapped_key_parse(b.data, b.len, &back, NULL) ==
			    ERR_OK) {
				again.len = 0;
				assert_int_equal(wrapped_key_encode(&back,
				    &again, NULL), ERR_OK);
				assert_true(buf_equal(&again, b.data,
				    b.len));
			}
			b.data[k] ^= 0x20;
		}
		buf_add(&b, "x", 1);
		assert_int_equal(wrapped_key_parse(b.data, b.len, &back,
		    NULL), i == 2 ? ERR_OK : ERR_PROTOCOL);
		for (size_t k = b.len; k < 3000; k++)
			buf_add_u8(&b, 0);
		assert_int_equal(wrapped_key_parse(b.data, b.len, &back,
		    NULL), ERR_PROTOCOL);
		buf_wipe(&b);
		buf_wipe(&again);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_elsewhere_opens),
		cmocka_unit_test(what_the_other_says),
		cmocka_unit_test(nobody_signs_with_a_key_elsewhere),
		cmocka_unit_test(every_bit_counts),
		cmocka_unit_test(other_lengths),
		cmocka_unit_test(another_algorithm_or_key),
		cmocka_unit_test(points_of_other_curves),
		cmocka_unit_test(there_and_back),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
