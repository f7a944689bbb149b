/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/service/upkeep.h"

#include <stdbool.h>
#include <string.h>

#include "base/timestamp.h"
#include "intake/service/channel.h"
#include "intake/service/hand.h"
#include "intake/service/publish.h"
#include "intake/service/scored.h"

/* Documents that were refused one after the other, before the others wait. */
#define REFUSALS_MOST	4

static bool
is_ours(enum err_code code)
{
	return code == ERR_LEDGER || code == ERR_NO_MEMORY;
}

static enum err_code
publish_all(struct tools *t, struct err *e)
{
	struct err found = { 0 }, in_way = { 0 };
	enum err_code code;
	uint64_t from = 0;
	size_t n;

	code = witness_look(&t->common->witness, t->db, timestamp_now(),
	    &found);
	if (code != ERR_OK && is_ours(code))
		return err_set(e, code, found.where, 0, "%s", found.msg);
	if (code != ERR_OK)
		hush_err(&t->witnessing, "not-witnessed", &found);
	memset(&found, 0, sizeof(found));
	do {
		code = publish_rest(t->common->settings, t->db, &from,
		    &t->notes, &n, &in_way, &found);
		if (code == ERR_OK)
			code = batch_note(t, &found);
	} while (code == ERR_OK && n == DROP_MAX && !batch_is_stopping(t));
	batch_tell_unpublished(t, &in_way);
	if (code != ERR_OK && !is_ours(code)) {
		batch_tell_unpublished(t, &found);
		return ERR_OK;
	}
	return code == ERR_OK ? ERR_OK : err_set(e, code, found.where, 0,
	    "%s", found.msg);
}

/* Past those whose bytes are not there; any other failure is likely to be
 * that of all of them. */
static bool
file_some(struct tools *t, const struct arrival *v, size_t n)
{
	enum err_code code;

	for (size_t i = 0; i < n; i++) {
		struct err e = { 0 };

		if ((code = batch_file(t, &v[i], &e)) == ERR_OK)
			continue;
		if (!lost_bytes(code)) {
			hush_err(&t->filing, "not-filed", &e);
			return false;
		}
		lost_add(&t->not_filed, v[i].digest, code);
	}
	return true;
}

static enum err_code
file_all(struct tools *t, struct err *e)
{
	struct arrival v[BATCH_MAX] = { 0 };
	struct arrivals_page page = { 0 };
	enum err_code code;
	bool well = true;
	size_t n;

	t->not_filed.n = 0;
	do {
		n = BATCH_MAX;
		code = arrivals_unfiled(t->db, t->common->places,
		    t->common->settings->n_places, &page, v, &n, e);
		if (code == ERR_OK)
			well = file_some(t, v, n);
		for (size_t i = 0; code == ERR_OK && i < n; i++)
			arrival_wipe(&v[i]);
		if (code == ERR_OK)
			code = batch_note(t, e);
	} while (code == ERR_OK && well && n == BATCH_MAX &&
	    !batch_is_stopping(t));
	if (code == ERR_OK && well && n < BATCH_MAX)
		lost_tell(&t->not_filed, "cannot-file");
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
	if (m->broken == ERR_OK && m->facts.kind == VERDICT_UNDECIDED)
		hush_err(&t->handing, "not-handed-over", &m->facts.err);
	else if (m->broken == ERR_OK || lost_bytes(m->broken))
		lost_add(&t->not_handed, m->arrival.digest, m->broken !=
		    ERR_OK ? m->broken : m->facts.err.code);
	return ERR_OK;
}

/* The next of the list, taken, and let go of in the ledger: what receives may
 * take its time.  *n: 1, or 0 at its end. */
static enum err_code
take(struct tools *t, int64_t before, struct arrival *a, size_t *n,
    struct err *e)
{
	enum err_code code;

	*n = 0;
	if ((code = sql_begin_taking(t->db, e)) != ERR_OK)
		return code;
	*n = 1;
	code = arrivals_unhanded(t->db, &t->common->taken, t->common->places,
	    t->common->settings->n_places, before, &t->unhanded.page, a, n,
	    e);
	if (code != ERR_OK)
		*n = 0;
	return sql_finish(t->db, code, e);
}

static enum err_code
hand_one(struct tools *t, struct arrival *a, struct err *e)
{
	struct matter m = { .arrival = *a };
	enum err_code code;
	size_t left;

	memset(a, 0, sizeof(*a));		/* moved */
	memcpy(a->digest, m.arrival.digest, DIGEST_LEN);
	code = open_again(t, &m, e);
	if (code == ERR_OK && m.document.len != 0) {
		(void)hand_over(&t->common->hands, t->common->settings, t->db,
		    &m, 1, &t->notes, &t->handing, &left);
		t->unhanded.refused = left == 0 ? 0 :
		    t->unhanded.refused + 1;
	}
	if (code == ERR_OK)
		code = batch_note(t, e);
	matter_wipe(&m);
	return code;
}

static void
reach_end(struct tools *t)
{
	lost_tell(&t->not_handed, "cannot-hand-over");
	hands_caught_up(&t->common->hands, t->unhanded.left);
	t->unhanded = (struct handing){ 0 };
}

enum err_code
upkeep_hand(struct tools *t, int64_t before, struct err *e)
{
	int64_t end = channel_clock() + HAND_MS;
	struct hands *hands = &t->common->hands;
	struct arrival a = { 0 };
	enum err_code code = ERR_OK;
	size_t n = 1;

	if (!t->unhanded.going)
		t->unhanded = (struct handing){
			.going = true, .left = hands_left(hands),
		};
	while (code == ERR_OK && n != 0 && channel_clock() < end &&
	    t->unhanded.refused < REFUSALS_MOST && !batch_is_stopping(t) &&
	    (code = take(t, before, &a, &n, e)) == ERR_OK && n != 0) {
		code = hand_one(t, &a, e);
		taken_end(&t->common->taken, &a, n);
		arrival_wipe(&a);
	}
	if (t->unhanded.refused == REFUSALS_MOST) {
		hands_pause(hands);
		t->unhanded.refused = 0;
	}
	if (code == ERR_OK && n == 0)
		reach_end(t);
	return code;
}

enum err_code
upkeep(struct tools *t, struct err *e)
{
	enum err_code code;

	if ((code = batch_note(t, e)) != ERR_OK ||
	    (code = publish_all(t, e)) != ERR_OK ||
	    (code = scored_publish(t, true, e)) != ERR_OK)
		return code;
	return file_all(t, e);
}
