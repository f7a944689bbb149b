/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/outbox/flush.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/message.h"
#include "base/report.h"
#include "base/timestamp.h"
#include "client/kept.h"
#include "client/options.h"
#include "client/outbox/dispatch.h"
#include "client/outbox/flush_tell.h"
#include "client/outbox/outbox.h"
#include "client/outbox/outbox_kin.h"
#include "client/outbox/schedule.h"
#include "client/reason.h"
#include "client/session.h"
#include "client/ui.h"

/* --- which ------------------------------------------------------------- */

/* By deadline; without one, last; then as they are, the oldest first. */
static void
sort_by_deadline(struct flush *f)
{
	for (size_t i = 1; i < f->len; i++)
		for (size_t j = i; j > 0; j--) {
			struct outbox_entry *one = f->v[j];
			const int64_t a = flush_closes(f, f->v[j - 1]);
			const int64_t b = flush_closes(f, one);

			if (b == 0 || (a != 0 && a <= b))
				break;
			f->v[j] = f->v[j - 1];
			f->v[j - 1] = one;
		}
}

/* Those that were named, or all of this environment. */
static enum err_code
choose(struct flush *f, struct err *e)
{
	struct err found = { 0 };
	struct outbox_entry *one;
	bool named, again;

	f->v = calloc(f->list.len + f->o->n_operands + 1, sizeof(*f->v));
	if (f->v == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	named = f->o->n_operands > 1;
	for (size_t i = 1; i < f->o->n_operands; i++) {
		if (outbox_find(&f->list, f->o->operands[i], &one, &found) !=
		    ERR_OK) {
			report_err(f->r, &found);
			continue;
		}
		again = false;
		for (size_t j = 0; j < f->len; j++)
			again |= f->v[j] == one;
		if (!again)
			f->v[f->len++] = one;
	}
	for (size_t i = 0; i < f->list.len && !named; i++) {
		if (f->list.v[i].environment == f->settings.environment)
			f->v[f->len++] = &f->list.v[i];
		else
			f->elsewhere += f->list.v[i].state == OUTBOX_WAITING;
	}
	sort_by_deadline(f);
	return ERR_OK;
}

/* --- sending ----------------------------------------------------------- */

/* It stays here for now; why: what stood in its way in this run. */
static void
leave(struct flush *f, const struct outbox_entry *entry, enum err_code why)
{
	const int64_t closes = flush_closes(f, entry);
	const int64_t due = schedule_due(entry->last_attempt,
	    entry->next_attempt, closes, timestamp_now());

	f->waiting++;
	if (f->cause == ERR_OK)
		f->cause = why;
	if (f->next == 0 || due < f->next)
		f->next = due;
	if (closes != 0 && (f->closes == 0 || closes < f->closes))
		f->closes = closes;
}

/* What stands in the way of one stands in the way of all: the network, the
 * proxy, certificates, the configuration.  Nothing that may be one entry's
 * own fault, or the most urgent one could hold up the others for ever. */
static bool
is_everybodys(enum err_code code)
{
	switch (code) {
	case ERR_NO_NETWORK:
	case ERR_PROXY:
	case ERR_PROXY_AUTH:
	case ERR_PORTAL_CERT:
	case ERR_CLIENT_CERT:
	case ERR_CLOCK:
	case ERR_CONFIG:
	case ERR_NO_INPUT:
	case ERR_KEY_MODE:
	case ERR_KEY:
	case ERR_KEY_MISMATCH:
	case ERR_CERT:
	case ERR_PASSPHRASE:
	case ERR_PASSPHRASE_NEEDED:
		return true;
	default:
		return false;
	}
}

/* What a failed attempt means. */
static void
tell(struct flush *f, const struct outbox_entry *entry, struct err *e)
{
	const enum err_code code = e->code;

	if (code == ERR_ORGANISATION_MISMATCH && f->o->n_operands < 2) {
		f->elsewhere++;
		f->tried--;
		return;
	}
	if (is_everybodys(code))
		f->down = *e;
	if (dispatch_may_pass(code)) {
		leave(f, entry, code);
		return;
	}
	f->failed++;
	report_err(f->r, e);
}

static void
send_one(struct flush *f, struct outbox_entry *entry)
{
	/* A person who asks for it is not told to wait. */
	const bool at_once = f->o->n_operands > 1 ||
	    ui_stdout_is_terminal();
	struct receipt receipt = { 0 };
	struct err e = { 0 };
	enum err_code code;

	if (!at_once && schedule_due(entry->last_attempt, entry->next_attempt,
	    flush_closes(f, entry), f->now) > f->now) {
		if (dispatch_may_pass(entry->last_error)) {
			leave(f, entry, ERR_OK);
			return;
		}
		f->failed++;
		f->known = entry->last_error;
		return;
	}
	if (f->down.code != ERR_OK) {
		leave(f, entry, f->down.code);
		return;
	}
	code = outbox_lock(f->outbox, entry, &e);
	if (code == ERR_OUTBOX_ENTRY)		/* dropped just now */
		return;
	if (code == ERR_OK && entry->state != OUTBOX_WAITING) {
		outbox_unlock(entry);
		return;
	}
	if (code == ERR_BUSY) {
		leave(f, entry, code);
		return;
	}
	f->tried++;
	if (code == ERR_OK)
		code = dispatch_entry(&f->session, f->outbox, entry,
		    &receipt, &e);
	if (code == ERR_OK)
		f->delivered++;
	else
		tell(f, entry, &e);
	receipt_wipe(&receipt);
	outbox_unlock(entry);
}

/* What counts as handed in, so that nothing is sent: is there a receipt for
 * it?  A name alone shows nothing.  One that has a verdict is looked at only
 * when the first receipt is missing: the authority may have other keys since
 * then.  What dead runs have left goes with the lock. */
static void
check_delivered(struct flush *f, struct outbox_entry *entry)
{
	static const enum receipt_stage stages[] = {
		[OUTBOX_STORED] = STAGE_STORED,
		[OUTBOX_REJECTED] = STAGE_REJECTED,
		[OUTBOX_ACCEPTED] = STAGE_ACCEPTED,
		[OUTBOX_SCORED] = STAGE_ACCEPTED,
	};
	struct parcel parcel = dispatch_parcel(entry);
	struct receipt receipt = { 0 };
	struct err e = { 0 };
	char path[4096];
	bool found;

	if (outbox_check_names(entry, &e) == ERR_OK &&
	    (entry->state == OUTBOX_STORED || kept_path(entry->sealed,
	    STAGE_STORED, path, &e) != ERR_OK || access(path, F_OK) != 0) &&
	    outbox_lock(f->outbox, entry, NULL) == ERR_OK) {
		if (entry->state != OUTBOX_WAITING)
			(void)session_kept(&f->session, &parcel,
			    stages[entry->state], &found, &receipt, &e);
		outbox_unlock(entry);
	}
	receipt_wipe(&receipt);
	if (e.code == ERR_OK)
		return;
	f->failed++;
	report_err(f->r, &e);
}

/* --- verdicts ---------------------------------------------------------- */

/* What was asked about one. */
static void
conclude(struct flush *f, struct outbox_entry *entry, struct parcel *p)
{
	struct err e = p->err;

	if (e.code == ERR_OK) {
		f->verdicts++;
		entry->state = p->verdict.stage == STAGE_ACCEPTED ?
		    OUTBOX_ACCEPTED : OUTBOX_REJECTED;
		if (entry->state == OUTBOX_REJECTED)
			(void)reason_err(&p->verdict, entry->id, &e);
	}
	if (!dispatch_may_pass(e.code)) {
		report_err(f->r, &e);
		return;
	}
	f->pending++;
	if (e.code != ERR_VERDICT_PENDING && e.code != ERR_BUSY &&
	    f->unheard.code == ERR_OK)
		f->unheard = e;
}

/* What an earlier run told once stays true until somebody acts on it. */
static void
count_rejected(struct flush *f)
{
	for (size_t i = 0; i < f->len; i++)
		f->rejected += outbox_needs_care(&f->list, f->v[i]);
}

/* For all that are handed in and have none yet. */
static void
wait_verdicts(struct flush *f)
{
	struct parcel *v = calloc(f->len + 1, sizeof(*v));
	struct outbox_entry **of = calloc(f->len + 1, sizeof(*of));
	size_t n = 0;

	if (v == NULL || of == NULL)
		f->r->failed = true;
	for (size_t i = 0; i < f->len && !f->r->failed; i++) {
		if (f->v[i]->state != OUTBOX_STORED ||
		    outbox_check_names(f->v[i], NULL) != ERR_OK)
			continue;
		of[n] = f->v[i];
		v[n] = dispatch_parcel(f->v[i]);
		v[n++].entry = f->v[i];
	}
	if (n != 0)
		session_wait(&f->session, v, n, f->o->wait);
	for (size_t i = 0; i < n; i++) {
		conclude(f, of[i], &v[i]);
		parcel_wipe(&v[i]);
	}
	free(v);
	free(of);
}

/* --- the run ----------------------------------------------------------- */

static enum err_code
flush(struct flush *f, struct err *e)
{
	struct err_list broken = { 0 };
	enum err_code code;

	if ((code = settings_load(f->o, false, &f->settings, e)) != ERR_OK ||
	    (code = session_open(&f->session, e)) != ERR_OK ||
	    (code = outbox_open(&f->settings, &f->outbox, e)) != ERR_OK ||
	    (code = outbox_read(f->outbox, &f->list, &broken, e)) != ERR_OK ||
	    (code = choose(f, e)) != ERR_OK)
		goto out;
	for (size_t i = 0; i < broken.len; i++)
		report_err(f->r, &broken.v[i]);
	for (size_t i = 0; i < f->len; i++)
		if (f->v[i]->state == OUTBOX_WAITING)
			send_one(f, f->v[i]);
		else
			check_delivered(f, f->v[i]);
	f->session.outbox = f->outbox;
	if (f->o->wait >= 0) {
		count_rejected(f);
		wait_verdicts(f);
	}
	flush_tell(f);
out:
	err_list_wipe(&broken);
	return code;
}

enum err_code
flush_run(const struct options *o, struct report *r)
{
	struct flush f = { .o = o, .r = r, .now = timestamp_now() };
	struct err e = { 0 };
	enum err_code code;

	f.session.o = o;
	f.session.settings = &f.settings;
	code = flush(&f, &e);
	report_err(r, &e);
	free(f.v);
	outbox_list_wipe(&f.list);
	outbox_close(f.outbox);
	session_close(&f.session);
	settings_wipe(&f.settings);
	return code;
}
