/* SPDX-License-Identifier: EUPL-1.2 */
/* crypto/crypto and crypto/digest. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crypto/crypto.h"
#include "crypto/digest.h"

/* FIPS 180-4's example: SHA-256 of "abc". */
#define ABC_HEX \
	"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define ABC_BASE64 "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="

/* In a child, so that the other tests start afresh. */
static void
somebody_was_first(void **state)
{
	struct err e = { 0 };
	int status;
	pid_t pid;

	(void)state;
	if ((pid = fork()) == 0) {
		OPENSSL_free(OPENSSL_malloc(1));
		_exit(crypto_init(&e) == ERR_INTERNAL &&
		    strstr(e.msg, "before crypto_init") != NULL ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void
starts_twice(void **state)
{
	struct err e = { 0 };

	(void)state;
	assert_int_equal(crypto_init(&e), ERR_OK);
	assert_int_equal(crypto_init(&e), ERR_OK);
}

static void
known_digest(void **state)
{
	uint8_t d[DIGEST_LEN];
	char hex[DIGEST_HEX_LEN], base64[DIGEST_BASE64_LEN];

	(void)state;
	assert_int_equal(digest_sha256("abc", 3, d, NULL), ERR_OK);
	digest_hex(d, hex);
	assert_string_equal(hex, ABC_HEX);
	digest_base64(d, base64);
	assert_string_equal(base64, ABC_BASE64);
	assert_int_equal(digest_sha256("", 0, d, NULL), ERR_OK);
	assert_int_equal(d[0], 0xe3);
}

static void
digest_of_a_file(void **state)
{
	uint8_t of_fd[DIGEST_LEN], of_memory[DIGEST_LEN];
	const size_t len = 200001;	/* several reads, and a bit */
	struct err e = { 0 };
	FILE *f = tmpfile();
	char *data = malloc(len);
	int ends[2];

	(void)state;
	assert_non_null(f);
	assert_non_null(data);
	memset(data, 'x', len);
	assert_int_equal(fwrite(data, 1, len, f), len);
	assert_int_equal(fflush(f), 0);
	/* Wherever the offset is, it starts at the start. */
	assert_int_equal(lseek(fileno(f), 77, SEEK_SET), 77);
	assert_int_equal(digest_sha256_fd(fileno(f), of_fd, &e), ERR_OK);
	assert_int_equal(lseek(fileno(f), 0, SEEK_CUR), len);
	assert_int_equal(digest_sha256(data, len, of_memory, &e), ERR_OK);
	assert_memory_equal(of_fd, of_memory, DIGEST_LEN);
	fclose(f);
	free(data);

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(digest_sha256_fd(ends[0], of_fd, &e), ERR_IO);
	close(ends[0]);
	close(ends[1]);
}

static void
only_one_hex_is_read(void **state)
{
	static const char *const bad[] = {
		"", "ba", ABC_HEX "0", ABC_HEX " ",
		"BA7816BF8F01CFEA414140DE5DAE2223"
		    "B00361A396177A9CB410FF61F20015AD",
		"ga7816bf8f01cfea414140de5dae2223"
		    "b00361a396177a9cb410ff61f20015ad",
		" a7816bf8f01cfea414140de5dae2223"
		    "b00361a396177a9cb410ff61f20015ad",
	};
	uint8_t d[DIGEST_LEN], same[DIGEST_LEN];

	(void)state;
	assert_true(digest_from_hex(ABC_HEX, d));
	assert_int_equal(digest_sha256("abc", 3, same, NULL), ERR_OK);
	assert_memory_equal(d, same, DIGEST_LEN);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(digest_from_hex(bad[i], d));
	assert_memory_equal(d, same, DIGEST_LEN);
}

static void
only_one_base64_is_read(void **state)
{
	static const char *const bad[] = {
		"", "=", "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0",
		/* spare bits that are not zero */
		"ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa1=",
		/* 31 and 33 bytes */
		"ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFQ==",
		"ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0A",
		/* URL alphabet, blanks, line break */
		"ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0=",
		" ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0",
		"ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0\n",
		ABC_BASE64 "\n", ABC_BASE64 ABC_BASE64,
	};
	uint8_t d[DIGEST_LEN], same[DIGEST_LEN];

	(void)state;
	assert_true(digest_from_base64(ABC_BASE64, d));
	assert_int_equal(digest_sha256("abc", 3, same, NULL), ERR_OK);
	assert_memory_equal(d, same, DIGEST_LEN);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(digest_from_base64(bad[i], d));
	assert_memory_equal(d, same, DIGEST_LEN);
}

static void
random_differs(void **state)
{
	uint8_t a[32] = { 0 }, b[32] = { 0 };

	(void)state;
	assert_int_equal(crypto_random(a, sizeof(a), NULL), ERR_OK);
	assert_int_equal(crypto_random(b, sizeof(b), NULL), ERR_OK);
	assert_memory_not_equal(a, b, sizeof(a));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(somebody_was_first),
		cmocka_unit_test(starts_twice),
		cmocka_unit_test(known_digest),
		cmocka_unit_test(digest_of_a_file),
		cmocka_unit_test(only_one_hex_is_read),
		cmocka_unit_test(only_one_base64_is_read),
		cmocka_unit_test(random_differs),
	};

	return cmocka_run_group_tests_name("digest", tests, NULL, NULL);
}
