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
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "crypto/crypto.h"
#include "crypto/digest.h"
#include "tests/population/cases.h"
#include "tests/population/filing.h"
#include "tests/vectors/layers.h"

static const char rounds_conf[] =
    "[round 2026]\nopens = 2024-01-01\ncloses = 2099-12-31\n"
    "[round 2025]\nopens = 2024-01-01\ncloses = 2099-12-31\n"
    "[round 2024]\nopens = 2024-01-01\ncloses = 2099-12-31\n"
    "[round 2023]\nopens = 2023-05-17\ncloses = 2023-12-31\n";

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
	filing_save(p, "register.csv", csv.data, csv.len);
	issuer_pem(p->ca, &pem);
	filing_save(p, "anchors.pem", pem.data, pem.len);
	pem.len = 0;
	issuer_crl(p->ca, &pem);
	filing_save(p, "crls.pem", pem.data, pem.len);
	filing_save(p, "rounds.conf", rounds_conf, strlen(rounds_conf));
	buf_wipe(&csv);
	buf_wipe(&pem);
}

/* --- what --------------------------------------------------------------------- */

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
		filing_answer(p, f, s);
		if (i != 0)
			replaces(s, before);
		filing_fingerprint(s, before);
		f->counts = i == n - 1;
		/* Of two, either may come first; the third one must not. */
		f->wave = i < 2 ? 0 : 1;
		filing_seal(p, f, s);
	}
}

static void
file_second(struct population *p, struct filing *f, enum case_kind kind,
    struct submission *s)
{
	uint8_t id[SUBMISSION_ID_LEN];

	filing_seal(p, f, s);
	memcpy(id, s->id, sizeof(id));
	filing_answer(p, f, s);
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
	filing_seal(p, f, s);
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
	filing_answer(p, f, s);
	filing_seal(p, f, s);
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
	filing_answer(p, f, &s);
	switch (planted->kind) {
	case CASE_RECIPE:
		f->state = "rejected";
		f->code = planted->recipe->code;
		f->counts = false;
		filing_seal(p, f, &s);
		break;
	case CASE_PLAIN:
		filing_seal(p, f, &s);
		break;
	case CASE_REWRAPPED:
		f->twin = ++p->twins;
		filing_seal(p, f, &s);
		filing_seal(p, f, &s);
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
		    .round = slot / p->n_people % FILING_ROUNDS };

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

	filing_must(cert_load_list(recipient, &p->recipients, &e), &e);
	filing_must(file_read(questionnaire, LIMIT_DEFINITION_FILE, &json, &e), &e);
	filing_must(digest_sha256(json.data, json.len, digest, &e), &e);
	filing_must(questionnaire_parse(json.data, json.len, questionnaire, digest,
	    &p->questionnaire, &e), &e);
	buf_wipe(&json);
	for (int i = 0; i < 2; i++) {
		(void)snprintf(path, sizeof(path), "%s/%d", p->out, i);
		filing_must(file_make_dirs(path, NULL, &e), &e);
	}
	(void)snprintf(path, sizeof(path), "%s/manifest.jsonl", p->out);
	if ((p->manifest = fopen(path, "w")) == NULL) {
		err_set(&e, ERR_IO, path, 0, NULL);
		filing_must(ERR_IO, &e);
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
	filing_must(crypto_init(&e), &e);
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
