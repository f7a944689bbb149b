/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/staff/decide.h"

#include <string.h>
#include <time.h>

#include "base/wipe.h"
#include "crypto/digest.h"
#include "format/member.h"
#include "intake/book/decisions.h"
#include "intake/staff/arrival_tell.h"
#include "intake/staff/desk.h"
#include "intake/staff/find.h"
#include "intake/staff/outlook.h"
#include "intake/staff/reason.h"
#include "intake/staff/who.h"

#define POLL_MS		500

/* Which one it was, so that a slip is seen. */
static void
tell(const struct arrival *a, const struct beside *beside,
    const struct decision *d, struct report *r)
{
	const char *name = arrival_organisation(a, &beside->roll);
	char label[ARRIVAL_LABEL_LEN];

	arrival_label(a, label);
	report_say(r, "%s %s%s%s: to be %s, decided by %s.", label, name,
	    *name != '\0' ? ", " : "", a->name, d->accept ? "accepted" :
	    "rejected", d->who);
	report_say(r, "The service signs the receipt%s, and writes both into "
	    "the log.", d->accept ? " and hands the answers over" :
	    ", in which the sender reads the reason");
	report_set(r, "sealed_digest", member_hex(d->digest, DIGEST_LEN));
	report_set_text(r, "decision", d->accept ? "accept" : "reject");
	report_set_text(r, "who", d->who);
	if (d->reason != NULL)
		report_set(r, "reason", json_string(d->reason));
	report_set(r, "time", member_time(d->time));
}

/* What tell_done's callback works on. */
struct asking { int64_t time; bool done; };

static enum err_code
look(void *arg, const struct decision *d)
{
	struct asking *asking = arg;

	if (d->time == asking->time)
		asking->done = d->done;
	return ERR_OK;
}

/* Asks until the service has been there, --wait's seconds. */
static enum err_code
wait_for(const struct options *o, struct desk *desk, const struct decision *d,
    struct report *r, struct err *e)
{
	const struct timespec pause = { .tv_nsec = POLL_MS * 1000000L };
	struct asking asking = { .time = d->time };
	enum err_code code;

	for (int64_t left = o->wait * 1000; ; left -= POLL_MS) {
		code = decisions_each(desk->db, d->digest, look, &asking, e);
		if (code != ERR_OK || asking.done || left <= 0)
			break;
		(void)nanosleep(&pause, NULL);
	}
	report_set(r, "done", json_boolean(asking.done));
	if (code == ERR_OK && asking.done)
		report_say(r, "It has done so.");
	else if (code == ERR_OK)
		code = err_set(e, ERR_DECISION_PENDING, o->operand, 0, NULL);
	return code;
}

/* Written down, and told with what comes of it. */
static enum err_code
add(struct desk *desk, const struct arrival *a, const struct decision *d,
    const char *what, struct report *r, struct err *e)
{
	struct report outlook = { 0 };
	struct beside beside = { 0 };
	struct err found = { 0 };
	enum err_code code;

	if ((code = beside_load(desk->db, &beside, &found)) == ERR_OK &&
	    (code = outlook_tell(desk, a, &beside, d->accept, &outlook,
	    &found)) == ERR_OK)
		code = decisions_add(desk->db, d, &found);
	if (code == ERR_OK) {
		tell(a, &beside, d, r);
		buf_add(&r->text, outlook.text.data, outlook.text.len);
		if (outlook.json != NULL &&
		    json_object_update(r->json, outlook.json) != 0)
			r->failed = true;
		r->failed |= outlook.failed;
	}
	(void)report_place(e, &found, what);
	report_wipe(&outlook);
	beside_wipe(&beside);
	return code;
}

static enum err_code
decide(const struct options *o, bool accept, struct report *r)
{
	struct decision d = { .accept = accept };
	struct arrival a = { 0 };
	struct desk desk = { 0 };
	struct err e = { 0 };
	char who[WHO_LEN];
	enum err_code code;

	who_is_it(who);
	if ((d.who = wipe_strdup(who)) == NULL)
		code = err_set(&e, ERR_NO_MEMORY, NULL, 0, NULL);
	else if ((code = reason_take(o, "reject", accept ? NULL :
	    "--reason is missing: it is what the sender reads", &d.reason,
	    &e)) == ERR_OK &&
	    (code = desk_open(o, INTAKE_LEDGER, false, &desk, &e)) == ERR_OK &&
	    (code = find_arrival(&desk, o->operand, true, &a, r, &e)) ==
	    ERR_OK) {
		d.time = desk.now;
		memcpy(d.digest, a.digest, DIGEST_LEN);
		code = add(&desk, &a, &d, o->operand, r, &e);
		if (code == ERR_OK && o->wait != -1)
			code = wait_for(o, &desk, &d, r, &e);
	}
	report_err(r, &e);
	decision_wipe(&d);
	arrival_wipe(&a);
	desk_close(&desk);
	return code;
}

enum err_code
decide_accept(const struct options *o, struct report *r)
{
	return decide(o, true, r);
}

enum err_code
decide_reject(const struct options *o, struct report *r)
{
	return decide(o, false, r);
}
