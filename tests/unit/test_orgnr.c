/* SPDX-License-Identifier: EUPL-1.2 */
/* Organisation numbers, and the printed form of fingerprints. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "format/fingerprint.h"
#include "format/orgnr.h"

static void
test_forms(void **state)
{
	static const char *const forms[] = {
		"2120000142", "212000-0142", "16212000-0142", "162120000142",
	};
	char out[ORGNR_LEN], shown[12];

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		memset(out, 'x', sizeof(out));
		assert_true(orgnr_parse(forms[i], out));
		assert_string_equal(out, "2120000142");
	}
	orgnr_format(out, shown);
	assert_string_equal(shown, "212000-0142");
}

static void
test_refused(void **state)
{
	static const char *const table[] = {
		"", "2", "212000014", "21200001422", "2120000143",
		"212000-014", "212000-01422", "2120000-142", "21200-00142",
		"212000 0142", " 2120000142", "2120000142 ", "2120000142\n",
		"19212000-0142", "192120000142", "15212000-0142",
		"16212000-01422", "1621200-00142", "16-2120000142",
		"212000+0142", "212000--0142", "-2120000142", "2120000142-",
		"21200O0142", ("\xd9\xa2" "12000014"), "2120000-42",
		/* a correct personal number: the third digit is below 2 */
		"8112189876", "811218-9876", "19811218-9876",
		"0000000000", "1602120000142",
	};
	char out[ORGNR_LEN] = "untouched";

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (orgnr_parse(table[i], out))
			fail_msg("%s was taken", table[i]);
		assert_string_equal(out, "untouched");
	}
}

/* Of the ten last digits exactly one is right, and a slip in any one digit
 * is found. */
static void
test_check_digit(void **state)
{
	char out[ORGNR_LEN], s[ORGNR_LEN];
	unsigned right;

	(void)state;
	for (unsigned n = 0; n < 5000; n += 7) {
		right = 0;
		for (unsigned d = 0; d < 10; d++) {
			(void)snprintf(s, sizeof(s), "55%07u%u",
			    2000000 + n * 997 % 1000000, d);
			right += orgnr_parse(s, out);
		}
		assert_int_equal(right, 1);
	}
	for (size_t i = 0; i < 10; i++)
		for (char c = '0'; c <= '9'; c++) {
			memcpy(s, "2120000142", sizeof(s));
			if (s[i] == c)
				continue;
			s[i] = c;
			assert_false(orgnr_parse(s, out));
		}
}

static void
test_fingerprint(void **state)
{
	char out[FINGERPRINT_LEN];
	uint8_t digest[32];

	(void)state;
	memset(digest, 0, sizeof(digest));
	fingerprint_format(digest, out);
	assert_string_equal(out, "0000-0000-0000-0000");
	memset(digest, 0xff, sizeof(digest));
	fingerprint_format(digest, out);
	assert_string_equal(out, "ZZZZ-ZZZZ-ZZZZ-ZZZZ");
	/* 00443214c74254b635cf84653a56d7c675be77df: 0 to 31 in five bits */
	memcpy(digest, "\x00\x44\x32\x14\xc7\x42\x54\xb6\x35\xcf", 10);
	fingerprint_format(digest, out);
	assert_string_equal(out, "0123-4567-89AB-CDEF");
	memcpy(digest, "\x84\x65\x3a\x56\xd7\xc6\x75\xbe\x77\xdf", 10);
	fingerprint_format(digest, out);
	assert_string_equal(out, "GHJK-MNPQ-RSTV-WXYZ");
	/* only the first 80 bits count, and the 80th does */
	digest[10] ^= 0xff;
	fingerprint_format(digest, out);
	assert_string_equal(out, "GHJK-MNPQ-RSTV-WXYZ");
	digest[9] ^= 1;
	fingerprint_format(digest, out);
	assert_string_equal(out, "GHJK-MNPQ-RSTV-WXYY");
}

/* As people type it. */
static void
test_fingerprint_parse(void **state)
{
	static const char *const refused[] = { "", "0123-4567-89AB-CDE",
	    "0123-4567-89AB-CDEFG", "01234567-89AB-CDEF-", "0123 4567 89AB CDEF",
	    "0123-4567-89AB-CDEU", "-123-4567-89AB-CDEF" };
	uint8_t out[FINGERPRINT_BYTES], digest[32] = { 0 };
	char printed[FINGERPRINT_LEN];

	(void)state;
	assert_true(fingerprint_parse("0123-4567-89AB-CDEF", out));
	assert_memory_equal(out, "\x00\x44\x32\x14\xc7\x42\x54\xb6\x35\xcf",
	    10);
	assert_true(fingerprint_parse("oi23-4567-89ab-cdef", out));
	memcpy(digest, out, sizeof(out));
	fingerprint_format(digest, printed);
	assert_string_equal(printed, "0123-4567-89AB-CDEF");
	assert_true(fingerprint_parse("GHJK-MNPQ-RSTV-WXYZ", out));
	assert_memory_equal(out, "\x84\x65\x3a\x56\xd7\xc6\x75\xbe\x77\xdf",
	    10);
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		assert_false(fingerprint_parse(refused[i], out));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_check_digit),
		cmocka_unit_test(test_fingerprint),
		cmocka_unit_test(test_fingerprint_parse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
