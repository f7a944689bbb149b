/* SPDX-License-Identifier: EUPL-1.2 */
/* Reply keys: their certificates have one form, octet by octet; what is sealed
 * for one is opened with it alone, and only when intake has signed it.
 * Benchmarks: what signs them signs other things too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/evp.h>

#include "base/limits.h"
#include "crypto/benchmark_sig.h"
#include "crypto/crypto.h"
#include "crypto/der.h"
#include "crypto/envelope.h"
#include "crypto/internal.h"
#include "crypto/mandate_sig.h"
#include "crypto/receipt_sig.h"
#include "crypto/reply.h"
#include "format/deflate.h"
#include "format/mandate.h"
#include "format/receipt.h"
#include "format/tree_head.h"
#include "tests/unit/sample.h"

#define NOW	INT64_C(1800000000)
#define DAY	INT64_C(86400)
#define N(a)	(sizeof(a) / sizeof((a)[0]))
#define DOCUMENT "{\"format\":\"sigill-feedback\"}\n"
#define BENCHMARK "{\"format\":\"sigill-benchmark\"}\n"

/* One pair for all tests. */
static struct key *key;
static struct buf cert;

static struct trust *
anchors(void)
{
	struct trust *trust = NULL;

	assert_int_equal(trust_load(TRUST_RECEIPT,
	    "certs-sample/authority-root.pem", NULL, true, &trust, NULL),
	    ERR_OK);
	return trust;
}

static enum err_code
check(const struct buf *der)
{
	struct cert *parsed = NULL;
	enum err_code code = reply_check(der->data, der->len, &parsed, NULL);

	assert_true((parsed != NULL) == (code == ERR_OK));
	cert_free(parsed);
	return code;
}

/* --- the certificate ----------------------------------------------------- */

static void
test_make(void **state)
{
	struct cert *parsed = NULL;
	struct buf other = { 0 };
	struct key *second = NULL;
	char name[100];

	(void)state;
	assert_int_equal(reply_check(cert.data, cert.len, &parsed, NULL),
	    ERR_OK);
	assert_int_equal(key_matches(key, parsed, NULL), ERR_OK);
	cert_subject(parsed, name, sizeof(name));
	assert_string_equal(name, "CN=Sigill reply");
	assert_true(cert_not_before(parsed) == NOW);
	assert_true(cert_not_after(parsed) == NOW + LIMIT_REPLY_DAYS * DAY);
	assert_string_equal(cert_key_kind(parsed), "P-256");
	assert_true(cert.len < LIMIT_REPLY);
	/* No two alike, and it appends. */
	buf_add_str(&other, "kept");
	assert_int_equal(reply_make(NOW, &second, &other, NULL), ERR_OK);
	assert_memory_equal(other.data, "kept", 4);
	assert_int_equal(key_matches(second, parsed, NULL), ERR_KEY_MISMATCH);
	key_free(second);
	buf_wipe(&other);
	cert_free(parsed);
	/* The year 2050 has another form of time (RFC 5280 §4.1.2.5). */
	assert_int_equal(reply_make(INT64_C(2480000000), &second, &other,
	    NULL), ERR_OK);
	assert_int_equal(check(&other), ERR_OK);
	key_free(second);
	buf_wipe(&other);
	assert_int_not_equal(reply_make(-1, &second, &other, NULL), ERR_OK);
	assert_int_equal(other.len, 0);
}

static void
test_every_octet(void **state)
{
	struct buf der = { 0 };

	(void)state;
	for (size_t i = 0; i < cert.len; i++) {
		struct buf cut = { .data = cert.data, .len = i };

		assert_int_equal(check(&cut), ERR_REPLY_CERT);
		cert.data[i] ^= 1;
		assert_int_equal(check(&cert), ERR_REPLY_CERT);
		cert.data[i] ^= 1;
	}
	buf_add(&der, cert.data, cert.len);
	buf_add_u8(&der, 0);
	assert_int_equal(check(&der), ERR_REPLY_CERT);
	buf_wipe(&der);
	assert_int_equal(check(&cert), ERR_OK);
}

/* The certificate with its first part changed and signed anew by its own key:
 * nothing but the form is wrong. */
static void
sign_again(const struct buf *changed, struct buf *out)
{
	static const uint8_t algorithm[] = {
		0x30, 10, 0x06, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03,
		0x02
	};
	struct cursor c = cursor_of(changed->data, changed->len), inside;
	uint8_t signature[100];
	size_t len = sizeof(signature);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	struct der tbs;

	assert_true(der_enter(&c, DER_SEQUENCE, &inside));
	assert_true(der_any(&inside, &tbs));
	assert_int_equal(EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL,
	    key->pkey), 1);
	assert_int_equal(EVP_DigestSign(ctx, signature, &len, tbs.whole,
	    tbs.whole_len), 1);
	EVP_MD_CTX_free(ctx);
	der_put(out, DER_SEQUENCE, tbs.whole_len + sizeof(algorithm) +
	    der_size(len + 1));
	buf_add(out, tbs.whole, tbs.whole_len);
	buf_add(out, algorithm, sizeof(algorithm));
	der_put(out, DER_BIT_STRING, len + 1);
	buf_add_u8(out, 0);
	buf_add(out, signature, len);
}

static void
test_profile(void **state)
{
	static const struct {
		const char *path;
		char op;
		const char *hex;
		enum err_code code;
	} all[] = {
		/* what may differ */
		{ "0.1", '=', "02 01 01", ERR_OK },
		{ "0.4.1", '=', "17 0d 323730323031303030303030 5a", ERR_OK },
		/* version 1 */
		{ "0.0", '-', "", ERR_REPLY_CERT },
		{ "0.0", '~', "02 01 01", ERR_REPLY_CERT },
		/* serial number: none, 0, negative, 21 octets, not minimal */
		{ "0.1", '~', "", ERR_REPLY_CERT },
		{ "0.1", '~', "00", ERR_REPLY_CERT },
		{ "0.1", '~', "80", ERR_REPLY_CERT },
		{ "0.1", '~', "010203040506070809101112131415161718192021",
		    ERR_REPLY_CERT },
		{ "0.1", '~', "00 01", ERR_REPLY_CERT },
		/* ecdsa-with-SHA384, and parameters */
		{ "0.2.0", '~', "2a8648ce3d040303", ERR_REPLY_CERT },
		{ "0.2.1", '+', "05 00", ERR_REPLY_CERT },
		/* names: another, a PrintableString, one more, none */
		{ "0.3.0.0.1", '~', "536967696c6c207265706c7a",
		    ERR_REPLY_CERT },
		{ "0.5.0.0.1", '~', "536967696c6c207265706c7a",
		    ERR_REPLY_CERT },
		{ "0.5.0.0.1", '=', "130c 536967696c6c207265706c79",
		    ERR_REPLY_CERT },
		{ "0.5.0", '*', "", ERR_REPLY_CERT },
		{ "0.5", '~', "", ERR_REPLY_CERT },
		/* validity: backwards, years too long, a fraction */
		{ "0.4.1", '=', "17 0d 323630323031303030303030 5a",
		    ERR_REPLY_CERT },
		{ "0.4.1", '=', "17 0d 333330323031303030303030 5a",
		    ERR_REPLY_CERT },
		{ "0.4.1", '=', "17 0b 32373032303130303030 5a",
		    ERR_REPLY_CERT },
		{ "0.4.1", '*', "", ERR_REPLY_CERT },
		/* the key: another curve, compressed, off the curve */
		{ "0.6.0.1", '~', "2b81040022", ERR_REPLY_CERT },
		{ "0.6.1", '~', "00 02 6b17d1f2e12c4247f8bce6e563a440f277037d"
		    "812deb33a0f4a13945d898c296", ERR_REPLY_CERT },
		{ "0.6.1", '~', "00 04 "
		    "1111111111111111111111111111111111111111111111111111111111111111"
		    "1111111111111111111111111111111111111111111111111111111111111111",
		    ERR_REPLY_CERT },
		/* extensions: none, one each, other order, twice, one more */
		{ "0.7", '-', "", ERR_REPLY_CERT },
		{ "0.7.0.0", '-', "", ERR_REPLY_CERT },
		{ "0.7.0.1", '-', "", ERR_REPLY_CERT },
		{ "0.7.0.0", '*', "", ERR_REPLY_CERT },
		{ "0.7.0.1", '*', "", ERR_REPLY_CERT },
		{ "0.7.0.2", '+', "300c 0603551d13 0101ff 04023000",
		    ERR_REPLY_CERT },
		{ "0.7.0.0", '+', "3013 0603551d25 040c 300a 06082b06010505070304",
		    ERR_REPLY_CERT },
		/* keyUsage: not critical, also digitalSignature, another */
		{ "0.7.0.0.1", '-', "", ERR_REPLY_CERT },
		{ "0.7.0.0.2", '~', "03020388", ERR_REPLY_CERT },
		{ "0.7.0.0.2", '~', "03020520", ERR_REPLY_CERT },
		/* key identifier: critical, another, none */
		{ "0.7.0.1.1", '+', "0101ff", ERR_REPLY_CERT },
		{ "0.7.0.1.1", '~', "0414 0102030405060708091011121314151617181920",
		    ERR_REPLY_CERT },
		{ "0.7.0.1.1", '~', "0400", ERR_REPLY_CERT },
		/* what comes after: issuerUniqueID has its place before */
		{ "0.7", '+', "810100", ERR_REPLY_CERT },
		{ "0.8", '+', "0500", ERR_REPLY_CERT },
	};

	(void)state;
	for (size_t i = 0; i < N(all); i++) {
		struct buf changed = { 0 }, der = { 0 };

		if (!sample_edit(cert.data, cert.len, all[i].path, all[i].op,
		    all[i].hex, &changed))
			fail_msg("case %zu: no such place", i);
		sign_again(&changed, &der);
		if (check(&der) != all[i].code)
			fail_msg("case %zu", i);
		buf_wipe(&der);
		buf_wipe(&changed);
	}
}

/* Of others' certificates none will do. */
static void
test_other_certificates(void **state)
{
	static const char *const names[] = { "intake-p256", "intake-rsa",
	    "exempelkoping", "sender-ca" };

	(void)state;
	for (size_t i = 0; i < N(names); i++) {
		struct cert *other = sample_cert(names[i]);
		uint8_t *der = NULL;
		int len = i2d_X509(cert_x509(other), &der);
		struct buf b = { .data = der, .len = (size_t)len };

		assert_int_equal(check(&b), ERR_REPLY_CERT);
		OPENSSL_free(der);
		cert_free(other);
	}
}

/* --- its file ------------------------------------------------------------ */

static void
write_file(const char *path, const void *data, size_t len, mode_t mode)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static void
test_file(void **state)
{
	char dir[] = "/tmp/sigill-reply.XXXXXX", path[64];
	struct buf pem = { 0 }, other = { 0 };
	struct key *loaded = NULL, *second = NULL;
	struct cert *found = NULL;

	(void)state;
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/x", dir);
	assert_int_equal(reply_load(path, &loaded, &found, NULL),
	    ERR_NO_INPUT);
	assert_int_equal(reply_pem(key, &cert, &pem, NULL), ERR_OK);
	write_file(path, pem.data, pem.len, 0600);
	assert_int_equal(reply_load(path, &loaded, &found, NULL), ERR_OK);
	assert_int_equal(key_matches(loaded, found, NULL), ERR_OK);
	key_free(loaded);
	cert_free(found);
	write_file(path, pem.data, pem.len, 0644);
	assert_int_equal(reply_load(path, &loaded, &found, NULL),
	    ERR_KEY_MODE);
	write_file(path, pem.data, pem.len / 2, 0600);
	assert_int_not_equal(reply_load(path, &loaded, &found, NULL), ERR_OK);
	/* another's certificate; two; one of another kind */
	assert_int_equal(reply_make(NOW, &second, &other, NULL), ERR_OK);
	buf_wipe(&pem);
	assert_int_equal(reply_pem(key, &other, &pem, NULL),
	    ERR_KEY_MISMATCH);
	assert_int_equal(pem.len, 0);
	assert_int_equal(reply_pem(key, &cert, &pem, NULL), ERR_OK);
	assert_int_equal(reply_pem(second, &other, &pem, NULL), ERR_OK);
	write_file(path, pem.data, pem.len, 0600);
	assert_int_not_equal(reply_load(path, &loaded, &found, NULL), ERR_OK);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(dir), 0);
	key_free(second);
	buf_wipe(&other);
	buf_wipe(&pem);
}

/* --- feedback ------------------------------------------------------------ */

static void
seal(const char *signer, int64_t now, struct buf *out)
{
	struct sample s = sample_load(signer);
	struct signer by = sample_signer(&s);
	struct cert *to = NULL;
	struct buf zlib = { 0 };

	assert_int_equal(reply_check(cert.data, cert.len, &to, NULL), ERR_OK);
	assert_int_equal(deflate_pack((const uint8_t *)DOCUMENT,
	    sizeof(DOCUMENT) - 1, &zlib, NULL), ERR_OK);
	assert_int_equal(reply_seal(zlib.data, zlib.len, &by, to, now, out,
	    NULL), ERR_OK);
	buf_wipe(&zlib);
	cert_free(to);
	sample_free(&s);
}

static enum err_code
opened(const struct buf *sealed, const struct key *with, struct buf *content)
{
	struct cert *signer = sample_cert("intake-receipts"), *own = NULL;
	struct cert_list allowed = { 0 };
	struct trust *trust = anchors();
	struct buf zlib = { 0 };
	enum err_code code;

	assert_true(cert_list_add(&allowed, signer));
	assert_int_equal(reply_check(cert.data, cert.len, &own, NULL), ERR_OK);
	code = reply_open(sealed->data, sealed->len, with, own, trust,
	    &allowed, &zlib, NULL);
	if (code == ERR_OK)
		assert_int_equal(deflate_unpack(zlib.data, zlib.len,
		    LIMIT_FEEDBACK, content, NULL), ERR_OK);
	else
		assert_int_equal(zlib.len, 0);
	buf_wipe(&zlib);
	cert_free(own);
	cert_list_wipe(&allowed);
	cert_free(signer);
	trust_free(trust);
	return code;
}

static void
test_feedback(void **state)
{
	struct buf sealed = { 0 }, content = { 0 };
	struct key *other = NULL;

	(void)state;
	seal("intake-receipts", NOW, &sealed);
	assert_int_equal(opened(&sealed, key, &content), ERR_OK);
	assert_true(buf_equal(&content, DOCUMENT, sizeof(DOCUMENT) - 1));
	buf_wipe(&content);
	assert_int_equal(key_generate(KEY_P256, &other, NULL), ERR_OK);
	assert_int_equal(opened(&sealed, other, &content), ERR_DECRYPTION);
	key_free(other);
	/* Any octet of its beginning, its middle, its end. */
	for (size_t i = 0; i < sealed.len; i += 97) {
		sealed.data[i] ^= 1;
		assert_int_not_equal(opened(&sealed, key, &content), ERR_OK);
		sealed.data[i] ^= 1;
	}
	sealed.len--;
	assert_int_equal(opened(&sealed, key, &content), ERR_OUTER_STRUCTURE);
	buf_wipe(&sealed);
	/* Signed by whom the anchors vouch for, but who is not intake. */
	seal("portal-receipts", NOW, &sealed);
	assert_int_equal(opened(&sealed, key, &content), ERR_RECEIPT_SIGNER);
	buf_wipe(&sealed);
	seal("exempelkoping", NOW, &sealed);
	assert_int_equal(opened(&sealed, key, &content), ERR_RECEIPT_SIGNER);
	buf_wipe(&sealed);
	/* At a time when its certificate was not valid. */
	seal("intake-receipts", INT64_C(1500000000), &sealed);
	assert_int_equal(opened(&sealed, key, &content), ERR_RECEIPT_SIGNER);
	buf_wipe(&sealed);
	assert_int_equal(content.len, 0);
}

/* Sealed for the reply key until its last second. */
static void
test_expired(void **state)
{
	struct sample s = sample_load("intake-receipts");
	struct signer by = sample_signer(&s);
	struct buf sealed = { 0 };
	struct cert *to = NULL;
	int64_t last;

	(void)state;
	assert_int_equal(reply_check(cert.data, cert.len, &to, NULL), ERR_OK);
	last = cert_not_after(to);
	assert_int_equal(reply_seal("x", 1, &by, to, last + 1, &sealed, NULL),
	    ERR_RECIPIENT_EXPIRED);
	assert_int_equal(sealed.len, 0);
	assert_int_equal(reply_seal("x", 1, &by, to, last, &sealed, NULL),
	    ERR_OK);
	buf_wipe(&sealed);
	cert_free(to);
	sample_free(&s);
}

/* --- benchmarks ---------------------------------------------------------- */

static enum err_code
open_benchmark(const struct buf *der, struct buf *content)
{
	struct cert *signer = sample_cert("intake-receipts");
	struct signed_data data = { 0 };
	struct cert_list allowed = { 0 };
	struct trust *trust = anchors();
	enum err_code code;

	assert_true(cert_list_add(&allowed, signer));
	code = benchmark_sig_open(der->data, der->len, trust, &allowed,
	    &data, NULL);
	if (code == ERR_OK)
		buf_add(content, data.content, data.len);
	else
		assert_null(data.cert);
	signed_wipe(&data);
	cert_list_wipe(&allowed);
	cert_free(signer);
	trust_free(trust);
	return code;
}

static void
test_benchmark(void **state)
{
	struct sample s = sample_load("intake-receipts");
	struct sample portal = sample_load("portal-receipts");
	struct signer by = sample_signer(&s), other = sample_signer(&portal);
	struct buf der = { 0 }, content = { 0 };

	(void)state;
	assert_int_equal(benchmark_sig_make(BENCHMARK, sizeof(BENCHMARK) - 1,
	    &by, NOW, &der, NULL), ERR_OK);
	assert_int_equal(open_benchmark(&der, &content), ERR_OK);
	assert_true(buf_equal(&content, BENCHMARK, sizeof(BENCHMARK) - 1));
	for (size_t i = 0; i < der.len; i += 3) {
		der.data[i] ^= 1;
		assert_int_equal(open_benchmark(&der, &content),
		    ERR_BENCHMARK_SIGNATURE);
		der.data[i] ^= 1;
	}
	der.len -= 1;
	assert_int_equal(open_benchmark(&der, &content),
	    ERR_BENCHMARK_SIGNATURE);
	buf_wipe(&der);
	assert_int_equal(benchmark_sig_make(BENCHMARK, sizeof(BENCHMARK) - 1,
	    &other, NOW, &der, NULL), ERR_OK);
	assert_int_equal(open_benchmark(&der, &content),
	    ERR_BENCHMARK_SIGNATURE);
	buf_wipe(&der);
	assert_int_equal(benchmark_sig_make(BENCHMARK, sizeof(BENCHMARK) - 1,
	    &by, INT64_C(1500000000), &der, NULL), ERR_OK);
	assert_int_equal(open_benchmark(&der, &content),
	    ERR_BENCHMARK_SIGNATURE);
	buf_wipe(&der);
	assert_int_equal(benchmark_sig_make("\xa1", 1, &by, NOW, &der, NULL),
	    ERR_BENCHMARK_SIGNATURE);
	assert_int_equal(der.len, 0);
	buf_wipe(&content);
	sample_free(&s);
	sample_free(&portal);
}

/* The same key signs all of these, and no one passes for another. */
static void
test_not_each_other(void **state)
{
	static const enum signed_kind kinds[] = { SIGNED_RECEIPT,
	    SIGNED_MANDATE, SIGNED_HEAD };
	const struct receipt stored = {
		.stage = STAGE_STORED, .size = 1, .time = NOW,
		.authority = (char *)(uintptr_t)"A",
	};
	struct buf der = { 0 }, cbor = { 0 }, content = { 0 };
	struct sample s = sample_load("intake-receipts");
	struct signer by = sample_signer(&s);
	struct signed_data data = { 0 };
	struct receipt found = { 0 };
	struct mandate mandate = { 0 };
	struct tree_head head = { 0 };

	(void)state;
	assert_int_equal(receipt_encode(&stored, &cbor, NULL), ERR_OK);
	for (size_t i = 0; i < N(kinds); i++) {
		assert_int_equal(signed_make(kinds[i], cbor.data, cbor.len,
		    &by, NOW, &der, NULL), ERR_OK);
		assert_int_equal(open_benchmark(&der, &content),
		    ERR_BENCHMARK_SIGNATURE);
		buf_wipe(&der);
	}
	/* A benchmark is told by its first octet, which no map of CBOR has. */
	assert_int_equal(benchmark_sig_make(BENCHMARK, sizeof(BENCHMARK) - 1,
	    &by, NOW, &der, NULL), ERR_OK);
	assert_int_equal(receipt_sig_open(der.data, der.len, &data, NULL),
	    ERR_OK);
	assert_int_equal(receipt_parse(data.content, data.len, &found, NULL),
	    ERR_RECEIPT_STRUCTURE);
	assert_int_not_equal(mandate_parse(data.content, data.len, &mandate,
	    NULL), ERR_OK);
	assert_int_not_equal(tree_head_parse(data.content, data.len, &head,
	    NULL), ERR_OK);
	signed_wipe(&data);
	buf_wipe(&der);
	/* Sealed feedback is no submission's layer of another, nor the
	 * reverse: a receipt's signature has another type than a layer's. */
	seal("intake-receipts", NOW, &der);
	assert_int_equal(receipt_sig_open(der.data, der.len, &data, NULL),
	    ERR_RECEIPT_STRUCTURE);
	assert_int_equal(open_benchmark(&der, &content),
	    ERR_BENCHMARK_SIGNATURE);
	buf_wipe(&der);
	buf_wipe(&cbor);
	assert_int_equal(content.len, 0);
	sample_free(&s);
}

static int
setup(void **state)
{
	(void)state;
	return crypto_init(NULL) == ERR_OK &&
	    reply_make(NOW, &key, &cert, NULL) == ERR_OK ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	key_free(key);
	buf_wipe(&cert);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_make),
		cmocka_unit_test(test_every_octet),
		cmocka_unit_test(test_profile),
		cmocka_unit_test(test_other_certificates),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_feedback),
		cmocka_unit_test(test_expired),
		cmocka_unit_test(test_benchmark),
		cmocka_unit_test(test_not_each_other),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
