/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/service/upkeep.h"

#include <stdbool.h>
#include <string.h>

#include "base/timestamp.h"
#include "intake/service/publish.h"

static bool
is_ours(enum err_code code)
{
	return code == ERR_LEDGER || code == ERR_NO_MEMORY;
}

static enum err_code
publish_all(struct tools *t, struct err *e)
{
	struct err found = { 0 };
	enum err_code code;
	size_t n;

	do {
		code = publish_rest(t->common->settings, t->db, &t->notes, &n,
		    &found);
		if (code != ERR_OK && !is_ours(code)) {
			hush_err(&t->publishing, "not-published", &found);
			return ERR_OK;
		}
		if (code == ERR_OK)
			code = batch_note(t, &found);
	} while (code == ERR_OK && n == DROP_MAX && !batch_is_stopping(t));
	return code == ERR_OK ? ERR_OK : err_set(e, code, found.where, 0,
	    "%s", found.msg);
}

static enum err_code
file_all(struct tools *t, struct err *e)
{
	struct arrival v[BATCH_MAX] = { 0 };
	enum err_code code;
	size_t n, done;

	do {
		n = BATCH_MAX;
		code = arrivals_unfiled(t->db, t->common->places,
		    t->common->settings->n_places, v, &n, e);
		done = t->notes.len;
		for (size_t i = 0; code == ERR_OK && i < n; i++)
			batch_file(t, &v[i]);
		done = t->notes.len - done;
		for (size_t i = 0; code == ERR_OK && i < n; i++)
			arrival_wipe(&v[i]);
		if (code == ERR_OK)
			code = batch_note(t, e);
	} while (code == ERR_OK && n == BATCH_MAX && done == n &&
	    !batch_is_stopping(t));
	return code;
}

/* --- documents ---------------------------------------------------------- */

/* Documents are not kept: they are made again.  It has been accepted, so only
 * the document is used; and what has expired since was good then. */
static enum err_code
open_again(struct tools *t, struct matter *m, struct err *e)
{
	enum err_code code = batch_verify(t, m, timestamp_now(), e);

	if (code == ERR_OK && m->broken == ERR_OK &&
	    m->facts.kind != VERDICT_ACCEPTED) {
		facts_wipe(&m->facts);
		memset(&m->facts, 0, sizeof(m->facts));
		code = batch_verify(t, m, m->arrival.verified, e);
	}
	if (code != ERR_OK || m->facts.kind == VERDICT_ACCEPTED)
		return code;
	buf_wipe(&m->document);
	if (m->broken == ERR_OK)
		hush_err(&t->handing, "not-handed-over", &m->facts.err);
	return ERR_OK;
}

/* Taken, and let go of in the ledger: what receives may take its time. */
static enum err_code
take(struct tools *t, int64_t before, struct arrival *v, size_t *n,
    struct err *e)
{
	enum err_code code;

	if ((code = sql_begin_taking(t->db, e)) != ERR_OK)
		return code;
	code = arrivals_unhanded(t->db, &t->common->taken, t->common->places,
	    t->common->settings->n_places, before, v, n, e);
	if (code != ERR_OK)
		*n = 0;
	return sql_finish(t->db, code, e);
}

static enum err_code
hand_one(struct tools *t, struct arrival *a, size_t *done, struct err *e)
{
	struct matter m = { .arrival = *a };
	enum err_code code;

	memset(a, 0, sizeof(*a));		/* moved */
	memcpy(a->digest, m.arrival.digest, DIGEST_LEN);
	if ((code = open_again(t, &m, e)) == ERR_OK) {
		hand_over(&t->common->hands, t->common->settings, &m, 1,
		    &t->notes, &t->handing);
		*done += t->notes.len;
		code = batch_note(t, e);
	}
	matter_wipe(&m);
	return code;
}

/* *more: some could be handed over, and there may be others. */
static enum err_code
hand_some(struct tools *t, int64_t before, bool *more, struct err *e)
{
	struct arrival v[BATCH_MAX] = { 0 };
	size_t n = BATCH_MAX, done = 0;
	enum err_code code;

	code = take(t, before, v, &n, e);
	for (size_t i = 0; code == ERR_OK && i < n; i++) {
		if (batch_is_stopping(t) ||
		    !hands_ready(&t->common->hands, t->common->settings))
			break;
		code = hand_one(t, &v[i], &done, e);
	}
	taken_end(&t->common->taken, v, n);
	for (size_t i = 0; i < n; i++)
		arrival_wipe(&v[i]);
	*more = n == BATCH_MAX && done != 0;
	return code;
}

enum err_code
upkeep(struct tools *t, int64_t before, struct err *e)
{
	enum err_code code;
	bool more = true;

	if ((code = batch_note(t, e)) != ERR_OK ||
	    (code = publish_all(t, e)) != ERR_OK ||
	    (code = file_all(t, e)) != ERR_OK)
		return code;
	while (code == ERR_OK && more && !batch_is_stopping(t) &&
	    hands_ready(&t->common->hands, t->common->settings))
		code = hand_some(t, before, &more, e);
	return code;
}
