/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * make-vectors CERTS QUESTIONNAIRE OUT: writes one sealed file for each recipe
 * to OUT/NAME.sigill, its submission to OUT/NAME.cbor, and OUT/index.tsv with
 * NAME, the code that must refuse it, and the verifier's set-up.  The same
 * inputs give the same bytes: OpenSSL gets its random bytes from the vector's
 * name, and the clock stands still.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "crypto/crypto.h"
#include "crypto/digest.h"
#include "tests/vectors/layers.h"

#define NOW	INT64_C(1800000000)	/* 2027-01-15T08:00:00Z */

static const char *certs;

static void
must(enum err_code code, const struct err *e, const char *what)
{
	if (code == ERR_OK)
		return;
	fprintf(stderr, "make-vectors: %s: %s: %s %s\n", what, err_name(code),
	    e->where, e->msg);
	exit(1);
}

/* --- who ------------------------------------------------------------------- */

struct identity {
	struct key *key;
	struct cert_list cert, chain;
	struct signer signer;
};

static void
load_certs(const char *name, struct cert_list *out)
{
	struct err e = { 0 };
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/%s.pem", certs, name);
	must(cert_load_list(path, out, &e), &e, path);
}

static void
identity_load(const char *name, bool chain, struct identity *out)
{
	struct err e = { 0 };
	char path[512];

	memset(out, 0, sizeof(*out));
	load_certs(name, &out->cert);
	(void)snprintf(path, sizeof(path), "%s/%s.key", certs, name);
	must(key_load(path, NULL, &out->key, &e), &e, path);
	if (chain)
		load_certs("issuing-ca", &out->chain);
	out->signer = (struct signer){ out->key, out->cert.v[0],
	    chain ? &out->chain : NULL };
}

static void
identity_wipe(struct identity *id)
{
	key_free(id->key);
	cert_list_wipe(&id->cert);
	cert_list_wipe(&id->chain);
}

static void
load_recipients(const struct recipe *r, struct cert_list *out)
{
	static const char *const usual[3] = { "intake-p256", "intake-rsa" };
	const char *const *names = r->recipients[0] != NULL ? r->recipients :
	    usual;
	struct cert_list one = { 0 };

	for (size_t i = 0; i < 3 && names[i] != NULL; i++) {
		load_certs(names[i], &one);
		if (!cert_list_add(out, one.v[0]))
			abort();
		cert_list_wipe(&one);
	}
}

/* --- what -------------------------------------------------------------------- */

static char *
copy(const char *s)
{
	char *c = strdup(s);

	if (c == NULL)
		abort();
	return c;
}

/* A statement that is as it should be: a town called Åby. */
static void
usual(const char *signer, const uint8_t definition[static 32],
    const struct cert_list *recipients, struct submission *s)
{
	static const char *const of[][2] = {
		{ "exempelregionen", "2199990025" },
		{ "exempelmyndigheten", "2199990033" },
		{ "issued", "2199990041" },
	};
	struct statement *st = &s->statement;
	struct err e = { 0 };

	for (uint8_t i = 0; i < SUBMISSION_ID_LEN; i++)
		s->id[i] = i;
	s->environment = ENVIRONMENT_TEST;
	s->created = NOW;
	for (size_t i = 0; i < recipients->len; i++)
		must(cert_digest(recipients->v[i], s->recipients[i], &e), &e,
		    "recipient");
	s->n_recipients = recipients->len;
	submission_sort_recipients(s);
	st->questionnaire = copy("vectors-1");
	st->version = copy("1");
	memcpy(st->definition, definition, 32);
	st->round = copy("2027");
	strcpy(st->number, "2199990017");
	for (size_t i = 0; i < 3; i++)
		if (strcmp(signer, of[i][0]) == 0)
			strcpy(st->number, of[i][1]);
	st->name = copy("\xc3\x85" "by");
	st->kind = KIND_KOMMUN;
	st->answers = calloc(4, sizeof(*st->answers));
	if (st->answers == NULL)
		abort();
	st->n_answers = 4;
	st->answers[0] = (struct answer){ .question = copy("q1"),
	    .type = ANSWER_OPTIONS, .options = calloc(2, sizeof(char *)),
	    .n_options = 2 };
	st->answers[0].options[0] = copy("a");
	st->answers[0].options[1] = copy("b");
	st->answers[1] = (struct answer){ .question = copy("q2"),
	    .type = ANSWER_TEXT, .text = copy("yes") };
	st->answers[2] = (struct answer){ .question = copy("q3"),
	    .type = ANSWER_NUMBER, .number = 17 };
	st->answers[3] = (struct answer){ .question = copy("q5"),
	    .type = ANSWER_TEXT, .text = copy("s3") };
}

/* A mandate beside the answers, which are those of whom it is from. */
static void
enclose(const struct mandate_recipe *r, struct submission *s)
{
	const char *by = r->by != NULL ? r->by : "exempelkoping";
	struct cert_list extra = { 0 };
	struct identity id;

	identity_load(by, strcmp(by, "issued") == 0, &id);
	if (r->extra_cert != NULL) {
		load_certs(r->extra_cert, &extra);
		id.signer.chain = &extra;
	}
	strcpy(s->statement.number, "2199990017");
	layers_mandate(r, &id.signer, NOW, &s->mandate);
	identity_wipe(&id);
	cert_list_wipe(&extra);
}

/* --- the layers ----------------------------------------------------------------- */

static void
seal(const struct recipe *r, const uint8_t definition[static 32],
    struct buf *cbor, struct buf *out)
{
	const char *name = r->signer != NULL ? r->signer : "exempelkoping";
	struct cert_list recipients = { 0 }, extra = { 0 }, more = { 0 };
	struct submission s = { 0 };
	struct identity in, ex, second;
	char crl[512];

	identity_load(name, strcmp(name, "issued") == 0 && !r->no_chain, &in);
	identity_load(r->outer_signer != NULL ? r->outer_signer : name,
	    strcmp(name, "issued") == 0 && !r->no_chain, &ex);
	if (r->extra_cert != NULL) {
		load_certs(r->extra_cert, &extra);
		ex.signer.chain = &extra;
	}
	if (r->inner_extra_cert != NULL) {
		load_certs(r->inner_extra_cert, &more);
		in.signer.chain = &more;
	}
	identity_load("exempelregionen", false, &second);
	(void)snprintf(crl, sizeof(crl), "%s/sender-ca.crl", certs);
	load_recipients(r, &recipients);
	usual(name, definition, &recipients, &s);
	if (r->mandate != NULL)
		enclose(r->mandate, &s);
	layers_seal(r, &(struct sealing){ &in.signer, &ex.signer, &recipients,
	    { &second.signer, crl }, NOW }, &s, cbor, out);
	submission_wipe(&s);
	identity_wipe(&in);
	identity_wipe(&ex);
	identity_wipe(&second);
	cert_list_wipe(&recipients);
	cert_list_wipe(&extra);
	cert_list_wipe(&more);
}

static void
make_all(const struct recipe *r, const uint8_t definition[static 32],
    const char *dir, struct buf *index)
{
	static const char *const verifiers[] = {
		[VERIFIER_TEST] = "test",
		[VERIFIER_PRODUCTION] = "production",
		[VERIFIER_CRL_OUTDATED] = "crl-outdated",
		[VERIFIER_NO_INTERMEDIATE_CRL] = "no-intermediate-crl",
		[VERIFIER_RECIPIENT_EXPIRED] = "recipient-expired",
		[VERIFIER_ROTATED] = "rotated",
	};
	struct buf sealed = { 0 }, cbor = { 0 };
	struct err e = { 0 };
	char line[512];

	for (; r->name != NULL; r++) {
		variant_seed(r->name);
		seal(r, definition, &cbor, &sealed);
		(void)snprintf(line, sizeof(line), "%s/%s.sigill", dir,
		    r->name);
		must(file_write_new(line, sealed.data, sealed.len, 0644, &e),
		    &e, line);
		(void)snprintf(line, sizeof(line), "%s\t%s\t%s\n", r->name,
		    err_name(r->code), verifiers[r->verifier]);
		buf_add_str(index, line);
		/* What is inside, for those who want to see or change it. */
		(void)snprintf(line, sizeof(line), "%s/%s.cbor", dir, r->name);
		must(file_write_new(line, cbor.data, cbor.len, 0644, &e), &e,
		    line);
		buf_wipe(&cbor);
		buf_wipe(&sealed);
	}
}

int
main(int argc, char **argv)
{
	uint8_t definition[DIGEST_LEN];
	struct buf bytes = { 0 }, index = { 0 };
	struct err e = { 0 };
	char path[512];

	if (argc != 4) {
		fprintf(stderr,
		    "usage: make-vectors CERTS QUESTIONNAIRE OUT\n");
		return 64;
	}
	certs = argv[1];
	must(crypto_init(&e), &e, "crypto_init");
	must(file_read(argv[2], 1u << 20, &bytes, &e), &e, argv[2]);
	must(digest_sha256(bytes.data, bytes.len, definition, &e), &e,
	    argv[2]);
	make_all(recipes_cms, definition, argv[3], &index);
	make_all(recipes_content, definition, argv[3], &index);
	make_all(recipes_reply, definition, argv[3], &index);
	make_all(recipes_mandate, definition, argv[3], &index);
	(void)snprintf(path, sizeof(path), "%s/index.tsv", argv[3]);
	must(file_write_new(path, index.data, index.len, 0644, &e), &e, path);
	buf_wipe(&bytes);
	buf_wipe(&index);
	return 0;
}
