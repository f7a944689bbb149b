/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/service/batch.h"

#include <poll.h>
#include <string.h>

#include "base/log.h"
#include "base/timestamp.h"
#include "format/fingerprint.h"
#include "intake/service/archive.h"
#include "intake/service/channel.h"
#include "intake/service/publish.h"

/* Receipts of those that are done wait for the rest of their batch. */
#define BATCH_MS	1000
/* Documents that are kept until the commit. */
#define BATCH_BYTES	(16u * 1024 * 1024)

_Static_assert(BATCH_MAX <= DROP_MAX, "a batch is published in one go");

bool
batch_is_stopping(const struct tools *t)
{
	struct pollfd fd = { .fd = t->common->stop, .events = POLLIN };

	return poll(&fd, 1, 0) == 1;
}

/* --- what follows ------------------------------------------------------- */

/* A line for each verdict; that a file still waits is no news. */
static void
log_matter(struct tools *t, const struct matter *m)
{
	char hex[DIGEST_HEX_LEN], printed[FINGERPRINT_LEN] = "-";
	const char *event = m->put_off ? "put-off" :
	    m->ruling.state == RULE_ACCEPT ? "accepted" :
	    m->ruling.state == RULE_REJECT ? "rejected" : "held";
	enum err_code code = !m->put_off ? m->ruling.code :
	    m->broken != ERR_OK ? m->broken : m->facts.err.code;
	const char *organisation = m->facts.organisation[0] != '\0' ?
	    m->facts.organisation : m->facts.signer_number;
	struct err again = { 0 };

	if (m->put_off && code == m->arrival.code &&
	    m->arrival.state == ARRIVAL_QUEUED) {
		err_set(&again, code, NULL, 0, NULL);
		hush_err(&t->waiting, "still-waiting", &again);
		return;
	}
	digest_hex(m->arrival.digest, hex);
	if (m->facts.kind == VERDICT_ACCEPTED)
		fingerprint_format(m->facts.fingerprint, printed);
	log_event(LOG_INFORM, event, "digest", hex, "fingerprint", printed,
	    "organisation", organisation[0] != '\0' ? organisation : "-",
	    "code", err_name(code),
	    m->decision != NULL ? "decided" : NULL,
	    m->decision != NULL ? m->decision->who : NULL, (char *)NULL);
}

/* All receipts of a batch name the same log.  A full archive keeps nobody from
 * a receipt. */
static void
witness(struct tools *t, const struct matter *v, size_t n)
{
	const struct receipt_log *log = NULL;
	struct err e = { 0 };

	for (size_t i = 0; i < n; i++)
		if (v[i].content.has_log)
			log = &v[i].content.log;
	if (log != NULL && witness_keep(&t->common->witness, log->size,
	    log->root, timestamp_now(), &e) != ERR_OK)
		hush_err(&t->witnessing, "not-witnessed", &e);
}

static void
publish(struct tools *t, struct matter *v, size_t n)
{
	const struct intake_settings *s = t->common->settings;
	struct err e = { 0 }, in_way = { 0 };
	bool added[BATCH_MAX] = { false };
	enum err_code code;
	struct drop d;

	if (s->verdicts == NULL)
		return;
	code = drop_begin(&d, s->verdicts, PUBLISH_MODE, &e);
	for (size_t i = 0; code == ERR_OK && i < n; i++) {
		struct err found = { 0 };

		if (v[i].receipt.len == 0)
			continue;
		added[i] = publish_add(s, &d, v[i].arrival.digest,
		    v[i].content.stage, &v[i].receipt, &found) == ERR_OK;
		if (!added[i])
			code = publish_pass_over(&found, &in_way, &e);
	}
	code = drop_end(&d, code, &e);
	for (size_t i = 0; code == ERR_OK && i < n; i++)
		if (added[i])
			notes_add(&t->notes, NOTE_PUBLISHED,
			    v[i].arrival.digest, v[i].content.stage);
	batch_tell_unpublished(t, &in_way);
	batch_tell_unpublished(t, &e);
}

void
batch_tell_unpublished(struct tools *t, const struct err *e)
{
	if (e->code == ERR_OK)
		return;
	atomic_store(&t->common->unpublished, true);
	hush_err(&t->publishing, "not-published", e);
}

enum err_code
batch_file(struct tools *t, const struct arrival *a, struct err *e)
{
	enum err_code code = archive_file(t->common->settings, a, e);

	if (code == ERR_OK)
		notes_add(&t->notes, NOTE_FILED, a->digest, STAGE_ACCEPTED);
	return code;
}

/* Upkeep does what cannot be done now. */
static void
hand_on(struct tools *t, struct matter *v, size_t n)
{
	struct hands *h = &t->common->hands;
	size_t left = 0;

	if (!hands_free(h, t->common->settings)) {
		for (size_t i = 0; i < n; i++) {
			left += v[i].document.len != 0;
			buf_wipe(&v[i].document);
		}
	} else if (hand_over(h, t->common->settings, t->db, v, n, &t->notes,
	    &t->handing, &left) == ERR_LEDGER)
		atomic_store(&t->common->doubt, true);
	t->left = left != 0;
}

static void
file(struct tools *t, const struct matter *m)
{
	struct err e = { 0 };

	if (batch_file(t, &m->arrival, &e) != ERR_OK)
		hush_err(&t->filing, "not-filed", &e);
}

/* The notes are in the ledger. */
static void
let_go(struct tools *t)
{
	notes_wipe(&t->notes);
	taken_end(&t->common->taken, t->kept, t->n_kept);
	t->n_kept = 0;
	/* Now upkeep finds them. */
	if (t->left)
		hands_leave(&t->common->hands);
	t->left = false;
}

static void
follow(struct tools *t, struct matter *v, size_t n)
{
	let_go(t);		/* they went with the commit */
	for (size_t i = 0; i < n; i++) {
		log_matter(t, &v[i]);
		if (v[i].put_off || !v[i].ruling.counts)
			buf_wipe(&v[i].document);
	}
	witness(t, v, n);
	publish(t, v, n);
	hand_on(t, v, n);
	for (size_t i = 0; i < n; i++)
		if (v[i].receipt.len != 0)
			file(t, &v[i]);
}

/* --- a batch ------------------------------------------------------------ */

static enum err_code
settle_in_turn(struct tools *t, struct matter *v, size_t n, struct err *e)
{
	bool alone = !sql_is_shared(t->db);
	enum err_code code;

	if (alone)
		(void)pthread_mutex_lock(&t->common->turn);
	code = settle(t->db, t->common->settings, v, n, &t->notes,
	    timestamp_now(), e);
	if (alone)
		(void)pthread_mutex_unlock(&t->common->turn);
	if (code == ERR_OK)
		follow(t, v, n);
	return code;
}

/* As many as go into one batch; the others are taken again. */
static enum err_code
verify_some(struct tools *t, struct matter *v, size_t taken, size_t *n,
    struct err *e)
{
	int64_t end = channel_clock() + BATCH_MS;
	enum err_code code = ERR_OK;
	size_t bytes = 0;

	for (*n = 0; code == ERR_OK && *n < taken; (*n)++) {
		if (*n != 0 && (bytes > BATCH_BYTES || channel_clock() > end ||
		    batch_is_stopping(t)))
			break;
		if ((code = sql_touch(t->db, e)) == ERR_OK)
			code = batch_verify(t, &v[*n], timestamp_now(),
			    e);
		bytes += v[*n].document.len;
	}
	return code;
}

/* After settling, with which those before were let go of. */
static void
keep(struct tools *t, const struct arrival *v, size_t n)
{
	memcpy(t->kept, v, n * sizeof(*v));
	t->n_kept = n;
}

/* In the open transaction, which is ended. */
static enum err_code
work_files(struct tools *t, size_t *taken, struct err *e)
{
	const struct intake_settings *s = t->common->settings;
	struct arrival arrivals[BATCH_MAX] = { 0 };
	struct matter v[BATCH_MAX] = { 0 };
	enum err_code code;
	size_t n = 0;

	*taken = BATCH_MAX;
	code = arrivals_take(t->db, &t->common->taken, t->common->places,
	    s->n_places, timestamp_now(), arrivals, taken, e);
	if (code != ERR_OK)
		*taken = 0;
	for (size_t i = 0; i < *taken; i++) {	/* moved */
		v[i].arrival = arrivals[i];
		memset(&arrivals[i], 0, sizeof(arrivals[i]));
		memcpy(arrivals[i].digest, v[i].arrival.digest, DIGEST_LEN);
	}
	if (code == ERR_OK && *taken != 0)
		code = verify_some(t, v, *taken, &n, e);
	if (code == ERR_OK && n != 0)
		code = settle_in_turn(t, v, n, e);
	else
		code = sql_finish(t->db, code, e);
	if (code != ERR_OK)
		n = 0;
	if (n != 0)
		keep(t, arrivals, n);
	taken_end(&t->common->taken, arrivals + n, *taken - n);
	for (size_t i = 0; i < *taken; i++)
		matter_wipe(&v[i]);
	return code;
}

/* A worker may have gone for another reason than this file. */
static enum err_code
verify_decided(struct tools *t, struct matter *m, struct err *e)
{
	enum err_code code = ERR_OK;

	if (!m->decision->accept) {		/* nothing is opened for it */
		m->facts = m->arrival.facts;
		memset(&m->arrival.facts, 0, sizeof(m->arrival.facts));
		memcpy(m->facts.sealed, m->arrival.digest, DIGEST_LEN);
		m->facts.size = m->arrival.size;
		return ERR_OK;
	}
	for (int i = 0; i < SETTLE_ATTEMPTS; i++) {
		code = batch_verify(t, m, timestamp_now(), e);
		if (code != ERR_OK || (m->broken != ERR_WORKER &&
		    m->broken != ERR_WORKER_LATE))
			break;
	}
	return code;
}

/* One decision of staff.  *n is 0 when there is none, and the transaction is
 * open still. */
static enum err_code
work_decision(struct tools *t, size_t *n, struct err *e)
{
	struct decision decision = { 0 };
	struct matter m = { .decision = &decision };
	struct arrival only = { 0 };
	struct err found = { 0 };
	enum err_code code;

	*n = 0;
	code = decisions_take(t->db, &t->common->taken, t->common->places,
	    t->common->settings->n_places, timestamp_now(), &decision,
	    &m.arrival, &found);
	if (code == ERR_HTTP_NOT_FOUND)
		return ERR_OK;
	if (code != ERR_OK)
		return err_set(e, code, found.where, 0, "%s", found.msg);
	*n = 1;
	memcpy(only.digest, m.arrival.digest, DIGEST_LEN);
	if ((code = verify_decided(t, &m, e)) == ERR_OK)
		code = settle_in_turn(t, &m, 1, e);
	else
		code = sql_finish(t->db, code, e);
	if (code == ERR_OK)
		keep(t, &only, 1);
	else
		taken_end(&t->common->taken, &only, 1);
	matter_wipe(&m);
	decision_wipe(&decision);
	return code;
}

enum err_code
batch_work(struct tools *t, size_t *n, struct err *e)
{
	enum err_code code;

	*n = 0;
	if ((code = sql_begin_taking(t->db, e)) != ERR_OK)
		return code;
	if ((code = work_decision(t, n, e)) == ERR_OK && *n == 0)
		return work_files(t, n, e);
	return *n != 0 ? code : sql_finish(t->db, code, e);
}

enum err_code
batch_note(struct tools *t, struct err *e)
{
	enum err_code code;

	if (t->notes.len == 0 && t->n_kept == 0)
		return ERR_OK;
	if ((code = sql_begin(t->db, true, e)) == ERR_OK)
		code = sql_finish(t->db, notes_write(&t->notes, t->db,
		    timestamp_now(), e), e);
	if (code == ERR_OK)
		let_go(t);
	return code;
}
