/* SPDX-License-Identifier: EUPL-1.2 */
/* crypto/enveloped: opens for its recipients, in its one form only. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crypto/algorithms.h"
#include "crypto/crypto.h"
#include "crypto/der.h"
#include "tests/unit/sample.h"

static const char content[] = "answers that nobody else may read";

static struct sample recipients[3];	/* P-256, P-384, RSA */
static struct sample stranger;

static int
setup(void **state)
{
	(void)state;
	if (crypto_init(NULL) != ERR_OK)
		return 1;
	for (size_t i = 0; i < 3; i++)
		recipients[i] = sample_load(sample_recipients[i]);
	stranger = sample_load("exempelkoping");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3; i++)
		sample_free(&recipients[i]);
	sample_free(&stranger);
	return 0;
}

/* For the recipients whose bits are set in who. */
static void
make_for(unsigned who, const void *data, size_t len, struct buf *out)
{
	struct cert_list list = { 0 };
	struct err e = { 0 };

	for (size_t i = 0; i < 3; i++)
		if ((who >> i & 1) != 0)
			assert_true(cert_list_add(&list, recipients[i].cert));
	if (enveloped_make(data, len, &list, out, &e) != ERR_OK)
		fail_msg("%s: %s", err_name(e.code), e.msg);
	cert_list_wipe(&list);
}

static enum err_code
open_as(const struct sample *s, const struct buf *der, struct buf *out)
{
	struct recipient_key key = { .key = s->key, .cert = s->cert };
	size_t which = 99;
	enum err_code code;

	code = enveloped_open(der->data, der->len, &key, 1, out, &which,
	    NULL);
	assert_int_equal(which, code == ERR_OK ? 0 : 99);
	return code;
}

static enum err_code
look_at(const struct buf *der)
{
	struct envelope_seen seen;

	return enveloped_look(der->data, der->len, &seen, NULL);
}

static void
all_mixtures(void **state)
{
	static const char *const kinds[] = {
		"ECDH P-256", "ECDH P-384", "RSA-OAEP"
	};

	(void)state;
	for (unsigned who = 1; who < 8; who++) {
		struct buf der = { 0 };
		struct envelope_seen seen;
		unsigned found = 0;

		make_for(who, content, sizeof(content), &der);
		assert_int_equal(enveloped_look(der.data, der.len, &seen,
		    NULL), ERR_OK);
		assert_int_equal(seen.content_len, sizeof(content));
		for (size_t i = 0; i < seen.n_recipients; i++) {
			assert_int_equal(seen.recipients[i].key_id_len, 20);
			for (unsigned k = 0; k < 3; k++)
				if (!strcmp(seen.recipients[i].kind, kinds[k]))
					found |= 1u << k;
		}
		assert_int_equal(found, who);
		for (unsigned i = 0; i < 3; i++) {
			struct buf out = { 0 };
			enum err_code code;

			buf_add_str(&out, "x");
			code = open_as(&recipients[i], &der, &out);
			if ((who >> i & 1) != 0) {
				assert_int_equal(code, ERR_OK);
				assert_int_equal(out.len,
				    1 + sizeof(content));
				assert_memory_equal(out.data + 1, content,
				    sizeof(content));
			} else {
				assert_int_equal(code, ERR_NOT_RECIPIENT);
				assert_int_equal(out.len, 1);
			}
			buf_wipe(&out);
		}
		buf_wipe(&der);
	}
}

static void
sizes(void **state)
{
	static const size_t lens[] = { 0, 1, 127, 128, 65536, 1 << 20 };

	(void)state;
	for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		struct buf data = { 0 }, der = { 0 }, out = { 0 };

		assert_non_null(buf_grow(&data, lens[i]));
		memset(data.data, 'a', lens[i]);
		make_for(1, data.data, lens[i], &der);
		assert_int_equal(open_as(&recipients[0], &der, &out), ERR_OK);
		assert_true(buf_equal(&out, data.data, lens[i]));
		buf_wipe(&data);
		buf_wipe(&der);
		buf_wipe(&out);
	}
}

static void
the_right_key_is_found(void **state)
{
	struct recipient_key keys[3];
	struct buf der = { 0 }, out = { 0 };
	size_t which = 99;

	(void)state;
	for (size_t i = 0; i < 3; i++)
		keys[i] = (struct recipient_key){ .key = recipients[i].key,
			.cert = recipients[i].cert };
	make_for(4, content, sizeof(content), &der);
	assert_int_equal(enveloped_open(der.data, der.len, keys, 3, &out,
	    &which, NULL), ERR_OK);
	assert_int_equal(which, 2);
	assert_int_equal(enveloped_open(der.data, der.len, keys, 0, &out,
	    &which, NULL), ERR_NOT_RECIPIENT);
	/* The certificate of one, the key of another: no detail. */
	for (size_t i = 0; i < 2; i++) {
		struct err e = { 0 };

		keys[0].cert = recipients[2].cert;
		keys[0].key = recipients[i].key;
		assert_int_equal(enveloped_open(der.data, der.len, keys, 1,
		    &out, &which, &e), ERR_DECRYPTION);
		assert_string_equal(e.msg, "");
	}
	buf_wipe(&der);
	buf_wipe(&out);
}

static void
what_has_expired_opens_nothing(void **state)
{
	struct recipient_key keys[3];
	struct buf der = { 0 }, out = { 0 };
	size_t which = 99;

	(void)state;
	for (size_t i = 0; i < 3; i++)
		keys[i] = (struct recipient_key){ .key = recipients[i].key,
			.cert = recipients[i].cert, .expired = i != 1 };
	make_for(5, content, sizeof(content), &der);
	assert_int_equal(enveloped_open(der.data, der.len, keys, 3, &out,
	    &which, NULL), ERR_RECIPIENT_EXPIRED);
	assert_int_equal(enveloped_open(der.data, der.len, keys + 1, 1, &out,
	    &which, NULL), ERR_NOT_RECIPIENT);
	assert_int_equal(out.len, 0);
	assert_int_equal(which, 99);
	/* It is for a newer one too. */
	buf_wipe(&der);
	make_for(7, content, sizeof(content), &der);
	assert_int_equal(enveloped_open(der.data, der.len, keys, 3, &out,
	    &which, NULL), ERR_OK);
	assert_int_equal(which, 1);
	buf_wipe(&der);
	buf_wipe(&out);
}

static void
who_cannot_receive(void **state)
{
	struct cert_list list = { 0 };
	struct buf out = { 0 };

	(void)state;
	assert_int_equal(enveloped_make("x", 1, &list, &out, NULL),
	    ERR_RECIPIENT_CERT);
	/* The same one twice. */
	assert_true(cert_list_add(&list, recipients[0].cert));
	assert_true(cert_list_add(&list, recipients[0].cert));
	assert_int_equal(enveloped_make("x", 1, &list, &out, NULL),
	    ERR_RECIPIENT_CERT);
	for (size_t i = 0; i < LIMIT_RECIPIENTS; i++)
		assert_true(cert_list_add(&list, recipients[0].cert));
	assert_int_equal(enveloped_make("x", 1, &list, &out, NULL),
	    ERR_RECIPIENT_CERT);
	assert_int_equal(out.len, 0);
	cert_list_wipe(&list);
	buf_wipe(&out);
}

#define EXPLICIT_P256 "ec -pkeyopt ec_paramgen_curve:P-256 " \
	"-pkeyopt ec_param_enc:explicit"

/* Keys that are not in the table neither sign nor receive. */
static void
keys_that_are_not_used(void **state)
{
	static const char *const made_by[] = {
		"rsa:2048", "ec -pkeyopt ec_paramgen_curve:P-521",
		"ec -pkeyopt ec_paramgen_curve:secp256k1", "ed25519",
		/* the right curve, but spelt out */
		EXPLICIT_P256,
		"rsa-pss -pkeyopt rsa_keygen_bits:3072"
	};
	char path[] = "/tmp/sigill-enveloped-XXXXXX", line[500];
	int fd;

	(void)state;
	assert_true((fd = mkstemp(path)) >= 0);
	close(fd);
	for (size_t i = 0; i < sizeof(made_by) / sizeof(made_by[0]); i++) {
		struct cert_list list = { 0 };
		struct buf out = { 0 };

		snprintf(line, sizeof(line), "openssl req -x509 -nodes "
		    "-newkey %s -keyout /dev/null -subj '/CN=TEST ONLY' "
		    "-out %s 2>/dev/null", made_by[i], path);
		assert_int_equal(system(line), 0);
		assert_int_equal(cert_load_list(path, &list, NULL), ERR_OK);
		assert_null(algorithm_to_sign(list.v[0]));
		assert_null(algorithm_to_receive(list.v[0]));
		assert_int_equal(enveloped_make("x", 1, &list, &out, NULL),
		    ERR_RECIPIENT_CERT);
		buf_wipe(&out);
		cert_list_wipe(&list);
	}
	unlink(path);
}

/* --- one fault each ----------------------------------------------------- */

#define NONCE	"04 0c 000102030405060708090a0b"
#define GCM256	"06 09 60 86 48 01 65 03 04 01 2e"
#define ZEROS	"00000000000000000000000000000000"
#define WRAP256	"30 0b 06 09 60 86 48 01 65 03 04 01 2d"
#define WRAP128	"30 0b 06 09 60 86 48 01 65 03 04 01 05"

struct fault {
	const char *what;
	const char *path;
	char op;
	const char *hex;
	enum err_code code;
};

/* 1.0 is the AuthEnvelopedData: .0 version, .1 recipientInfos, .2
 * authEncryptedContentInfo, .3 mac.  One recipient, P-256: .1.0.0 version, .1
 * originator, .2 keyEncryptionAlgorithm, .3 recipientEncryptedKeys. */
static const struct fault agreement[] = {
	{ "EnvelopedData", "0", '=', "06 09 2a 86 48 86 f7 0d 01 07 03",
	    ERR_ENVELOPE_STRUCTURE },
	{ "version 1", "1.0.0", '=', "02 01 01", ERR_ENVELOPE_STRUCTURE },
	{ "version 2", "1.0.0", '=', "02 01 02", ERR_ENVELOPE_STRUCTURE },
	{ "originatorInfo", "1.0.1", '+', "a0 00", ERR_ENVELOPE_STRUCTURE },
	{ "no recipients", "1.0.1.0", '-', "", ERR_ENVELOPE_STRUCTURE },
	{ "a recipient twice", "1.0.1.0", '*', "", ERR_ENVELOPE_STRUCTURE },
	{ "a password recipient", "1.0.1.1", '+', "a3 02 05 00",
	    ERR_ENVELOPE_STRUCTURE },
	{ "a KEK recipient", "1.0.1.1", '+', "a2 02 05 00",
	    ERR_ENVELOPE_STRUCTURE },
	{ "another kind of recipient", "1.0.1.1", '+', "a4 02 05 00",
	    ERR_ENVELOPE_STRUCTURE },
	{ "kari version 2", "1.0.1.0.0", '=', "02 01 02",
	    ERR_ENVELOPE_STRUCTURE },
	{ "static originator", "1.0.1.0.1.0", '=', "80 01 aa",
	    ERR_ENVELOPE_STRUCTURE },
	{ "originator's curve given", "1.0.1.0.1.0.0", '=',
	    "30 13 06 07 2a 86 48 ce 3d 02 01 06 08 2a 86 48 ce 3d 03 01 07",
	    ERR_ENVELOPE_STRUCTURE },
	{ "point too short", "1.0.1.0.1.0.1", '=', "03 02 00 04",
	    ERR_ENVELOPE_STRUCTURE },
	{ "compressed point", "1.0.1.0.1.0.1", '=',
	    "03 22 00 02 " ZEROS ZEROS, ERR_ENVELOPE_STRUCTURE },
	{ "point not on the curve", "1.0.1.0.1.0.1", '=',
	    "03 42 00 04 " ZEROS ZEROS ZEROS ZEROS, ERR_DECRYPTION },
	{ "hybrid point", "1.0.1.0.1.0.1", '=',
	    "03 42 00 06 " ZEROS ZEROS ZEROS ZEROS, ERR_ENVELOPE_STRUCTURE },
	{ "ukm", "1.0.1.0.2", '+', "a1 03 04 01 00",
	    ERR_ENVELOPE_STRUCTURE },
	{ "KDF with SHA-1", "1.0.1.0.2", '=',
	    "30 18 06 09 2b 81 05 10 86 48 3f 00 02 " WRAP256,
	    ERR_ENVELOPE_ALGORITHM },
	{ "KDF of the other curve", "1.0.1.0.2", '=',
	    "30 15 06 06 2b 81 04 01 0b 02 " WRAP256,
	    ERR_ENVELOPE_STRUCTURE },
	{ "cofactor DH", "1.0.1.0.2", '=',
	    "30 15 06 06 2b 81 04 01 0e 01 " WRAP256,
	    ERR_ENVELOPE_ALGORITHM },
	{ "wrap with AES-128", "1.0.1.0.2", '=',
	    "30 15 06 06 2b 81 04 01 0b 01 " WRAP128,
	    ERR_ENVELOPE_ALGORITHM },
	{ "two encrypted keys", "1.0.1.0.3.0", '*', "",
	    ERR_ENVELOPE_STRUCTURE },
	{ "no encrypted key", "1.0.1.0.3.0", '-', "",
	    ERR_ENVELOPE_STRUCTURE },
	{ "rid by issuer and serial", "1.0.1.0.3.0.0", '=',
	    "30 05 30 00 02 01 01", ERR_ENVELOPE_STRUCTURE },
	{ "rid with a date", "1.0.1.0.3.0.0.1", '+',
	    "18 0f 32303530303130313030303030305a", ERR_ENVELOPE_STRUCTURE },
	{ "rid empty", "1.0.1.0.3.0.0.0", '=', "04 00",
	    ERR_ENVELOPE_STRUCTURE },
	{ "rid long", "1.0.1.0.3.0.0.0", '=',
	    "04 41 00" ZEROS ZEROS ZEROS ZEROS, ERR_ENVELOPE_STRUCTURE },
	{ "somebody else's rid", "1.0.1.0.3.0.0.0", '=', "04 01 00",
	    ERR_NOT_RECIPIENT },
	{ "encrypted key short", "1.0.1.0.3.0.1", '=',
	    "04 18 0001020304050607" ZEROS, ERR_ENVELOPE_STRUCTURE },
	{ "encrypted key wrong", "1.0.1.0.3.0.1", '=',
	    "04 28 0001020304050607" ZEROS ZEROS, ERR_DECRYPTION },
	{ "contentType changed", "1.0.2.0", '=',
	    "06 0b 2a 86 48 86 f7 0d 01 09 10 01 06",
	    ERR_ENVELOPE_STRUCTURE },
	{ "AES-128-GCM", "1.0.2.1.0", '=',
	    "06 09 60 86 48 01 65 03 04 01 06", ERR_ENVELOPE_ALGORITHM },
	{ "AES-256-CBC", "1.0.2.1", '=',
	    "30 1d 06 09 60 86 48 01 65 03 04 01 2a 04 10 " ZEROS,
	    ERR_ENVELOPE_ALGORITHM },
	{ "AES-256-OFB", "1.0.2.1", '=',
	    "30 1d 06 09 60 86 48 01 65 03 04 01 2b 04 10 " ZEROS,
	    ERR_ENVELOPE_ALGORITHM },
	{ "AES-256-CFB", "1.0.2.1.0", '=',
	    "06 09 60 86 48 01 65 03 04 01 2c", ERR_ENVELOPE_ALGORITHM },
	{ "AES-256-CCM", "1.0.2.1.0", '=',
	    "06 09 60 86 48 01 65 03 04 01 2f", ERR_ENVELOPE_ALGORITHM },
	{ "nonce of 16", "1.0.2.1.1.0", '=', "04 10 " ZEROS,
	    ERR_ENVELOPE_ALGORITHM },
	{ "another nonce", "1.0.2.1.1.0", '=', NONCE, ERR_DECRYPTION },
	{ "ICVlen 12", "1.0.2.1.1.1", '=', "02 01 0c",
	    ERR_ENVELOPE_ALGORITHM },
	{ "ICVlen left to its default", "1.0.2.1.1.1", '-', "",
	    ERR_ENVELOPE_ALGORITHM },
	{ "no parameters", "1.0.2.1.1", '-', "", ERR_ENVELOPE_ALGORITHM },
	{ "more parameters", "1.0.2.1.2", '+', "05 00",
	    ERR_ENVELOPE_ALGORITHM },
	{ "no ciphertext", "1.0.2.2", '-', "", ERR_ENVELOPE_STRUCTURE },
	{ "ciphertext in segments", "1.0.2.2", '=', "a0 03 04 01 00",
	    ERR_ENVELOPE_STRUCTURE },
	{ "two ciphertexts", "1.0.2.2", '*', "", ERR_ENVELOPE_STRUCTURE },
	{ "ciphertext changed", "1.0.2.2", '=', "80 01 00",
	    ERR_DECRYPTION },
	{ "ciphertext empty", "1.0.2.2", '=', "80 00", ERR_DECRYPTION },
	{ "authAttrs", "1.0.3", '+', "a1 0b 30 09 06 03 2a 03 04 31 02 05 00",
	    ERR_ENVELOPE_STRUCTURE },
	{ "no mac", "1.0.3", '-', "", ERR_ENVELOPE_STRUCTURE },
	{ "mac of 1", "1.0.3", '=', "04 01 00", ERR_ENVELOPE_STRUCTURE },
	{ "mac of 4", "1.0.3", '=', "04 04 00 00 00 00",
	    ERR_ENVELOPE_STRUCTURE },
	{ "mac of 15", "1.0.3", '=', "04 0f 000102030405060708090a0b0c0d0e",
	    ERR_ENVELOPE_STRUCTURE },
	{ "mac of 17", "1.0.3", '=', "04 11 00" ZEROS,
	    ERR_ENVELOPE_STRUCTURE },
	{ "mac empty", "1.0.3", '=', "04 00", ERR_ENVELOPE_STRUCTURE },
	{ "mac changed", "1.0.3", '=', "04 10 " ZEROS, ERR_DECRYPTION },
	{ "unauthAttrs", "1.0.4", '+',
	    "a2 0b 30 09 06 03 2a 03 04 31 02 05 00",
	    ERR_ENVELOPE_STRUCTURE },
	{ "unauthAttrs empty", "1.0.4", '+', "a2 00",
	    ERR_ENVELOPE_STRUCTURE },
	{ "something after the data", "1.1", '+', "05 00",
	    ERR_ENVELOPE_STRUCTURE },
	{ "something after the content", "2", '+', "05 00",
	    ERR_ENVELOPE_STRUCTURE },
};

#define RSAES(n) "06 09 2a 86 48 86 f7 0d 01 01 " n
#define SHA256	"30 0b 06 09 60 86 48 01 65 03 04 02 01"

/* One recipient, RSA: .1.0.0 version, .1 rid, .2 keyEncryptionAlgorithm, .3
 * encryptedKey. */
static const struct fault transport[] = {
	{ "ktri version 0", "1.0.1.0.0", '=', "02 01 00",
	    ERR_ENVELOPE_STRUCTURE },
	{ "rid by issuer and serial", "1.0.1.0.1", '=',
	    "30 05 30 00 02 01 01", ERR_ENVELOPE_STRUCTURE },
	{ "rid long", "1.0.1.0.1", '=',
	    "80 41 00" ZEROS ZEROS ZEROS ZEROS, ERR_ENVELOPE_STRUCTURE },
	{ "PKCS#1 v1.5", "1.0.1.0.2", '=', "30 0d " RSAES("01") " 05 00",
	    ERR_ENVELOPE_ALGORITHM },
	{ "OAEP with SHA-1", "1.0.1.0.2", '=', "30 0d " RSAES("07") " 30 00",
	    ERR_ENVELOPE_ALGORITHM },
	{ "OAEP with MGF1-SHA-1", "1.0.1.0.2", '=',
	    "30 1c " RSAES("07") " 30 0f a0 0d " SHA256,
	    ERR_ENVELOPE_ALGORITHM },
	{ "OAEP with a label", "1.0.1.0.2.1.2", '+',
	    "a2 10 30 0e " RSAES("09") " 04 01 61", ERR_ENVELOPE_ALGORITHM },
	{ "encrypted key short", "1.0.1.0.3", '=', "04 10 " ZEROS,
	    ERR_ENVELOPE_STRUCTURE },
	{ "more in the recipient", "1.0.1.0.4", '+', "05 00",
	    ERR_ENVELOPE_STRUCTURE },
};

static void
run_faults(const struct fault *faults, size_t n, size_t who)
{
	struct buf der = { 0 };
	enum err_code code;

	make_for(1u << who, content, sizeof(content), &der);
	for (size_t i = 0; i < n; i++) {
		const struct fault *f = &faults[i];
		struct buf bad = { 0 }, out = { 0 };

		if (!sample_edit(der.data, der.len, f->path, f->op, f->hex,
		    &bad))
			fail_msg("%s: no place %s", f->what, f->path);
		code = open_as(&recipients[who], &bad, &out);
		if (code != f->code)
			fail_msg("%s: %s", f->what, err_name(code));
		/* What needs no key is seen without one. */
		code = look_at(&bad);
		if (code != (f->code == ERR_ENVELOPE_STRUCTURE ||
		    f->code == ERR_ENVELOPE_ALGORITHM ? f->code : ERR_OK))
			fail_msg("%s: %s", f->what, err_name(code));
		assert_int_equal(out.len, 0);
		buf_wipe(&bad);
		buf_wipe(&out);
	}
	buf_wipe(&der);
}

static void
one_fault_each_for_ecdh(void **state)
{
	(void)state;
	run_faults(agreement, sizeof(agreement) / sizeof(agreement[0]), 0);
}

static void
one_fault_each_for_rsa(void **state)
{
	(void)state;
	run_faults(transport, sizeof(transport) / sizeof(transport[0]), 2);
}

static void
order_and_number_of_recipients(void **state)
{
	struct buf der = { 0 }, out = { 0 };
	struct buf half = { 0 }, bad = { 0 };
	struct envelope_seen seen;

	(void)state;
	make_for(7, content, sizeof(content), &der);
	/* the first gone: the others still open, because no more is promised
	 * than who is named inside */
	assert_true(sample_edit(der.data, der.len, "1.0.1.0", '-', "",
	    &half));
	assert_int_equal(enveloped_look(half.data, half.len, &seen, NULL),
	    ERR_OK);
	assert_int_equal(seen.n_recipients, 2);
	/* a small one behind larger ones */
	assert_true(sample_edit(der.data, der.len, "1.0.1.3", '+', "30 00",
	    &bad));
	assert_int_equal(look_at(&bad), ERR_ENVELOPE_STRUCTURE);
	buf_wipe(&der);
	buf_wipe(&out);
	buf_wipe(&half);
	buf_wipe(&bad);
}

/* Its key identifier is ours, but its kind is not. */
static void
recipient_of_another_kind(void **state)
{
	struct buf rsa = { 0 }, bad = { 0 }, out = { 0 };
	struct envelope_seen seen;
	struct buf hex = { 0 };
	char two[3];

	(void)state;
	make_for(1, content, sizeof(content), &rsa);
	assert_int_equal(enveloped_look(rsa.data, rsa.len, &seen, NULL),
	    ERR_OK);
	buf_wipe(&rsa);
	buf_add_str(&hex, "8014");
	for (size_t i = 0; i < 20; i++) {
		snprintf(two, sizeof(two), "%02x",
		    seen.recipients[0].key_id[i]);
		buf_add_str(&hex, two);
	}
	make_for(4, content, sizeof(content), &rsa);
	assert_true(sample_edit(rsa.data, rsa.len, "1.0.1.0.1", '=',
	    buf_str(&hex), &bad));
	assert_int_equal(look_at(&bad), ERR_OK);
	assert_int_equal(open_as(&recipients[0], &bad, &out),
	    ERR_DECRYPTION);
	buf_wipe(&rsa);
	buf_wipe(&bad);
	buf_wipe(&hex);
	buf_wipe(&out);
}

static void
every_cut_and_every_octet(void **state)
{
	struct buf der = { 0 }, out = { 0 };
	struct err e;

	(void)state;
	make_for(7, content, sizeof(content), &der);
	for (size_t i = 0; i < der.len; i++) {
		struct buf cut = { 0 };

		buf_add(&cut, der.data, i);
		assert_int_equal(look_at(&cut), ERR_ENVELOPE_STRUCTURE);
		buf_wipe(&cut);
	}
	buf_add_u8(&der, 0);
	assert_int_equal(look_at(&der), ERR_ENVELOPE_STRUCTURE);
	der.len--;
	/* Another recipient's part is not ours to check: only what is not
	 * opened may stay unnoticed. */
	for (size_t i = 0; i < der.len; i++) {
		struct recipient_key key = { .key = recipients[0].key,
			.cert = recipients[0].cert };
		enum err_code code;
		size_t which;

		memset(&e, 0, sizeof(e));
		der.data[i] ^= 1;
		code = enveloped_open(der.data, der.len, &key, 1, &out,
		    &which, &e);
		if (code == ERR_OK) {
			assert_true(buf_equal(&out, content,
			    sizeof(content)));
			buf_wipe(&out);
		} else
			assert_int_equal(out.len, 0);
		der.data[i] ^= 1;
	}
	buf_wipe(&der);
	buf_wipe(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_mixtures),
		cmocka_unit_test(sizes),
		cmocka_unit_test(the_right_key_is_found),
		cmocka_unit_test(what_has_expired_opens_nothing),
		cmocka_unit_test(who_cannot_receive),
		cmocka_unit_test(keys_that_are_not_used),
		cmocka_unit_test(one_fault_each_for_ecdh),
		cmocka_unit_test(one_fault_each_for_rsa),
		cmocka_unit_test(order_and_number_of_recipients),
		cmocka_unit_test(recipient_of_another_kind),
		cmocka_unit_test(every_cut_and_every_octet),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
