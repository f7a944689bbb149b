/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * crypto/trust: every reason to refuse a certificate, once for real.  The
 * sample certificates give one fault each; what they do not have is made
 * here.  Run from the top folder.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "crypto/crypto.h"
#include "crypto/trust.h"

#define S "certs-sample/"

#define IN_2026		INT64_C(1795300000)
#define IN_2024		INT64_C(1720000000)	/* before all of them */
#define IN_2020		INT64_C(1590000000)	/* when `expired` was good */
#define IN_JAN_2025	INT64_C(1736500000)	/* of the outdated list */
#define IN_2044		INT64_C(2350000000)	/* after the lists */
#define IN_2045		INT64_C(2366841601)	/* after all of them */

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

/* Is the one certificate of leaf good, with those of chain (may be NULL)
 * along? */
static enum err_code
judge(enum trust_role role, const char *anchors, const char *crls,
    const char *leaf, const char *chain, int64_t now, struct err *e)
{
	struct cert_list leaves = { 0 }, along = { 0 };
	struct trust *trust = NULL;
	enum err_code code;

	memset(e, 0, sizeof(*e));
	if (trust_load(role, anchors, crls, true, &trust, e) != ERR_OK ||
	    cert_load_list(leaf, &leaves, e) != ERR_OK ||
	    (chain != NULL && cert_load_list(chain, &along, e) != ERR_OK))
		fail_msg("%s: %s: %s", e->where, err_name(e->code), e->msg);
	code = trust_check(trust, leaves.v[0], chain != NULL ? &along : NULL,
	    now, e);
	assert_int_equal(e->code, code);
	assert_null(strstr(e->msg, "error:"));
	trust_free(trust);
	cert_list_wipe(&leaves);
	cert_list_wipe(&along);
	return code;
}

/* One row of a table: what is judged, and what must come out. */
struct row {
	const char *anchors, *crls, *leaf, *chain;
	int64_t now;
	enum err_code code;
	const char *word;	/* in the message; NULL: any */
};

static void
judge_all(enum trust_role role, const struct row *t, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct err e;
		enum err_code code;

		code = judge(role, t[i].anchors, t[i].crls, t[i].leaf,
		    t[i].chain, t[i].now, &e);
		if (code != t[i].code || (t[i].word != NULL &&
		    strstr(e.msg, t[i].word) == NULL))
			fail_msg("row %zu, %s: %s: %s", i, t[i].leaf,
			    err_name(code), e.msg);
	}
}
#define JUDGE(role, t) judge_all((role), (t), sizeof(t) / sizeof((t)[0]))

static void
senders(void **state)
{
	const char *ca = S "sender-ca.pem", *crl = S "sender-ca.crl";
	const char *old = S "sender-ca-outdated.crl";
	const struct row t[] = {
	{ ca, NULL, S "exempelkoping.pem", NULL, IN_2026, ERR_OK, NULL },
	{ ca, crl, S "exempelkoping.pem", NULL, IN_2026, ERR_OK, NULL },
	{ ca, crl, S "exempelregionen.pem", NULL, IN_2026, ERR_OK, NULL },
	{ ca, crl, S "exempelmyndigheten.pem", NULL, IN_2026, ERR_OK, NULL },
	/* The anchor itself may come along. */
	{ ca, crl, S "exempelkoping.pem", ca, IN_2026, ERR_OK, NULL },

	{ ca, crl, S "expired.pem", NULL, IN_2026, ERR_SIGNER_EXPIRED,
	    "2021-01-01T00:00:00Z" },
	{ ca, crl, S "exempelkoping.pem", NULL, IN_2024, ERR_SIGNER_CRL,
	    "future" },
	{ ca, NULL, S "exempelkoping.pem", NULL, IN_2024, ERR_SIGNER_EXPIRED,
	    "2025-01-01T00:00:00Z" },
	{ ca, NULL, S "exempelkoping.pem", NULL, IN_2045, ERR_SIGNER_EXPIRED,
	    NULL },
	/* Good in 2020, but its issuer was not. */
	{ ca, NULL, S "expired.pem", NULL, IN_2020, ERR_SIGNER_EXPIRED,
	    "CA TEST ONLY" },

	{ ca, NULL, S "revoked.pem", NULL, IN_2026, ERR_OK, NULL },
	{ ca, crl, S "revoked.pem", NULL, IN_2026, ERR_SIGNER_REVOKED,
	    "revocation list" },
	{ ca, old, S "revoked.pem", NULL, IN_JAN_2025, ERR_OK, NULL },
	{ ca, old, S "exempelkoping.pem", NULL, IN_2026, ERR_SIGNER_CRL,
	    "outdated" },
	{ ca, crl, S "exempelkoping.pem", NULL, IN_2044, ERR_SIGNER_CRL,
	    "outdated" },
	{ ca, S "issuing-ca.crl", S "exempelkoping.pem", NULL, IN_2026,
	    ERR_SIGNER_CRL, "not here" },

	{ ca, crl, S "wrong-usage.pem", NULL, IN_2026, ERR_SIGNER_USAGE,
	    "keyUsage" },
	{ ca, crl, S "wrong-eku.pem", NULL, IN_2026, ERR_SIGNER_USAGE,
	    "extendedKeyUsage" },
	{ ca, crl, S "other-ca-org.pem", NULL, IN_2026, ERR_SIGNER_UNTRUSTED,
	    "issuer" },
	/* To bring one's own issuer does not make it trusted. */
	{ ca, crl, S "other-ca-org.pem", S "other-ca.pem", IN_2026,
	    ERR_SIGNER_UNTRUSTED, "issuer" },
	/* What comes along must have been needed. */
	{ ca, crl, S "exempelkoping.pem", S "other-ca.pem", IN_2026,
	    ERR_SIGNER_UNTRUSTED, "came along" },
	{ ca, crl, S "exempelkoping.pem", S "issuing-ca.pem", IN_2026,
	    ERR_SIGNER_UNTRUSTED, "came along" },
	/* Anchors of one role are not those of another. */
	{ S "authority-root.pem", NULL, S "exempelkoping.pem", NULL, IN_2026,
	    ERR_SIGNER_UNTRUSTED, NULL },
	/* An authority's own certificate does not sign submissions. */
	{ ca, crl, ca, NULL, IN_2026, ERR_SIGNER_USAGE, NULL },
	};

	(void)state;
	JUDGE(TRUST_SENDER, t);
}

/*
 * A chain of three, and anchors at each of its ends.  A pinned certificate
 * needs no list about itself, but what is below it does.
 */
static void
intermediates_and_pins(void **state)
{
	const char *root = S "sender-ca.pem", *mid = S "issuing-ca.pem";
	const char *leaf = S "issued.pem", *both = in_dir("both.crl");
	const struct row t[] = {
	{ root, NULL, leaf, NULL, IN_2026, ERR_SIGNER_UNTRUSTED, "issuer" },
	{ root, NULL, leaf, mid, IN_2026, ERR_OK, NULL },
	{ root, both, leaf, mid, IN_2026, ERR_OK, NULL },
	{ root, S "sender-ca.crl", leaf, mid, IN_2026, ERR_SIGNER_CRL,
	    "Kommunalförbundet" },
	{ root, S "issuing-ca.crl", leaf, mid, IN_2026, ERR_SIGNER_CRL,
	    "Issuing CA" },
	{ mid, NULL, leaf, NULL, IN_2026, ERR_OK, NULL },
	{ mid, S "issuing-ca.crl", leaf, NULL, IN_2026, ERR_OK, NULL },
	{ mid, S "issuing-ca.crl", leaf, mid, IN_2026, ERR_OK, NULL },
	{ mid, S "sender-ca.crl", leaf, NULL, IN_2026, ERR_SIGNER_CRL,
	    "Kommunalförbundet" },
	{ mid, S "issuing-ca.crl", S "exempelkoping.pem", NULL, IN_2026,
	    ERR_SIGNER_UNTRUSTED, NULL },
	{ leaf, NULL, leaf, NULL, IN_2026, ERR_OK, NULL },
	{ leaf, both, leaf, NULL, IN_2026, ERR_OK, NULL },
	{ leaf, NULL, leaf, NULL, IN_2045, ERR_SIGNER_EXPIRED, NULL },
	/* A pin does not outweigh a list that says otherwise: the list counts
	 * when its signer is known. */
	{ in_dir("pins.pem"), S "sender-ca.crl", S "revoked.pem", NULL,
	    IN_2026, ERR_SIGNER_REVOKED, NULL },
	{ S "wrong-usage.pem", NULL, S "wrong-usage.pem", NULL, IN_2026,
	    ERR_SIGNER_USAGE, NULL },
	};

	(void)state;
	shell("cat " S "sender-ca.crl " S "issuing-ca.crl >$D/both.crl;"
	    "cat " S "revoked.pem " S "sender-ca.pem >$D/pins.pem");
	JUDGE(TRUST_SENDER, t);
}

static void
recipients(void **state)
{
	const char *root = S "authority-root.pem";
	const enum err_code bad = ERR_RECIPIENT_CERT;
	const struct row t[] = {
	{ root, NULL, S "intake-rsa.pem", NULL, IN_2026, ERR_OK, NULL },
	{ root, NULL, S "intake-p256.pem", NULL, IN_2026, ERR_OK, NULL },
	{ root, NULL, S "intake-p384.pem", NULL, IN_2026, ERR_OK, NULL },
	{ root, NULL, S "intake-p256.pem", NULL, IN_2045, bad, "valid from" },
	{ root, NULL, S "intake-receipts.pem", NULL, IN_2026, bad,
	    "keyAgreement" },
	{ root, NULL, S "exempelkoping.pem", NULL, IN_2026, bad, "issuer" },
	{ root, S "sender-ca.crl", S "intake-rsa.pem", NULL, IN_2026, bad,
	    "not here" },
	/* keyEncipherment is nothing for a key that agrees. */
	{ S "sender-ca.pem", NULL, S "wrong-usage.pem", NULL, IN_2026, bad,
	    "keyAgreement" },
	{ S "sender-ca.pem", NULL, S "exempelmyndigheten.pem", NULL, IN_2026,
	    bad, "keyEncipherment" },
	};

	(void)state;
	JUDGE(TRUST_RECIPIENT, t);
}

static void
receipt_signers(void **state)
{
	const char *root = S "authority-root.pem";
	const enum err_code bad = ERR_RECEIPT_SIGNER;
	const struct row t[] = {
	{ root, NULL, S "portal-receipts.pem", NULL, IN_2026, ERR_OK, NULL },
	{ root, NULL, S "intake-receipts.pem", NULL, IN_2026, ERR_OK, NULL },
	{ root, NULL, S "intake-receipts.pem", NULL, IN_2045, bad, NULL },
	{ root, NULL, S "intake-p256.pem", NULL, IN_2026, bad, "keyUsage" },
	{ S "sender-ca.pem", NULL, S "exempelkoping.pem", NULL, IN_2026, bad,
	    "documentSigning" },
	{ S "tls-root.pem", NULL, S "portal-tls.pem", NULL, IN_2026, bad,
	    "documentSigning" },
	{ root, NULL, S "exempelkoping.pem", NULL, IN_2026, bad, "issuer" },
	{ S "sender-ca.pem", S "sender-ca.crl", S "revoked.pem", NULL,
	    IN_2026, bad, "revocation list" },
	};

	(void)state;
	JUDGE(TRUST_RECEIPT, t);
}

static void
test_certificates_in_production(void **state)
{
	static const enum trust_role roles[] = {
		TRUST_SENDER, TRUST_RECIPIENT, TRUST_RECEIPT
	};
	struct cert_list leaf = { 0 }, mid = { 0 };
	struct err e = { 0 };

	(void)state;
	assert_int_equal(cert_load_list(S "issued.pem", &leaf, &e), ERR_OK);
	assert_int_equal(cert_load_list(S "issuing-ca.pem", &mid, &e), 0);
	for (size_t i = 0; i < 3; i++) {
		struct trust *trust;

		assert_int_equal(trust_load(roles[i], S "sender-ca.pem",
		    NULL, false, &trust, &e), ERR_OK);
		assert_int_equal(trust_check(trust, leaf.v[0], &mid, IN_2026,
		    &e), ERR_TEST_CERTIFICATE);
		err_clear(&e);
		trust_free(trust);
		/* Said also where the issuer is not known. */
		assert_int_equal(trust_load(roles[i], S "other-ca.pem",
		    NULL, false, &trust, &e), ERR_OK);
		assert_int_equal(trust_check(trust, leaf.v[0], &mid, IN_2026,
		    &e), ERR_TEST_CERTIFICATE);
		err_clear(&e);
		trust_free(trust);
	}
	cert_list_wipe(&leaf);
	cert_list_wipe(&mid);
}

static void
files_that_cannot_be_loaded(void **state)
{
	static const struct {
		const char *anchors, *crls;
		enum err_code code;
	} t[] = {
	{ "absent", NULL, ERR_NO_INPUT },
	{ "noise", NULL, ERR_CERT },
	{ "good.pem", "absent", ERR_NO_INPUT },
	{ "good.pem", "noise", ERR_SIGNER_CRL },
	{ "good.pem", "good.pem", ERR_SIGNER_CRL },
	{ "good.pem", "empty", ERR_SIGNER_CRL },
	{ "good.pem", "half.crl", ERR_SIGNER_CRL },
	{ "good.pem", "trailing.crl", ERR_SIGNER_CRL },
	{ "good.pem", "der.crl", ERR_OK },
	};

	(void)state;
	shell("cp " S "sender-ca.pem $D/good.pem; : >$D/empty;"
	    "head -c 500 /dev/urandom >$D/noise; C=" S "sender-ca.crl;"
	    "{ cat $C; head -3 $C; } >$D/half.crl;"
	    "openssl crl -in $C -outform DER -out $D/der.crl;"
	    "{ cat $D/der.crl; printf x; } >$D/trailing.crl");
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct trust *trust = NULL;
		struct err e = { 0 };
		char anchors[128], crls[128];

		strcpy(anchors, in_dir(t[i].anchors));
		strcpy(crls, in_dir(t[i].crls != NULL ? t[i].crls : ""));
		if (trust_load(TRUST_SENDER, anchors, t[i].crls != NULL ?
		    crls : NULL, true, &trust, &e) != t[i].code)
			fail_msg("case %zu: %s: %s", i, err_name(e.code),
			    e.msg);
		assert_true((trust != NULL) == (t[i].code == ERR_OK));
		trust_free(trust);
	}
	assert_true(judge(TRUST_SENDER, S "sender-ca.pem", in_dir("der.crl"),
	    S "revoked.pem", NULL, IN_2026, &(struct err){ 0 }) ==
	    ERR_SIGNER_REVOKED);
}

/* --- what no sample has --- */

struct made {
	X509 *x509;
	EVP_PKEY *pkey;
};

static void
extend(X509 *x509, X509 *issuer, int nid, const char *value)
{
	X509_EXTENSION *ext;
	X509V3_CTX ctx;

	X509V3_set_ctx(&ctx, issuer, x509, NULL, NULL, 0);
	ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	assert_non_null(ext);
	assert_int_equal(X509_add_ext(x509, ext, -1), 1);
	X509_EXTENSION_free(ext);
}

/*
 * A certificate by issuer (NULL: by itself), valid for a day around now.
 * usage NULL: without keyUsage.  strange: with a critical extension that
 * nobody knows.  pkey changes hands.
 */
static struct made
make(const char *cn, EVP_PKEY *pkey, const struct made *issuer, bool ca,
    const char *usage, bool strange, const EVP_MD *md)
{
	struct made m = { X509_new(), pkey };
	X509 *by = issuer != NULL ? issuer->x509 : m.x509;
	X509_NAME *name = X509_get_subject_name(m.x509);
	static long serial = 1;

	assert_non_null(pkey);
	assert_int_equal(X509_set_version(m.x509, 2), 1);
	assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(m.x509),
	    serial++), 1);
	assert_int_equal(X509_NAME_add_entry_by_NID(name, NID_commonName,
	    MBSTRING_UTF8, (const unsigned char *)cn, -1, -1, 0), 1);
	assert_int_equal(X509_set_issuer_name(m.x509,
	    X509_get_subject_name(by)), 1);
	assert_non_null(ASN1_TIME_set(X509_getm_notBefore(m.x509),
	    IN_2026 - 86400));
	assert_non_null(ASN1_TIME_set(X509_getm_notAfter(m.x509),
	    IN_2026 + 86400));
	assert_int_equal(X509_set_pubkey(m.x509, pkey), 1);
	extend(m.x509, by, NID_basic_constraints, ca ? "critical,CA:true" :
	    "critical,CA:false");
	if (usage != NULL)
		extend(m.x509, by, NID_key_usage, usage);
	extend(m.x509, by, NID_subject_key_identifier, "hash");
	if (issuer != NULL)
		extend(m.x509, by, NID_authority_key_identifier, "keyid");
	if (strange) {
		ASN1_OBJECT *oid = OBJ_txt2obj("1.2.752.999.1", 1);
		ASN1_OCTET_STRING *null = ASN1_OCTET_STRING_new();
		X509_EXTENSION *ext;

		assert_int_equal(ASN1_OCTET_STRING_set(null,
		    (const unsigned char *)"\x05", 2), 1);
		ext = X509_EXTENSION_create_by_OBJ(NULL, oid, 1, null);
		assert_int_equal(X509_add_ext(m.x509, ext, -1), 1);
		X509_EXTENSION_free(ext);
		ASN1_OCTET_STRING_free(null);
		ASN1_OBJECT_free(oid);
	}
	assert_true(X509_sign(m.x509, issuer != NULL ? issuer->pkey : pkey,
	    md) > 0);
	return m;
}

static void
save(const struct made *m, const char *name)
{
	uint8_t *der = NULL;
	int len = i2d_X509(m->x509, &der);

	assert_true(len > 0);
	assert_int_equal(file_replace(in_dir(name), der, (size_t)len, 0600,
	    NULL), ERR_OK);
	OPENSSL_free(der);
}

static void
drop(struct made *m)
{
	X509_free(m->x509);
	EVP_PKEY_free(m->pkey);
}

static void
made_to_be_refused(void **state)
{
	const char *sign = "critical,digitalSignature";
	const char *issue = "critical,keyCertSign,cRLSign";
	const EVP_MD *md = EVP_sha256();
	struct made ca = make("CA", EVP_EC_gen("P-256"), NULL, true, issue,
	    false, md);
	struct made twin = make("CA", EVP_EC_gen("P-256"), NULL, true, issue,
	    false, md);
	struct made leaf = make("Org", EVP_EC_gen("P-256"), &ca, false, sign,
	    false, md);
	struct {
		const char *name;
		struct made m;
		const char *chain;
		enum err_code code;
		const char *word;
	} t[] = {
	{ "good", make("A", EVP_EC_gen("P-256"), &ca, false, sign, false, md),
	    NULL, ERR_OK, NULL },
	{ "strange", make("B", EVP_EC_gen("P-256"), &ca, false, sign, true,
	    md), NULL, ERR_SIGNER_UNTRUSTED, "critical extension" },
	{ "no-usage", make("C", EVP_EC_gen("P-256"), &ca, false, NULL, false,
	    md), NULL, ERR_SIGNER_USAGE, "keyUsage" },
	{ "sha1", make("D", EVP_EC_gen("P-256"), &ca, false, sign, false,
	    EVP_sha1()), NULL, ERR_SIGNER_UNTRUSTED, "weak digest" },
	{ "rsa1024", make("E", EVP_RSA_gen(1024), &ca, false, sign, false,
	    md), NULL, ERR_SIGNER_UNTRUSTED, "too small" },
	{ "rsa2048", make("F", EVP_RSA_gen(2048), &ca, false, sign, false,
	    md), NULL, ERR_SIGNER_USAGE, "3072" },
	{ "p521", make("G", EVP_EC_gen("P-521"), &ca, false, sign, false,
	    md), NULL, ERR_SIGNER_USAGE, "P-256" },
	/* The same name, another key. */
	{ "by-twin", make("H", EVP_EC_gen("P-256"), &twin, false, sign,
	    false, md), NULL, ERR_SIGNER_UNTRUSTED, "issuer" },
	{ "by-twin-along", make("I", EVP_EC_gen("P-256"), &twin, false, sign,
	    false, md), "twin", ERR_SIGNER_UNTRUSTED, "issuer" },
	/* An organisation's certificate issues no other. */
	{ "by-leaf", make("J", EVP_EC_gen("P-256"), &leaf, false, sign,
	    false, md), "leaf", ERR_SIGNER_UNTRUSTED, "may not issue" },
	{ "self", make("K", EVP_EC_gen("P-256"), NULL, false, sign, false,
	    md), NULL, ERR_SIGNER_UNTRUSTED, "issuer" },
	};

	(void)state;
	save(&ca, "ca");
	save(&twin, "twin");
	save(&leaf, "leaf");
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct row row = { in_dir("ca"), NULL, NULL, NULL, IN_2026,
		    t[i].code, t[i].word };

		save(&t[i].m, t[i].name);
		row.leaf = in_dir(t[i].name);
		if (t[i].chain != NULL)
			row.chain = in_dir(t[i].chain);
		judge_all(TRUST_SENDER, &row, 1);
		drop(&t[i].m);
	}
	drop(&leaf);
	drop(&twin);
	drop(&ca);
}

/* A list by that name and key, for the hour from that time; revoked may be
 * NULL. */
static void
save_crl(const struct made *name, const struct made *signer, X509 *revoked,
    int64_t from, const char *file)
{
	ASN1_TIME *last = ASN1_TIME_set(NULL, from);
	ASN1_TIME *next = ASN1_TIME_set(NULL, from + 3600);
	X509_CRL *crl = X509_CRL_new();
	uint8_t *der = NULL;
	int len;

	assert_int_equal(X509_CRL_set_version(crl, 1), 1);
	assert_int_equal(X509_CRL_set_issuer_name(crl,
	    X509_get_subject_name(name->x509)), 1);
	assert_int_equal(X509_CRL_set1_lastUpdate(crl, last), 1);
	assert_int_equal(X509_CRL_set1_nextUpdate(crl, next), 1);
	if (revoked != NULL) {
		X509_REVOKED *entry = X509_REVOKED_new();

		assert_int_equal(X509_REVOKED_set_serialNumber(entry,
		    X509_get_serialNumber(revoked)), 1);
		assert_int_equal(X509_REVOKED_set_revocationDate(entry, last),
		    1);
		assert_int_equal(X509_CRL_add0_revoked(crl, entry), 1);
	}
	assert_true(X509_CRL_sign(crl, signer->pkey, EVP_sha256()) > 0);
	assert_true((len = i2d_X509_CRL(crl, &der)) > 0);
	assert_int_equal(file_replace(in_dir(file), der, (size_t)len, 0600,
	    NULL), ERR_OK);
	OPENSSL_free(der);
	ASN1_TIME_free(last);
	ASN1_TIME_free(next);
	X509_CRL_free(crl);
}

static void
lists_made_here(void **state)
{
	const char *sign = "critical,digitalSignature";
	const char *issue = "critical,keyCertSign,cRLSign";
	struct made ca = make("CA", EVP_EC_gen("P-256"), NULL, true, issue,
	    false, EVP_sha256());
	struct made twin = make("CA", EVP_EC_gen("P-256"), NULL, true, issue,
	    false, EVP_sha256());
	struct made leaf = make("Org", EVP_EC_gen("P-256"), &ca, false, sign,
	    false, EVP_sha256());
	const struct {
		enum trust_role role;
		const char *crl;
		int64_t now;
		enum err_code code;
	} t[] = {
	/* The list is of its time, and clean. */
	{ TRUST_SENDER, "later", IN_2026 + 3601, ERR_OK },
	{ TRUST_SENDER, "later", IN_2026 + 7201, ERR_SIGNER_CRL },
	/* A list from the future means a wrong clock; not for a receipt,
	 * which is judged at its own time. */
	{ TRUST_SENDER, "later", IN_2026, ERR_SIGNER_CRL },
	{ TRUST_RECEIPT, "later", IN_2026, ERR_OK },
	/* Who has lost the key can date a receipt back. */
	{ TRUST_RECEIPT, "revoking", IN_2026, ERR_RECEIPT_SIGNER },
	{ TRUST_RECEIPT, "current", IN_2026, ERR_OK },
	{ TRUST_RECEIPT, "both", IN_2026, ERR_RECEIPT_SIGNER },
	{ TRUST_RECEIPT, "turned", IN_2026, ERR_RECEIPT_SIGNER },
	{ TRUST_SENDER, "both", IN_2026, ERR_OK },
	{ TRUST_SENDER, "revoking", IN_2026 + 3601, ERR_SIGNER_REVOKED },
	/* A list by somebody else in the issuer's name says nothing. */
	{ TRUST_SENDER, "forged", IN_2026 + 3601, ERR_SIGNER_CRL },
	};

	(void)state;
	extend(leaf.x509, ca.x509, NID_ext_key_usage, "1.3.6.1.5.5.7.3.36");
	assert_true(X509_sign(leaf.x509, ca.pkey, EVP_sha256()) > 0);
	save(&ca, "ca");
	save(&leaf, "leaf");
	save_crl(&ca, &ca, NULL, IN_2026 - 60, "current");
	save_crl(&ca, &ca, NULL, IN_2026 + 3600, "later");
	save_crl(&ca, &ca, leaf.x509, IN_2026 + 3600, "revoking");
	save_crl(&ca, &twin, NULL, IN_2026 + 3600, "forged");
	shell("for f in current revoking; do openssl crl -inform DER"
	    " -in $D/$f; done > $D/both");
	shell("for f in revoking current; do openssl crl -inform DER"
	    " -in $D/$f; done > $D/turned");
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		const struct row row = { in_dir("ca"), in_dir(t[i].crl),
		    in_dir("leaf"), NULL, t[i].now, t[i].code, NULL };

		judge_all(t[i].role, &row, 1);
	}
	drop(&leaf);
	drop(&twin);
	drop(&ca);
}

/* A certificate whose signed part was changed in one bit. */
static void
changed_certificate(void **state)
{
	struct buf der = { 0 };
	struct err e = { 0 };
	uint8_t *number;

	(void)state;
	shell("openssl x509 -in " S "exempelkoping.pem -outform DER"
	    " -out $D/whole.der");
	assert_int_equal(file_read(in_dir("whole.der"), 65536, &der, &e), 0);
	number = memmem(der.data, der.len, "2199990017", 10);
	assert_non_null(number);
	number[9] ^= 1;
	assert_int_equal(file_replace(in_dir("changed.der"), der.data,
	    der.len, 0600, &e), ERR_OK);
	assert_int_equal(judge(TRUST_SENDER, S "sender-ca.pem", NULL,
	    in_dir("changed.der"), NULL, IN_2026, &e), ERR_SIGNER_UNTRUSTED);
	assert_non_null(strstr(e.msg, "not signed by"));
	buf_wipe(&der);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(senders),
		cmocka_unit_test(intermediates_and_pins),
		cmocka_unit_test(recipients),
		cmocka_unit_test(receipt_signers),
		cmocka_unit_test(test_certificates_in_production),
		cmocka_unit_test(files_that_cannot_be_loaded),
		cmocka_unit_test(made_to_be_refused),
		cmocka_unit_test(lists_made_here),
		cmocka_unit_test(changed_certificate),
	};

	return cmocka_run_group_tests_name("trust", tests, make_dir,
	    remove_dir);
}
