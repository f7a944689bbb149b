/* SPDX-License-Identifier: EUPL-1.2 */
/* PKCS#11 URIs: what is taken, and that nothing else is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/token_uri.h"

static void
all_attributes(void **state)
{
	struct token_uri uri = { 0 };

	(void)state;
	assert_int_equal(token_uri_parse("pkcs11:token=My%20token;"
	    "manufacturer=Some%2f%c3%85;serial=4711;model=v2;"
	    "object=intake:[1]&2;id=%00%1F%ff;type=private", &uri, NULL),
	    ERR_OK);
	assert_string_equal(uri.token, "My token");
	assert_string_equal(uri.manufacturer, "Some/\xc3\x85");
	assert_string_equal(uri.serial, "4711");
	assert_string_equal(uri.model, "v2");
	assert_string_equal(uri.object, "intake:[1]&2");
	assert_true(uri.has_id);
	assert_true(buf_equal(&uri.id, "\x00\x1f\xff", 3));
	token_uri_wipe(&uri);
}

static void
few_attributes(void **state)
{
	struct token_uri uri = { 0 };

	(void)state;
	assert_int_equal(token_uri_parse("PKCS11:object=a", &uri, NULL),
	    ERR_OK);
	assert_null(uri.token);
	assert_null(uri.serial);
	assert_false(uri.has_id);
	assert_string_equal(uri.object, "a");
	token_uri_wipe(&uri);
	assert_int_equal(token_uri_parse("pkcs11:id=abc;token=t", &uri,
	    NULL), ERR_OK);
	assert_true(buf_equal(&uri.id, "abc", 3));
	token_uri_wipe(&uri);
}

static void
what_is_refused(void **state)
{
	static const char *const bad[] = {
		"pkcs11", "pkcs12:object=a", "file:object=a",
		/* no key is named */
		"pkcs11:", "pkcs11:token=t", "pkcs11:token=t;type=private",
		/* form */
		"pkcs11:object", "pkcs11:=a", "pkcs11:object=",
		"pkcs11:object=a;", "pkcs11:;object=a", "pkcs11:object=a;;id=b",
		"pkcs11:object=a b", "pkcs11:object=%", "pkcs11:object=%4",
		"pkcs11:object=%4g", "pkcs11:object=a\xc3\x85",
		"pkcs11:object=a/b", "pkcs11:object=a#b",
		"pkcs11:object=a%00b", "pkcs11:token=%00;object=a",
		/* twice */
		"pkcs11:object=a;object=b", "pkcs11:id=a;id=b",
		"pkcs11:object=a;type=private;type=private",
		/* other attributes */
		"pkcs11:object=a;type=public", "pkcs11:object=a;type=cert",
		"pkcs11:object=a;slot-id=1", "pkcs11:object=a;Token=t",
		"pkcs11:object=a;x-vendor=1", "pkcs11:object=a;tokens=t",
		"pkcs11:object=a;library-version=2",
		"pkcs11:object=a;pin-value=1234",
		/* the query */
		"pkcs11:object=a?", "pkcs11:object=a?module-name=m",
		"pkcs11:object=a?pin-source=f", "pkcs11:object=a?x=1",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct token_uri uri = { 0 };
		struct err e = { 0 };

		if (token_uri_parse(bad[i], &uri, &e) != ERR_CONFIG)
			fail_msg("%s was taken", bad[i]);
		assert_string_not_equal(e.msg, "");
		assert_null(uri.object);
		assert_false(uri.has_id);
	}
}

/* A PIN that somebody has put there stays out of the log. */
static void
a_pin_is_not_repeated(void **state)
{
	struct token_uri uri = { 0 };
	struct err e = { 0 };

	(void)state;
	assert_int_equal(token_uri_parse("pkcs11:object=a?pin-value=Secret1",
	    &uri, &e), ERR_CONFIG);
	assert_null(strstr(e.msg, "Secret1"));
	err_clear(&e);
	assert_int_equal(token_uri_parse("pkcs11:object=a;pin-value=Secret1",
	    &uri, &e), ERR_CONFIG);
	assert_null(strstr(e.msg, "Secret1"));
	assert_non_null(strstr(e.msg, "pin-value"));
}

static void
what_is_a_uri(void **state)
{
	(void)state;
	assert_true(token_is_uri("pkcs11:object=a"));
	assert_true(token_is_uri("PKCS11:"));
	assert_false(token_is_uri("pkcs11"));
	assert_false(token_is_uri("/etc/pkcs11:x"));
	assert_false(token_is_uri(""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_attributes),
		cmocka_unit_test(few_attributes),
		cmocka_unit_test(what_is_refused),
		cmocka_unit_test(a_pin_is_not_repeated),
		cmocka_unit_test(what_is_a_uri),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
