/* SPDX-License-Identifier: EUPL-1.2 */
#include "tests/population/filing.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/crypto.h"
#include "tests/vectors/layers.h"

#define NOW	INT64_C(1790000000)	/* 2026-09-21T13:33:20Z */

static const char *const rounds[FILING_ROUNDS] = {
	"2026", "2025", "2024", "2023"
};

void
filing_must(enum err_code code, const struct err *e)
{
	if (code == ERR_OK)
		return;
	fprintf(stderr, "make-population: %s: %s %s\n", err_name(code),
	    e->where, e->msg);
	exit(err_status(code));
}

/* Without fsync: nothing here must survive the machine. */
void
filing_save(const struct population *p, const char *name, const void *data,
    size_t len)
{
	struct err e = { 0 };
	char path[4096];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", p->out, name);
	f = fopen(path, "wb");
	if (f == NULL || fwrite(data, 1, len, f) != len || fclose(f) != 0) {
		err_set(&e, ERR_IO, path, 0, NULL);
		filing_must(ERR_IO, &e);
	}
}

/* Those whom a recipe names instead of the true signer. */
static const struct identity *
stand_in(const struct population *p, const char *name,
    const struct identity *usual)
{
	const struct {
		const char *name;
		const struct identity *identity;
	} all[] = {
		{ "expired", &p->expired }, { "revoked", &p->revoked },
		{ "wrong-usage", &p->wrong_usage },
		{ "wrong-eku", &p->wrong_eku },
		{ "other-ca-org", &p->other_org },
		{ "exempelregionen", &p->people[1] },
	};

	for (size_t i = 0; name != NULL &&
	    i < sizeof(all) / sizeof(all[0]); i++)
		if (strcmp(all[i].name, name) == 0)
			return all[i].identity;
	if (name == NULL)
		return usual;
	fprintf(stderr, "make-population: nobody is %s\n", name);
	exit(1);
}

void
filing_answer(struct population *p, const struct filing *f, struct submission *s)
{
	struct err e = { 0 };

	submission_wipe(s);
	filing_must(crypto_random(s->id, sizeof(s->id), &e), &e);
	s->environment = ENVIRONMENT_TEST;
	s->created = NOW;
	s->n_recipients = p->recipients.len;
	for (size_t i = 0; i < p->recipients.len; i++)
		filing_must(cert_digest(p->recipients.v[i], s->recipients[i], &e),
		    &e);
	submission_sort_recipients(s);
	person_answers(f->person, p->questionnaire, rounds[f->round],
	    &p->chance, &s->statement);
}

void
filing_fingerprint(const struct submission *s, uint8_t out[static DIGEST_LEN])
{
	struct buf bytes = { 0 };
	struct err e = { 0 };

	filing_must(statement_encode(&s->statement, &bytes, &e), &e);
	filing_must(digest_sha256(bytes.data, bytes.len, out, &e), &e);
	buf_wipe(&bytes);
}

static void
hex(const uint8_t *bytes, size_t len, char *out)
{
	for (size_t i = 0; i < len; i++)
		(void)sprintf(out + 2 * i, "%02x", bytes[i]);
}

static void
note(struct population *p, const struct filing *f, const struct submission *s,
    const char *file, const char *digest)
{
	char id[2 * SUBMISSION_ID_LEN + 1], print[2 * DIGEST_LEN + 1];
	uint8_t statement[DIGEST_LEN];
	json_t *line;

	filing_fingerprint(s, statement);
	hex(s->id, sizeof(s->id), id);
	hex(statement, sizeof(statement), print);
	line = json_pack("{s:s, s:s, s:i, s:s, s:s, s:s, s:s, s:s, s:s, s:s, "
	    "s:s, s:b, s:b}", "file", file, "sha256", digest, "wave",
	    f->wave, "case", f->what, "organisation", f->person->number,
	    "questionnaire", p->questionnaire->id, "round", rounds[f->round],
	    "submission", id, "fingerprint", print, "state", f->state,
	    "code", err_name(f->code), "late", (int)(f->round == FILING_ROUNDS - 1),
	    "counts", (int)f->counts);
	if (line == NULL || (f->twin != 0 && json_object_set_new(line,
	    "twin", json_integer(f->twin)) != 0) ||
	    json_dumpf(line, p->manifest, JSON_COMPACT) != 0 ||
	    fputc('\n', p->manifest) == EOF)
		abort();
	json_decref(line);
}

void
filing_seal(struct population *p, const struct filing *f, struct submission *s)
{
	const struct identity *inner = stand_in(p, f->recipe->signer,
	    f->signer);
	const struct identity *outer = stand_in(p, f->recipe->outer_signer,
	    inner);
	/* Recipes name certificates of their own for those who read: ours
	 * are there, but where the fault is that they are not. */
	bool others = f->recipe->code == ERR_NOT_RECIPIENT;
	const struct sealing with = { &inner->signer, &outer->signer,
	    others ? &p->other_recipient.cert : &p->recipients, { 0 }, NOW };
	struct buf cbor = { 0 }, sealed = { 0 };
	char digest[2 * DIGEST_LEN + 1], name[128];
	uint8_t sha256[DIGEST_LEN];
	struct err e = { 0 };

	layers_seal(f->recipe, &with, s, &cbor, &sealed);
	filing_must(digest_sha256(sealed.data, sealed.len, sha256, &e), &e);
	hex(sha256, sizeof(sha256), digest);
	(void)snprintf(name, sizeof(name), "%d/%s.sigill", f->wave, digest);
	filing_save(p, name, sealed.data, sealed.len);
	note(p, f, s, name, digest);
	p->made++;
	buf_wipe(&cbor);
	buf_wipe(&sealed);
}

