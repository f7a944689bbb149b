/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/outbox/dispatch.h"

#include <stdio.h>
#include <string.h>

#include "base/message.h"
#include "base/timestamp.h"
#include "client/delivery/pace.h"
#include "client/options.h"
#include "client/outbox/outbox.h"
#include "client/outbox/schedule.h"
#include "client/ui.h"

struct parcel
dispatch_parcel(const struct outbox_entry *entry)
{
	struct parcel p = { .path = entry->sealed, .size = entry->size };

	memcpy(p.digest, entry->digest, DIGEST_LEN);
	return p;
}

bool
dispatch_may_pass(enum err_code code)
{
	return err_status(code) == 75;
}

/* An upload belongs to who began it: with another organisation's certificate
 * the portal would take it for another one. */
static enum err_code
check_signer(const struct session *s, const struct outbox_entry *entry,
    struct err *e)
{
	char number[ORGNR_LEN], ours[12], theirs[12];
	enum err_code code;

	if ((code = cert_organisation(s->identity->cert, number, e)) !=
	    ERR_OK || strcmp(number, entry->signer) == 0)
		return code;
	orgnr_format(number, ours);
	orgnr_format(entry->signer, theirs);
	return err_set(e, ERR_ORGANISATION_MISMATCH, entry->id, 0,
	    _("%s, but the certificate is for %s"), theirs, ours);
}

enum err_code
dispatch_connect(struct session *s, const struct outbox_entry *entry,
    struct err *e)
{
	enum err_code code;

	if (entry->environment != s->settings->environment)
		return err_set(e, ERR_ENVIRONMENT, entry->id, 0,
		    _("it is for '%s', and sigill.conf says '%s'"),
		    environment_name(entry->environment),
		    environment_name(s->settings->environment));
	if ((code = session_connect(s, e)) != ERR_OK)
		return code;
	return check_signer(s, entry, e);
}

/* The next attempt: later each time, and when the portal asked for it. */
static void
plan_next(struct outbox_entry *entry, int64_t before, unsigned retry_after)
{
	int64_t pause = schedule_pause(entry->attempts, pace_random());

	/* What fails before the portal hears of it is not counted. */
	if (pause < before)
		pause = before;
	if (pause < retry_after)
		pause = retry_after;
	if (pause > SCHEDULE_PAUSE_MAX)
		pause = SCHEDULE_PAUSE_MAX;
	entry->next_attempt = entry->last_attempt + pause;
}

/* Keeps what came of it; only the next run's haste depends on that. */
static enum err_code
note_error(struct outbox *o, struct outbox_entry *entry,
    const struct err *found, struct err *e)
{
	entry->last_error = found->code;
	(void)snprintf(entry->last_message, sizeof(entry->last_message), "%s",
	    found->msg);
	(void)outbox_note(o, entry, NULL);
	if (found->code == ERR_OK)
		return ERR_OK;
	return err_set(e, found->code, found->where[0] != '\0' ?
	    found->where : entry->id, found->at, "%s", found->msg);
}

enum err_code
dispatch_entry(struct session *s, struct outbox *o,
    struct outbox_entry *entry, struct receipt *out, struct err *e)
{
	const struct parcel p = dispatch_parcel(entry);
	const int64_t now = timestamp_now();
	const int64_t pause = entry->next_attempt - entry->last_attempt;
	const struct delivery_limits limits = schedule_limits(
	    settings_closes(s->settings, entry->round), now,
	    s->o->never_ask);
	struct err found = { 0 };
	struct buf file = { 0 };
	unsigned retry_after = 0;
	enum err_code code;
	char words[400];

	code = dispatch_connect(s, entry, &found);
	/* Not this configuration's; what its own one noted stays. */
	if (code == ERR_ENVIRONMENT || code == ERR_ORGANISATION_MISMATCH)
		return err_set(e, code, found.where, 0, "%s", found.msg);
	if (code != ERR_OK ||
	    outbox_check_names(entry, &found) != ERR_OK ||
	    outbox_sealed(entry, &file, &found) != ERR_OK) {
		entry->last_attempt = now;
		plan_next(entry, 2 * pause, 0);
		goto out;
	}
	/* What a crash would leave. */
	entry->attempts++;
	entry->last_attempt = now;
	entry->last_error = ERR_INTERRUPTED;
	entry->last_message[0] = '\0';
	plan_next(entry, 0, 0);
	if (outbox_note(o, entry, &found) != ERR_OK)
		goto out;
	if (!s->o->json) {
		(void)snprintf(words, sizeof(words), _("interrupted; it is "
		    "kept in the outbox (%s); 'sigill outbox flush' or the "
		    "same command goes on with it"), entry->id);
		ui_on_interrupt(words);
	}
	if (session_deliver(s, &p, &file, &limits, &retry_after, out,
	    &found) == ERR_OK)
		entry->state = OUTBOX_STORED;
	ui_on_interrupt(NULL);
	entry->last_attempt = timestamp_now();
	if (found.code == ERR_OK)
		entry->next_attempt = entry->last_attempt;
	else
		plan_next(entry, 0, retry_after);
out:
	buf_wipe(&file);
	return note_error(o, entry, &found, e);
}
