/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/earlier.h"

#include <string.h>

#include "base/message.h"
#include "base/report.h"
#include "base/timestamp.h"
#include "client/mandate_file.h"
#include "client/options.h"
#include "client/outbox/dispatch.h"
#include "client/outbox/outbox.h"
#include "client/outbox/outbox_kin.h"
#include "client/reason.h"
#include "client/session.h"

void
earlier_other(const struct session *s, const struct outbox_list *list,
    const struct outbox_entry *entry, struct report *r)
{
	const struct outbox_entry *other = outbox_other_answers(list, entry);
	struct parcel parcel;
	struct receipt receipt = { 0 };
	char when[TIMESTAMP_LOCAL_LEN];
	bool found;

	if (other == NULL || entry->has_supersedes)
		return;
	report_set_text(r, "other", other->id);
	if (other->state == OUTBOX_WAITING) {
		report_say(r, _("Other answers for the same questionnaire "
		    "and round wait in the outbox (%s), and are sent as "
		    "well.  To take them back: 'sigill outbox drop %s'."),
		    other->id, other->id);
		return;
	}
	parcel = dispatch_parcel(other);
	timestamp_format_local(session_kept(s, &parcel, STAGE_STORED,
	    &found, &receipt, NULL) == ERR_OK && found ? receipt.time :
	    other->created, when);
	report_say(r, _("Other answers for the same questionnaire and "
	    "round were handed in %s (%s).  To say that these replace them, "
	    "submit them with --supersedes %s."), when, other->id, other->id);
	receipt_wipe(&receipt);
}

/* Would the same answers meet the same reason, however they are sealed? */
static bool
is_in_answers(enum err_code reason)
{
	switch (reason) {
	case ERR_QUESTIONNAIRE_UNKNOWN:
	case ERR_QUESTIONNAIRE_DIGEST:
	case ERR_ROUND:
	case ERR_ORGANISATION_NUMBER:
	case ERR_ORGANISATION_MISMATCH:
	case ERR_QUESTION_UNKNOWN:
	case ERR_OPTION_UNKNOWN:
	case ERR_ANSWER_MISSING:
	case ERR_ANSWER_TYPE:
	case ERR_ANSWER_VALUE:
	case ERR_ANSWER_TWICE:
	case ERR_ANSWER_UNASKED:
	case ERR_FIELD_MISSING:
	case ERR_FIELD_UNKNOWN:
	case ERR_FIELD_TYPE:
	case ERR_FIELD_VALUE:
	case ERR_TEXT:
	case ERR_TOO_LARGE:
		return true;
	default:
		return false;
	}
}

/* Is it the mandate that was enclosed then? */
static bool
is_same_mandate(const struct session *s, const struct outbox_entry *same)
{
	struct mandate_file given = { 0 };
	bool is_same;

	if (s->o->mandate == NULL || !same->has_mandate ||
	    mandate_file_read(s->o->mandate, &given, NULL) != ERR_OK)
		return false;
	is_same = memcmp(given.digest, same->mandate, DIGEST_LEN) == 0;
	mandate_file_wipe(&given);
	return is_same;
}

enum err_code
earlier_rejected(const struct session *s, const struct outbox_entry *same,
    struct report *r, struct err *e)
{
	const struct parcel parcel = dispatch_parcel(same);
	struct receipt verdict = { 0 };
	struct err why = { 0 };
	enum err_code code;
	bool found;

	if ((code = session_kept(s, &parcel, STAGE_REJECTED, &found,
	    &verdict, e)) != ERR_OK)
		return code;
	if (!found)
		return err_set(e, ERR_BUSY, same->id, 0, NULL);
	(void)reason_err(&verdict, same->id, &why);
	if (is_in_answers(err_by_name(verdict.reason))) {
		report_say(r, _("Nothing was sealed: the authority would "
		    "reject the same answers again.  To hand them in all the "
		    "same: 'sigill outbox drop %s', and submit again."),
		    same->id);
		*e = why;
		code = ERR_REJECTED;
	} else if (err_by_name(verdict.reason) == ERR_DECLINED) {
		report_say(r, _("Nothing was sealed: these are the answers "
		    "that the authority's staff did not accept.  To hand them "
		    "in all the same: 'sigill outbox drop %s', and submit "
		    "again."), same->id);
		*e = why;
		code = ERR_REJECTED;
	} else if (err_by_name(verdict.reason) == ERR_MANDATE_REVOKED &&
	    is_same_mandate(s, same)) {
		report_say(r, "%s", _("Nothing was sealed: it is the mandate "
		    "that the authority has revoked."));
		*e = why;
		code = ERR_REJECTED;
	} else
		report_say(r, _("The authority has rejected %s: %s; the same "
		    "answers are sealed again."), same->id, why.msg);
	receipt_wipe(&verdict);
	return code;
}
