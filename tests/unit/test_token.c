/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Keys in tokens: SoftHSM, with the sample keys in it.  Run from the top
 * folder.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "crypto/crypto.h"
#include "crypto/enveloped.h"
#include "crypto/receipt_sig.h"
#include "crypto/token.h"
#include "crypto/unwrap.h"
#include "tests/unit/sample.h"

#define MODULE	"/usr/lib/softhsm/libsofthsm2.so"
#define PIN	"87654321"

static char dir[64];

static void
shell(const char *command)
{
	char line[2048];

	(void)snprintf(line, sizeof(line), "D=%s S=certs-sample; %s", dir,
	    command);
	if (system(line) != 0)
		fail_msg("%s", command);
}

static int
set_up(void **state)
{
	struct err e = { 0 };
	char conf[128];

	(void)state;
	strcpy(dir, "/tmp/sigill-token.XXXXXX");
	if (mkdtemp(dir) == NULL || crypto_init(&e) != ERR_OK)
		return 1;
	(void)snprintf(conf, sizeof(conf), "%s/softhsm2.conf", dir);
	shell("tests/make-token.sh $D one " PIN
	    " $S/intake-p256.key 01 derive $S/intake-p384.key 02 derive"
	    " $S/intake-rsa.key 03 decrypt $S/intake-receipts.key 04 sign"
	    " $S/exempelregionen.key 05 sign"
	    " $S/exempelmyndigheten.key 06 sign"
	    " && tests/make-token.sh $D two " PIN
	    " $S/intake-p256.key 01 none && printf '" PIN "\\n' >$D/pin"
	    " && printf 'wrong-one\\n' >$D/wrong && chmod 600 $D/pin $D/wrong");
	return setenv("SOFTHSM2_CONF", conf, 1);
}

static int
tear_down(void **state)
{
	(void)state;
	shell("rm -rf $D");
	return 0;
}

/* With the PIN of a file in dir, or without one. */
static enum err_code
get(const char *uri, const char *cert_name, const char *pin,
    struct key **out, struct err *e)
{
	struct cert *cert = sample_cert(cert_name);
	struct passphrase_source source = { .fd = -1 };
	char path[128];
	enum err_code code;

	if (pin != NULL) {
		(void)snprintf(path, sizeof(path), "%s/%s", dir, pin);
		source.file = path;
	}
	code = token_key(MODULE, uri, cert, &source, out, e);
	cert_free(cert);
	return code;
}

static struct key *
must_get(const char *uri, const char *cert)
{
	struct key *key = NULL;
	struct err e = { 0 };

	if (get(uri, cert, "pin", &key, &e) != ERR_OK)
		fail_msg("%s: %s %s", uri, err_name(e.code), e.msg);
	return key;
}

static enum err_code
open_with(const struct key *key, const char *cert_name, struct err *e)
{
	struct cert *cert = sample_cert(cert_name);
	struct cert_list list = { 0 };
	struct recipient_key with = { .key = key, .cert = cert };
	struct buf der = { 0 }, out = { 0 };
	enum err_code code;
	size_t which;

	assert_true(cert_list_add(&list, cert));
	assert_int_equal(enveloped_make("hello", 5, &list, &der, NULL),
	    ERR_OK);
	code = enveloped_open(der.data, der.len, &with, 1, &out, &which, e);
	if (code == ERR_OK)
		assert_true(buf_equal(&out, "hello", 5));
	cert_list_wipe(&list);
	cert_free(cert);
	buf_wipe(&der);
	buf_wipe(&out);
	return code;
}

static enum err_code
sign_with(const struct key *key, const char *cert_name, struct err *e)
{
	struct cert *cert = sample_cert(cert_name);
	const struct signer signer = { .key = key, .cert = cert };
	struct signed_data opened = { 0 };
	struct buf der = { 0 };
	enum err_code code;

	code = receipt_sig_make("hello", 5, &signer, 1800000000, &der, e);
	if (code == ERR_OK)
		assert_int_equal(receipt_sig_open(der.data, der.len, &opened,
		    NULL), ERR_OK);
	signed_wipe(&opened);
	buf_wipe(&der);
	cert_free(cert);
	return code;
}

static void
opens_with_every_kind(void **state)
{
	static const char *const uris[] = {
		"pkcs11:token=one;object=intake-p256;type=private",
		"pkcs11:token=one;id=%02", "pkcs11:token=one;object=intake-rsa",
	};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct key *key = must_get(uris[i], sample_recipients[i]);

		assert_int_equal(open_with(key, sample_recipients[i], NULL),
		    ERR_OK);
		/* Neither half can be written to a file. */
		assert_int_equal(key_write(key, "/dev/null", NULL, NULL),
		    ERR_KEY);
		key_free(key);
	}
}

static void
signs_with_every_kind(void **state)
{
	static const struct { const char *uri, *cert; } with[] = {
		{ "pkcs11:id=%04;token=one", "intake-receipts" },
		{ "pkcs11:id=%05;token=one", "exempelregionen" },
		{ "pkcs11:id=%06;token=one", "exempelmyndigheten" },
	};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct key *key = must_get(with[i].uri, with[i].cert);

		struct err e = { 0 };

		if (sign_with(key, with[i].cert, &e) != ERR_OK)
			fail_msg("%s: %s %s", with[i].cert, err_name(e.code),
			    e.msg);
		key_free(key);
	}
}

static void
what_cannot_be_used(void **state)
{
	static const struct {
		const char *uri, *cert, *pin;
		enum err_code code;
	} cases[] = {
		{ "pkcs11:token=none;id=%01", "intake-p256", "pin",
		  ERR_KEY_SERVICE },
		{ "pkcs11:token=one;id=%99", "intake-p256", "pin", ERR_TOKEN },
		{ "pkcs11:token=one;id=%02", "intake-p256", "pin",
		  ERR_KEY_MISMATCH },
		{ "pkcs11:token=one;object=intake-p384", "intake-rsa", "pin",
		  ERR_KEY_MISMATCH },
		/* It is there, but must not agree on keys. */
		{ "pkcs11:token=two;id=%01", "intake-p256", "pin",
		  ERR_TOKEN },
		/* In both tokens. */
		{ "pkcs11:id=%01", "intake-p256", "pin", ERR_TOKEN },
		{ "pkcs11:token=one;id=%01", "intake-p256", NULL,
		  ERR_PASSPHRASE_NEEDED },
		{ "pkcs11:token=one;id=%01", "intake-p256", "wrong",
		  ERR_PASSPHRASE },
		{ "pkcs11:token=one", "intake-p256", "pin", ERR_CONFIG },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct key *key = NULL;
		struct err e = { 0 };
		enum err_code code = get(cases[i].uri, cases[i].cert,
		    cases[i].pin, &key, &e);

		if (code != cases[i].code)
			fail_msg("%s: %s %s", cases[i].uri, err_name(code),
			    e.msg);
		assert_null(key);
		assert_null(strstr(e.msg, "wrong-one"));
	}
}

static void
libraries_that_are_none(void **state)
{
	static const char *const paths[] = {
		"/nonexistent.so", "/etc/passwd", "certs-sample",
		"libc.so.6",
	};
	const struct passphrase_source none = { .fd = -1 };
	struct cert *cert = sample_cert("intake-p256");
	struct key *key = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		assert_int_equal(token_key(paths[i], "pkcs11:id=a", cert,
		    &none, &key, NULL), ERR_TOKEN);
	assert_null(key);
	cert_free(cert);
}

/* What does not fit the key is the file's fault, and no reason to start the
 * token anew: the other key goes on. */
static void
bad_files_are_bad_files(void **state)
{
	struct key *rsa = must_get("pkcs11:token=one;id=%03", "intake-rsa");
	struct key *ec = must_get("pkcs11:token=one;id=%01", "intake-p256");
	struct wrapped_key w = { .algorithm = "RSA-OAEP",
	    .wrapped_len = 384 };
	uint8_t out[CONTENT_KEY_LEN];
	struct err e = { 0 };

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		/* Greater than the modulus, 0, and anything. */
		memset(w.wrapped, i == 0 ? 0xff : i == 1 ? 0 : 0x42, 384);
		err_clear(&e);
		assert_int_equal(unwrap_key(rsa, &w, out, &e),
		    ERR_DECRYPTION);
		assert_string_equal(e.msg, "");
	}
	w = (struct wrapped_key){ .algorithm = "ECDH P-256",
	    .point_len = 65, .wrapped_len = 40 };
	memset(w.point, 0x04, 65);
	assert_int_equal(unwrap_key(ec, &w, out, NULL), ERR_DECRYPTION);
	assert_int_equal(open_with(ec, "intake-p256", NULL), ERR_OK);
	key_free(rsa);
	key_free(ec);
}

/* Until it does what it should, or ten seconds have passed. */
static enum err_code
keep_trying(const struct key *key, const char *cert)
{
	const struct timespec moment = { .tv_nsec = 50 * 1000000 };
	enum err_code code = ERR_OK;

	for (unsigned i = 0; i < 200; i++) {
		code = open_with(key, cert, NULL);
		if (code == ERR_OK)
			break;
		assert_int_equal(code, ERR_KEY_SERVICE);
		(void)nanosleep(&moment, NULL);
	}
	return code;
}

static void
a_token_that_goes_and_comes(void **state)
{
	struct key *first = must_get("pkcs11:token=one;id=%01",
	    "intake-p256");
	struct key *second = must_get("pkcs11:token=one;id=%04",
	    "intake-receipts");
	struct err e = { 0 };

	(void)state;
	assert_int_equal(open_with(first, "intake-p256", NULL), ERR_OK);
	shell("mv $D/tokens $D/away && mkdir $D/tokens");
	assert_int_equal(open_with(first, "intake-p256", &e),
	    ERR_KEY_SERVICE);
	assert_string_not_equal(e.msg, "");
	assert_int_equal(sign_with(second, "intake-receipts", NULL),
	    ERR_KEY_SERVICE);
	shell("rmdir $D/tokens && mv $D/away $D/tokens");
	/* Without anybody who gives the PIN again. */
	assert_int_equal(keep_trying(first, "intake-p256"), ERR_OK);
	assert_int_equal(sign_with(second, "intake-receipts", NULL), ERR_OK);
	key_free(first);
	key_free(second);
}

static void *
many(void *arg)
{
	intptr_t failed = 0;

	for (unsigned i = 0; i < 50; i++)
		failed += sign_with(arg, "intake-receipts", NULL) != ERR_OK;
	return (void *)failed;
}

static void
many_threads_sign(void **state)
{
	struct key *key = must_get("pkcs11:token=one;id=%04",
	    "intake-receipts");
	pthread_t threads[4];
	void *failed;

	(void)state;
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, many, key),
		    0);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(threads[i], &failed), 0);
		assert_null(failed);
	}
	key_free(key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_with_every_kind),
		cmocka_unit_test(signs_with_every_kind),
		cmocka_unit_test(what_cannot_be_used),
		cmocka_unit_test(libraries_that_are_none),
		cmocka_unit_test(bad_files_are_bad_files),
		cmocka_unit_test(a_token_that_goes_and_comes),
		cmocka_unit_test(many_threads_sign),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
