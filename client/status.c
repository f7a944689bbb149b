/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/status.h"

#include <stdio.h>
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
#include "client/outbox/outbox_kin.h"
#include "client/outbox/outbox_show.h"
#include "client/reason.h"
#include "client/send.h"
#include "client/session.h"
#include "client/sniff.h"
#include "format/fingerprint.h"

/* A submission that is asked about. */
struct row {
	struct outbox_entry *entry;	/* NULL: a sealed file elsewhere */
	struct parcel parcel;
	struct receipt stored;		/* when there is one */
	enum outbox_state state;	/* by receipts that were verified */
	bool named;
};

struct status {
	const struct options *o;
	struct report *r;
	struct settings settings;
	struct session session;
	struct outbox *outbox;
	struct outbox_list list;
	struct row *v;
	size_t len;
	bool waiting;		/* something has not been handed in */
};

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

/* --- telling ----------------------------------------------------------- */

/* One line: which, for what, who, how far, when. */
static void
show_row(const struct row *row, struct report *r)
{
	static const char *const words[] = {
		[OUTBOX_WAITING] = N_("waiting"),
		[OUTBOX_STORED] = N_("stored"),
		[OUTBOX_REJECTED] = N_("rejected"),
		[OUTBOX_ACCEPTED] = N_("accepted"),
	};
	const struct outbox_entry *entry = row->entry;
	const struct receipt *receipt = &row->parcel.verdict;
	char when[TIMESTAMP_LOCAL_LEN] = "", number[12] = "";
	char printed[FINGERPRINT_LEN] = "";

	if (row->state == OUTBOX_STORED)
		receipt = &row->stored;
	if (row->state != OUTBOX_WAITING)
		timestamp_format_local(receipt->time, when);
	else if (entry != NULL)
		timestamp_format_local(entry->created, when);
	if (entry != NULL) {
		orgnr_format(entry->organisation, number);
		report_say(r, "%-21s %s %s  %s  %s  %s%s", entry->id,
		    entry->questionnaire, entry->round, number,
		    row->state == OUTBOX_WAITING &&
		    outbox_show_sending(entry) ? _("being sent") :
		    _(words[row->state]), when, entry->environment ==
		    ENVIRONMENT_TEST ? _(" (TEST)") : "");
	} else {
		/* Only its verdict tells what the sealed file holds. */
		if (row->state == OUTBOX_ACCEPTED)
			fingerprint_format(receipt->fingerprint, printed);
		report_say(r, "%s%s%s  %s  %s", printed, printed[0] != '\0' ?
		    "   " : "", row->parcel.path, _(words[row->state]), when);
	}
	if (row->state == OUTBOX_REJECTED)
		reason_say(receipt, r);
}

static json_t *
row_json(const struct status *s, const struct row *row)
{
	const struct outbox_entry *entry = row->entry;
	json_t *o, *receipts;

	o = entry != NULL ? outbox_show_json(entry, settings_closes(
	    &s->settings, entry->round), timestamp_now()) :
	    json_pack("{s:s}", "sealed", row->parcel.path);
	receipts = json_object();
	if (row->stored.authority != NULL)
		(void)json_object_set_new(receipts, "stored",
		    receipt_json(&row->stored));
	if (row->parcel.verdict.authority != NULL)
		(void)json_object_set_new(receipts, receipt_stage_name(
		    row->parcel.verdict.stage),
		    receipt_json(&row->parcel.verdict));
	if (json_object_set_new(o, "state", json_string(outbox_show_state(
	    row->state))) != 0 ||
	    json_object_set_new(o, "verified", receipts) != 0)
		s->r->failed = true;
	return o;
}

/* What stands in the way of one is often the same for all: said once. */
static void
report_once(struct status *s, struct err *e)
{
	for (size_t i = 0; i < s->r->errors.len; i++)
		if (s->r->errors.v[i].code == e->code &&
		    strcmp(s->r->errors.v[i].msg, e->msg) == 0)
			return;
	report_err(s->r, e);
}

static void
report_rows(struct status *s)
{
	json_t *list = json_array();
	struct err e;

	for (size_t i = 0; i < s->len; i++) {
		struct row *row = &s->v[i];

		show_row(row, s->r);
		if (json_array_append_new(list, row_json(s, row)) != 0)
			s->r->failed = true;
		s->waiting |= row->state == OUTBOX_WAITING;
		memset(&e, 0, sizeof(e));
		if (row->state == OUTBOX_REJECTED && (row->named ||
		    outbox_needs_care(&s->list, row->entry)))
			(void)reason_err(&row->parcel.verdict,
			    row->entry != NULL ? row->entry->id :
			    row->parcel.path, &e);
		report_err(s->r, &e);
	}
	if (s->len == 0 && s->o->n_operands == 0)
		report_say(s->r, "%s", s->list.len == 0 ?
		    _("The outbox is empty.") :
		    _("All that is in the outbox is for the other "
		    "environment."));
	report_set(s->r, "submissions", list);
	/* After the rejections, which are worse. */
	for (size_t i = 0; i < s->len; i++)
		if (s->v[i].parcel.err.code != ERR_OK &&
		    s->v[i].parcel.err.code != ERR_VERDICT_PENDING)
			report_once(s, &s->v[i].parcel.err);
	if (s->waiting)
		err_set(&s->r->quiet, ERR_WAITING, NULL, 0, NULL);
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
	report_rows(&s);
out:
	report_err(r, &e);
	for (size_t i = 0; i < s.len; i++) {
		receipt_wipe(&s.v[i].stored);
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
