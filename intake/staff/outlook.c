/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/staff/outlook.h"

#include <string.h>

#include "base/timestamp.h"
#include "format/member.h"
#include "intake/rules.h"
#include "intake/staff/arrival_tell.h"

enum err_code
outlook_kin(struct desk *desk, const struct arrival *a, struct pile *out,
    struct err *e)
{
	const struct arrival_filter filter = {
		.organisation = a->facts.organisation,
		.questionnaire = a->facts.questionnaire,
		.round = a->facts.round,
	};

	return a->facts.kind != VERDICT_ACCEPTED ? ERR_OK :
	    pile_load(desk->db, &filter, out, e);
}

/* By the rules, as things are now. */
static enum err_code
rule(struct desk *desk, const struct arrival *a, struct ruling *out,
    struct err *e)
{
	struct history history = { 0 };
	enum err_code code;

	if ((code = sql_begin_reading(desk->db, e)) != ERR_OK)
		return code;
	code = arrivals_history(desk->db, &a->facts, &history, e);
	if ((code = sql_finish(desk->db, code, e)) == ERR_OK)
		rules_decide(&a->facts, &history, true, out);
	history_wipe(&history);
	return code;
}

static const struct arrival *
counting(const struct pile *kin)
{
	for (size_t i = 0; i < kin->len; i++)
		if (kin->v[i].counts)
			return &kin->v[i];
	return NULL;
}

static void
tell_one(struct report *r, const char *label, const struct arrival *a)
{
	char name[ARRIVAL_LABEL_LEN], when[TIMESTAMP_LOCAL_LEN];

	arrival_label(a, name);
	timestamp_format_local(a->arrived, when);
	report_line(r, label, "%s, arrived %s", name, when);
}

static void
tell_accepted(const struct ruling *ruling, const struct arrival *a,
    const struct arrival *now, struct report *r)
{
	if (ruling->state == RULE_REJECT)
		report_line(r, "Will count", "not this one: it will be "
		    "rejected all the same: %s [%s]",
		    err_sentence(ruling->code), err_name(ruling->code));
	else if (ruling->counts && now != NULL)
		report_line(r, "Will count", "this one; the other one is "
		    "replaced%s", now->arrived > a->arrived ?
		    ", although it came later" : "");
	else if (ruling->counts)
		report_line(r, "Will count", "this one");
	else if (ruling->same_answers || ruling->duplicate)
		report_line(r, "Will count", "nothing else: the same answers "
		    "were accepted before");
	else
		report_line(r, "Will count", "nothing else: this one has "
		    "been corrected already");
	report_set(r, "will_count", json_boolean(ruling->counts));
}

/* What is decided and not done comes first. */
static void
tell_before(const struct pile *kin, const struct arrival *a,
    const struct beside *beside, struct report *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < kin->len; i++) {
		const struct arrival *b = &kin->v[i];

		if (!digests_have(&beside->decided, b->digest) ||
		    memcmp(b->digest, a->digest, DIGEST_LEN) == 0)
			continue;
		tell_one(r, "Decided before", b);
		if (json_array_append_new(list, member_hex(b->digest,
		    DIGEST_LEN)) != 0)
			r->failed = true;
	}
	report_set(r, "decided_before", list);
}

enum err_code
outlook_tell(struct desk *desk, const struct arrival *a,
    const struct beside *beside, bool accept, struct report *r,
    struct err *e)
{
	struct ruling ruling = { 0 };
	const struct arrival *now;
	struct pile kin = { 0 };
	enum err_code code;

	if (a->facts.kind != VERDICT_ACCEPTED)
		return ERR_OK;
	if ((code = outlook_kin(desk, a, &kin, e)) == ERR_OK && accept)
		code = rule(desk, a, &ruling, e);
	if (code == ERR_OK) {
		if ((now = counting(&kin)) != NULL)
			tell_one(r, "Counts now", now);
		else
			report_line(r, "Counts now", "nothing of this round");
		report_set(r, "counts_now", now == NULL ? json_null() :
		    member_hex(now->digest, DIGEST_LEN));
		tell_before(&kin, a, beside, r);
		if (accept)
			tell_accepted(&ruling, a, now, r);
	}
	pile_wipe(&kin);
	return code;
}
