/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/submit.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/message.h"
#include "base/report.h"
#include "base/timestamp.h"
#include "client/check.h"
#include "client/earlier.h"
#include "client/mandate_file.h"
#include "client/options.h"
#include "client/outbox/dispatch.h"
#include "client/outbox/outbox.h"
#include "client/outbox/outbox_put.h"
#include "client/outbox/schedule.h"
#include "client/prepare.h"
#include "client/send.h"
#include "client/session.h"
#include "client/settings.h"

/* One submission on its way. */
struct submitting {
	const struct options *o;
	struct report *r;
	struct settings settings;
	struct checked checked;
	struct identity identity;
	struct session session;
	struct outbox *outbox;
	struct outbox_entry entry;	/* locked while fd is not -1 */
};

/* What the entry is to say, before it is known whether there is one. */
static enum err_code
describe(struct submitting *s, struct err *e)
{
	const struct statement *statement = &s->checked.statement;
	struct outbox_entry *entry = &s->entry;

	memcpy(entry->fingerprint, s->checked.fingerprint, DIGEST_LEN);
	(void)snprintf(entry->organisation, sizeof(entry->organisation),
	    "%s", statement->number);
	(void)snprintf(entry->questionnaire, sizeof(entry->questionnaire),
	    "%s", statement->questionnaire);
	(void)snprintf(entry->round, sizeof(entry->round), "%s",
	    statement->round);
	entry->environment = s->settings.environment;
	return prepare_supersedes(s->o, &s->settings, &s->checked,
	    &entry->has_supersedes, entry->supersedes, e);
}

/* Locks the entry that has the same submission, if there is one that the
 * authority has not rejected; *found tells. */
static enum err_code
take_same(struct submitting *s, bool *found, struct err *e)
{
	struct err_list broken = { 0 };
	struct outbox_list list = { 0 };
	struct outbox_entry *same = NULL;
	enum err_code code;

	*found = false;
	if ((code = outbox_read(s->outbox, &list, &broken, e)) == ERR_OK &&
	    (code = outbox_find_same(&list, &s->entry, &same, e)) == ERR_OK &&
	    same != NULL && same->state != OUTBOX_REJECTED) {
		code = outbox_lock(s->outbox, same, e);
		*found = code == ERR_OK && same->state != OUTBOX_REJECTED;
	}
	if (code == ERR_OUTBOX_ENTRY) {		/* dropped just now */
		err_clear(e);
		code = ERR_OK;
		same = NULL;
	}
	if (code == ERR_OK && same != NULL && !*found)
		code = earlier_rejected(&s->session, same, s->r, e);
	if (code == ERR_OK && !*found)
		earlier_other(&s->session, &list, &s->entry, s->r);
	if (*found) {
		s->entry = *same;
		same->fd = -1;
	}
	err_list_wipe(&broken);
	outbox_list_wipe(&list);
	return code;
}

/* The sealed file is called after the answers, whose folder is nobody's
 * business. */
static enum err_code
seal_and_put(struct submitting *s, struct err *e)
{
	const char *name = file_base_name(s->o->operand);
	const size_t len = strlen(name);
	struct sealed sealed = { 0 };
	struct mandate_file mandate = { 0 };
	const struct prepare_extras extras = {
		.supersedes = s->entry.has_supersedes ?
		    s->entry.supersedes : NULL,
		.mandate = &mandate, .reply = true,
	};
	char base[256];
	enum err_code code;

	(void)snprintf(base, sizeof(base), "%.*s", (int)(len > 5 &&
	    strcmp(name + len - 5, ".json") == 0 ? len - 5 : len), name);
	if (strcmp(name, "-") == 0)
		(void)snprintf(base, sizeof(base), "%s",
		    s->entry.questionnaire);
	if ((code = prepare_mandate(s->o, &s->settings, &s->checked,
	    &mandate, e)) != ERR_OK ||
	    (code = settings_identity(&s->settings, s->o, &s->identity,
	    e)) != ERR_OK)
		goto out;
	s->session.identity = &s->identity;
	if ((code = prepare_sealed(s->o, &s->settings, &s->checked,
	    &s->identity, &extras, &sealed, s->r, e)) == ERR_OK &&
	    (code = prepare_recipients(&s->settings, s->entry.recipients,
	    e)) == ERR_OK) {
		memcpy(s->entry.digest, sealed.digest, DIGEST_LEN);
		s->entry.size = sealed.data.len;
		s->entry.has_mandate = mandate.der.len != 0;
		memcpy(s->entry.mandate, mandate.digest, DIGEST_LEN);
		memcpy(s->entry.signer, s->entry.has_mandate ?
		    mandate.content.submitter : s->entry.organisation,
		    sizeof(s->entry.signer));
		s->entry.created = timestamp_now();
		s->entry.has_reply = sealed.reply.len != 0;
		code = outbox_put(s->outbox, base, &sealed, &s->entry, e);
	}
out:
	mandate_file_wipe(&mandate);
	sealed_wipe(&sealed);
	return code;
}

static void
report_entry(const struct submitting *s)
{
	const struct outbox_entry *entry = &s->entry;

	report_line(s->r, _("In the outbox"), "%s", entry->id);
	report_set_text(s->r, "id", entry->id);
	prepare_report(entry->sealed, entry->digest, entry->size, s->r);
}

/* The entry is there: to the portal with it, unless it has been there. */
static enum err_code
deliver(struct submitting *s, struct err *e)
{
	struct outbox_entry *entry = &s->entry;
	struct parcel parcel = dispatch_parcel(entry);
	const bool delivered = entry->state != OUTBOX_WAITING;
	struct receipt receipt = { 0 };
	char when[TIMESTAMP_LOCAL_LEN];
	const int64_t closes = settings_closes(&s->settings, entry->round);
	enum err_code code;
	bool found = true;

	report_entry(s);
	report_set(s->r, "already_delivered", json_boolean(delivered));
	if (delivered && outbox_check_names(entry, e) != ERR_OK)
		code = e->code;
	else if (delivered)
		code = session_kept(&s->session, &parcel, entry->state >=
		    OUTBOX_ACCEPTED ? STAGE_ACCEPTED : STAGE_STORED, &found,
		    &receipt, e);
	else
		code = dispatch_entry(&s->session, s->outbox, entry,
		    &receipt, e);
	if (code == ERR_OK && delivered && found) {
		timestamp_format_local(receipt.time, when);
		report_say(s->r, _("These answers have been handed in "
		    "already (%s); nothing was sent."), when);
	}
	if (code == ERR_OK && found)
		send_report_receipt(entry->sealed, &receipt, s->r);
	if (closes == 0 && settings_any_closes(&s->settings))
		report_say(s->r, _("sigill.conf sets no deadline for round "
		    "%s, only for others."), entry->round);
	/* Only now: sending may have taken until after the deadline. */
	if (entry->state == OUTBOX_WAITING)
		schedule_report(closes, timestamp_now(), s->r);
	else if (code == ERR_OK && found && receipt.stage == STAGE_STORED)
		schedule_report_done(closes, receipt.time, s->r);
	receipt_wipe(&receipt);
	if (code == ERR_OK && entry->state >= OUTBOX_ACCEPTED)
		report_set_text(s->r, "verdict", "accepted");
	else if (code == ERR_OK && s->o->wait >= 0) {
		/* Nobody is kept from it for as long as that. */
		outbox_unlock(entry);
		s->session.outbox = s->outbox;
		parcel.entry = entry;
		code = send_wait(&s->session, &parcel, s->r, e);
	}
	parcel_wipe(&parcel);
	if (code == ERR_OK || code == ERR_VERDICT_PENDING)
		report_say(s->r, "%s", _("Done.  The receipt is what belongs "
		    "in the registry, with the sealed file that it is for."));
	return code;
}

/* The mandate that is given may be the one that a rejection asked for. */
static void
report_other_mandate(struct submitting *s)
{
	struct mandate_file given = { 0 };

	if (s->o->mandate != NULL &&
	    mandate_file_read(s->o->mandate, &given, NULL) == ERR_OK &&
	    (!s->entry.has_mandate || memcmp(given.digest, s->entry.mandate,
	    DIGEST_LEN) != 0))
		report_say(s->r, _("They were sealed with another mandate "
		    "than %s.  To enclose that instead: 'sigill outbox drop "
		    "%s', and submit again."), s->o->mandate, s->entry.id);
	mandate_file_wipe(&given);
}

/* What waits already is not sealed again: it may be at the portal. */
static void
report_waiting(struct submitting *s)
{
	uint8_t recipients[DIGEST_LEN];
	char since[TIMESTAMP_LOCAL_LEN];

	timestamp_format_local(s->entry.created, since);
	report_say(s->r, _("The same answers wait in the outbox, sealed %s; "
	    "this goes on with them."), since);
	if (prepare_recipients(&s->settings, recipients, NULL) == ERR_OK &&
	    memcmp(recipients, s->entry.recipients, DIGEST_LEN) != 0)
		report_say(s->r, _("They were sealed for other recipients "
		    "than sigill.conf names now.  If the authority can no "
		    "longer open them: 'sigill outbox drop %s', and submit "
		    "again."), s->entry.id);
	report_other_mandate(s);
}

static void
report_kept(const struct submitting *s, enum err_code code)
{
	if (s->entry.state != OUTBOX_WAITING)
		return;
	if (dispatch_may_pass(code))
		report_say(s->r, "%s", _("It is kept in the outbox; 'sigill "
		    "outbox flush', or the same command again, goes on with "
		    "it."));
	else if (code == ERR_PORTAL_REFUSED)
		report_say(s->r, _("It is kept in the outbox.  To have it "
		    "sealed anew: 'sigill outbox drop %s', and submit "
		    "again."), s->entry.id);
	else
		report_say(s->r, "%s", _("It is kept in the outbox.  When "
		    "the cause has been seen to, 'sigill outbox flush' or "
		    "the same command goes on with it."));
}

static enum err_code
submit(struct submitting *s, struct err *e)
{
	enum err_code code;
	bool found;

	if ((code = take_same(s, &found, e)) != ERR_OK)
		return code;
	if (!found) {
		code = seal_and_put(s, e);
		/* Another run was faster: that one's, then. */
		if (code == ERR_BUSY) {
			err_clear(e);
			if ((code = take_same(s, &found, e)) == ERR_OK &&
			    !found)
				code = err_set(e, ERR_BUSY,
				    outbox_path(s->outbox), 0, NULL);
		}
	}
	if (code != ERR_OK)
		return code;
	if (found && s->entry.state == OUTBOX_WAITING)
		report_waiting(s);
	if ((code = deliver(s, e)) != ERR_OK)
		report_kept(s, code);
	return code;
}

enum err_code
submit_run(const struct options *o, struct report *r)
{
	struct submitting s = { .o = o, .r = r, .entry = { .fd = -1 } };
	struct err e = { 0 };
	enum err_code code;

	s.session.o = o;
	s.session.settings = &s.settings;
	if ((code = settings_load(o, false, &s.settings, &e)) != ERR_OK ||
	    (code = session_open(&s.session, &e)) != ERR_OK ||
	    (code = check_answers(o, &s.settings, &s.checked, r)) != ERR_OK ||
	    (code = outbox_open(&s.settings, &s.outbox, &e)) != ERR_OK ||
	    (code = describe(&s, &e)) != ERR_OK)
		goto out;
	prepare_report_checked(&s.checked, &s.settings, r);
	code = submit(&s, &e);
out:
	report_err(r, &e);
	outbox_unlock(&s.entry);
	outbox_close(s.outbox);
	session_close(&s.session);
	identity_wipe(&s.identity);
	checked_wipe(&s.checked);
	settings_wipe(&s.settings);
	return code;
}
