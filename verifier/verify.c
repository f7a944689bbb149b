/* SPDX-License-Identifier: EUPL-1.2 */
#include "verifier/verify.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/wipe.h"
#include "crypto/envelope.h"
#include "crypto/reply.h"
#include "format/deflate.h"
#include "verifier/entitled.h"

/* One file on its way through the steps; each fills what the later need. */
struct work {
	const struct verifier *v;
	const uint8_t *sealed;
	size_t len;
	struct signed_data outer;	/* borrows from sealed */
	size_t which;			/* the key that opened it */
	struct buf zlib;		/* secret from here on */
	struct buf content;
	struct submission submission;
	const struct questionnaire *questionnaire;
	struct verdict *verdict;
};

/* Size, outer structure, outer signature. */
static enum err_code
step_outer(struct work *w, struct err *e)
{
	return envelope_open_outer(w->sealed, w->len, &w->outer, e);
}

/* The signer's certificate: issuer, validity, revocation, usage. */
static enum err_code
step_signer(struct work *w, struct err *e)
{
	enum err_code code;

	code = trust_check(w->v->senders, w->outer.cert, &w->outer.chain,
	    w->v->now, e);
	if (code == ERR_OK)
		w->verdict->signer = cert_ref(w->outer.cert);
	return code;
}

/*
 * A recipient's certificate that had expired when the file arrived opens
 * nothing: a key that should be used no more must not be worth stealing.
 * Where the file is for a newer one too, that opens it.
 *
 * Envelope structure, recipient, decryption, inner structure, inner
 * signature, same signer, CompressedData: in this order, in crypto/. */
static enum err_code
step_inner(struct work *w, struct err *e)
{
	struct recipient_key *keys = calloc(w->v->n_keys + 1, sizeof(*keys));
	enum err_code code;

	if (keys == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	for (size_t i = 0; i < w->v->n_keys; i++) {
		keys[i] = w->v->keys[i];
		keys[i].expired = w->v->arrived >
		    cert_not_after(keys[i].cert);
	}
	code = envelope_open_inner(&w->outer, keys, w->v->n_keys, &w->zlib,
	    &w->which, e);
	free(keys);
	return code;
}

static enum err_code
step_inflate(struct work *w, struct err *e)
{
	return deflate_unpack(w->zlib.data, w->zlib.len, LIMIT_SUBMISSION,
	    &w->content, e);
}

/* Canonical encoding, schema.  What was found there is content, and the
 * place may quote a name that the sender chose: only the offset is told. */
static enum err_code
step_schema(struct work *w, struct err *e)
{
	struct err found = { 0 };
	enum err_code code;

	code = submission_parse(w->content.data, w->content.len,
	    &w->submission, &found);
	if (code == ERR_OK)
		return ERR_OK;
	return err_set(e, code, NULL, found.at, NULL);
}

static enum err_code
step_environment(struct work *w, struct err *e)
{
	if (w->submission.environment == w->v->environment)
		return ERR_OK;
	return err_set(e, ERR_ENVIRONMENT, "environment", 0, "it must be %s",
	    environment_name(w->v->environment));
}

/*
 * The content names the certificates that it is meant for.  The one that
 * opened it must be among them, and there must be as many as the envelope
 * has: whoever wraps somebody's content again, for others, shows here.
 */
static enum err_code
step_recipients(struct work *w, struct err *e)
{
	const struct submission *s = &w->submission;
	struct envelope_seen seen = { 0 };
	uint8_t ours[DIGEST_LEN];
	enum err_code code;
	bool named = false;

	code = enveloped_look(w->outer.content, w->outer.len, &seen, e);
	if (code != ERR_OK)
		return code;
	code = cert_digest(w->v->keys[w->which].cert, ours, e);
	if (code != ERR_OK)
		return code;
	for (size_t i = 0; i < s->n_recipients; i++)
		if (memcmp(s->recipients[i], ours, DIGEST_LEN) == 0)
			named = true;
	if (!named || s->n_recipients != seen.n_recipients)
		return err_set(e, ERR_RECIPIENTS_NAMED, "recipients", 0,
		    NULL);
	return ERR_OK;
}

/*
 * What feedback is to be sealed for, if anything: a certificate of the one
 * form that such have, so that nobody needs to judge it again.  It is content,
 * and what is wrong with it is not told.
 */
static enum err_code
step_reply(struct work *w, struct err *e)
{
	const struct buf *reply = &w->submission.reply;
	struct cert *cert = NULL;
	enum err_code code;

	if (reply->len == 0)
		return ERR_OK;
	code = reply_check(reply->data, reply->len, &cert, NULL);
	cert_free(cert);
	return code == ERR_OK ? ERR_OK : err_set(e, code, "reply", 0, NULL);
}

/* The organisation that answers is the one that signed, or has given that one
 * its mandate. */
static enum err_code
step_organisation(struct work *w, struct err *e)
{
	return entitled_check(w->v, &w->submission, w->outer.cert,
	    w->verdict, e);
}

/* The very definition that is in use here: same id, same bytes. */
static enum err_code
step_questionnaire(struct work *w, struct err *e)
{
	const struct statement *s = &w->submission.statement;
	bool known = false;

	for (size_t i = 0; i < w->v->n_questionnaires; i++) {
		const struct questionnaire *q = w->v->questionnaires[i];

		if (strcmp(q->id, s->questionnaire) != 0)
			continue;
		known = true;
		if (memcmp(q->digest, s->definition, DIGEST_LEN) == 0 &&
		    strcmp(q->version, s->version) == 0)
			w->questionnaire = q;
	}
	if (!known)
		return err_set(e, ERR_QUESTIONNAIRE_UNKNOWN, "questionnaire",
		    0, NULL);
	if (w->questionnaire == NULL)
		return err_set(e, ERR_QUESTIONNAIRE_DIGEST, "questionnaire",
		    0, NULL);
	return ERR_OK;
}

/* "", or an index: "[2]". */
static bool
is_index(const char *s)
{
	size_t digits = *s == '[' ? strspn(s + 1, "0123456789") : 0;

	return *s == '\0' || (digits != 0 && strcmp(s + 1 + digits, "]") == 0);
}

/*
 * Leaves of a mistake what tells where to look ("answers.17[2]"), and nothing
 * of what was answered: a question that the questionnaire does not have is
 * the sender's own text.
 */
static void
redact(struct err *mistake, const struct questionnaire *q)
{
	static const char answers[] = "answers.";
	char *id, *end, was;

	mistake->msg[0] = '\0';
	if (strncmp(mistake->where, answers, sizeof(answers) - 1) != 0)
		return;
	id = mistake->where + sizeof(answers) - 1;
	end = strchr(id, '[');
	if (end == NULL)
		end = id + strlen(id);
	was = *end;
	*end = '\0';
	if (questionnaire_find(q, id) == NULL) {
		id[-1] = '\0';
		return;
	}
	*end = was;
	if (!is_index(end))
		*end = '\0';
}

/* The first mistake decides the code; all are listed. */
static enum err_code
step_answers(struct work *w, struct err *e)
{
	struct err_list *list = &w->verdict->mistakes;

	statement_check(&w->submission.statement, w->questionnaire, list);
	for (size_t i = 0; i < list->len; i++)
		redact(&list->v[i], w->questionnaire);
	if (list->len != 0)
		return err_set(e, list->v[0].code, list->v[0].where, 0, NULL);
	if (list->over != 0)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	return ERR_OK;
}

/*
 * A round that is known here and had opened when the file arrived, however
 * long that has waited since.  What arrived after it had closed is taken and
 * marked: whether it still counts is for people to decide.  The sender's own
 * time is believed only when it is the later one.
 */
static enum err_code
step_round(struct work *w, struct err *e)
{
	const char *name = w->submission.statement.round;
	const struct round_window *round;

	for (size_t i = 0; i < w->v->n_rounds; i++) {
		round = &w->v->rounds[i];
		if (strcmp(round->name, name) != 0)
			continue;
		if (w->v->arrived < round->opens)
			return err_set(e, ERR_ROUND, "round", 0,
			    "it has not opened yet");
		w->verdict->late = w->v->arrived > round->closes ||
		    w->submission.created > round->closes;
		return ERR_OK;
	}
	return err_set(e, ERR_ROUND, "round", 0, NULL);
}

/* SHA-256 of the statement's one encoding. */
static enum err_code
step_fingerprint(struct work *w, struct err *e)
{
	struct buf statement = { 0 };
	enum err_code code;

	code = statement_encode(&w->submission.statement, &statement, e);
	if (code == ERR_OK)
		code = digest_sha256(statement.data, statement.len,
		    w->verdict->fingerprint, e);
	buf_wipe(&statement);
	return code;
}

/*
 * The same submission in another sealed file is taken for what it is, and not
 * handed over again: anybody who holds a sealed file can turn its ECDSA
 * signature into another valid one, and must not get the original rejected.
 * Another content under a known id is a duplicate, and so is a submission
 * that would replace itself; nobody replaces another organisation's.
 */
static enum err_code
step_duplicate(struct work *w, struct err *e)
{
	const struct submission *s = &w->submission;
	const struct accepted *before;

	before = seen_submission(w->v->seen, s->id);
	if (before != NULL && (strcmp(before->organisation,
	    s->statement.number) != 0 || memcmp(before->fingerprint,
	    w->verdict->fingerprint, DIGEST_LEN) != 0))
		return err_set(e, ERR_DUPLICATE, "id", 0,
		    "another submission with this id was accepted");
	w->verdict->duplicate = seen_elsewhere(w->v->seen, s->id,
	    w->verdict->sealed);
	if (!s->has_supersedes)
		return ERR_OK;
	if (memcmp(s->supersedes, w->verdict->fingerprint, DIGEST_LEN) == 0)
		return err_set(e, ERR_DUPLICATE, "supersedes", 0,
		    "it would replace itself");
	if (!seen_may_replace(w->v->seen, s->supersedes, s->statement.number))
		return err_set(e, ERR_ORGANISATION_MISMATCH, "supersedes", 0,
		    "it would replace another organisation's answers");
	return ERR_OK;
}

/* The order of docs/SPEC.md, section 6.  Do not change one without the other. */
static const struct step {
	const char *name;
	enum err_code (*run)(struct work *w, struct err *e);
} steps[] = {
	{ "outer", step_outer },
	{ "signer", step_signer },
	{ "inner", step_inner },
	{ "inflate", step_inflate },
	{ "schema", step_schema },
	{ "environment", step_environment },
	{ "recipients", step_recipients },
	{ "reply", step_reply },
	{ "organisation", step_organisation },
	{ "questionnaire", step_questionnaire },
	{ "answers", step_answers },
	{ "round", step_round },
	{ "fingerprint", step_fingerprint },
	{ "duplicate", step_duplicate },
};

void
verify_sealed(const struct verifier *v, const uint8_t *sealed, size_t len,
    struct verdict *out)
{
	struct work w = { .v = v, .sealed = sealed, .len = len,
	    .verdict = out };
	enum err_code code;
	struct err e = { 0 };

	(void)wipe_ran_out();
	out->size = len;
	code = digest_sha256(sealed, len, out->sealed, &e);
	out->has_sealed = code == ERR_OK;
	for (size_t i = 0; code == ERR_OK &&
	    i < sizeof(steps) / sizeof(steps[0]); i++) {
		out->step = steps[i].name;
		code = steps[i].run(&w, &e);
	}
	if (code == ERR_OK) {
		out->kind = VERDICT_ACCEPTED;
		out->step = NULL;
		out->submission = w.submission;
		memset(&w.submission, 0, sizeof(w.submission));
	} else if (wipe_ran_out()) {
		/* What looked like a fault of the file may be ours. */
		err_clear(&e);
		err_set(&e, ERR_NO_MEMORY, NULL, 0, NULL);
		verdict_suspend(out, &e);
	} else
		verdict_refuse(out, &e);
	submission_wipe(&w.submission);
	buf_wipe(&w.content);
	buf_wipe(&w.zlib);
	signed_wipe(&w.outer);
}
