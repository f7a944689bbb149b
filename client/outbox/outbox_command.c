/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/outbox/outbox_command.h"

#include <string.h>

#include "base/message.h"
#include "base/report.h"
#include "base/timestamp.h"
#include "client/options.h"
#include "client/outbox/dispatch.h"
#include "client/outbox/flush.h"
#include "client/outbox/outbox.h"
#include "client/outbox/outbox_kin.h"
#include "client/outbox/outbox_put.h"
#include "client/outbox/outbox_show.h"
#include "client/reason.h"
#include "client/send.h"
#include "client/session.h"

/* --- list -------------------------------------------------------------- */

/* Why it was rejected: only a receipt that can be verified here tells. */
static void
show_reason(const struct session *s, const struct outbox_entry *entry,
    struct report *r, json_t *o)
{
	const struct parcel parcel = dispatch_parcel(entry);
	struct receipt verdict = { 0 };
	bool found;

	if (entry->state != OUTBOX_REJECTED || s->signers.trust == NULL ||
	    session_kept(s, &parcel, STAGE_REJECTED, &found, &verdict,
	    NULL) != ERR_OK || !found)
		return;
	reason_report(&verdict, r);
	reason_json(&verdict, r, o);
	receipt_wipe(&verdict);
}

static void
list_entries(const struct options *o, const struct session *s,
    const struct outbox_list *list, struct report *r)
{
	const int64_t now = timestamp_now();
	json_t *entries = json_array();
	json_t *entry;
	size_t shown = 0;

	for (size_t i = 0; i < list->len; i++) {
		const struct outbox_entry *one = &list->v[i];
		const int64_t closes = settings_closes(s->settings,
		    one->round);

		if (!o->all && one->state != OUTBOX_WAITING &&
		    one->state != OUTBOX_STORED &&
		    !outbox_needs_care(list, one))
			continue;
		if (shown++ != 0)
			buf_add_str(&r->text, "\n");
		outbox_show_entry(one, closes, now, r);
		entry = outbox_show_json(one, closes, now);
		show_reason(s, one, r, entry);
		if (json_array_append_new(entries, entry) != 0)
			r->failed = true;
	}
	if (shown == 0)
		report_say(r, "%s", list->len == 0 ?
		    _("The outbox is empty.") :
		    _("Nothing is waiting, and every verdict is there "
		    "(--all lists them)."));
	report_set(r, "entries", entries);
}

static enum err_code
list_run(const struct options *o, struct report *r)
{
	struct err_list broken = { 0 };
	struct outbox_list list = { 0 };
	struct settings settings = { 0 };
	struct session session = { .o = o, .settings = &settings };
	struct outbox *outbox = NULL;
	struct err e = { 0 }, found = { 0 };

	if (o->n_operands > 1)
		err_set(&e, ERR_USAGE, "outbox list", 0,
		    _("unexpected operand '%s'"), o->operands[1]);
	else if (settings_load(o, true, &settings, &e) == ERR_OK &&
	    outbox_open(&settings, &outbox, &e) == ERR_OK &&
	    outbox_read(outbox, &list, &broken, &e) == ERR_OK) {
		report_set_text(r, "outbox", outbox_path(outbox));
		if (settings.config != NULL)
			(void)session_open(&session, NULL);
		list_entries(o, &session, &list, r);
		for (size_t i = 0; i < list.len; i++)
			if (outbox_check_names(&list.v[i], &found) != ERR_OK)
				report_err(r, &found);
	}
	report_err(r, &e);
	for (size_t i = 0; i < broken.len; i++)
		report_err(r, &broken.v[i]);
	err_list_wipe(&broken);
	outbox_list_wipe(&list);
	outbox_close(outbox);
	session_close(&session);
	settings_wipe(&settings);
	return ERR_OK;
}

/* --- drop -------------------------------------------------------------- */

/* The portal has it: the receipt is kept, and the entry stays. */
static void
report_delivered(const struct session *s, const struct outbox_entry *entry,
    struct report *r)
{
	const struct parcel parcel = dispatch_parcel(entry);
	struct receipt receipt = { 0 };
	bool found;

	if (session_kept(s, &parcel, STAGE_STORED, &found, &receipt, NULL) ==
	    ERR_OK && found)
		send_report_receipt(entry->sealed, &receipt, r);
	receipt_wipe(&receipt);
}

/* Does the portal let go of it? */
static enum err_code
give_up(struct session *s, const struct outbox_entry *entry,
    struct report *r, struct err *e)
{
	const struct parcel parcel = dispatch_parcel(entry);
	struct err found = { 0 };
	enum err_code code;

	if ((code = session_open(s, &found)) != ERR_OK ||
	    (code = dispatch_connect(s, entry, &found)) != ERR_OK ||
	    (code = session_abandon(s, &parcel, &found)) != ERR_OK)
		(void)err_set(e, code, found.where[0] != '\0' ? found.where :
		    entry->id, found.at, "%s", found.msg);
	if (code == ERR_DELIVERED)
		report_delivered(s, entry, r);
	else if (code != ERR_OK)
		report_say(r, "%s", _("Nothing was removed.  The portal may "
		    "have the file: when it cannot be asked, --local removes "
		    "the entry all the same."));
	return code;
}

/* What the authority has rejected counts for nothing, and is a person's to
 * throw away; but the name of a receipt alone shows nothing. */
static enum err_code
check_rejected(struct session *s, const struct outbox_entry *entry,
    struct err *e)
{
	const struct parcel parcel = dispatch_parcel(entry);
	struct receipt verdict = { 0 };
	enum err_code code;
	bool found;

	if ((code = session_open(s, e)) == ERR_OK &&
	    (code = session_kept(s, &parcel, STAGE_REJECTED, &found,
	    &verdict, e)) == ERR_OK && !found)
		code = err_set(e, ERR_DELIVERED, entry->id, 0, NULL);
	receipt_wipe(&verdict);
	return code;
}

static enum err_code
drop_entry(struct session *s, struct outbox *outbox,
    struct outbox_entry *entry, struct report *r, struct err *e)
{
	const bool risky = entry->state == OUTBOX_WAITING &&
	    entry->attempts != 0 && s->o->local;
	enum err_code code = ERR_OK;

	if (entry->state == OUTBOX_REJECTED)
		code = check_rejected(s, entry, e);
	else if (entry->state != OUTBOX_WAITING) {
		code = err_set(e, ERR_DELIVERED, entry->id, 0, NULL);
		(void)session_open(s, NULL);
		report_delivered(s, entry, r);
	} else if (entry->attempts != 0 && !s->o->local)
		code = give_up(s, entry, r, e);
	if (code != ERR_OK ||
	    (code = outbox_remove(outbox, entry, e)) != ERR_OK)
		return code;
	report_set_text(r, "dropped", entry->id);
	report_say(r, _("%s has been removed; nothing of it is kept."),
	    entry->id);
	if (risky)
		report_say(r, "%s", _("The portal was not asked: if it has "
		    "the whole file, that counts as handed in, and there is "
		    "no receipt of it here."));
	return ERR_OK;
}

static enum err_code
drop_run(const struct options *o, struct report *r)
{
	struct err_list broken = { 0 };
	struct outbox_list list = { 0 };
	struct settings settings = { 0 };
	struct session session = { .o = o, .settings = &settings };
	struct outbox_entry *entry;
	struct outbox *outbox = NULL;
	struct err e = { 0 };
	enum err_code code;

	if (o->n_operands != 2)
		code = err_set(&e, ERR_USAGE, "outbox drop", 0,
		    _("it takes one submission; 'sigill outbox list' tells "
		    "their ids"));
	else if ((code = settings_load(o, false, &settings, &e)) == ERR_OK &&
	    (code = outbox_open(&settings, &outbox, &e)) == ERR_OK &&
	    (code = outbox_read(outbox, &list, &broken, &e)) == ERR_OK &&
	    (code = outbox_find(&list, o->operands[1], &entry, &e)) ==
	    ERR_OK && (code = outbox_lock(outbox, entry, &e)) == ERR_OK)
		code = drop_entry(&session, outbox, entry, r, &e);
	report_err(r, &e);
	err_list_wipe(&broken);
	outbox_list_wipe(&list);
	outbox_close(outbox);
	session_close(&session);
	settings_wipe(&settings);
	return code;
}

enum err_code
outbox_run(const struct options *o, struct report *r)
{
	static const struct {
		const char *name;
		enum err_code (*run)(const struct options *o,
		    struct report *r);
	} commands[] = {
		{ "list", list_run }, { "flush", flush_run },
		{ "drop", drop_run },
	};
	struct err e = { 0 };

	if (o->operand == NULL)
		return list_run(o, r);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(commands[i].name, o->operand) == 0)
			return commands[i].run(o, r);
	err_set(&e, ERR_USAGE, "outbox", 0, _("'%.60s' is none of list, "
	    "flush and drop"), o->operand);
	return report_err(r, &e);
}
