/* SPDX-License-Identifier: EUPL-1.2 */
/* Mandates: one content has one encoding, a use is covered or not, and a
 * signed one is known by what it says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/limits.h"
#include "base/timestamp.h"
#include "crypto/crypto.h"
#include "crypto/der.h"
#include "crypto/mandate_sig.h"
#include "format/cbor_reader.h"
#include "format/mandate.h"
#include "tests/unit/sample.h"

#define CREATED	INT64_C(1795300000)
#define DAY	INT64_C(86400)

/* Strings are constants: never wiped. */
static struct mandate
sample(void)
{
	return (struct mandate){
		.organisation = "2199990017", .submitter = "2199990025",
		.questionnaire = (char *)(uintptr_t)"infosakkollen-2023",
		.round = (char *)(uintptr_t)"2027",
		.environment = ENVIRONMENT_PRODUCTION,
		.created = CREATED, .expires = CREATED + 30 * DAY,
	};
}

static void
encode(struct buf *out)
{
	struct mandate m = sample();
	struct err e = { 0 };

	if (mandate_encode(&m, out, &e) != ERR_OK)
		fail_msg("%s: %s", e.where, e.msg);
}

static void
test_bytes(void **state)
{
	static const char want[] = "\xa9" "\x65round\x64" "2027"
	    "\x66" "format\x6esigill-mandate"
	    "\x67" "created\x1a\x6b\x02\x1a\xa0"
	    "\x67" "expires\x1a\x6b\x29\xa7\xa0" "\x67version\x01"
	    "\x69submitter\x6a" "2199990025"
	    "\x6b" "environment\x6aproduction"
	    "\x6corganisation\x6a" "2199990017"
	    "\x6dquestionnaire\x72infosakkollen-2023";
	struct buf b = { 0 };

	(void)state;
	encode(&b);
	assert_int_equal(b.len, sizeof(want) - 1);
	assert_memory_equal(b.data, want, b.len);
	buf_wipe(&b);
}

static void
test_round_trip(void **state)
{
	struct buf b = { 0 };
	struct mandate m = { 0 };
	struct err e = { 0 };
	json_t *o;

	(void)state;
	encode(&b);
	assert_int_equal(cbor_check(b.data, b.len, &e), ERR_OK);
	if (mandate_parse(b.data, b.len, &m, &e) != ERR_OK)
		fail_msg("%s: %s", e.where, e.msg);
	assert_string_equal(m.organisation, "2199990017");
	assert_string_equal(m.submitter, "2199990025");
	assert_string_equal(m.questionnaire, "infosakkollen-2023");
	assert_string_equal(m.round, "2027");
	assert_int_equal(m.environment, ENVIRONMENT_PRODUCTION);
	assert_int_equal(m.created, CREATED);
	assert_int_equal(m.expires, CREATED + 30 * DAY);
	assert_non_null(o = mandate_json(&m));
	assert_int_equal(json_object_size(o), 9);
	assert_string_equal(json_string_value(json_object_get(o, "expires")),
	    "2026-12-21T22:26:40Z");
	assert_string_equal(json_string_value(json_object_get(o,
	    "environment")), "production");
	json_decref(o);
	mandate_wipe(&m);
	buf_wipe(&b);
}

/* Every byte to every value, every cut: refused, or the same bytes again. */
static void
test_malleability(void **state)
{
	struct buf b = { 0 }, again = { 0 };
	size_t taken = 0, refused = 0;

	(void)state;
	encode(&b);
	for (size_t i = 0; i < b.len * 256; i++) {
		uint8_t was = b.data[i / 256];
		struct mandate m = { 0 };
		struct err e = { 0 };

		b.data[i / 256] = (uint8_t)i;
		if (mandate_parse(b.data, b.len, &m, &e) == ERR_OK) {
			taken++;
			again.len = 0;
			assert_int_equal(mandate_encode(&m, &again, &e),
			    ERR_OK);
			assert_true(buf_equal(&again, b.data, b.len));
		} else {
			refused++;
			assert_true(e.code == ERR_SCHEMA ||
			    e.code == ERR_NOT_CANONICAL);
			assert_null(m.round);
		}
		mandate_wipe(&m);
		b.data[i / 256] = was;
	}
	for (size_t n = 0; n < b.len; n++)
		assert_int_not_equal(mandate_parse(b.data, n,
		    &(struct mandate){ 0 }, NULL), ERR_OK);
	buf_add_u8(&b, 0);
	assert_int_equal(mandate_parse(b.data, b.len,
	    &(struct mandate){ 0 }, NULL), ERR_NOT_CANONICAL);
	assert_true(taken > 1000);
	assert_true(refused > 10000);
	buf_wipe(&b);
	buf_wipe(&again);
}

static void
test_encode_refuses(void **state)
{
	struct buf b = { 0 };

	(void)state;
#define REFUSED(change, place) do { \
	struct mandate m = sample(); \
	struct err e = { 0 }; \
	change; \
	assert_int_equal(mandate_encode(&m, &b, &e), ERR_SCHEMA); \
	assert_string_equal(e.where, place); \
	assert_int_equal(b.len, 0); \
} while (0)
	REFUSED(m.organisation[9] = '8', "organisation");
	REFUSED(m.submitter[9] = '6', "submitter");
	REFUSED(strcpy(m.submitter, m.organisation), "submitter");
	REFUSED(m.questionnaire = NULL, "questionnaire");
	REFUSED(m.questionnaire = (char *)(uintptr_t)"a b", "questionnaire");
	REFUSED(m.round = (char *)(uintptr_t)"", "round");
	REFUSED(m.environment = (enum environment)7, "environment");
	REFUSED(m.created = -1, "created");
	REFUSED(m.expires = m.created - 1, "expires");
	REFUSED(m.expires = m.created + LIMIT_MANDATE_DAYS * DAY + 1,
	    "expires");
	REFUSED(m.created = m.expires = INT64_MAX, "created");
	REFUSED((m.created = TIMESTAMP_MAX, m.expires = TIMESTAMP_MAX + 1),
	    "expires");
#undef REFUSED
	buf_wipe(&b);
}

/* Its limits are inside. */
static void
test_limits(void **state)
{
	struct mandate m = sample();
	struct buf b = { 0 };

	(void)state;
	m.expires = m.created;
	assert_int_equal(mandate_encode(&m, &b, NULL), ERR_OK);
	m.expires = m.created + LIMIT_MANDATE_DAYS * DAY;
	assert_int_equal(mandate_encode(&m, &b, NULL), ERR_OK);
	buf_wipe(&b);
}

static struct mandate_use
use(void)
{
	return (struct mandate_use){
		.organisation = "2199990017", .submitter = "2199990025",
		.questionnaire = "infosakkollen-2023", .round = "2027",
		.environment = ENVIRONMENT_PRODUCTION, .time = CREATED,
	};
}

static void
test_check(void **state)
{
	const struct mandate m = sample();
	struct mandate_use u = use();

	(void)state;
	assert_int_equal(mandate_check(&m, &u, NULL), ERR_OK);
	u.time = CREATED + 30 * DAY;
	assert_int_equal(mandate_check(&m, &u, NULL), ERR_OK);
	/* A clock that is ahead. */
	u.time = CREATED - LIMIT_MANDATE_AHEAD;
	assert_int_equal(mandate_check(&m, &u, NULL), ERR_OK);
#define REFUSED(change, place) do { \
	struct mandate_use v = use(); \
	struct err e = { 0 }; \
	change; \
	assert_int_equal(mandate_check(&m, &v, &e), ERR_MANDATE); \
	assert_string_equal(e.where, place); \
	assert_string_equal(e.msg, ""); \
} while (0)
	REFUSED(v.organisation = "2199990033", "mandate.organisation");
	REFUSED(v.submitter = "2199990033", "mandate.submitter");
	REFUSED(v.questionnaire = "infosakkollen-2024",
	    "mandate.questionnaire");
	REFUSED(v.questionnaire = "Infosakkollen-2023",
	    "mandate.questionnaire");
	REFUSED(v.round = "2028", "mandate.round");
	REFUSED(v.environment = ENVIRONMENT_TEST, "mandate.environment");
	REFUSED(v.time = CREATED - LIMIT_MANDATE_AHEAD - 1,
	    "mandate.created");
	REFUSED(v.time = CREATED + 30 * DAY + 1, "mandate.expires");
#undef REFUSED
}

/* --- signed --------------------------------------------------------------- */

static void
sign(const char *who, struct buf *out)
{
	struct sample s = sample_load(who);
	struct signer signer = sample_signer(&s);
	struct buf content = { 0 };
	struct err e = { 0 };

	encode(&content);
	if (mandate_sig_make(content.data, content.len, &signer, CREATED, out,
	    &e) != ERR_OK)
		fail_msg("%s: %s", e.where, e.msg);
	buf_wipe(&content);
	sample_free(&s);
}

static void
test_signed(void **state)
{
	static const char *const numbers[3] = {
		"2199990017", "2199990025", "2199990033",
	};
	struct buf content = { 0 };

	(void)state;
	encode(&content);
	for (size_t i = 0; i < 3; i++) {
		struct signed_data opened = { 0 };
		uint8_t digest[DIGEST_LEN], want[DIGEST_LEN];
		struct buf der = { 0 };
		struct err e = { 0 };
		char number[ORGNR_LEN];

		sign(sample_senders[i], &der);
		if (mandate_sig_open(der.data, der.len, &opened, digest,
		    number, &e) != ERR_OK)
			fail_msg("%s: %s", e.where, e.msg);
		assert_string_equal(number, numbers[i]);
		assert_true(buf_equal(&content, opened.content, opened.len));
		assert_int_equal(digest_sha256(content.data, content.len,
		    want, &e), ERR_OK);
		assert_memory_equal(digest, want, DIGEST_LEN);
		signed_wipe(&opened);
		buf_wipe(&der);
	}
	buf_wipe(&content);
}

/* n - s for the s of an ECDSA signature on P-256: as good as s. */
static void
negate(uint8_t s[static 32])
{
	static const uint8_t n[32] = {
		0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84,
		0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
	};
	int borrow = 0;

	for (int i = 31; i >= 0; i--) {
		int d = n[i] - s[i] - borrow;

		borrow = d < 0;
		s[i] = (uint8_t)(d + (borrow ? 256 : 0));
	}
}

/* An INTEGER that ends at end: its first octet, of 31 to 33. */
static const uint8_t *
integer_before(const uint8_t *end)
{
	for (uint8_t len = 31; len <= 33; len++)
		if (end[-len - 2] == DER_INTEGER && end[-len - 1] == len)
			return end - len;
	fail_msg("there is no INTEGER");
	return NULL;
}

static void
add_hex(char *out, const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		(void)snprintf(out + strlen(out), 3, "%02x", p[i]);
}

/* The signature, SEQUENCE { r, s }, ends the DER: n - s takes the place of s,
 * and everything around is written anew. */
static void
make_twin(const struct buf *der, struct buf *out)
{
	const uint8_t *end = der->data + der->len;
	const uint8_t *s = integer_before(end), *r = integer_before(s - 2);
	uint8_t value[33] = { 0 }, *twin = value + 1;
	char hex[160] = "30", head[8];
	size_t r_len = (size_t)(s - 2 - r), s_len = (size_t)(end - s), len;

	memcpy(value + 33 - s_len, s, s_len);
	negate(twin);
	if (twin[0] >= 0x80)
		twin--;
	len = (size_t)(value + 33 - twin);
	(void)snprintf(head, sizeof(head), "%02zx", 2 + r_len + 2 + len);
	strcat(hex, head);
	add_hex(hex, r - 2, r_len + 2);
	(void)snprintf(head, sizeof(head), "02%02zx", len);
	strcat(hex, head);
	add_hex(hex, twin, len);
	assert_true(sample_edit(der->data, der->len, "1.0.4.0.5", '~', hex,
	    out));
}

/*
 * Anybody can make another valid signature of a mandate's: another file, but
 * the same mandate, whose revocation must hold for it.
 */
static void
test_known_by_content(void **state)
{
	struct signed_data opened = { 0 };
	uint8_t before[DIGEST_LEN], after[DIGEST_LEN];
	struct buf der = { 0 }, twin = { 0 };
	char number[ORGNR_LEN];
	struct err e = { 0 };

	(void)state;
	sign("exempelkoping", &der);
	make_twin(&der, &twin);
	assert_false(buf_equal(&twin, der.data, der.len));
	assert_int_equal(mandate_sig_open(der.data, der.len, &opened, before,
	    number, &e), ERR_OK);
	signed_wipe(&opened);
	if (mandate_sig_open(twin.data, twin.len, &opened, after, number,
	    &e) != ERR_OK)
		fail_msg("%s: %s", e.where, e.msg);
	assert_memory_equal(before, after, DIGEST_LEN);
	signed_wipe(&opened);
	buf_wipe(&der);
	buf_wipe(&twin);
}

static void
test_refused(void **state)
{
	struct signed_data opened = { 0 };
	struct buf der = { 0 }, bad = { 0 };
	uint8_t digest[DIGEST_LEN];
	char number[ORGNR_LEN];
	struct err e = { 0 };

	(void)state;
	sign("exempelkoping", &der);
	for (size_t n = 0; n < der.len; n += 7)
		assert_int_equal(mandate_sig_open(der.data, n, &opened,
		    digest, number, NULL), ERR_MANDATE);
	for (size_t i = 0; i < der.len; i++) {
		der.data[i] ^= 1;
		assert_int_equal(mandate_sig_open(der.data, der.len, &opened,
		    digest, number, NULL), ERR_MANDATE);
		assert_null(opened.cert);
		der.data[i] ^= 1;
	}
	assert_non_null(buf_grow(&bad, LIMIT_MANDATE + 1));
	memset(bad.data, 0x30, bad.len);
	assert_int_equal(mandate_sig_open(bad.data, bad.len, &opened, digest,
	    number, &e), ERR_MANDATE);
	buf_wipe(&bad);
	buf_wipe(&der);
}

/* A certificate without a number cannot give a mandate. */
static void
test_signer_without_number(void **state)
{
	struct signed_data opened = { 0 };
	struct buf der = { 0 };
	uint8_t digest[DIGEST_LEN];
	char number[ORGNR_LEN];
	struct err e = { 0 };

	(void)state;
	sign("intake-receipts", &der);
	assert_int_equal(mandate_sig_open(der.data, der.len, &opened, digest,
	    number, &e), ERR_MANDATE);
	assert_string_equal(e.where, "mandate.signer");
	assert_null(opened.cert);
	buf_wipe(&der);
}

/* Until when people mean: the end of a day where they are. */
static void
test_until(void **state)
{
	static const struct { const char *zone, *given, *want; } all[] = {
		{ "UTC", "2027-03-31", "2027-03-31T23:59:59Z" },
		{ "Europe/Stockholm", "2027-03-31", "2027-03-31T21:59:59Z" },
		{ "Europe/Stockholm", "2027-01-31", "2027-01-31T22:59:59Z" },
		{ "Europe/Stockholm", "2027-03-28", "2027-03-28T21:59:59Z" },
		{ "Europe/Stockholm", "2027-03-31T10:00:00Z",
		    "2027-03-31T10:00:00Z" },
	};
	char text[TIMESTAMP_LEN];
	int64_t t;

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		assert_int_equal(setenv("TZ", all[i].zone, 1), 0);
		tzset();
		assert_true(timestamp_parse_until(all[i].given, &t));
		timestamp_format(t, text);
		assert_string_equal(text, all[i].want);
	}
	assert_false(timestamp_parse_until("2027-02-30", &t));
	assert_false(timestamp_parse_until("31 mars", &t));
	assert_false(timestamp_parse_until("", &t));
	assert_int_equal(unsetenv("TZ"), 0);
	tzset();
}

static int
setup(void **state)
{
	(void)state;
	return crypto_init(NULL) == ERR_OK ? 0 : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_malleability),
		cmocka_unit_test(test_encode_refuses),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_signed),
		cmocka_unit_test(test_known_by_content),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_signer_without_number),
		cmocka_unit_test(test_until),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
