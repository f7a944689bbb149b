/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * crypto/key: files as openssl(1) and other programs write them.  Run from
 * the top folder.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "crypto/cert.h"
#include "crypto/crypto.h"
#include "crypto/key.h"

#define SECRET	"korrekt häst batteri"

static char dir[64];

static const char *
in_dir(const char *name)
{
	static char path[4][128];
	static unsigned i;

	i = (i + 1) % 4;
	(void)snprintf(path[i], sizeof(path[i]), "%s/%s", dir, name);
	return path[i];
}

/* Runs a shell command, with $D the scratch folder, $S the samples' and $P
 * the passphrase. */
static void
shell(const char *cmd)
{
	char line[1024];

	(void)snprintf(line, sizeof(line), "umask 077; D=%s; "
	    "S=certs-sample; P='" SECRET "'; { %s; } >%s/log 2>&1 || "
	    "{ cat %s/log; exit 1; }", dir, cmd, dir, dir);
	if (system(line) != 0)
		fail_msg("%s", cmd);
}

static int
make_dir(void **state)
{
	struct err e = { 0 };

	(void)state;
	strcpy(dir, "/tmp/sigill-test.XXXXXX");
	return mkdtemp(dir) == NULL || crypto_init(&e) != ERR_OK ||
	    access("certs-sample", R_OK) != 0;
}

static int
remove_dir(void **state)
{
	char cmd[128];

	(void)state;
	(void)snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	return system(cmd) != 0;
}

/* Loads with that passphrase (NULL: there is none to be had), expects code,
 * and that neither the passphrase nor a stack of errors is told. */
static void
expect(const char *name, const char *passphrase, enum err_code code,
    struct err *e)
{
	struct passphrase_source source = { .fd = -1 };
	const char *file = in_dir("passphrase");
	struct key *key = NULL;

	memset(e, 0, sizeof(*e));
	if (passphrase != NULL) {
		assert_int_equal(file_replace(file, passphrase,
		    strlen(passphrase), 0600, NULL), ERR_OK);
		source.file = file;
	}
	if (key_load(in_dir(name), &source, &key, e) != code)
		fail_msg("%s: %s: %s", name, err_name(e->code), e->msg);
	assert_int_equal(e->code, code);
	assert_true((key != NULL) == (code == ERR_OK));
	assert_null(strstr(e->msg, "häst"));
	assert_null(strstr(e->msg, "error:"));
	key_free(key);
}

static void
plain_forms(void **state)
{
	struct err e;

	(void)state;
	shell("install -m 600 $S/exempelkoping.key $D/p256.pem;"
	    "install -m 600 $S/exempelregionen.key $D/p384.pem;"
	    "install -m 600 $S/exempelmyndigheten.key $D/rsa.pem;"
	    "cat $S/exempelkoping.pem $S/exempelkoping.key >$D/both.pem;"
	    "for k in p256 p384 rsa; do"
	    " openssl pkcs8 -topk8 -nocrypt -in $D/$k.pem -outform DER"
	    " -out $D/$k.der || exit 1; done;"
	    "openssl ec -in $D/p256.pem -out $D/old-ec.pem;"
	    "openssl ecparam -name prime256v1 -genkey -out $D/param.pem;"
	    "openssl rsa -traditional -in $D/rsa.pem -out $D/old-rsa.pem");
	expect("p256.pem", NULL, ERR_OK, &e);
	expect("p384.pem", NULL, ERR_OK, &e);
	expect("rsa.pem", NULL, ERR_OK, &e);
	expect("p256.der", NULL, ERR_OK, &e);
	expect("p384.der", NULL, ERR_OK, &e);
	expect("rsa.der", NULL, ERR_OK, &e);
	expect("both.pem", NULL, ERR_OK, &e);
	expect("old-ec.pem", NULL, ERR_OK, &e);
	expect("param.pem", NULL, ERR_OK, &e);
	expect("old-rsa.pem", NULL, ERR_OK, &e);
}

static void
encrypted_pkcs8(void **state)
{
	struct err e;

	(void)state;
	shell("K=$S/exempelkoping.key; T='openssl pkcs8 -topk8';"
	    "$T -in $K -passout \"pass:$P\" -out $D/enc.pem &&"
	    "$T -in $K -passout \"pass:$P\" -outform DER -out $D/enc.der &&"
	    "$T -in $K -passout \"pass:$P\" -scrypt -out $D/scrypt.pem &&"
	    "$T -in $K -passout \"pass:$P\" -v1 PBE-SHA1-3DES"
	    " -out $D/old3des.pem &&"
	    "$T -in $K -passout \"pass:$P\" -v1 PBE-MD5-DES -provider legacy"
	    " -provider default -out $D/des.pem &&"
	    "openssl ec -in $K -aes128 -passout \"pass:$P\" -out $D/trad.pem");
	expect("enc.pem", SECRET, ERR_OK, &e);
	expect("enc.pem", SECRET "\n", ERR_OK, &e);
	expect("enc.der", SECRET, ERR_OK, &e);
	expect("scrypt.pem", SECRET, ERR_OK, &e);
	expect("old3des.pem", SECRET, ERR_OK, &e);
	expect("enc.pem", SECRET "!", ERR_PASSPHRASE, &e);
	expect("enc.der", SECRET "!", ERR_PASSPHRASE, &e);
	expect("scrypt.pem", "häst", ERR_PASSPHRASE, &e);
	expect("enc.pem", NULL, ERR_PASSPHRASE_NEEDED, &e);
	/* Told before a passphrase is asked for. */
	expect("des.pem", NULL, ERR_KEY, &e);
	assert_non_null(strstr(e.msg, "PBE-MD5-DES"));
	assert_non_null(strstr(e.msg, "openssl pkcs8 -topk8"));
	expect("trad.pem", NULL, ERR_KEY, &e);
	assert_non_null(strstr(e.msg, "openssl pkcs8 -topk8"));
}

static void
pkcs12(void **state)
{
	struct err e;

	(void)state;
	shell("X='openssl pkcs12 -export -inkey $S/exempelkoping.key"
	    " -in $S/exempelkoping.pem -passout';"
	    "eval \"$X 'pass:$P' -out $D/new.p12\" &&"
	    "eval \"$X 'pass:$P' -legacy -out $D/legacy.p12\" &&"
	    "eval \"$X 'pass:$P' -legacy -keypbe PBE-SHA1-RC2-40"
	    " -out $D/rc2.p12\" &&"
	    "eval \"$X 'pass:$P' -nomac -out $D/nomac.p12\" &&"
	    "eval \"$X pass: -out $D/empty.p12\" &&"
	    "eval \"$X pass: -keypbe NONE -certpbe NONE"
	    " -out $D/open.p12\" &&"
	    "openssl pkcs12 -export -nokeys -in $S/exempelkoping.pem"
	    " -passout \"pass:$P\" -out $D/nokey.p12 &&"
	    "head -c 700 $D/new.p12 >$D/cut.p12");
	expect("new.p12", SECRET, ERR_OK, &e);
	expect("new.p12", SECRET "!", ERR_PASSPHRASE, &e);
	expect("new.p12", NULL, ERR_PASSPHRASE_NEEDED, &e);
	/* The certificate's RC2 is not needed, the key's 3DES is there. */
	expect("legacy.p12", SECRET, ERR_OK, &e);
	expect("nomac.p12", SECRET, ERR_OK, &e);
	expect("nomac.p12", "other", ERR_PASSPHRASE, &e);
	/* Nobody is asked when there is nothing to ask for. */
	expect("empty.p12", NULL, ERR_OK, &e);
	expect("open.p12", NULL, ERR_OK, &e);
	expect("rc2.p12", SECRET, ERR_KEY, &e);
	assert_non_null(strstr(e.msg, "PBE-SHA1-RC2-40"));
	assert_non_null(strstr(e.msg, "openssl pkcs12 -legacy"));
	expect("nokey.p12", SECRET, ERR_KEY, &e);
	assert_non_null(strstr(e.msg, "no private key"));
	expect("cut.p12", SECRET, ERR_KEY, &e);
}

static void
permissions(void **state)
{
	struct err e;
	static const mode_t bad[] = { 0640, 0604, 0660, 0644, 0610 };

	(void)state;
	shell("install -m 600 $S/exempelkoping.key $D/mode.key;"
	    "ln -s mode.key $D/link.key");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(chmod(in_dir("mode.key"), bad[i]), 0);
		expect("mode.key", NULL, ERR_KEY_MODE, &e);
		/* A link's own mode is always 0777; its target's counts. */
		expect("link.key", NULL, ERR_KEY_MODE, &e);
	}
	assert_int_equal(chmod(in_dir("mode.key"), 0400), 0);
	expect("link.key", NULL, ERR_OK, &e);
	expect("absent.key", NULL, ERR_NO_INPUT, &e);
	expect(".", NULL, ERR_NO_INPUT, &e);
}

static void
wrong_kinds_of_key(void **state)
{
	struct err e;

	(void)state;
	shell("G='openssl genpkey';"
	    "$G -algorithm RSA -pkeyopt rsa_keygen_bits:2048"
	    " -out $D/rsa2048 &&"
	    "$G -algorithm EC -pkeyopt ec_paramgen_curve:P-521 -out $D/p521 &&"
	    "$G -algorithm EC -pkeyopt ec_paramgen_curve:P-256"
	    " -pkeyopt ec_param_enc:explicit -out $D/explicit &&"
	    "$G -algorithm EC -pkeyopt ec_paramgen_curve:secp256k1"
	    " -out $D/k1 &&"
	    "$G -algorithm ED25519 -out $D/ed25519 &&"
	    "$G -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:3072"
	    " -out $D/pss");
	expect("rsa2048", NULL, ERR_KEY, &e);
	assert_non_null(strstr(e.msg, "RSA of 2048 bits"));
	expect("p521", NULL, ERR_KEY, &e);
	assert_non_null(strstr(e.msg, "secp521r1"));
	expect("explicit", NULL, ERR_KEY, &e);
	assert_non_null(strstr(e.msg, "numbers"));
	expect("k1", NULL, ERR_KEY, &e);
	assert_non_null(strstr(e.msg, "secp256k1"));
	expect("ed25519", NULL, ERR_KEY, &e);
	expect("pss", NULL, ERR_KEY, &e);
}

static void
not_a_key(void **state)
{
	struct err e;

	(void)state;
	shell("cp $S/exempelkoping.pem $D/cert.pem;"
	    "openssl x509 -in $D/cert.pem -outform DER -out $D/cert.der;"
	    "openssl pkey -in $S/exempelkoping.key -pubout -out $D/public;"
	    ": >$D/nothing; head -c 70000 /dev/zero >$D/large;"
	    "head -c 3000 /dev/urandom >$D/noise;"
	    "cat $S/exempelkoping.key $S/exempelregionen.key >$D/two;"
	    "sed 2s/../**/ $S/exempelkoping.key >$D/damaged;"
	    "head -2 $S/exempelkoping.key >$D/half");
	expect("cert.pem", NULL, ERR_KEY, &e);
	assert_non_null(strstr(e.msg, "certificate"));
	expect("cert.der", NULL, ERR_KEY, &e);
	assert_non_null(strstr(e.msg, "certificate"));
	expect("public", NULL, ERR_KEY, &e);
	assert_non_null(strstr(e.msg, "public"));
	expect("nothing", NULL, ERR_KEY, &e);
	expect("large", NULL, ERR_KEY, &e);
	expect("noise", NULL, ERR_KEY, &e);
	expect("two", NULL, ERR_KEY, &e);
	assert_non_null(strstr(e.msg, "more than one"));
	expect("damaged", NULL, ERR_KEY, &e);
	expect("half", NULL, ERR_KEY, &e);
}

/* The private number of one key with the public point of another. */
static void
halves_that_contradict(void **state)
{
	struct buf a = { 0 }, b = { 0 };
	struct err e = { 0 };

	(void)state;
	shell("for k in expired revoked; do openssl pkcs8 -topk8 -nocrypt"
	    " -in $S/$k.key -outform DER -out $D/$k.der || exit 1; done");
	assert_int_equal(file_read(in_dir("expired.der"), 4096, &a, &e), 0);
	assert_int_equal(file_read(in_dir("revoked.der"), 4096, &b, &e), 0);
	assert_int_equal(a.len, b.len);
	memcpy(a.data + a.len - 64, b.data + b.len - 64, 64);
	assert_int_equal(file_write_new(in_dir("mixed.der"), a.data, a.len,
	    0600, &e), ERR_OK);
	expect("mixed.der", NULL, ERR_KEY, &e);
	assert_non_null(strstr(e.msg, "do not belong together"));
	buf_wipe(&a);
	buf_wipe(&b);
}

/* Every truncation, and every byte changed once: an answer, never a crash. */
static void
hurt(const char *name)
{
	struct passphrase_source none = { .fd = -1 };
	struct buf der = { 0 };
	struct err e = { 0 };

	assert_int_equal(file_read(in_dir(name), 4096, &der, &e), ERR_OK);
	for (size_t i = 0; i < 2 * der.len; i++) {
		bool cut = i >= der.len;
		size_t at = i % der.len;
		struct key *key = NULL;
		enum err_code code;
		int fd;

		fd = open(in_dir("hurt"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
		assert_true(fd >= 0);
		der.data[at] ^= 0x41;
		assert_int_equal(file_write_fd(fd, "hurt", der.data,
		    cut ? at : der.len, NULL), ERR_OK);
		der.data[at] ^= 0x41;
		close(fd);
		code = key_load(in_dir("hurt"), &none, &key, NULL);
		assert_true(code == ERR_KEY || (code == ERR_OK && !cut));
		assert_true((key != NULL) == (code == ERR_OK));
		key_free(key);
	}
	buf_wipe(&der);
}

static void
damaged_anywhere(void **state)
{
	(void)state;
	shell("openssl pkcs8 -topk8 -nocrypt -in $S/exempelkoping.key"
	    " -outform DER -out $D/whole.der &&"
	    "openssl pkcs12 -export -inkey $S/exempelkoping.key"
	    " -in $S/exempelkoping.pem -passout pass: -keypbe NONE"
	    " -certpbe NONE -nomac -out $D/whole.p12");
	hurt("whole.der");
	hurt("whole.p12");
}

#ifndef __SANITIZE_ADDRESS__	/* its heap is elsewhere */
/* Is it on the heap?  mask is taken away from what is looked for, so that
 * the one who looks does not find himself. */
static bool
on_heap(const uint8_t *masked, size_t len, uint8_t mask)
{
	unsigned long from = 0, to = 0;
	char line[512];
	bool found = false;
	FILE *f = fopen("/proc/self/maps", "re");

	assert_non_null(f);
	while (fgets(line, sizeof(line), f) != NULL)
		if (strstr(line, "[heap]") != NULL)
			assert_int_equal(sscanf(line, "%lx-%lx", &from, &to),
			    2);
	fclose(f);
	assert_true(from < to);
	for (const uint8_t *p = (const uint8_t *)from;
	    !found && p + len <= (const uint8_t *)to; p++) {
		size_t i = 0;

		while (i < len && (p[i] ^ mask) == masked[i])
			i++;
		found = i == len;
	}
	return found;
}

/* Neither the passphrase nor the private number outlives the key. */
static void
nothing_left_on_the_heap(void **state)
{
	struct passphrase_source source = { .fd = -1 };
	struct buf der = { 0 };
	struct err e = { 0 };
	struct key *key;
	uint8_t d[32], secret[sizeof(SECRET) - 1];

	(void)state;
	shell("openssl pkcs8 -topk8 -in $S/exempelkoping.key"
	    " -passout \"pass:$P\" -out $D/wipe.pem &&"
	    "openssl pkcs8 -topk8 -nocrypt -in $S/exempelkoping.key"
	    " -outform DER -out $D/wipe.der");
	assert_int_equal(file_read(in_dir("wipe.der"), 4096, &der, &e), 0);
	/* RFC 5915 §3: the number follows SEQUENCE, version, its own tag. */
	assert_memory_equal(der.data + 31, "\x02\x01\x01\x04\x20", 5);
	for (size_t i = 0; i < sizeof(d); i++)
		d[i] = der.data[36 + i] ^ 0x5a;
	for (size_t i = 0; i < sizeof(secret); i++)
		secret[i] = (uint8_t)SECRET[i] ^ 0x5a;
	assert_true(on_heap(d, sizeof(d), 0x5a));
	buf_wipe(&der);
	assert_false(on_heap(d, sizeof(d), 0x5a));

	assert_int_equal(file_replace(in_dir("passphrase"), SECRET,
	    strlen(SECRET), 0600, &e), ERR_OK);
	source.file = in_dir("passphrase");
	assert_int_equal(key_load(in_dir("wipe.pem"), &source, &key, &e), 0);
	assert_false(on_heap(secret, sizeof(secret), 0x5a));
	key_free(key);
	assert_false(on_heap(secret, sizeof(secret), 0x5a));
	assert_false(on_heap(d, sizeof(d), 0x5a));
}
#endif

static void
made_and_written(void **state)
{
	struct buf passphrase = { 0 };
	struct err e = { 0 };
	struct key *key;
	struct stat st;

	(void)state;
	assert_int_equal(key_type_parse("p256"), KEY_P256);
	assert_int_equal(key_type_parse("p384"), KEY_P384);
	assert_int_equal(key_type_parse("rsa3072"), KEY_RSA3072);
	assert_int_equal(key_type_parse("P256"), -1);
	buf_add_str(&passphrase, SECRET);
	for (int type = KEY_P256; type <= KEY_RSA3072; type++) {
		(void)unlink(in_dir("mine"));
		(void)unlink(in_dir("mine-enc"));
		assert_int_equal(key_generate((enum key_type)type, &key, &e),
		    ERR_OK);
		assert_int_equal(key_write(key, in_dir("mine"), NULL, &e),
		    ERR_OK);
		assert_int_equal(key_write(key, in_dir("mine-enc"),
		    &passphrase, &e), ERR_OK);
		expect("mine", NULL, ERR_OK, &e);
		expect("mine-enc", SECRET, ERR_OK, &e);
		expect("mine-enc", "x", ERR_PASSPHRASE, &e);
		assert_int_equal(stat(in_dir("mine"), &st), 0);
		assert_int_equal(st.st_mode & 07777, 0600);
		assert_int_equal(stat(in_dir("mine-enc"), &st), 0);
		assert_int_equal(st.st_mode & 07777, 0600);
		err_clear(&e);
		assert_int_equal(key_write(key, in_dir("mine"), NULL, &e),
		    ERR_OUTPUT_EXISTS);
		err_clear(&e);
		key_free(key);
	}
	/* Other software reads it, and sees what was promised. */
	shell("head -1 $D/mine | grep -qx -e '-----BEGIN PRIVATE KEY-----' &&"
	    "openssl pkey -in $D/mine-enc -passin \"pass:$P\" -check -noout &&"
	    "openssl asn1parse -in $D/mine-enc >$D/seen &&"
	    "for w in PBES2 PBKDF2 :0927C0 hmacWithSHA256 aes-256-cbc;"
	    " do grep -q $w $D/seen || exit 1; done");
	buf_wipe(&passphrase);
}

static void
belongs_to_its_certificate(void **state)
{
	struct passphrase_source none = { .fd = -1 };
	struct cert_list right = { 0 }, wrong = { 0 };
	struct err e = { 0 };
	struct key *key;

	(void)state;
	shell("install -m 600 $S/exempelkoping.key $D/koping.key");
	assert_int_equal(key_load(in_dir("koping.key"), &none, &key, &e), 0);
	assert_int_equal(cert_load_list("certs-sample/exempelkoping.pem",
	    &right, &e), ERR_OK);
	assert_int_equal(cert_load_list("certs-sample/expired.pem", &wrong,
	    &e), ERR_OK);
	assert_int_equal(key_matches(key, right.v[0], &e), ERR_OK);
	assert_int_equal(key_matches(key, wrong.v[0], &e), ERR_KEY_MISMATCH);
	cert_list_wipe(&right);
	cert_list_wipe(&wrong);
	key_free(key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_forms),
		cmocka_unit_test(encrypted_pkcs8),
		cmocka_unit_test(pkcs12),
		cmocka_unit_test(permissions),
		cmocka_unit_test(wrong_kinds_of_key),
		cmocka_unit_test(not_a_key),
		cmocka_unit_test(halves_that_contradict),
		cmocka_unit_test(damaged_anywhere),
#ifndef __SANITIZE_ADDRESS__
		cmocka_unit_test(nothing_left_on_the_heap),
#endif
		cmocka_unit_test(made_and_written),
		cmocka_unit_test(belongs_to_its_certificate),
	};

	return cmocka_run_group_tests_name("key", tests, make_dir,
	    remove_dir);
}
