/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/status_tell.h"

#include <string.h>

#include "base/message.h"
#include "base/report.h"
#include "base/timestamp.h"
#include "client/options.h"
#include "client/outbox/outbox_kin.h"
#include "client/outbox/outbox_show.h"
#include "client/reason.h"
#include "format/fingerprint.h"
#include "format/orgnr.h"

/* One line: which, for what, who, how far, when. */
static void
show_row(const struct row *row, struct report *r)
{
	static const char *const words[] = {
		[OUTBOX_WAITING] = N_("waiting"),
		[OUTBOX_STORED] = N_("stored"),
		[OUTBOX_REJECTED] = N_("rejected"),
		[OUTBOX_ACCEPTED] = N_("accepted"),
		[OUTBOX_SCORED] = N_("scored"),
	};
	const struct outbox_entry *entry = row->entry;
	const struct receipt *receipt = &row->parcel.verdict;
	char when[TIMESTAMP_LOCAL_LEN] = "", number[12] = "";
	char printed[FINGERPRINT_LEN] = "";

	if (row->state == OUTBOX_STORED)
		receipt = &row->stored;
	else if (row->state == OUTBOX_SCORED)
		receipt = &row->scored.receipt;
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
		if (row->state >= OUTBOX_ACCEPTED)
			fingerprint_format(row->parcel.verdict.fingerprint,
			    printed);
		report_say(r, "%s%s%s  %s  %s", printed, printed[0] != '\0' ?
		    "   " : "", row->parcel.path, _(words[row->state]), when);
	}
	if (row->state == OUTBOX_REJECTED)
		reason_say(receipt, r);
	scored_say(&row->scored, &row->parcel, entry != NULL ? entry->id :
	    NULL, r);
}

static json_t *
row_json(const struct status *s, const struct row *row)
{
	const struct outbox_entry *entry = row->entry;
	json_t *o, *receipts, *feedback;

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
	if (row->scored.receipt.authority != NULL)
		(void)json_object_set_new(receipts, "scored",
		    receipt_json(&row->scored.receipt));
	if (row->scored.state != SCORED_NOT_ASKED) {
		feedback = scored_json(&row->scored, &row->parcel);
		if (json_object_set_new(o, "feedback", feedback) != 0)
			s->r->failed = true;
	}
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

/* Once for all: nothing is wrong with any of them. */
static void
report_unheard(const struct status *s)
{
	const struct err *e;

	for (size_t i = 0; i < s->len; i++) {
		e = &s->v[i].scored.unheard;
		if (e->code == ERR_OK)
			continue;
		report_say(s->r, _("Whether there is feedback could not be "
		    "asked: %s%s%s [%s]"), _(err_sentence(e->code)),
		    e->msg[0] != '\0' ? ": " : "", e->msg,
		    err_name(e->code));
		return;
	}
}

void
status_tell(struct status *s)
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
	for (size_t i = 0; i < s->len; i++)
		report_err(s->r, &s->v[i].unscored);
	report_unheard(s);
	if (s->waiting)
		err_set(&s->r->quiet, ERR_WAITING, NULL, 0, NULL);
}
