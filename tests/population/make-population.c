/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * make-population COUNT RECIPIENT QUESTIONNAIRE OUT [FAULTS [SEED]]: seals
 * COUNT submissions of a made-up population for the certificates in RECIPIENT,
 * FAULTS of a thousand (50) with exactly one planted fault each.  The same
 * arguments give the same bytes.
 *
 *	OUT/0/DIGEST.sigill	what comes first, in any order
 *	OUT/1/DIGEST.sigill	what comes when all of that has been settled
 *	OUT/manifest.jsonl	of each: what must become of it
 *	OUT/anchors.pem, OUT/crls.pem, OUT/register.csv, OUT/rounds.conf
 *
 * A line of the manifest: file, sha256, wave, case, organisation,
 * questionnaire, round, submission, fingerprint, state (accepted | rejected |
 * held), code ("ok"), late, and what must be true in the end: counts (is it
 * the one of its round?) and twin (of those with the same one, one is handed
 * over and counts, and all others are duplicates; absent: it has none).
 */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/limits.h"
#include "crypto/crypto.h"
#include "crypto/digest.h"
#include "tests/population/cases.h"
#include "tests/population/issuer.h"
#include "tests/population/people.h"
#include "tests/vectors/layers.h"

#define NOW	INT64_C(1790000000)	/* 2026-09-21T13:33:20Z */

/* The last one closed before NOW. */
static const char *const rounds[] = { "2026", "2025", "2024", "2023" };
#define ROUNDS	(sizeof(rounds) / sizeof(rounds[0]))
#define CLOSED	3
static const char rounds_conf[] =
    "[round 2026]\nopens = 2024-01-01\ncloses = 2099-12-31\n"
    "[round 2025]\nopens = 2024-01-01\ncloses = 2099-12-31\n"
    "[round 2024]\nopens = 2024-01-01\ncloses = 2099-12-31\n"
    "[round 2023]\nopens = 2023-05-17\ncloses = 2023-12-31\n";

struct population {
	const char *out;		/* folder */
	uint32_t count, made;		/* files */
	struct issuer *ca, *other_ca;
	struct identity *people;	/* the register's */
	uint32_t n_people;
	uint32_t n_strangers;		/* who are not in it */
	/* By the name that a recipe gives them. */
	struct identity expired, revoked, wrong_usage, wrong_eku, other_org;
	struct identity other_recipient;
	struct cert_list recipients;
	struct questionnaire *questionnaire;
	struct chance chance;
	FILE *manifest;
	uint32_t twins;
};

/* One file to be made. */
struct filing {
	const char *what;	/* for the manifest */
	const struct recipe *recipe;
	const struct person *person;
	const struct identity *signer;
	size_t round;
	int wave;
	const char *state;
	enum err_code code;
	bool counts;
	uint32_t twin;		/* 0: none */
};

static void
must(enum err_code code, const struct err *e)
{
	if (code == ERR_OK)
		return;
	fprintf(stderr, "make-population: %s: %s %s\n", err_name(code),
	    e->where, e->msg);
	exit(err_status(code));
}

/* Without fsync: nothing here must survive the machine. */
static void
save(const struct population *p, const char *name, const void *data,
    size_t len)
{
	struct err e = { 0 };
	char path[4096];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", p->out, name);
	f = fopen(path, "wb");
	if (f == NULL || fwrite(data, 1, len, f) != len || fclose(f) != 0) {
		err_set(&e, ERR_IO, path, 0, NULL);
		must(ERR_IO, &e);
	}
}

/* --- who ------------------------------------------------------------------- */

static void
enlist(struct population *p)
{
	struct buf csv = { 0 }, pem = { 0 };
	struct person person;
	char line[256];

	p->ca = issuer_new("Population CA");
	p->other_ca = issuer_new("Another CA");
	p->people = calloc(p->n_people, sizeof(*p->people));
	if (p->people == NULL)
		abort();
	buf_add_str(&csv, "number;name;kind;contact\n");
	for (uint32_t i = 0; i < p->n_people; i++) {
		person_of(i, &person);
		issuer_issue(p->ca, person.number, person.name,
		    IDENTITY_SENDER, &p->people[i]);
		(void)snprintf(line, sizeof(line),
		    "%s;%s;%s;someone@o%u.example\n", person.number,
		    person.name, organisation_kind_name(person.kind),
		    (unsigned)i);
		buf_add_str(&csv, line);
	}
	/* One certificate each is enough for those that are no good. */
	person_of(0, &person);
	issuer_issue(p->ca, person.number, person.name, IDENTITY_EXPIRED,
	    &p->expired);
	issuer_issue(p->ca, person.number, person.name, IDENTITY_SENDER,
	    &p->revoked);
	issuer_issue(p->ca, person.number, person.name, IDENTITY_WRONG_USAGE,
	    &p->wrong_usage);
	issuer_issue(p->ca, person.number, person.name,
	    IDENTITY_WRONG_PURPOSE, &p->wrong_eku);
	issuer_issue(p->other_ca, person.number, person.name,
	    IDENTITY_SENDER, &p->other_org);
	issuer_issue(p->other_ca, person.number, "Somebody else",
	    IDENTITY_RECIPIENT, &p->other_recipient);
	issuer_revoke(p->ca, &p->revoked);
	save(p, "register.csv", csv.data, csv.len);
	issuer_pem(p->ca, &pem);
	save(p, "anchors.pem", pem.data, pem.len);
	pem.len = 0;
	issuer_crl(p->ca, &pem);
	save(p, "crls.pem", pem.data, pem.len);
	save(p, "rounds.conf", rounds_conf, strlen(rounds_conf));
	buf_wipe(&csv);
	buf_wipe(&pem);
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

/* --- what -------------------------------------------------------------------- */

/* Random answers under a new id. */
static void
answer(struct population *p, const struct filing *f, struct submission *s)
{
	struct err e = { 0 };

	submission_wipe(s);
	must(crypto_random(s->id, sizeof(s->id), &e), &e);
	s->environment = ENVIRONMENT_TEST;
	s->created = NOW;
	s->n_recipients = p->recipients.len;
	for (size_t i = 0; i < p->recipients.len; i++)
		must(cert_digest(p->recipients.v[i], s->recipients[i], &e),
		    &e);
	submission_sort_recipients(s);
	person_answers(f->person, p->questionnaire, rounds[f->round],
	    &p->chance, &s->statement);
}

static void
fingerprint(const struct submission *s, uint8_t out[static DIGEST_LEN])
{
	struct buf bytes = { 0 };
	struct err e = { 0 };

	must(statement_encode(&s->statement, &bytes, &e), &e);
	must(digest_sha256(bytes.data, bytes.len, out, &e), &e);
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

	fingerprint(s, statement);
	hex(s->id, sizeof(s->id), id);
	hex(statement, sizeof(statement), print);
	line = json_pack("{s:s, s:s, s:i, s:s, s:s, s:s, s:s, s:s, s:s, s:s, "
	    "s:s, s:b, s:b}", "file", file, "sha256", digest, "wave",
	    f->wave, "case", f->what, "organisation", f->person->number,
	    "questionnaire", p->questionnaire->id, "round", rounds[f->round],
	    "submission", id, "fingerprint", print, "state", f->state,
	    "code", err_name(f->code), "late", (int)(f->round == CLOSED),
	    "counts", (int)f->counts);
	if (line == NULL || (f->twin != 0 && json_object_set_new(line,
	    "twin", json_integer(f->twin)) != 0) ||
	    json_dumpf(line, p->manifest, JSON_COMPACT) != 0 ||
	    fputc('\n', p->manifest) == EOF)
		abort();
	json_decref(line);
}

/* Seals *s, which the recipe may have changed afterwards. */
static void
file_it(struct population *p, const struct filing *f, struct submission *s)
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
	must(digest_sha256(sealed.data, sealed.len, sha256, &e), &e);
	hex(sha256, sizeof(sha256), digest);
	(void)snprintf(name, sizeof(name), "%d/%s.sigill", f->wave, digest);
	save(p, name, sealed.data, sealed.len);
	note(p, f, s, name, digest);
	p->made++;
	buf_wipe(&cbor);
	buf_wipe(&sealed);
}

static void
replaces(struct submission *s, const uint8_t digest[static DIGEST_LEN])
{
	s->has_supersedes = true;
	memcpy(s->supersedes, digest, DIGEST_LEN);
}

static void
file_corrections(struct population *p, struct filing *f, unsigned n,
    struct submission *s)
{
	uint8_t before[DIGEST_LEN] = { 0 };

	for (unsigned i = 0; i < n; i++) {
		answer(p, f, s);
		if (i != 0)
			replaces(s, before);
		fingerprint(s, before);
		f->counts = i == n - 1;
		/* Of two, either may come first; the third one must not. */
		f->wave = i < 2 ? 0 : 1;
		file_it(p, f, s);
	}
}

static void
file_second(struct population *p, struct filing *f, enum case_kind kind,
    struct submission *s)
{
	uint8_t id[SUBMISSION_ID_LEN];

	file_it(p, f, s);
	memcpy(id, s->id, sizeof(id));
	answer(p, f, s);
	f->wave = 1;
	f->counts = false;
	if (kind == CASE_SAME_ID) {
		memcpy(s->id, id, sizeof(id));
		f->state = "rejected";
		f->code = ERR_DUPLICATE;
	} else {
		f->state = "held";
		f->code = ERR_CONFLICT;
	}
	file_it(p, f, s);
}

static void
file_stranger(struct population *p, struct filing *f, struct submission *s)
{
	struct identity identity;
	struct person person;

	person_of(p->n_people + p->n_strangers++, &person);
	issuer_issue(p->ca, person.number, person.name, IDENTITY_SENDER,
	    &identity);
	f->person = &person;
	f->signer = &identity;
	f->state = "held";
	f->code = ERR_NOT_REGISTERED;
	f->counts = false;
	answer(p, f, s);
	file_it(p, f, s);
	identity_wipe(&identity);
}

/* All files of one organisation's round. */
static void
file_case(struct population *p, const struct planted *planted,
    struct filing *f)
{
	static const char *const names[] = {
		[CASE_PLAIN] = "plain", [CASE_CORRECTED] = "corrected",
		[CASE_CHAIN] = "chain", [CASE_REWRAPPED] = "rewrapped",
		[CASE_RECIPE] = "", [CASE_SAME_ID] = "same-id",
		[CASE_CONFLICT] = "conflict",
		[CASE_UNREGISTERED] = "unregistered",
	};
	struct submission s = { 0 };

	f->what = planted->kind == CASE_RECIPE ? planted->recipe->name :
	    names[planted->kind];
	f->recipe = planted->recipe;
	f->state = "accepted";
	f->counts = true;
	answer(p, f, &s);
	switch (planted->kind) {
	case CASE_RECIPE:
		f->state = "rejected";
		f->code = planted->recipe->code;
		f->counts = false;
		file_it(p, f, &s);
		break;
	case CASE_PLAIN:
		file_it(p, f, &s);
		break;
	case CASE_REWRAPPED:
		f->twin = ++p->twins;
		file_it(p, f, &s);
		file_it(p, f, &s);
		break;
	case CASE_CORRECTED:
	case CASE_CHAIN:
		file_corrections(p, f, planted->kind == CASE_CHAIN ? 3 : 2,
		    &s);
		break;
	case CASE_SAME_ID:
	case CASE_CONFLICT:
		file_second(p, f, planted->kind, &s);
		break;
	case CASE_UNREGISTERED:
		file_stranger(p, f, &s);
		break;
	}
	submission_wipe(&s);
}

/* Of 1000 good ones, 30 are corrected, 10 twice, and 20 sealed again. */
static enum case_kind
good_kind(struct population *p)
{
	uint32_t n = chance_below(&p->chance, 1000);

	return n < 30 ? CASE_CORRECTED : n < 40 ? CASE_CHAIN :
	    n < 60 ? CASE_REWRAPPED : CASE_PLAIN;
}

static void
file_all(struct population *p, uint32_t per_mille)
{
	const struct planted *faults;
	size_t n_faults = cases_faults(&faults), next = 0;

	for (uint32_t slot = 0; p->made < p->count; slot++) {
		struct planted planted = { CASE_PLAIN, cases_good() };
		uint32_t who = slot % p->n_people;
		struct person person;
		struct filing f = { .person = &person,
		    .signer = &p->people[who],
		    .round = slot / p->n_people % ROUNDS };

		person_of(who, &person);
		if (chance_below(&p->chance, 1000) < per_mille)
			planted = faults[next++ % n_faults];
		else if (p->made + 3 <= p->count)
			planted.kind = good_kind(p);
		/* There must be room for all files of it. */
		if (p->made + 1 == p->count && planted.kind != CASE_RECIPE)
			planted = (struct planted){ CASE_PLAIN,
			    cases_good() };
		file_case(p, &planted, &f);
	}
}

/* --- the rest ------------------------------------------------------------------ */

static void
begin(struct population *p, const char *recipient, const char *questionnaire)
{
	uint8_t digest[DIGEST_LEN];
	struct buf json = { 0 };
	struct err e = { 0 };
	char path[4096];

	must(cert_load_list(recipient, &p->recipients, &e), &e);
	must(file_read(questionnaire, LIMIT_DEFINITION_FILE, &json, &e), &e);
	must(digest_sha256(json.data, json.len, digest, &e), &e);
	must(questionnaire_parse(json.data, json.len, questionnaire, digest,
	    &p->questionnaire, &e), &e);
	buf_wipe(&json);
	for (int i = 0; i < 2; i++) {
		(void)snprintf(path, sizeof(path), "%s/%d", p->out, i);
		must(file_make_dirs(path, NULL, &e), &e);
	}
	(void)snprintf(path, sizeof(path), "%s/manifest.jsonl", p->out);
	if ((p->manifest = fopen(path, "w")) == NULL) {
		err_set(&e, ERR_IO, path, 0, NULL);
		must(ERR_IO, &e);
	}
}

static void
end(struct population *p)
{
	if (fclose(p->manifest) != 0)
		abort();
	for (uint32_t i = 0; i < p->n_people; i++)
		identity_wipe(&p->people[i]);
	free(p->people);
	identity_wipe(&p->expired);
	identity_wipe(&p->revoked);
	identity_wipe(&p->wrong_usage);
	identity_wipe(&p->wrong_eku);
	identity_wipe(&p->other_org);
	identity_wipe(&p->other_recipient);
	issuer_free(p->ca);
	issuer_free(p->other_ca);
	cert_list_wipe(&p->recipients);
	questionnaire_free(p->questionnaire);
}

int
main(int argc, char **argv)
{
	struct population p = { 0 };
	uint32_t per_mille;
	struct err e = { 0 };
	const char *seed;
	char name[64];

	if (argc < 5 || argc > 7) {
		fprintf(stderr, "usage: make-population COUNT RECIPIENT "
		    "QUESTIONNAIRE OUT [FAULTS [SEED]]\n");
		return err_status(ERR_USAGE);
	}
	per_mille = argc > 5 ? (uint32_t)strtoul(argv[5], NULL, 10) : 50;
	seed = argc > 6 ? argv[6] : "1";
	must(crypto_init(&e), &e);
	(void)snprintf(name, sizeof(name), "population %.40s", seed);
	variant_seed(name);
	p.chance.state = (strtoull(seed, NULL, 10) * 2 + 1) *
	    UINT64_C(0x9e3779b97f4a7c15);
	p.out = argv[4];
	p.count = (uint32_t)strtoul(argv[1], NULL, 10);
	/* Somewhat more than three rounds of them are filled. */
	p.n_people = p.count * 29 / 100 + 2;
	begin(&p, argv[2], argv[3]);
	enlist(&p);
	file_all(&p, per_mille);
	end(&p);
	return 0;
}
