/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * crypto/cert: the sample certificates, and names that somebody made in order
 * to fool a reader.  Run from the top folder.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "crypto/cert.h"
#include "crypto/crypto.h"
#include "crypto/key.h"

#define S "certs-sample/"

static char dir[64];

static const char *
in_dir(const char *name)
{
	static char path[128];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static void
shell(const char *cmd)
{
	char line[1024];

	(void)snprintf(line, sizeof(line), "umask 077; D=%s; { %s; } "
	    ">%s/log 2>&1 || { cat %s/log; exit 1; }", dir, cmd, dir, dir);
	if (system(line) != 0)
		fail_msg("%s", cmd);
}

static int
make_dir(void **state)
{
	struct err e = { 0 };

	(void)state;
	strcpy(dir, "/tmp/sigill-test.XXXXXX");
	return mkdtemp(dir) == NULL || crypto_init(&e) != ERR_OK;
}

static int
remove_dir(void **state)
{
	char cmd[128];

	(void)state;
	(void)snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	return system(cmd) != 0;
}

/* One certificate of a file; the caller frees it. */
static struct cert *
load(const char *path)
{
	struct cert_list list = { 0 };
	struct err e = { 0 };
	struct cert *cert;

	if (cert_load_list(path, &list, &e) != ERR_OK)
		fail_msg("%s: %s: %s", path, err_name(e.code), e.msg);
	assert_int_equal(list.len, 1);
	cert = cert_ref(list.v[0]);
	cert_list_wipe(&list);
	return cert;
}

static void
expect_bad(const char *path, enum err_code code, const char *word)
{
	struct cert_list list = { 0 };
	struct err e = { 0 };

	assert_int_equal(cert_load_list(path, &list, &e), code);
	assert_int_equal(list.len, 0);
	assert_null(list.v);
	assert_null(strstr(e.msg, "error:"));
	if (strstr(e.msg, word) == NULL)
		fail_msg("%s: %s", path, e.msg);
}

/* One attribute of a name; type is an ASN.1 one. */
struct attribute {
	int nid;
	int type;
	const char *bytes;
	int len;
};
#define UTF8(nid, s) { (nid), V_ASN1_UTF8STRING, (s), (int)sizeof(s) - 1 }

/* A self-signed certificate with that subject and that issuer. */
static struct cert *
forge(const struct attribute *subject, size_t n, const char *issuer)
{
	EVP_PKEY *pkey = EVP_EC_gen("P-256");
	X509_NAME *name = X509_NAME_new();
	X509 *x509 = X509_new();
	struct cert *cert = NULL;
	uint8_t *der = NULL;
	struct err e = { 0 };
	int len;

	assert_non_null(pkey);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(X509_NAME_add_entry_by_NID(name,
		    subject[i].nid, subject[i].type,
		    (const unsigned char *)subject[i].bytes, subject[i].len,
		    -1, 0), 1);
	assert_int_equal(X509_set_subject_name(x509, name), 1);
	X509_NAME_free(name);
	name = X509_NAME_new();
	assert_int_equal(X509_NAME_add_entry_by_NID(name, NID_commonName,
	    MBSTRING_UTF8, (const unsigned char *)issuer, -1, -1, 0), 1);
	assert_int_equal(X509_set_issuer_name(x509, name), 1);
	X509_NAME_free(name);
	assert_non_null(X509_gmtime_adj(X509_getm_notBefore(x509), 0));
	assert_non_null(X509_gmtime_adj(X509_getm_notAfter(x509), 60));
	assert_int_equal(X509_set_pubkey(x509, pkey), 1);
	assert_true(X509_sign(x509, pkey, EVP_sha256()) > 0);
	assert_true((len = i2d_X509(x509, &der)) > 0);
	if (cert_parse(der, (size_t)len, &cert, &e) != ERR_OK)
		fail_msg("%s", e.msg);
	OPENSSL_free(der);
	X509_free(x509);
	EVP_PKEY_free(pkey);
	return cert;
}

static void
what_a_sample_says(void **state)
{
	struct cert *cert = load(S "exempelkoping.pem");
	char text[200], number[11];
	uint8_t digest[DIGEST_LEN], same[DIGEST_LEN];
	struct buf der = { 0 };
	struct err e = { 0 };

	(void)state;
	cert_subject(cert, text, sizeof(text));
	assert_string_equal(text, "CN=Exempelköpings kommun,"
	    "organizationIdentifier=NTRSE-2199990017,"
	    "O=Exempelköpings kommun TEST ONLY,C=SE");
	cert_issuer(cert, text, sizeof(text));
	assert_string_equal(text, "CN=Provutfärdaren CA TEST ONLY,"
	    "O=Provutfärdaren TEST ONLY,C=SE");
	/* Cut between characters: "CN=Exempelk" and two bytes of ö. */
	cert_subject(cert, text, 13);
	assert_string_equal(text, "CN=Exempelk");
	cert_subject(cert, text, 1);
	assert_string_equal(text, "");
	assert_int_equal(cert_organisation(cert, number, &e), ERR_OK);
	assert_string_equal(number, "2199990017");
	/* 2025-01-01 and 2045-01-01 */
	assert_int_equal(cert_not_before(cert), 1735689600);
	assert_int_equal(cert_not_after(cert), 2366841600);
	assert_true(cert_is_test(cert));

	shell("openssl x509 -in " S "exempelkoping.pem -outform DER"
	    " -out $D/koping.der");
	assert_int_equal(file_read(in_dir("koping.der"), 65536, &der, &e), 0);
	assert_int_equal(digest_sha256(der.data, der.len, same, &e), ERR_OK);
	assert_int_equal(cert_digest(cert, digest, &e), ERR_OK);
	assert_memory_equal(digest, same, DIGEST_LEN);
	buf_wipe(&der);
	cert_free(cert);
}

static void
kinds_of_key(void **state)
{
	static const struct {
		const char *path, *kind;
	} t[] = {
		{ S "intake-rsa.pem", "RSA-3072" },
		{ S "intake-p256.pem", "P-256" },
		{ S "intake-p384.pem", "P-384" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct cert *cert = load(t[i].path);

		assert_string_equal(cert_key_kind(cert), t[i].kind);
		cert_free(cert);
	}
	shell("openssl req -x509 -newkey rsa:2048 -nodes -keyout /dev/null"
	    " -subj /CN=x -out $D/rsa2048.pem &&"
	    "openssl req -x509 -newkey ed25519 -nodes -keyout /dev/null"
	    " -subj /CN=x -out $D/ed25519.pem");
	for (int i = 0; i < 2; i++) {
		struct cert *cert = load(in_dir(i == 0 ? "rsa2048.pem" :
		    "ed25519.pem"));

		assert_string_equal(cert_key_kind(cert), "other");
		assert_false(cert_is_test(cert));
		cert_free(cert);
	}
}

static void
lists(void **state)
{
	struct cert_list list = { 0 };
	struct cert *one = load(S "sender-ca.pem");
	struct cert *other = load(S "other-ca.pem");
	struct err e = { 0 };

	(void)state;
	/* Text between, and a key, are passed over. */
	shell("{ cat " S "exempelkoping.key; echo Utfärdaren:;"
	    " cat " S "sender-ca.pem " S "tls-root.pem; } >$D/many.pem");
	assert_int_equal(cert_load_list(in_dir("many.pem"), &list, &e),
	    ERR_OK);
	assert_int_equal(list.len, 2);
	assert_true(cert_list_has(&list, one));
	assert_false(cert_list_has(&list, other));
	assert_true(cert_equal(list.v[0], one));
	assert_false(cert_equal(list.v[1], one));
	assert_true(cert_list_add(&list, other));
	assert_true(cert_list_has(&list, other));
	cert_list_wipe(&list);
	cert_free(one);
	cert_free(other);
}

static void
not_certificates(void **state)
{
	(void)state;
	shell("C=" S "exempelkoping.pem; : >$D/empty;"
	    "head -c 900 /dev/urandom >$D/noise;"
	    "openssl x509 -in $C -outform DER -out $D/good.der;"
	    "{ cat $D/good.der; printf x; } >$D/trailing.der;"
	    "head -c 300 $D/good.der >$D/cut.der;"
	    "{ cat $C; head -4 $C; } >$D/half.pem;"
	    "{ cat $C; sed 3s/./*/ $C; } >$D/damaged.pem");
	expect_bad(in_dir("absent"), ERR_NO_INPUT, "No such file");
	expect_bad(dir, ERR_NO_INPUT, "directory");
	expect_bad(in_dir("empty"), ERR_CERT, "empty");
	expect_bad(in_dir("noise"), ERR_CERT, "not an X.509 certificate");
	expect_bad(in_dir("trailing.der"), ERR_CERT, "more bytes");
	expect_bad(in_dir("cut.der"), ERR_CERT, "not an X.509 certificate");
	expect_bad(in_dir("half.pem"), ERR_CERT, "damaged");
	expect_bad(in_dir("damaged.pem"), ERR_CERT, "damaged");
	expect_bad(S "exempelkoping.key", ERR_CERT, "private key");
	expect_bad(S "sender-ca.crl", ERR_CERT, "no certificate");
}

/* The same content, the outermost length written in more bytes than needed:
 * OpenSSL reads it, and we must not. */
static void
one_spelling(void **state)
{
	struct buf der = { 0 }, ber = { 0 };
	struct cert *cert = NULL;
	struct err e = { 0 };

	(void)state;
	shell("openssl x509 -in " S "exempelkoping.pem -outform DER"
	    " -out $D/one.der");
	assert_int_equal(file_read(in_dir("one.der"), 65536, &der, &e), 0);
	assert_int_equal(der.data[1], 0x82);
	buf_add(&ber, "\x30\x83\x00", 3);
	buf_add(&ber, der.data + 2, der.len - 2);
	assert_int_equal(cert_parse(ber.data, ber.len, &cert, &e), ERR_CERT);
	assert_null(cert);
	for (size_t len = 0; len < der.len; len++)
		assert_int_equal(cert_parse(der.data, len, &cert, NULL),
		    ERR_CERT);
	assert_null(cert);
	buf_wipe(&der);
	buf_wipe(&ber);
}

static void
organisation_numbers(void **state)
{
	static const struct {
		struct attribute a[2];
		size_t n;
		const char *number;	/* NULL: refused */
	} t[] = {
#define ID NID_organizationIdentifier
#define SN NID_serialNumber
	{ { UTF8(ID, "NTRSE-2199990017") }, 1, "2199990017" },
	{ { UTF8(SN, "2199990017") }, 1, "2199990017" },
	{ { UTF8(SN, "162199990017") }, 1, "2199990017" },
	{ { UTF8(ID, "NTRSE-2199990017"), UTF8(SN, "162199990017") }, 2,
	    "2199990017" },
	{ { UTF8(ID, "VATSE-219999001701"), UTF8(SN, "2199990017") }, 2,
	    "2199990017" },
	{ { UTF8(ID, "NTRSE-2199990017"), UTF8(SN, "7") }, 2, "2199990017" },
	{ { { ID, V_ASN1_BMPSTRING,
	    "\0N\0T\0R\0S\0E\0-\0002\0001\09\09\09\09\0000\0000\0001\0007",
	    32 } }, 1, "2199990017" },
	{ { UTF8(NID_commonName, "NTRSE-2199990017") }, 1, NULL },
	{ { UTF8(ID, "NTRSE-2199990017"), UTF8(SN, "162199990025") }, 2,
	    NULL },
	{ { UTF8(ID, "NTRSE-2199990017"), UTF8(ID, "NTRSE-2199990025") }, 2,
	    NULL },
	{ { UTF8(ID, "NTRNO-2199990017") }, 1, NULL },
	{ { UTF8(ID, "ntrse-2199990017") }, 1, NULL },
	{ { UTF8(ID, "NTRSE-219999001") }, 1, NULL },
	{ { UTF8(ID, "NTRSE-219999-0017") }, 1, NULL },
	{ { UTF8(ID, "2199990017") }, 1, NULL },
	{ { UTF8(ID, "NTRSE-2199990017\0") }, 1, NULL },
	{ { UTF8(ID, "NTRSE-2199990017\0-of-somebody-else") }, 1, NULL },
	{ { UTF8(ID, "NTRSE-21999900\00017") }, 1, NULL },
	{ { UTF8(SN, "2199990017\0") }, 1, NULL },
	{ { UTF8(SN, "192199990017") }, 1, NULL },
	{ { UTF8(SN, "219999001x") }, 1, NULL },
	/* Arabic-Indic digits are digits, but not these. */
	{ { UTF8(SN, "\xd9\xa2\xd9\xa1\xd9\xa9\xd9\xa9\xd9\xa9") }, 1, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct cert *cert = forge(t[i].a, t[i].n, "x");
		char number[11] = "untouched";
		struct err e = { 0 };
		enum err_code code = cert_organisation(cert, number, &e);

		if (code != (t[i].number != NULL ? ERR_OK : ERR_CERT) ||
		    strcmp(number, t[i].number != NULL ? t[i].number :
		    "untouched") != 0)
			fail_msg("case %zu: %s: %s %s", i, err_name(code),
			    number, e.msg);
		cert_free(cert);
	}
}

static void
marker_cannot_be_hidden(void **state)
{
	static const struct {
		struct attribute a;
		const char *issuer;
		bool marked;
	} t[] = {
	{ UTF8(NID_commonName, "Kommun"), "CA", false },
	{ UTF8(NID_commonName, "TESTONLY test only"), "CA", false },
	{ UTF8(NID_commonName, "Kommun TEST ONLY"), "CA", true },
	{ UTF8(NID_commonName, "Kommun"), "CA TEST ONLY", true },
	{ UTF8(NID_organizationalUnitName, "TEST ONLY"), "CA", true },
	{ UTF8(NID_commonName, "Kommun\0 TEST ONLY"), "CA", true },
	{ { NID_commonName, V_ASN1_BMPSTRING,
	    "\0T\0E\0S\0T\0 \0O\0N\0L\0Y", 18 }, "CA", true },
	{ { NID_commonName, V_ASN1_PRINTABLESTRING, "TEST ONLY", 9 }, "CA",
	    true },
	/* no text at all */
	{ { NID_commonName, V_ASN1_BIT_STRING, "TEST ONLY", 9 }, "CA", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct cert *cert = forge(&t[i].a, 1, t[i].issuer);

		if (cert_is_test(cert) != t[i].marked)
			fail_msg("case %zu", i);
		cert_free(cert);
	}
}

/* What drives a terminal or turns the order of letters is not shown. */
static void
names_are_tame(void **state)
{
	static const struct {
		struct attribute a;
		const char *text;
	} t[] = {
	{ UTF8(NID_commonName, "a\0b"), "CN=a\\00b" },
	{ UTF8(NID_commonName, "a\x1b[2J"), "CN=a\\1B[2J" },
	{ UTF8(NID_commonName, "a\xe2\x80\xae" "b"), "CN=a?b" },
	{ UTF8(NID_commonName, "a\xe2\x80\x8b" "b"), "CN=a?b" },
	{ UTF8(NID_commonName, "a\xc2\x9b" "b"), "CN=a?b" },
	{ UTF8(NID_commonName, "a,O=b"), "CN=a\\,O=b" },
	{ UTF8(NID_commonName, "\xf0\x9f\x94\x92"),
	    "CN=\xf0\x9f\x94\x92" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct cert *cert = forge(&t[i].a, 1, "x");
		char text[64];

		cert_subject(cert, text, sizeof(text));
		if (strcmp(text, t[i].text) != 0)
			fail_msg("case %zu: %s", i, text);
		cert_free(cert);
	}
}

static void
names_are_utf8(void **state)
{
	struct buf der = { 0 };
	struct cert *cert = NULL;
	struct err e = { 0 };
	uint8_t *letter;

	(void)state;
	shell("openssl x509 -in " S "exempelkoping.pem -outform DER"
	    " -out $D/utf8.der");
	assert_int_equal(file_read(in_dir("utf8.der"), 65536, &der, &e), 0);
	letter = memmem(der.data, der.len, "ö", 2);
	assert_non_null(letter);
	*letter = 0xff;
	assert_int_equal(cert_parse(der.data, der.len, &cert, &e), ERR_CERT);
	assert_null(cert);
	buf_wipe(&der);
}

static void
requests(void **state)
{
	const char *name = "Exempelköpings kommun";
	struct err e = { 0 };
	char long_name[66];

	(void)state;
	for (int type = KEY_P256; type <= KEY_RSA3072; type++) {
		struct buf pem = { 0 };
		struct key *key;

		assert_int_equal(key_generate((enum key_type)type, &key, &e),
		    ERR_OK);
		assert_int_equal(cert_request(key, "2199990017", name,
		    "Sigill", &pem, &e), ERR_OK);
		assert_int_equal(file_replace(in_dir("req"), pem.data,
		    pem.len, 0600, &e), ERR_OK);
		shell("openssl req -in $D/req -verify -noout &&"
		    "openssl req -in $D/req -noout -subject -nameopt"
		    " utf8,sep_comma_plus >$D/subject &&"
		    "grep -qx 'subject=C=SE,O=Exempelköpings kommun,"
		    "organizationIdentifier=NTRSE-2199990017,CN=Sigill'"
		    " $D/subject &&"
		    "openssl req -in $D/req -noout -text >$D/text &&"
		    "grep -A1 'X509v3 Key Usage: critical' $D/text |"
		    " grep -qx ' *Digital Signature'");
		buf_wipe(&pem);
		memset(long_name, 'x', 65);
		long_name[65] = '\0';
		assert_int_equal(cert_request(key, "2199990017", long_name,
		    "Sigill", &pem, &e), ERR_FIELD_VALUE);
		assert_string_equal(e.where, "organisation.name");
		err_clear(&e);
		assert_int_equal(cert_request(key, "2199990017", name, "",
		    &pem, &e), ERR_FIELD_VALUE);
		err_clear(&e);
		assert_int_equal(pem.len, 0);
		buf_wipe(&pem);
		key_free(key);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_sample_says),
		cmocka_unit_test(kinds_of_key),
		cmocka_unit_test(lists),
		cmocka_unit_test(not_certificates),
		cmocka_unit_test(one_spelling),
		cmocka_unit_test(organisation_numbers),
		cmocka_unit_test(marker_cannot_be_hidden),
		cmocka_unit_test(names_are_tame),
		cmocka_unit_test(names_are_utf8),
		cmocka_unit_test(requests),
	};

	return cmocka_run_group_tests_name("cert", tests, make_dir,
	    remove_dir);
}
