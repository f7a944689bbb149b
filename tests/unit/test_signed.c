/* SPDX-License-Identifier: EUPL-1.2 */
/* crypto/signed: what is made opens, and nothing else does. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/crypto.h"
#include "crypto/der.h"
#include "tests/unit/sample.h"

#define NOW	1795301653

static const char content[] = "what the organisation states";

static struct sample senders[3];

static int
setup(void **state)
{
	(void)state;
	if (crypto_init(NULL) != ERR_OK)
		return 1;
	for (size_t i = 0; i < 3; i++)
		senders[i] = sample_load(sample_senders[i]);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3; i++)
		sample_free(&senders[i]);
	return 0;
}

static void
make_it(enum signed_kind kind, size_t who, struct buf *out)
{
	struct signer signer = sample_signer(&senders[who]);
	struct err e = { 0 };

	if (signed_make(kind, content, sizeof(content), &signer, NOW, out,
	    &e) != ERR_OK)
		fail_msg("%s: %s", err_name(e.code), e.msg);
}

static enum err_code
open_it(enum signed_kind kind, const struct buf *der)
{
	struct signed_data opened;
	struct err e = { 0 };
	enum err_code code;

	code = signed_open(kind, der->data, der->len, &opened, &e);
	assert_int_equal(code, e.code);
	if (code != ERR_OK) {	/* nothing is let out */
		assert_null(opened.cert);
		assert_null(opened.content);
		assert_int_equal(opened.chain.len, 0);
	}
	signed_wipe(&opened);
	return code;
}

static void
round_trips(void **state)
{
	static const enum signed_kind others[] = {
		[SIGNED_OUTER] = SIGNED_INNER, [SIGNED_INNER] = SIGNED_RECEIPT,
		[SIGNED_RECEIPT] = SIGNED_OUTER
	};

	(void)state;
	for (int kind = SIGNED_OUTER; kind <= SIGNED_RECEIPT; kind++) {
		for (size_t i = 0; i < 3; i++) {
			struct signed_data s;
			struct buf der = { 0 };

			make_it((enum signed_kind)kind, i, &der);
			assert_int_equal(signed_open((enum signed_kind)kind,
			    der.data, der.len, &s, NULL), ERR_OK);
			assert_int_equal(s.len, sizeof(content));
			assert_memory_equal(s.content, content, s.len);
			assert_in_range(s.content - der.data, 0, der.len);
			assert_int_equal(s.time, NOW);
			assert_true(cert_equal(s.cert, senders[i].cert));
			assert_int_equal(s.chain.len, 0);
			signed_wipe(&s);
			assert_int_not_equal(open_it(others[kind], &der),
			    ERR_OK);
			buf_wipe(&der);
		}
	}
}

static void
appends_and_takes_nothing(void **state)
{
	struct signer signer = sample_signer(&senders[0]);
	struct buf der = { 0 };
	struct signed_data s;

	(void)state;
	buf_add_str(&der, "before");
	assert_int_equal(signed_make(SIGNED_RECEIPT, NULL, 0, &signer, NOW,
	    &der, NULL), ERR_OK);
	assert_memory_equal(der.data, "before", 6);
	assert_int_equal(signed_open(SIGNED_RECEIPT, der.data + 6,
	    der.len - 6, &s, NULL), ERR_OK);
	assert_int_equal(s.len, 0);
	signed_wipe(&s);
	buf_wipe(&der);
}

/* After 2049 the time is a GeneralizedTime (RFC 5652 §11.3). */
static void
later_times(void **state)
{
	struct signer signer = sample_signer(&senders[0]);
	static const int64_t times[] = {
		0, 2524607999, 2524608000, 253402300799
	};

	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		struct buf der = { 0 };
		struct signed_data s;

		assert_int_equal(signed_make(SIGNED_RECEIPT, "x", 1, &signer,
		    times[i], &der, NULL), ERR_OK);
		assert_int_equal(signed_open(SIGNED_RECEIPT, der.data,
		    der.len, &s, NULL), ERR_OK);
		assert_int_equal(s.time, times[i]);
		signed_wipe(&s);
		buf_wipe(&der);
	}
}

/* Intermediates come along, the signer's own certificate only once. */
static void
encloses_the_chain(void **state)
{
	struct sample issued = sample_load("issued");
	struct cert *ca = sample_cert("issuing-ca");
	struct signer signer = sample_signer(&issued);
	struct cert_list chain = { 0 };
	struct buf der = { 0 };
	struct signed_data s;

	(void)state;
	assert_true(cert_list_add(&chain, issued.cert));
	assert_true(cert_list_add(&chain, ca));
	signer.chain = &chain;
	assert_int_equal(signed_make(SIGNED_OUTER, content, sizeof(content),
	    &signer, NOW, &der, NULL), ERR_OK);
	assert_int_equal(signed_open(SIGNED_OUTER, der.data, der.len, &s,
	    NULL), ERR_OK);
	assert_true(cert_equal(s.cert, issued.cert));
	assert_int_equal(s.chain.len, 1);
	assert_true(cert_equal(s.chain.v[0], ca));
	signed_wipe(&s);
	buf_wipe(&der);
	cert_list_wipe(&chain);
	cert_free(ca);
	sample_free(&issued);
}

static void
too_long_a_chain(void **state)
{
	struct signer signer = sample_signer(&senders[0]);
	struct cert_list chain = { 0 };
	struct buf der = { 0 };

	(void)state;
	for (size_t i = 0; i < LIMIT_CERTIFICATES; i++)
		assert_true(cert_list_add(&chain, senders[1].cert));
	signer.chain = &chain;
	assert_int_equal(signed_make(SIGNED_OUTER, "x", 1, &signer, NOW, &der,
	    NULL), ERR_CERT);
	assert_int_equal(der.len, 0);
	cert_list_wipe(&chain);
	buf_wipe(&der);
}

static void
a_wrong_key_does_not_sign(void **state)
{
	struct signer signer = { senders[0].key, senders[1].cert, NULL };
	struct buf der = { 0 };

	(void)state;
	assert_int_equal(signed_make(SIGNED_OUTER, "x", 1, &signer, NOW, &der,
	    NULL), ERR_KEY_MISMATCH);
	assert_int_equal(der.len, 0);
	buf_wipe(&der);
}

/* --- one fault each ----------------------------------------------------- */

#define SHA1	"30 07 06 05 2b 0e 03 02 1a"
#define MD5	"30 0a 06 08 2a 86 48 86 f7 0d 02 05"
#define SHA256	"30 0b 06 09 60 86 48 01 65 03 04 02 01"
#define SHA256_NULL "30 0d 06 09 60 86 48 01 65 03 04 02 01 05 00"
#define ECDSA_SHA1 "30 09 06 07 2a 86 48 ce 3d 04 01"
#define ECDSA_SHA384 "30 0a 06 08 2a 86 48 ce 3d 04 03 03"
#define SHA384	"30 0b 06 09 60 86 48 01 65 03 04 02 02"
#define ID_DATA	"06 09 2a 86 48 86 f7 0d 01 07 01"
#define ZEROS	"00000000000000000000000000000000" \
		"00000000000000000000000000000000"

/* Paths: 1.0 is the SignedData; .0 version, .1 digestAlgorithms, .2 encap,
 * .3 certificates, .4.0 the SignerInfo: .0 version, .1 sid, .2 digest, .3
 * signedAttrs, .4 signatureAlgorithm, .5 signature.  The attributes: .0
 * contentType, .1 signingTime, .2 messageDigest, .3 signingCertificateV2. */
static const struct fault {
	const char *what;
	const char *path;
	char op;
	const char *hex;
	enum err_code code;
} faults[] = {
	{ "another contentType", "0", '=',
	    "06 09 2a 86 48 86 f7 0d 01 07 03", ERR_OUTER_STRUCTURE },
	{ "something after the SignedData", "1.1", '+', "05 00",
	    ERR_OUTER_STRUCTURE },
	{ "something after the content", "2", '+', "05 00",
	    ERR_OUTER_STRUCTURE },
	{ "version 1", "1.0.0", '=', "02 01 01", ERR_OUTER_STRUCTURE },
	{ "version 4", "1.0.0", '=', "02 01 04", ERR_OUTER_STRUCTURE },
	{ "version 3 in two octets", "1.0.0", '=', "02 02 00 03",
	    ERR_OUTER_STRUCTURE },
	{ "no digestAlgorithms", "1.0.1.0", '-', "", ERR_OUTER_STRUCTURE },
	{ "two digestAlgorithms", "1.0.1.1", '+', SHA384,
	    ERR_OUTER_STRUCTURE },
	{ "the same twice", "1.0.1.0", '*', "", ERR_OUTER_STRUCTURE },
	{ "not the signer's digest", "1.0.1.0", '=', SHA384,
	    ERR_OUTER_STRUCTURE },
	{ "eContentType changed", "1.0.2.0", '=', ID_DATA,
	    ERR_OUTER_STRUCTURE },
	{ "no content", "1.0.2.1", '-', "", ERR_OUTER_STRUCTURE },
	{ "content in segments", "1.0.2.1.0", '=',
	    "24 06 04 01 61 04 01 62", ERR_OUTER_STRUCTURE },
	{ "content of another type", "1.0.2.1.0", '=', "0c 01 61",
	    ERR_OUTER_STRUCTURE },
	{ "two contents", "1.0.2.1.0", '*', "", ERR_OUTER_STRUCTURE },
	{ "content changed", "1.0.2.1.0", '=', "04 01 61",
	    ERR_OUTER_SIGNATURE },
	{ "content emptied", "1.0.2.1.0", '=', "04 00",
	    ERR_OUTER_SIGNATURE },
	{ "no certificates", "1.0.3", '-', "", ERR_OUTER_STRUCTURE },
	{ "an empty set of them", "1.0.3.0", '-', "", ERR_OUTER_STRUCTURE },
	{ "the same certificate twice", "1.0.3.0", '*', "",
	    ERR_OUTER_STRUCTURE },
	{ "an attribute certificate", "1.0.3.1", '+', "a2 02 05 00",
	    ERR_OUTER_STRUCTURE },
	{ "not a certificate", "1.0.3.0", '=', "30 00",
	    ERR_OUTER_STRUCTURE },
	{ "more than a certificate", "1.0.3.1", '+', "30 80",
	    ERR_OUTER_STRUCTURE },
	{ "revocation lists", "1.0.4", '+', "a1 00", ERR_OUTER_STRUCTURE },
	{ "no signer", "1.0.4.0", '-', "", ERR_OUTER_STRUCTURE },
	{ "the signer twice", "1.0.4.0", '*', "", ERR_OUTER_STRUCTURE },
	{ "something after the signers", "1.0.5", '+', "05 00",
	    ERR_OUTER_STRUCTURE },
	{ "signer's version 3", "1.0.4.0.0", '=', "02 01 03",
	    ERR_OUTER_STRUCTURE },
	{ "signer by key identifier", "1.0.4.0.1", '=', "80 01 aa",
	    ERR_OUTER_STRUCTURE },
	{ "signer unknown", "1.0.4.0.1.1", '=', "02 01 07",
	    ERR_OUTER_STRUCTURE },
	{ "another issuer", "1.0.4.0.1.0", '=', "30 00",
	    ERR_OUTER_STRUCTURE },
	{ "more in the sid", "1.0.4.0.1.2", '+', "05 00",
	    ERR_OUTER_STRUCTURE },
	{ "signedAttrs stripped", "1.0.4.0.3", '-', "",
	    ERR_OUTER_STRUCTURE },
	{ "signedAttrs empty", "1.0.4.0.3", '=', "a0 00",
	    ERR_OUTER_STRUCTURE },
	{ "an attribute missing", "1.0.4.0.3.0", '-', "",
	    ERR_OUTER_STRUCTURE },
	{ "signingTime missing", "1.0.4.0.3.1", '-', "",
	    ERR_OUTER_STRUCTURE },
	{ "signingCertificate missing", "1.0.4.0.3.3", '-', "",
	    ERR_OUTER_STRUCTURE },
	{ "messageDigest missing", "1.0.4.0.3.2", '-', "",
	    ERR_OUTER_STRUCTURE },
	{ "an attribute twice", "1.0.4.0.3.0", '*', "",
	    ERR_OUTER_STRUCTURE },
	{ "two signingTimes", "1.0.4.0.3.2", '+',
	    "30 1c 06 09 2a 86 48 86 f7 0d 01 09 05 31 0f 17 0d "
	    "32 37 31 31 32 31 32 32 35 34 31 33 5a", ERR_OUTER_STRUCTURE },
	{ "signed contentType changed", "1.0.4.0.3.0.1.0", '=', ID_DATA,
	    ERR_OUTER_STRUCTURE },
	{ "two values", "1.0.4.0.3.1.1.0", '*', "", ERR_OUTER_STRUCTURE },
	{ "no value", "1.0.4.0.3.1.1.0", '-', "", ERR_OUTER_STRUCTURE },
	{ "more than values", "1.0.4.0.3.1.2", '+', "05 00",
	    ERR_OUTER_STRUCTURE },
	{ "signingTime without seconds", "1.0.4.0.3.1.1.0", '=',
	    "17 0b 32 36 31 31 32 31 32 32 35 34 5a", ERR_OUTER_STRUCTURE },
	{ "another signingTime", "1.0.4.0.3.1.1.0", '=',
	    "17 0d 32 36 31 31 32 31 32 32 35 34 31 34 5a",
	    ERR_OUTER_SIGNATURE },
	{ "messageDigest no string", "1.0.4.0.3.2.1.0", '=',
	    "0c 20 " ZEROS, ERR_OUTER_STRUCTURE },
	{ "another messageDigest", "1.0.4.0.3.2.1.0", '=',
	    "04 20 " ZEROS, ERR_OUTER_SIGNATURE },
	{ "messageDigest long", "1.0.4.0.3.2.1.0", '=',
	    "04 21 00" ZEROS, ERR_OUTER_SIGNATURE },
	{ "an unknown signed attribute", "1.0.4.0.3.0", '+',
	    "30 07 06 03 2a 03 04 31 00", ERR_OUTER_STRUCTURE },
	{ "ESS hash by SHA-512", "1.0.4.0.3.3.1.0.0.0.0", '+',
	    "30 0b 06 09 60 86 48 01 65 03 04 02 03", ERR_OUTER_STRUCTURE },
	{ "ESS default spelt out", "1.0.4.0.3.3.1.0.0.0.0", '+', SHA256,
	    ERR_OUTER_STRUCTURE },
	{ "ESS policies", "1.0.4.0.3.3.1.0.1", '+', "30 00",
	    ERR_OUTER_STRUCTURE },
	{ "ESS two certificates", "1.0.4.0.3.3.1.0.0.0", '*', "",
	    ERR_OUTER_STRUCTURE },
	{ "ESS issuerSerial", "1.0.4.0.3.3.1.0.0.0.1", '+', "30 00",
	    ERR_OUTER_STRUCTURE },
	{ "ESS hash long", "1.0.4.0.3.3.1.0.0.0.0", '=',
	    "04 21 00" ZEROS, ERR_OUTER_STRUCTURE },
	{ "ESS of another certificate", "1.0.4.0.3.3.1.0.0.0.0", '=',
	    "04 20 " ZEROS, ERR_OUTER_SIGNATURE },
	{ "signature by SHA-1", "1.0.4.0.4", '=', ECDSA_SHA1,
	    ERR_OUTER_ALGORITHM },
	{ "signature by another digest", "1.0.4.0.4", '=', ECDSA_SHA384,
	    ERR_OUTER_ALGORITHM },
	{ "no signature", "1.0.4.0.5", '-', "", ERR_OUTER_STRUCTURE },
	{ "signature empty", "1.0.4.0.5", '=', "04 00",
	    ERR_OUTER_SIGNATURE },
	{ "signature of zeros", "1.0.4.0.5", '=',
	    "04 08 30 06 02 01 00 02 01 00", ERR_OUTER_SIGNATURE },
	{ "an unsigned attribute", "1.0.4.0.6", '+',
	    "a1 0b 30 09 06 03 2a 03 04 31 02 05 00", ERR_OUTER_STRUCTURE },
	{ "unsigned attributes, empty", "1.0.4.0.6", '+', "a1 00",
	    ERR_OUTER_STRUCTURE },
};

/* An RSA signature in any other way than PSS with SHA-256 and a salt of 32. */
static const struct fault rsa_faults[] = {
	{ "PKCS#1 v1.5", "1.0.4.0.4", '=',
	    "30 0d 06 09 2a 86 48 86 f7 0d 01 01 01 05 00",
	    ERR_OUTER_ALGORITHM },
	{ "PKCS#1 v1.5 with SHA-256", "1.0.4.0.4", '=',
	    "30 0d 06 09 2a 86 48 86 f7 0d 01 01 0b 05 00",
	    ERR_OUTER_ALGORITHM },
	{ "PSS by its defaults (SHA-1)", "1.0.4.0.4.1", '=', "30 00",
	    ERR_OUTER_ALGORITHM },
	{ "PSS without parameters", "1.0.4.0.4.1", '-', "",
	    ERR_OUTER_ALGORITHM },
	{ "salt of 20", "1.0.4.0.4.1.2", '-', "", ERR_OUTER_ALGORITHM },
	{ "salt of 222", "1.0.4.0.4.1.2.0", '=', "02 02 00 de",
	    ERR_OUTER_ALGORITHM },
	{ "MGF1 with SHA-1", "1.0.4.0.4.1.1", '-', "", ERR_OUTER_ALGORITHM },
	{ "trailer spelt out", "1.0.4.0.4.1.3", '+', "a3 03 02 01 01",
	    ERR_OUTER_ALGORITHM },
	{ "ECDSA", "1.0.4.0.4", '=',
	    "30 0a 06 08 2a 86 48 ce 3d 04 03 02", ERR_OUTER_ALGORITHM },
	{ "signature short", "1.0.4.0.5", '=', "04 01 00",
	    ERR_OUTER_SIGNATURE },
};

static void
run_faults(const struct fault *v, size_t n, size_t who)
{
	struct buf der = { 0 };
	enum err_code code;

	make_it(SIGNED_OUTER, who, &der);
	for (size_t i = 0; i < n; i++) {
		const struct fault *f = &v[i];
		struct buf bad = { 0 };

		if (!sample_edit(der.data, der.len, f->path, f->op, f->hex,
		    &bad))
			fail_msg("%s: no place %s", f->what, f->path);
		code = open_it(SIGNED_OUTER, &bad);
		if (code != f->code)
			fail_msg("%s: %s", f->what, err_name(code));
		buf_wipe(&bad);
	}
	buf_wipe(&der);
}

static void
one_fault_each(void **state)
{
	(void)state;
	run_faults(faults, sizeof(faults) / sizeof(faults[0]), 0);
}

static void
one_fault_each_for_rsa(void **state)
{
	(void)state;
	run_faults(rsa_faults, sizeof(rsa_faults) / sizeof(rsa_faults[0]), 2);
}

/* In both places, so that it is the algorithm and not the structure. */
static void
weak_digests(void **state)
{
	static const char *const digests[] = { SHA1, MD5, SHA256_NULL };
	struct buf der = { 0 };

	(void)state;
	make_it(SIGNED_OUTER, 0, &der);
	for (size_t i = 0; i < 3; i++) {
		struct buf half = { 0 }, bad = { 0 };

		assert_true(sample_edit(der.data, der.len, "1.0.1.0", '=',
		    digests[i], &half));
		assert_true(sample_edit(half.data, half.len, "1.0.4.0.2", '=',
		    digests[i], &bad));
		assert_int_equal(open_it(SIGNED_OUTER, &bad),
		    ERR_OUTER_ALGORITHM);
		buf_wipe(&half);
		buf_wipe(&bad);
	}
	buf_wipe(&der);
}

/* Algorithms that are each accepted, but not with this key. */
static void
key_and_algorithm_differ(void **state)
{
	static const char *const p384[][2] = {
		{ "1.0.1.0", SHA384 }, { "1.0.4.0.2", SHA384 },
		{ "1.0.4.0.4", ECDSA_SHA384 }
	};
	struct buf der = { 0 };

	(void)state;
	make_it(SIGNED_OUTER, 0, &der);
	for (size_t i = 0; i < 3; i++) {
		struct buf next = { 0 };

		assert_true(sample_edit(der.data, der.len, p384[i][0], '=',
		    p384[i][1], &next));
		buf_move(&der, &next);
	}
	assert_int_equal(open_it(SIGNED_OUTER, &der), ERR_OUTER_ALGORITHM);
	buf_wipe(&der);
}

/* RFC 5652 §5.4: signed attributes are hashed as a SET, so without them the
 * same signature fits a content that is that SET. */
static void
attributes_as_content(void **state)
{
	struct buf der = { 0 }, half = { 0 }, bad = { 0 };
	struct buf set = { 0 }, hex = { 0 };
	struct cursor c, in;
	struct der v;
	char two[3];

	(void)state;
	make_it(SIGNED_OUTER, 0, &der);
	c = cursor_of(der.data, der.len);
	assert_true(der_enter(&c, DER_SEQUENCE, &in));
	assert_true(der_any(&in, &v));
	assert_true(der_enter(&in, 0xa0, &c));
	assert_true(der_enter(&c, DER_SEQUENCE, &in));
	for (int i = 0; i < 4; i++)
		assert_true(der_any(&in, &v));
	assert_true(der_enter(&in, DER_SET, &c));
	assert_true(der_enter(&c, DER_SEQUENCE, &in));
	for (int i = 0; i < 4; i++)
		assert_true(der_any(&in, &v));
	assert_int_equal(v.tag, 0xa0);
	der_put(&set, DER_OCTET_STRING, v.whole_len);
	buf_add_u8(&set, DER_SET);
	buf_add(&set, v.whole + 1, v.whole_len - 1);
	for (size_t i = 0; i < set.len; i++) {
		snprintf(two, sizeof(two), "%02x", set.data[i]);
		buf_add_str(&hex, two);
	}
	assert_true(sample_edit(der.data, der.len, "1.0.4.0.3", '-', "",
	    &half));
	assert_true(sample_edit(half.data, half.len, "1.0.2.1.0", '=',
	    buf_str(&hex), &bad));
	assert_int_equal(open_it(SIGNED_OUTER, &bad), ERR_OUTER_STRUCTURE);
	buf_wipe(&der);
	buf_wipe(&half);
	buf_wipe(&bad);
	buf_wipe(&set);
	buf_wipe(&hex);
}

static void
signed_attributes_out_of_order(void **state)
{
	struct buf der = { 0 }, without = { 0 }, bad = { 0 };

	(void)state;
	make_it(SIGNED_RECEIPT, 0, &der);
	/* contentType, the shortest and first, moved to the end */
	assert_true(sample_edit(der.data, der.len, "1.0.4.0.3.0", '-', "",
	    &without));
	assert_true(sample_edit(without.data, without.len, "1.0.4.0.3.3", '+',
	    "30 18 06 09 2a 86 48 86 f7 0d 01 09 03 31 0b " ID_DATA, &bad));
	assert_int_equal(open_it(SIGNED_RECEIPT, &bad),
	    ERR_RECEIPT_STRUCTURE);
	buf_wipe(&der);
	buf_wipe(&without);
	buf_wipe(&bad);
}

static void
ber_and_lengths(void **state)
{
	struct buf der = { 0 }, bad = { 0 };

	(void)state;
	make_it(SIGNED_OUTER, 0, &der);
	/* indefinite length, ended properly */
	buf_add(&bad, "\x30\x80", 2);
	buf_add(&bad, der.data + 4, der.len - 4);
	buf_add(&bad, "\0\0", 2);
	assert_int_equal(open_it(SIGNED_OUTER, &bad), ERR_OUTER_STRUCTURE);
	buf_wipe(&bad);
	/* a length in more octets than it needs */
	buf_add(&bad, "\x30\x83\x00", 3);
	buf_add(&bad, der.data + 2, der.len - 2);
	assert_int_equal(open_it(SIGNED_OUTER, &bad), ERR_OUTER_STRUCTURE);
	buf_wipe(&bad);
	/* octets after the end */
	buf_add(&bad, der.data, der.len);
	buf_add_u8(&bad, 0);
	assert_int_equal(open_it(SIGNED_OUTER, &bad), ERR_OUTER_STRUCTURE);
	buf_wipe(&bad);
	for (size_t len = 0; len < der.len; len++) {
		struct buf cut = { 0 };

		buf_add(&cut, der.data, len);
		assert_int_equal(open_it(SIGNED_OUTER, &cut),
		    ERR_OUTER_STRUCTURE);
		buf_wipe(&cut);
	}
	buf_wipe(&der);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trips),
		cmocka_unit_test(appends_and_takes_nothing),
		cmocka_unit_test(later_times),
		cmocka_unit_test(encloses_the_chain),
		cmocka_unit_test(too_long_a_chain),
		cmocka_unit_test(a_wrong_key_does_not_sign),
		cmocka_unit_test(one_fault_each),
		cmocka_unit_test(one_fault_each_for_rsa),
		cmocka_unit_test(weak_digests),
		cmocka_unit_test(key_and_algorithm_differ),
		cmocka_unit_test(attributes_as_content),
		cmocka_unit_test(signed_attributes_out_of_order),
		cmocka_unit_test(ber_and_lengths),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
