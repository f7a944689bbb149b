/* SPDX-License-Identifier: EUPL-1.2 */
/* crypto/envelope: a sealed file as a whole, in memory and on a disk, and
 * receipts' signatures. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"
#include "crypto/compressed.h"
#include "crypto/crypto.h"
#include "crypto/der.h"
#include "crypto/envelope.h"
#include "crypto/receipt_sig.h"
#include "crypto/trust.h"
#include "tests/unit/sample.h"

#define NOW	1795301653

/* As many bits of each octet are flipped as there is time for. */
#ifdef __SANITIZE_ADDRESS__
#define BITS(i)	(1u << ((i) % 8))
#else
#define BITS(i)	0xffu
#endif

static uint8_t zlib[600];	/* any octets: this layer does not inflate */
static struct sample senders[3], recipients[3];
static struct cert_list all, senders_certs;
static struct trust *trust;
static int disk;		/* a file in memory */
static off_t bad_octet = -1;	/* of it, which cannot be read */
static bool memory_only;	/* where there is no time for both forms */

/* Takes the place of the C library's. */
ssize_t
pread(int fd, void *out, size_t len, off_t at)
{
	if (fd == disk && bad_octet >= at && bad_octet - at < (off_t)len) {
		errno = EIO;
		return -1;
	}
	return (ssize_t)syscall(SYS_pread64, fd, out, len, at);
}

static int
setup(void **state)
{
	(void)state;
	if (crypto_init(NULL) != ERR_OK)
		return 1;
	for (size_t i = 0; i < sizeof(zlib); i++)
		zlib[i] = (uint8_t)(i * 7 + i / 256);
	for (size_t i = 0; i < 3; i++) {
		senders[i] = sample_load(sample_senders[i]);
		recipients[i] = sample_load(sample_recipients[i]);
		if (!cert_list_add(&all, recipients[i].cert) ||
		    !cert_list_add(&senders_certs, senders[i].cert))
			return 1;
	}
	return (disk = memfd_create("sealed", MFD_CLOEXEC)) == -1 ||
	    trust_load(TRUST_SENDER, "certs-sample/sender-ca.pem", NULL,
	    true, &trust, NULL) != ERR_OK;
}

static int
teardown(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		sample_free(&senders[i]);
		sample_free(&recipients[i]);
	}
	cert_list_wipe(&all);
	cert_list_wipe(&senders_certs);
	trust_free(trust);
	return close(disk);
}

static void
seal_as(const struct signer *signer, const struct cert_list *to,
    struct buf *out)
{
	struct err e = { 0 };

	if (envelope_seal(zlib, sizeof(zlib), signer, to, NOW, out, &e) !=
	    ERR_OK)
		fail_msg("%s: %s", err_name(e.code), e.msg);
}

static void
write_disk(const uint8_t *der, size_t len)
{
	assert_int_equal(ftruncate(disk, 0), 0);
	assert_int_equal(pwrite(disk, der, len, 0), len);
}

/* Both forms of the check, of which what the one says must be what the other
 * says: code, place and words. */
static enum err_code
open_outer(const uint8_t *der, size_t len, struct signed_data *out)
{
	uint8_t digest[DIGEST_LEN], again[DIGEST_LEN];
	struct err in_memory = { 0 }, on_disk = { 0 };
	struct signed_data same;
	enum err_code code;

	code = envelope_open_outer(der, len, out, &in_memory);
	if (memory_only)
		return code;
	write_disk(der, len);
	code = envelope_check_outer(disk, len, &senders_certs, digest, &same,
	    &on_disk);
	assert_int_equal(code, on_disk.code);
	assert_int_equal(code, in_memory.code);
	assert_string_equal(on_disk.where, in_memory.where);
	assert_int_equal(on_disk.at, in_memory.at);
	assert_string_equal(on_disk.msg, in_memory.msg);
	assert_int_equal(digest_sha256(der, len, again, NULL), ERR_OK);
	assert_memory_equal(digest, again, DIGEST_LEN);
	assert_null(same.content);
	assert_int_equal(same.len, out->len);
	assert_int_equal(same.time, out->time);
	assert_int_equal(same.chain.len, out->chain.len);
	if (code == ERR_OK)
		assert_true(cert_equal(same.cert, out->cert));
	else
		assert_null(same.cert);
	signed_wipe(&same);
	return code;
}

/* All that a verifier does: outer, trust, inner.  Nothing may be let out
 * before the end. */
static enum err_code
open_all(const uint8_t *der, size_t len, const struct sample *as)
{
	struct recipient_key key = { .key = as->key, .cert = as->cert };
	struct signed_data outer;
	struct buf out = { 0 };
	enum err_code code;
	size_t which;

	if ((code = open_outer(der, len, &outer)) != ERR_OK)
		return code;
	code = trust_check(trust, outer.cert, &outer.chain, NOW, NULL);
	if (code == ERR_OK)
		code = envelope_open_inner(&outer, &key, 1, &out, &which,
		    NULL);
	if (code == ERR_OK)
		assert_true(buf_equal(&out, zlib, sizeof(zlib)));
	else
		assert_int_equal(out.len, 0);
	buf_wipe(&out);
	signed_wipe(&outer);
	return code;
}

static void
senders_and_recipients_mix(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct signer signer = sample_signer(&senders[i]);
		struct buf der = { 0 };

		seal_as(&signer, &all, &der);
		for (size_t j = 0; j < 3; j++)
			assert_int_equal(open_all(der.data, der.len,
			    &recipients[j]), ERR_OK);
		assert_int_equal(open_all(der.data, der.len, &senders[0]),
		    ERR_NOT_RECIPIENT);
		buf_wipe(&der);
	}
}

static void
run(const char *dir, const char *command)
{
	char line[2000];

	snprintf(line, sizeof(line), "C=$PWD/certs-sample && cd %s && "
	    "openssl cms -binary -inform DER %s >log 2>&1", dir, command);
	if (system(line) != 0)
		fail_msg("%s", line);
}

/* The command openssl(1) reads every layer that it knows. */
static void
other_software_reads_it(void **state)
{
	char dir[] = "/tmp/sigill-envelope-XXXXXX", path[100], line[500];

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/sealed", dir);
	for (size_t i = 0; i < 3; i++) {
		struct signer signer = sample_signer(&senders[i]);
		struct buf der = { 0 };

		seal_as(&signer, &all, &der);
		assert_int_equal(file_replace(path, der.data, der.len, 0600,
		    NULL), ERR_OK);
		buf_wipe(&der);
		run(dir, "-verify -cades -in sealed -out enveloped "
		    "-CAfile $C/sender-ca.pem");
		for (size_t j = 0; j < 3; j++) {
			struct buf plain = { 0 };
			const uint8_t *p;
			size_t len;
			char inner[100];

			snprintf(line, sizeof(line), "-decrypt -in enveloped "
			    "-out inner -recip $C/%s.pem -inkey $C/%s.key",
			    sample_recipients[j], sample_recipients[j]);
			run(dir, line);
			run(dir, "-verify -cades -in inner -out compressed "
			    "-CAfile $C/sender-ca.pem");
			snprintf(inner, sizeof(inner), "%s/compressed", dir);
			assert_int_equal(file_read(inner, 100000, &plain,
			    NULL), ERR_OK);
			assert_int_equal(compressed_unwrap(plain.data,
			    plain.len, &p, &len, NULL), ERR_OK);
			assert_int_equal(len, sizeof(zlib));
			assert_memory_equal(p, zlib, len);
			buf_wipe(&plain);
		}
	}
	snprintf(line, sizeof(line), "rm -r %s", dir);
	assert_int_equal(system(line), 0);
}

static void
sizes_are_judged_first(void **state)
{
	static const uint8_t zeros[LIMIT_SEALED_MIN];
	struct signed_data outer;

	(void)state;
	assert_int_equal(open_all(zeros, sizeof(zeros) - 1, &recipients[0]),
	    ERR_SEALED_SIZE);
	assert_int_equal(open_all(zeros, sizeof(zeros), &recipients[0]),
	    ERR_OUTER_STRUCTURE);
	/* not one octet of it is read */
	assert_int_equal(envelope_open_outer(zeros, (size_t)LIMIT_SEALED + 1,
	    &outer, NULL), ERR_SEALED_SIZE);
}

/* Nothing that goes wrong in reading is the file's fault. */
static void
a_disk_that_fails(void **state)
{
	struct signer signer = sample_signer(&senders[0]);
	uint8_t digest[DIGEST_LEN];
	struct signed_data outer;
	struct buf der = { 0 };

	(void)state;
	seal_as(&signer, &all, &der);
	write_disk(der.data, der.len);
	for (size_t i = 0; i < der.len; i++) {
		bad_octet = (off_t)i;
		assert_int_equal(envelope_check_outer(disk, der.len, NULL,
		    digest, &outer, NULL), ERR_IO);
		assert_null(outer.cert);
	}
	bad_octet = -1;
	assert_int_equal(envelope_check_outer(disk, der.len, NULL, digest,
	    &outer, NULL), ERR_OK);
	signed_wipe(&outer);
	for (size_t len = 0; len < der.len; len += 10) {
		assert_int_equal(ftruncate(disk, (off_t)len), 0);
		assert_int_equal(envelope_check_outer(disk, der.len, NULL,
		    digest, &outer, NULL), ERR_IO);
	}
	buf_wipe(&der);
}

/* Content of more than one piece, also where pieces meet. */
static void
sizes_of_content(void **state)
{
	static uint8_t bytes[300000];
	static const size_t sizes[] = {
		900, 1024, 131071, 131072, 131073, 262144, sizeof(bytes)
	};
	struct signer signer = sample_signer(&senders[2]);

	(void)state;
	assert_int_equal(crypto_random(bytes, sizeof(bytes), NULL), ERR_OK);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		for (size_t more = 0; more < 1200; more += 149) {
			struct buf der = { 0 };
			struct signed_data outer;
			size_t len = sizes[i] - more % 700;

			assert_int_equal(signed_make(SIGNED_OUTER, bytes, len,
			    &signer, NOW, &der, NULL), ERR_OK);
			assert_int_equal(open_outer(der.data, der.len,
			    &outer), ERR_OK);
			assert_int_equal(outer.len, len);
			signed_wipe(&outer);
			/* 100: past the head, in the content */
			der.data[100 + more % (len / 2)] ^= 1;
			assert_int_equal(open_outer(der.data, der.len,
			    &outer), ERR_OUTER_SIGNATURE);
			buf_wipe(&der);
		}
	}
}

/* An intermediate is enclosed: it is not covered by the outer signature, but
 * by its own issuer's. */
static void
every_bit_counts(void **state)
{
	struct sample issued = sample_load("issued");
	struct cert *ca = sample_cert("issuing-ca");
	struct signer signer = sample_signer(&issued);
	struct cert_list chain = { 0 }, one = { 0 };
	struct buf der = { 0 };

	(void)state;
	assert_true(cert_list_add(&chain, ca));
	assert_true(cert_list_add(&one, recipients[0].cert));
	signer.chain = &chain;
	seal_as(&signer, &one, &der);
	assert_int_equal(open_all(der.data, der.len, &recipients[0]),
	    ERR_OK);
	for (size_t i = 0; i < der.len; i++) {
		for (unsigned bit = 1; bit < 0x100; bit <<= 1) {
			if ((BITS(i) & bit) == 0)
				continue;
			der.data[i] ^= (uint8_t)bit;
			memory_only = bit != 1u << (i % 8);
			if (open_all(der.data, der.len, &recipients[0]) ==
			    ERR_OK)
				fail_msg("octet %zu of %zu, bit %02x", i,
				    der.len, bit);
			der.data[i] ^= (uint8_t)bit;
		}
	}
	memory_only = false;
	buf_wipe(&der);
	cert_list_wipe(&chain);
	cert_list_wipe(&one);
	cert_free(ca);
	sample_free(&issued);
}

static void
every_length_counts(void **state)
{
	struct signer signer = sample_signer(&senders[0]);
	struct buf der = { 0 };

	(void)state;
	seal_as(&signer, &all, &der);
	for (size_t len = 0; len < der.len; len++) {
		/* so that reading too far is noticed */
		uint8_t *cut = malloc(len + 1);

		assert_non_null(cut);
		memcpy(cut + 1, der.data, len);
		assert_int_equal(open_all(cut + 1, len, &recipients[0]),
		    len < LIMIT_SEALED_MIN ? ERR_SEALED_SIZE :
		    ERR_OUTER_STRUCTURE);
		free(cut);
	}
	for (int byte = 0; byte < 0x100; byte += 0x30) {
		buf_add_u8(&der, (uint8_t)byte);
		assert_int_equal(open_all(der.data, der.len, &recipients[0]),
		    ERR_OUTER_STRUCTURE);
		der.len--;
	}
	buf_wipe(&der);
}

/* Another organisation's name around a genuine inside. */
static void
somebody_else_outside(void **state)
{
	struct signer genuine = sample_signer(&senders[0]);
	struct signer other = sample_signer(&senders[1]);
	struct buf der = { 0 }, again = { 0 };
	struct signed_data outer;

	(void)state;
	seal_as(&genuine, &all, &der);
	assert_int_equal(envelope_open_outer(der.data, der.len, &outer, NULL),
	    ERR_OK);
	assert_int_equal(signed_make(SIGNED_OUTER, outer.content, outer.len,
	    &other, NOW, &again, NULL), ERR_OK);
	assert_int_equal(open_all(again.data, again.len, &recipients[0]),
	    ERR_SIGNER_MISMATCH);
	signed_wipe(&outer);
	buf_wipe(&der);
	buf_wipe(&again);
}

/* What the layers inside refuse has its own code. */
static void
faults_inside(void **state)
{
	static const struct {
		enum signed_kind kind;	/* of the inner signature */
		int change;		/* octet of it to flip, from its end */
		const char *content;
		enum err_code code;
	} cases[] = {
		{ SIGNED_INNER, 0, "30 00", ERR_COMPRESSED_STRUCTURE },
		{ SIGNED_INNER, 1, "30 00", ERR_INNER_SIGNATURE },
		{ SIGNED_OUTER, 0, "30 00", ERR_INNER_STRUCTURE },
		{ SIGNED_RECEIPT, 0, "30 00", ERR_INNER_STRUCTURE },
	};
	struct signer signer = sample_signer(&senders[0]);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf content = { 0 }, inner = { 0 };
		struct buf enveloped = { 0 }, der = { 0 };

		sample_hex(cases[i].content, &content);
		assert_non_null(buf_grow(&content, 3000));
		memset(content.data + content.len - 3000, 0, 3000);
		assert_int_equal(signed_make(cases[i].kind, content.data,
		    content.len, &signer, NOW, &inner, NULL), ERR_OK);
		if (cases[i].change != 0)
			inner.data[inner.len - (size_t)cases[i].change] ^= 1;
		assert_int_equal(enveloped_make(inner.data, inner.len, &all,
		    &enveloped, NULL), ERR_OK);
		assert_int_equal(signed_make(SIGNED_OUTER, enveloped.data,
		    enveloped.len, &signer, NOW, &der, NULL), ERR_OK);
		assert_int_equal(open_all(der.data, der.len, &recipients[1]),
		    cases[i].code);
		buf_wipe(&content);
		buf_wipe(&inner);
		buf_wipe(&enveloped);
		buf_wipe(&der);
	}
}

static void
compressed_faults(void **state)
{
	static const struct {
		const char *path;
		char op;
		const char *hex;
	} faults[] = {
		{ "0", '=', "02 01 01" }, { "1.1", '+', "05 00" },
		{ "1.0", '=', "06 03 2a 03 04" }, { "1", '-', "" },
		{ "2.0", '=', "06 03 2a 03 04" }, { "2.1", '-', "" },
		{ "2.1.0", '=', "24 03 04 01 aa" }, { "2.1.0", '*', "" },
		{ "2.2", '+', "05 00" }, { "3", '+', "05 00" },
	};
	struct buf der = { 0 };
	const uint8_t *p;
	size_t len;

	(void)state;
	assert_int_equal(compressed_wrap("abc", 3, &der, NULL), ERR_OK);
	assert_int_equal(compressed_unwrap(der.data, der.len, &p, &len, NULL),
	    ERR_OK);
	assert_int_equal(len, 3);
	assert_memory_equal(p, "abc", 3);
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		struct buf bad = { 0 };

		assert_true(sample_edit(der.data, der.len, faults[i].path,
		    faults[i].op, faults[i].hex, &bad));
		assert_int_equal(compressed_unwrap(bad.data, bad.len, &p,
		    &len, NULL), ERR_COMPRESSED_STRUCTURE);
		buf_wipe(&bad);
	}
	for (size_t n = 0; n < der.len; n++)
		assert_int_equal(compressed_unwrap(der.data, n, &p, &len,
		    NULL), ERR_COMPRESSED_STRUCTURE);
	buf_wipe(&der);
}

static void
receipts(void **state)
{
	struct sample portal = sample_load("portal-receipts");
	struct sample intake = sample_load("intake-receipts");
	struct signer signer = sample_signer(&portal);
	struct cert_list allowed = { 0 }, others = { 0 };
	struct trust *root;
	struct signed_data s;
	struct buf der = { 0 };

	(void)state;
	assert_int_equal(trust_load(TRUST_RECEIPT,
	    "certs-sample/authority-root.pem", NULL, true, &root, NULL),
	    ERR_OK);
	assert_true(cert_list_add(&allowed, portal.cert));
	assert_true(cert_list_add(&others, intake.cert));
	assert_int_equal(receipt_sig_make("receipt", 7, &signer, NOW, &der,
	    NULL), ERR_OK);
	assert_int_equal(receipt_sig_open(der.data, der.len, &s, NULL),
	    ERR_OK);
	assert_int_equal(s.len, 7);
	assert_memory_equal(s.content, "receipt", 7);
	assert_int_equal(receipt_sig_trust(&s, root, &allowed, NOW, NULL),
	    ERR_OK);
	assert_int_equal(receipt_sig_trust(&s, root, &others, NOW, NULL),
	    ERR_RECEIPT_SIGNER);
	assert_int_equal(receipt_sig_trust(&s, root, &allowed, 0, NULL),
	    ERR_RECEIPT_SIGNER);
	assert_int_equal(receipt_sig_trust(&s, trust, &allowed, NOW, NULL),
	    ERR_SIGNER_UNTRUSTED);
	signed_wipe(&s);
	for (size_t i = 0; i < der.len; i++) {
		enum err_code code;

		der.data[i] ^= 1;
		code = receipt_sig_open(der.data, der.len, &s, NULL);
		if (code != ERR_RECEIPT_STRUCTURE &&
		    code != ERR_RECEIPT_SIGNATURE)
			fail_msg("octet %zu: %s", i, err_name(code));
		der.data[i] ^= 1;
	}
	assert_int_equal(receipt_sig_open(der.data, LIMIT_RECEIPT + 1u, &s,
	    NULL), ERR_RECEIPT_STRUCTURE);
	buf_wipe(&der);
	cert_list_wipe(&allowed);
	cert_list_wipe(&others);
	trust_free(root);
	sample_free(&portal);
	sample_free(&intake);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(senders_and_recipients_mix),
		cmocka_unit_test(other_software_reads_it),
		cmocka_unit_test(sizes_are_judged_first),
		cmocka_unit_test(a_disk_that_fails),
		cmocka_unit_test(sizes_of_content),
		cmocka_unit_test(every_bit_counts),
		cmocka_unit_test(every_length_counts),
		cmocka_unit_test(somebody_else_outside),
		cmocka_unit_test(faults_inside),
		cmocka_unit_test(compressed_faults),
		cmocka_unit_test(receipts),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
