/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/status.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/message.h"
#include "base/report.h"
#include "base/timestamp.h"
#include "client/check.h"
#include "client/options.h"
#include "client/outbox/dispatch.h"
#include "client/outbox/outbox.h"
#include "client/send.h"
#include "client/session.h"
#include "client/sniff.h"
#include "client/status_tell.h"

/* --- which ------------------------------------------------------------- */

static void
add_entry(struct status *s, struct outbox_entry *entry, bool named)
{
	for (size_t i = 0; i < s->len; i++)
		if (s->v[i].entry == entry)
			return;
	s->v[s->len++] = (struct row){
		.entry = entry, .parcel = dispatch_parcel(entry),
		.named = named,
	};
}

/* What has been submitted of an answers file. */
static enum err_code
add_answers(struct status *s, const char *path, struct err *e)
{
	struct options answers = *s->o;
	struct checked checked = { 0 };
	struct report found = { 0 };
	enum err_code code;
	bool any = false;

	answers.operand = path;
	code = check_answers(&answers, &s->settings, &checked, &found);
	for (size_t i = 0; i < s->list.len && code == ERR_OK; i++) {
		if (memcmp(s->list.v[i].fingerprint, checked.fingerprint,
		    DIGEST_LEN) != 0)
			continue;
		add_entry(s, &s->list.v[i], true);
		any = true;
	}
	if (code != ERR_OK && found.errors.len != 0)
		(void)report_place(e, &found.errors.v[0], path);
	else if (code == ERR_OK && !any)
		code = err_set(e, ERR_OUTBOX_ENTRY, path, 0,
		    _("these answers have never been submitted from here"));
	checked_wipe(&checked);
	report_wipe(&found);
	return code;
}

/* A sealed file outside of the outbox, as `send` leaves it. */
static enum err_code
add_file(struct status *s, const char *path, struct err *e)
{
	struct row *row = &s->v[s->len];
	struct buf file = { 0 };
	enum err_code code;

	if ((code = file_read(path, LIMIT_SEALED, &file, e)) == ERR_OK &&
	    sniff(file.data, file.len) == SNIFF_JSON) {
		buf_wipe(&file);
		return add_answers(s, path, e);
	}
	if (code == ERR_OK &&
	    (code = send_check_sealed(path, &file, e)) == ERR_OK &&
	    (code = digest_sha256(file.data, file.len, row->parcel.digest,
	    e)) == ERR_OK) {
		row->parcel.path = path;
		row->parcel.size = file.len;
		row->named = true;
		s->len++;
	}
	buf_wipe(&file);
	return code;
}

static enum err_code
choose(struct status *s, struct err *e)
{
	struct outbox_entry *entry;
	struct err found = { 0 };

	/* An entry comes once, whatever it was asked for by. */
	s->v = calloc(s->list.len + s->o->n_operands + 1, sizeof(*s->v));
	if (s->v == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	for (size_t i = 0; i < s->o->n_operands; i++) {
		const char *what = s->o->operands[i];

		if (outbox_find(&s->list, what, &entry, &found) == ERR_OK)
			add_entry(s, entry, true);
		else if (access(what, F_OK) == 0) {
			err_clear(&found);
			(void)add_file(s, what, &found);
		}
		report_err(s->r, &found);
	}
	for (size_t i = 0; i < s->list.len && s->o->n_operands == 0; i++)
		if (s->list.v[i].environment == s->settings.environment)
			add_entry(s, &s->list.v[i], false);
	return ERR_OK;
}

/* --- asking ------------------------------------------------------------ */

/* All receipts that are here, verified again. */
static void
look(struct status *s, struct row *row)
{
	static const struct {
		enum receipt_stage stage;
		enum outbox_state state;
	} verdicts[] = {
		{ STAGE_ACCEPTED, OUTBOX_ACCEPTED },
		{ STAGE_REJECTED, OUTBOX_REJECTED },
	};
	struct err e = { 0 };
	bool found;

	if (session_kept(&s->session, &row->parcel, STAGE_STORED, &found,
	    &row->stored, &e) == ERR_OK && found)
		row->state = OUTBOX_STORED;
	report_err(s->r, &e);
	for (size_t i = 0; i < 2 && !row->parcel.done; i++) {
		if (session_kept(&s->session, &row->parcel,
		    verdicts[i].stage, &row->parcel.done,
		    &row->parcel.verdict, &e) == ERR_OK && row->parcel.done)
			row->state = verdicts[i].state;
		report_err(s->r, &e);
	}
}

/* What became of accepted answers, as far as it is here. */
static void
look_scored(struct status *s, struct row *row)
{
	if (row->state != OUTBOX_ACCEPTED)
		return;
	row->parcel.entry = row->entry;
	if (scored_look(&s->session, &row->parcel, &row->scored,
	    &row->unscored) == ERR_OK && row->scored.state >= SCORED_PENDING)
		row->state = OUTBOX_SCORED;
}

/* Asks the portal, once, about those that wait for their verdict. */
static void
ask(struct status *s)
{
	struct parcel *v = calloc(s->len + 1, sizeof(*v));
	struct row **of = calloc(s->len + 1, sizeof(*of));
	size_t n = 0;

	if (v == NULL || of == NULL)
		s->r->failed = true;
	for (size_t i = 0; i < s->len && !s->r->failed; i++) {
		struct row *row = &s->v[i];

		if (row->state != OUTBOX_STORED)
			continue;
		row->parcel.entry = row->entry;
		of[n] = row;
		v[n++] = row->parcel;
	}
	if (n != 0)
		session_wait(&s->session, v, n,
		    s->o->wait > 0 ? s->o->wait : 0);
	for (size_t i = 0; i < n; i++) {
		of[i]->parcel = v[i];
		if (v[i].err.code == ERR_OK)
			of[i]->state = v[i].verdict.stage == STAGE_ACCEPTED ?
			    OUTBOX_ACCEPTED : OUTBOX_REJECTED;
		if (of[i]->entry != NULL)
			of[i]->entry->state = of[i]->state;
	}
	free(v);
	free(of);
}

/* Is the portal out of reach, or would it not hear us?  The reason. */
static const struct err *
find_down(const struct status *s)
{
	for (size_t i = 0; i < s->len; i++) {
		const struct err *e = &s->v[i].parcel.err;

		if (e->code != ERR_BUSY && e->code != ERR_VERDICT_PENDING &&
		    err_status(e->code) == 75)
			return e;
	}
	return s->session.unable.code != ERR_OK ? &s->session.unable : NULL;
}

/*
 * Asks for what follows a verdict: months later, or never.  So it is no fault
 * when there is none, or when the portal cannot be asked, which is then tried
 * once.
 */
static void
ask_scored(struct status *s)
{
	const struct err *down = find_down(s);
	const int64_t now = timestamp_now();

	for (size_t i = 0; i < s->len; i++) {
		struct row *row = &s->v[i];
		const bool made = row->entry != NULL && row->entry->has_reply;

		if (row->scored.state == SCORED_NOT_ASKED)
			look_scored(s, row);
		if (row->unscored.code != ERR_OK ||
		    (row->scored.state != SCORED_NONE &&
		    row->scored.state != SCORED_PENDING) ||
		    (!row->named && !scored_may_come(&row->parcel, made,
		    row->parcel.verdict.time, now)))
			continue;
		if (down != NULL) {
			row->scored.unheard = *down;
			continue;
		}
		(void)scored_ask(&s->session, &row->parcel, &row->scored,
		    &row->unscored);
		if (row->scored.unheard.code != ERR_OK)
			down = &row->scored.unheard;
		if (row->scored.state >= SCORED_PENDING)
			row->state = OUTBOX_SCORED;
		if (row->entry != NULL)
			row->entry->state = row->state;
	}
}

enum err_code
status_run(const struct options *o, struct report *r)
{
	struct status s = { .o = o, .r = r };
	struct err_list broken = { 0 };
	struct err e = { 0 };
	enum err_code code;

	s.session.o = o;
	s.session.settings = &s.settings;
	if ((code = settings_load(o, false, &s.settings, &e)) != ERR_OK ||
	    (code = session_open(&s.session, &e)) != ERR_OK ||
	    (code = outbox_open(&s.settings, &s.outbox, &e)) != ERR_OK ||
	    (code = outbox_read(s.outbox, &s.list, &broken, &e)) != ERR_OK ||
	    (code = choose(&s, &e)) != ERR_OK)
		goto out;
	for (size_t i = 0; i < broken.len; i++)
		report_err(r, &broken.v[i]);
	s.session.outbox = s.outbox;
	for (size_t i = 0; i < s.len; i++)
		look(&s, &s.v[i]);
	ask(&s);
	ask_scored(&s);
	status_tell(&s);
out:
	report_err(r, &e);
	for (size_t i = 0; i < s.len; i++) {
		receipt_wipe(&s.v[i].stored);
		scored_wipe(&s.v[i].scored);
		parcel_wipe(&s.v[i].parcel);
	}
	free(s.v);
	err_list_wipe(&broken);
	outbox_list_wipe(&s.list);
	outbox_close(s.outbox);
	session_close(&s.session);
	settings_wipe(&s.settings);
	return code;
}
