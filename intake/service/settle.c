/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/service/settle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/receipt_sig.h"
#include "format/tree_head.h"
#include "intake/book/organisations.h"
#include "intake/book/tree.h"
#include "intake/book/verdicts.h"

/* Before another try, in seconds.  What breaks a worker does so again, as a
 * rule, and is soon before a person. */
#define BROKEN_FIRST	1
#define BROKEN_NEXT	8
/* What we lack (a revocation list, a file) somebody brings within minutes, or
 * within days. */
#define LACK_LEAST	60
#define LACK_MOST	600

void
matter_wipe(struct matter *m)
{
	arrival_wipe(&m->arrival);
	facts_wipe(&m->facts);
	buf_wipe(&m->document);
	receipt_wipe(&m->content);
	buf_wipe(&m->receipt);
	memset(m, 0, sizeof(*m));
}

/* One transaction. */
struct settling {
	struct sql *db;
	const struct intake_settings *settings;
	struct tree *tree;
	int64_t now;
	struct receipt_log **places;	/* of the receipts */
	size_t n_places;
};

/* --- the ruling --------------------------------------------------------- */

static enum err_code
put_off(struct settling *s, struct matter *m, struct err *e)
{
	bool broken = m->broken == ERR_WORKER || m->broken == ERR_WORKER_LATE;
	int64_t attempts = m->arrival.attempts + broken;
	int64_t delay = (s->now - m->arrival.arrived) / 4;

	m->put_off = true;
	if (broken)
		delay = attempts < 2 ? BROKEN_FIRST : BROKEN_NEXT;
	else if (delay < LACK_LEAST)
		delay = LACK_LEAST;
	else if (delay > LACK_MOST)
		delay = LACK_MOST;
	return arrivals_put_off(s->db, &m->arrival, m->broken != ERR_OK ?
	    m->broken : m->facts.err.code, attempts, s->now + delay, e);
}

static enum err_code
rule_by_history(struct settling *s, struct matter *m, struct err *e)
{
	struct history history = { 0 };
	enum err_code code;

	code = arrivals_history(s->db, &m->facts, &history, e);
	if (code == ERR_OK)
		rules_decide(&m->facts, &history, m->decision != NULL,
		    &m->ruling);
	history_wipe(&history);
	return code;
}

/* *ruled: false when it is to be put off. */
static enum err_code
rule(struct settling *s, struct matter *m, bool *ruled, struct err *e)
{
	*ruled = true;
	if (m->decision != NULL && !m->decision->accept) {
		m->ruling = (struct ruling){ .state = RULE_REJECT,
		    .code = ERR_DECLINED };
		return ERR_OK;
	}
	if (m->broken == ERR_WORKER || m->broken == ERR_WORKER_LATE) {
		*ruled = m->decision != NULL ||
		    m->arrival.attempts + 1 >= SETTLE_ATTEMPTS;
		m->ruling = (struct ruling){ .state = RULE_HOLD,
		    .code = ERR_UNPROCESSABLE };
		return ERR_OK;
	}
	if (m->broken != ERR_OK || m->facts.kind == VERDICT_UNDECIDED) {
		*ruled = false;
		return ERR_OK;
	}
	if (m->facts.kind == VERDICT_ACCEPTED)
		return rule_by_history(s, m, e);
	m->ruling = (struct ruling){ .state = RULE_REJECT,
	    .code = m->facts.err.code };
	return ERR_OK;
}

/* --- the receipt -------------------------------------------------------- */

/* What an accepted receipt adds. */
static bool
fill_accepted(struct receipt *r, const struct facts *f)
{
	memcpy(r->submission, f->submission, sizeof(r->submission));
	memcpy(r->fingerprint, f->fingerprint, sizeof(r->fingerprint));
	memcpy(r->organisation, f->organisation, sizeof(r->organisation));
	r->has_supersedes = f->has_supersedes;
	memcpy(r->supersedes, f->supersedes, sizeof(r->supersedes));
	return (r->round = strdup(f->round)) != NULL;
}

/* What a rejected one adds: the code's own words, in English, never what was
 * found; or those of staff. */
static bool
fill_rejected(struct receipt *r, const struct matter *m)
{
	enum err_code why = m->ruling.code;
	const char *hint = err_hint(why);

	r->reason = strdup(err_name(why));
	if (why == ERR_DECLINED && m->decision != NULL)
		r->advice = strdup(m->decision->reason);
	else if (asprintf(&r->advice, "%s%s%s", err_sentence(why),
	    *hint != '\0' ? "; " : "", hint) == -1)
		r->advice = NULL;
	return r->reason != NULL && r->advice != NULL;
}

static enum err_code
fill(struct settling *s, struct matter *m, struct err *e)
{
	bool accepted = m->ruling.state == RULE_ACCEPT;
	struct receipt *r = &m->content;

	r->stage = accepted ? STAGE_ACCEPTED : STAGE_REJECTED;
	memcpy(r->sealed, m->arrival.digest, sizeof(r->sealed));
	r->size = m->arrival.size;
	r->time = s->now;
	r->environment = s->settings->environment;
	r->authority = strdup(s->settings->authority);
	if (r->authority == NULL || !(accepted ? fill_accepted(r, &m->facts) :
	    fill_rejected(r, m)))
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	return ERR_OK;
}

/* Who gets the receipt, and compares it with those that it has: who signed
 * the file, also when it did so for another organisation.  "" when nobody
 * knows. */
static const char *
recipient_of(const struct matter *m)
{
	return m->facts.has_signer ? m->facts.signer_number : "";
}

static enum err_code
log_decision(struct settling *s, const struct matter *m, struct err *e)
{
	const struct decision *d = m->decision;
	struct decision_entry entry = { .time = d->time,
	    .accept = d->accept, .who = d->who,
	    .reason = d->reason != NULL && *d->reason != '\0' ? d->reason :
	    NULL };
	struct buf bytes = { 0 };
	uint64_t position;
	enum err_code code;

	memcpy(entry.sealed, m->arrival.digest, sizeof(entry.sealed));
	if ((code = decision_entry_encode(&entry, &bytes, e)) == ERR_OK &&
	    (code = tree_append(s->tree, bytes.data, bytes.len, &position,
	    e)) == ERR_OK)
		code = decisions_done(s->db, d, e);
	buf_wipe(&bytes);
	return code;
}

/* Its leaf, and where its recipient's last receipt stood. */
static enum err_code
log_receipt(struct settling *s, struct matter *m, struct err *e)
{
	struct receipt_log *log = &m->content.log;
	char recipient[ORGNR_LEN] = "";
	struct buf bytes = { 0 };
	enum err_code code;

	if ((code = fill(s, m, e)) != ERR_OK)
		return code;
	if ((code = receipt_leaf(&m->content, &bytes, e)) == ERR_OK)
		code = tree_append(s->tree, bytes.data, bytes.len,
		    &log->index, e);
	buf_wipe(&bytes);
	(void)snprintf(recipient, sizeof(recipient), "%s", recipient_of(m));
	if (code == ERR_OK && recipient[0] != '\0')
		code = verdicts_last_size(s->db, recipient, &log->since_size,
		    e);
	log->has_since = log->since_size != 0;
	m->content.has_log = true;
	s->places[s->n_places++] = log;
	return code;
}

static enum err_code
note_mandate(struct settling *s, const struct facts *f, struct err *e)
{
	struct mandate_row row = { .questionnaire = f->questionnaire,
	    .round = f->round, .expires = f->mandate_expires,
	    .seen = s->now };

	memcpy(row.digest, f->mandate, sizeof(row.digest));
	memcpy(row.organisation, f->organisation, sizeof(row.organisation));
	memcpy(row.submitter, f->signer_number, sizeof(row.submitter));
	return mandates_used(s->db, &row, e);
}

/* In the order of the queue: each sees what became of those before it. */
static enum err_code
settle_one(struct settling *s, struct matter *m, struct err *e)
{
	enum err_code code;
	bool ruled;

	if ((code = rule(s, m, &ruled, e)) != ERR_OK)
		return code;
	if (!ruled)		/* a decision stays open */
		return put_off(s, m, e);
	if (m->decision != NULL && (code = log_decision(s, m, e)) != ERR_OK)
		return code;
	if (m->ruling.state == RULE_ACCEPT && m->facts.has_mandate &&
	    (code = note_mandate(s, &m->facts, e)) != ERR_OK)
		return code;
	if (m->ruling.state != RULE_HOLD &&
	    (code = log_receipt(s, m, e)) != ERR_OK)
		return code;
	return arrivals_settle(s->db, &m->arrival, &m->facts, &m->ruling,
	    s->now, e);
}

/* --- signed ------------------------------------------------------------- */

static enum err_code
sign(struct settling *s, struct matter *m, struct err *e)
{
	const struct intake_settings *set = s->settings;
	const struct signer signer = { .key = set->receipt_key,
	    .cert = set->receipt_cert.v[0],
	    .chain = set->receipt_chain.len != 0 ? &set->receipt_chain : NULL };
	struct verdict_row row = { .stage = m->content.stage,
	    .position = m->content.log.index, .size = m->content.log.size,
	    .time = s->now };
	struct buf content = { 0 };
	enum err_code code;

	if ((code = receipt_encode(&m->content, &content, e)) == ERR_OK)
		code = receipt_sig_make(content.data, content.len, &signer,
		    s->now, &m->receipt, e);
	buf_wipe(&content);
	if (code != ERR_OK)
		return code;
	memcpy(row.digest, m->arrival.digest, sizeof(row.digest));
	(void)snprintf(row.organisation, sizeof(row.organisation), "%s",
	    recipient_of(m));
	row.bytes = m->receipt.data;
	row.len = m->receipt.len;
	return verdicts_add(s->db, &row, e);
}

static enum err_code
settle_all(struct settling *s, struct matter *v, size_t n, struct err *e)
{
	enum err_code code;

	if ((code = tree_open(s->db, &s->tree, e)) != ERR_OK ||
	    (code = tree_lock(s->tree, e)) != ERR_OK)
		return code;
	for (size_t i = 0; code == ERR_OK && i < n; i++)
		code = settle_one(s, &v[i], e);
	if (code == ERR_OK)
		code = tree_store(s->tree, e);
	if (code == ERR_OK)
		code = tree_places(s->tree, s->places, s->n_places, e);
	for (size_t i = 0; code == ERR_OK && i < n; i++)
		if (v[i].content.has_log)
			code = sign(s, &v[i], e);
	return code;
}

/* As if it had not been. */
static void
take_back(struct matter *m)
{
	m->put_off = false;
	memset(&m->ruling, 0, sizeof(m->ruling));
	receipt_wipe(&m->content);
	memset(&m->content, 0, sizeof(m->content));
	buf_wipe(&m->receipt);
}

enum err_code
settle(struct sql *db, const struct intake_settings *settings,
    struct matter *v, size_t n, const struct notes *notes, int64_t now,
    struct err *e)
{
	struct settling s = { .db = db, .settings = settings, .now = now };
	enum err_code code;

	if ((s.places = calloc(n, sizeof(struct receipt_log *))) == NULL)
		code = err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	else if ((code = sql_begin_settling(db, e)) == ERR_OK &&
	    (code = settle_all(&s, v, n, e)) == ERR_OK)
		code = notes_write(notes, db, now, e);
	tree_close(s.tree);
	free(s.places);
	code = sql_finish(db, code, e);
	for (size_t i = 0; code != ERR_OK && i < n; i++)
		take_back(&v[i]);
	return code;
}
