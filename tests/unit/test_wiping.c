/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * After answers have been read, sealed and opened again, and everything has
 * been wiped, nothing of them is left in the process's memory: every page
 * that can be written is searched for a marker that was among the answers.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "crypto/crypto.h"
#include "crypto/digest.h"
#include "crypto/envelope.h"
#include "format/answers.h"
#include "format/deflate.h"
#include "format/json.h"
#include "format/submission.h"

#define MARKER_LEN	24
/* The marker with every other bit turned, so that this program's own image does not
 * have it. */
static const uint8_t turned[MARKER_LEN] = {
	0x1d, 0x30, 0x38, 0x39, 0x3c, 0x32, 0x21, 0x78, 0x26, 0x23, 0x34, 0x27,
	0x78, 0x64, 0x6d, 0x61, 0x67, 0x65, 0x63, 0x6c, 0x78, 0x0d, 0x0c, 0x0f,
};

static char dir[] = "/tmp/sigill-wiping.XXXXXX";

static bool
is_marker(const uint8_t *p)
{
	for (size_t i = 0; i < MARKER_LEN; i++)
		if (p[i] != (turned[i] ^ 0x55))
			return false;
	return true;
}

/* How many times the marker stands in writable memory. */
static size_t
found(void)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	unsigned long from, to;
	size_t n = 0;
	char line[512], mode[8];

	assert_non_null(maps);
	while (fgets(line, sizeof(line), maps) != NULL) {
		if (sscanf(line, "%lx-%lx %7s", &from, &to, mode) != 3 ||
		    strncmp(mode, "rw", 2) != 0 ||
		    strstr(line, "[v") != NULL)
			continue;
		for (const uint8_t *p = (const uint8_t *)from;
		    p + MARKER_LEN <= (const uint8_t *)to; p++)
			if (*p == (turned[0] ^ 0x55) && is_marker(p))
				n++;
	}
	(void)fclose(maps);
	return n;
}

/* The answers: the marker is the free-text answer to q4. */
static void
write_answers(struct buf *json)
{
	buf_add_str(json, "{\"questionnaire\":\"vectors-1\",\"round\":\"2027\","
	    "\"organisation\":{\"number\":\"219999-0017\",\"name\":\"A\","
	    "\"kind\":\"kommun\"},\"answers\":{\"q1\":[\"a\"],\"q2\":\"no\","
	    "\"q5\":\"s1\",\"q4\":\"");
	for (size_t i = 0; i < MARKER_LEN; i++)
		buf_add_u8(json, turned[i] ^ 0x55);
	buf_add_str(json, "\"}}");
}

static void
read_statement(struct statement *out)
{
	struct buf definition = { 0 }, json = { 0 };
	struct err_list mistakes = { 0 };
	struct questionnaire *q = NULL;
	struct answers *answers = NULL;
	uint8_t digest[DIGEST_LEN];

	assert_int_equal(file_read("tests/vectors/questionnaire.json", 100000,
	    &definition, NULL), ERR_OK);
	assert_int_equal(digest_sha256(definition.data, definition.len,
	    digest, NULL), ERR_OK);
	assert_int_equal(questionnaire_parse(definition.data, definition.len,
	    "q", digest, &q, NULL), ERR_OK);
	write_answers(&json);
	assert_int_equal(answers_parse(json.data, json.len, "a", &answers,
	    NULL), ERR_OK);
	assert_int_equal(answers_statement(answers, q, out, &mistakes),
	    ERR_OK);
	answers_free(answers);
	questionnaire_free(q);
	err_list_wipe(&mistakes);
	buf_wipe(&definition);
	buf_wipe(&json);
}

static void
load(const char *name, struct key **key, struct cert_list *cert)
{
	char path[256], command[512];

	(void)snprintf(command, sizeof(command),
	    "install -m 600 certs-sample/%s.key %s", name, dir);
	assert_int_equal(system(command), 0);
	(void)snprintf(path, sizeof(path), "%s/%s.key", dir, name);
	assert_int_equal(key_load(path, NULL, key, NULL), ERR_OK);
	(void)snprintf(path, sizeof(path), "certs-sample/%s.pem", name);
	assert_int_equal(cert_load_list(path, cert, NULL), ERR_OK);
}

static void
seal(struct buf *sealed, const struct cert_list *recipients)
{
	struct submission s = { .created = 1800000000, .n_recipients = 1 };
	struct buf cbor = { 0 }, zlib = { 0 };
	struct cert_list cert = { 0 };
	struct key *key = NULL;

	load("exempelkoping", &key, &cert);
	read_statement(&s.statement);
	assert_true(found() > 0);	/* or the search proves nothing */
	assert_int_equal(submission_encode(&s, &cbor, NULL), ERR_OK);
	assert_int_equal(deflate_pack(cbor.data, cbor.len, &zlib, NULL),
	    ERR_OK);
	assert_int_equal(envelope_seal(zlib.data, zlib.len,
	    &(struct signer){ key, cert.v[0], NULL }, recipients, 1800000000,
	    sealed, NULL), ERR_OK);
	submission_wipe(&s);
	buf_wipe(&cbor);
	buf_wipe(&zlib);
	key_free(key);
	cert_list_wipe(&cert);
}

static void
nothing_stays_after_sealing_and_opening(void **state)
{
	struct buf sealed = { 0 }, zlib = { 0 }, cbor = { 0 };
	struct cert_list recipients = { 0 };
	struct signed_data outer = { 0 };
	struct submission s = { 0 };
	struct key *key = NULL;
	size_t which;

	(void)state;
#ifdef __SANITIZE_ADDRESS__
	skip();		/* it keeps freed memory, and terabytes of shadow */
#endif
	load("intake-p256", &key, &recipients);
	assert_int_equal(found(), 0);
	seal(&sealed, &recipients);
	assert_int_equal(found(), 0);

	assert_int_equal(envelope_open_outer(sealed.data, sealed.len, &outer,
	    NULL), ERR_OK);
	assert_int_equal(envelope_open_inner(&outer,
	    &(struct recipient_key){ .key = key,
	    .cert = recipients.v[0] }, 1, &zlib, &which,
	    NULL), ERR_OK);
	assert_int_equal(deflate_unpack(zlib.data, zlib.len, 100000, &cbor,
	    NULL), ERR_OK);
	assert_int_equal(submission_parse(cbor.data, cbor.len, &s, NULL),
	    ERR_OK);
	assert_true(found() > 0);
	submission_wipe(&s);
	buf_wipe(&cbor);
	buf_wipe(&zlib);
	signed_wipe(&outer);
	assert_int_equal(found(), 0);

	buf_wipe(&sealed);
	key_free(key);
	cert_list_wipe(&recipients);
}

static int
setup(void **state)
{
	(void)state;
	json_init();
	return crypto_init(NULL) != ERR_OK || mkdtemp(dir) == NULL;
}

static int
teardown(void **state)
{
	char command[64];

	(void)state;
	(void)snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_stays_after_sealing_and_opening),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
