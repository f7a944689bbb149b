/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/staff/show.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/timestamp.h"
#include "crypto/digest.h"
#include "crypto/receipt_sig.h"
#include "format/fingerprint.h"
#include "format/member.h"
#include "format/receipt.h"
#include "intake/book/decisions.h"
#include "intake/book/scores.h"
#include "intake/book/verdicts.h"
#include "intake/staff/arrival_tell.h"
#include "intake/staff/desk.h"
#include "intake/staff/find.h"
#include "intake/staff/list.h"
#include "intake/staff/outlook.h"
#include "intake/staff/pile.h"
#include "intake/staff/table.h"
#include "intake/tell.h"

/* --- lines -------------------------------------------------------------- */

static void
tell_time(struct report *r, const char *label, int64_t t, const char *what)
{
	char when[TIMESTAMP_LOCAL_LEN];

	timestamp_format_local(t, when);
	report_line(r, label, "%s%s%s", when, *what != '\0' ? ", " : "",
	    what);
}

static void
tell_hex(struct report *r, const char *label, const uint8_t *data, size_t len)
{
	char hex[DIGEST_HEX_LEN] = "";

	for (size_t i = 0; i < len; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", data[i]);
	report_line(r, label, "%s", hex);
}

static void
tell_file(const struct arrival *a, struct report *r)
{
	report_line(r, "Sealed file", "%s", a->name);
	report_line(r, "", "%" PRIu64 " bytes, from %s '%s'", a->size,
	    a->source, a->place);
	tell_hex(r, "Digest", a->digest, DIGEST_LEN);
	tell_time(r, "Arrived", a->arrived, a->late ?
	    "late: the round had closed" : "");
}

static void
tell_signer(const struct facts *f, struct report *r)
{
	char number[12];

	if (!f->has_signer)
		return;
	report_line(r, "Signed by", "%s", f->signer_subject);
	if (f->signer_number[0] != '\0') {
		orgnr_format(f->signer_number, number);
		report_line(r, "", "%s", number);
	} else
		report_line(r, "", "no organisation number");
}

static void
tell_content(const struct arrival *a, const struct roll *roll,
    struct report *r)
{
	const struct facts *f = &a->facts;
	const struct organisation *o = roll_find(roll, f->organisation);
	char number[12], printed[FINGERPRINT_LEN];

	if (f->kind != VERDICT_ACCEPTED)
		return;
	orgnr_format(f->organisation, number);
	fingerprint_format(f->fingerprint, printed);
	report_line(r, "Organisation", "%s  %s (%s)", number,
	    arrival_organisation(a, roll), arrival_kind(a, roll));
	if (o != NULL && (strcmp(o->name, f->name) != 0 ||
	    o->kind != f->organisation_kind))
		report_line(r, "", "stated otherwise: %s (%s)", f->name,
		    organisation_kind_name(f->organisation_kind));
	if (f->has_mandate) {
		tell_time(r, "Mandate until", f->mandate_expires, "");
		tell_hex(r, "", f->mandate, DIGEST_LEN);
	}
	report_line(r, "Questionnaire", "%s %s, round %s", f->questionnaire,
	    f->version, f->round);
	report_line(r, "Fingerprint", "%s", printed);
	tell_hex(r, "", f->fingerprint, DIGEST_LEN);
	tell_hex(r, "Submission id", f->submission, SUBMISSION_ID_LEN);
	tell_time(r, "Sealed", f->created, "");
}

static void
tell_mistakes(const struct facts *f, struct report *r)
{
	for (size_t i = 0; i < f->mistakes.len; i++) {
		const struct err *m = &f->mistakes.v[i];

		report_line(r, i == 0 ? "Mistakes" : "", "%s: %s [%s]",
		    m->where, err_sentence(m->code), err_name(m->code));
	}
	if (f->mistakes.over != 0)
		report_line(r, "", "and %zu more", f->mistakes.over);
}

static void
tell_verdict(const struct arrival *a, struct report *r)
{
	const struct facts *f = &a->facts;
	const bool own = f->err.code == a->code;

	report_line(r, "State", "%s%s", arrival_state_name(a->state),
	    a->duplicate ? "; a duplicate: accepted before in another "
	    "sealed file, and not handed over again" :
	    a->same_answers && !a->counts ? "; the same answers as were "
	    "accepted before: nothing changes" : "");
	if (a->code != ERR_OK) {
		report_line(r, "Because", "%s [%s]", err_sentence(a->code),
		    err_name(a->code));
		if (own && f->err.where[0] != '\0')
			report_line(r, "", "%s", f->err.where);
		if (own && f->err.msg[0] != '\0')
			report_line(r, "", "%s", f->err.msg);
		if (a->state != ARRIVAL_REJECTED)
			report_line(r, "To do", "%s", tell_hint(a->code));
		else if (err_hint(a->code)[0] != '\0')
			report_line(r, "Sender's to do", "%s",
			    err_hint(a->code));
	}
	tell_mistakes(f, r);
	if (a->attempts != 0)
		report_line(r, "Attempts", "%" PRId64 " ended with a broken "
		    "worker", a->attempts);
	if (a->verified != 0)
		tell_time(r, "Verified", a->verified, "");
	if (a->state == ARRIVAL_QUEUED && a->due > a->arrived)
		tell_time(r, "Next try", a->due, "");
	if (a->handed != 0)
		tell_time(r, "Handed over", a->handed, "");
	else if (a->state == ARRIVAL_ACCEPTED && !a->duplicate)
		report_line(r, "Handed over", "%s", arrival_is_unhanded(a) ?
		    "not yet" : "no, since it does not count");
	if (a->filed != 0)
		tell_time(r, "In the archive", a->filed, "");
}

/* --- what else belongs to it -------------------------------------------- */

/* What the callback for decisions works on. */
struct telling { struct report *r; json_t *list; };

static enum err_code
tell_decision(void *arg, const struct decision *d)
{
	const char *what = d->accept ? "accept" : "reject";
	const char *reason = d->reason != NULL ? d->reason : "";
	char when[TIMESTAMP_LOCAL_LEN];
	struct telling *t = arg;
	json_t *json;

	timestamp_format_local(d->time, when);
	report_line(t->r, "Decision", "%s by %s, %s%s", what, d->who, when,
	    d->done ? "" : "; the service has not carried it out yet");
	if (*reason != '\0')
		report_line(t->r, "", "%s", reason);
	json = json_pack("{s:s, s:o, s:o, s:o, s:b}", "decision", what,
	    "time", member_time(d->time), "who", report_text(d->who),
	    "reason", json_string(reason), "done", (int)d->done);
	if (json_array_append_new(t->list, json) != 0)
		t->r->failed = true;
	return ERR_OK;
}

static enum err_code
tell_decisions(struct desk *desk, const struct arrival *a, struct report *r,
    struct err *e)
{
	struct telling t = { .r = r, .list = json_array() };
	enum err_code code = decisions_each(desk->db, a->digest,
	    tell_decision, &t, e);

	report_set(r, "decisions", t.list);
	return code;
}

static void
tell_content_of(const struct receipt *receipt, struct report *r)
{
	char when[TIMESTAMP_LOCAL_LEN];

	timestamp_format_local(receipt->time, when);
	report_line(r, "Receipt", "%s, %s", receipt_stage_name(
	    receipt->stage), when);
	if (receipt->has_log)
		report_line(r, "Place in log", "number %" PRIu64 " of %"
		    PRIu64, receipt->log.index + 1, receipt->log.size);
	if (receipt->advice != NULL)
		report_line(r, "Sender reads", "%s", receipt->advice);
	report_set(r, "receipt", receipt_json(receipt));
}

/* The receipt is our own: that it says what was signed is enough here. */
static enum err_code
tell_receipt(struct desk *desk, const struct arrival *a, struct report *r,
    struct err *e)
{
	struct signed_data opened = { 0 };
	struct receipt receipt = { 0 };
	struct buf der = { 0 };
	struct err found = { 0 };
	enum receipt_stage stage;
	enum err_code code;

	code = verdicts_get(desk->db, a->digest, &stage, &der, &found);
	if (code == ERR_OK && (code = receipt_sig_open(der.data, der.len,
	    &opened, &found)) == ERR_OK && (code = receipt_parse(
	    opened.content, opened.len, &receipt, &found)) == ERR_OK)
		tell_content_of(&receipt, r);
	else if (code == ERR_HTTP_NOT_FOUND)
		code = ERR_OK;
	else
		(void)err_set(e, code, "receipt", 0, "%s", found.msg);
	receipt_wipe(&receipt);
	signed_wipe(&opened);
	buf_wipe(&der);
	return code;
}

/* What scoring has made of it. */
static enum err_code
tell_score(struct desk *desk, const struct arrival *a, struct report *r,
    struct err *e)
{
	struct score score = { 0 };
	struct err found = { 0 };
	enum err_code code;

	code = scores_get(desk->db, a->digest, &score, &found);
	if (code == ERR_HTTP_NOT_FOUND)
		return ERR_OK;
	if (code != ERR_OK)
		return err_set(e, code, found.where, 0, "%s", found.msg);
	tell_time(r, "Scored", score.time, score.sealed.len != 0 ?
	    "and the feedback sealed to who handed in" :
	    "but the feedback could be sealed to nobody");
	tell_hex(r, "Feedback", score.feedback, DIGEST_LEN);
	report_set(r, "score", json_pack("{s:o, s:o, s:b}",
	    "time", member_time(score.time),
	    "feedback", member_hex(score.feedback, DIGEST_LEN),
	    "sealed", (int)(score.sealed.len != 0)));
	score_wipe(&score);
	return ERR_OK;
}

static bool
replaces(const struct arrival *a, const struct arrival *b)
{
	return a->facts.has_supersedes && memcmp(a->facts.supersedes,
	    b->facts.fingerprint, DIGEST_LEN) == 0;
}

static void
tell_link(struct report *r, const char *label, const struct arrival *other)
{
	char name[ARRIVAL_LABEL_LEN], when[TIMESTAMP_LOCAL_LEN];

	arrival_label(other, name);
	timestamp_format_local(other->arrived, when);
	report_line(r, label, "%s, %s, arrived %s", name,
	    arrival_state_name(other->state), when);
}

/* The round's other files of this organisation. */
static void
tell_kin(const struct arrival *a, const struct pile *kin,
    const struct beside *beside, struct report *r)
{
	json_t *others = json_array();
	bool counted = false;

	if (a->facts.has_supersedes)
		tell_hex(r, "Replaces", a->facts.supersedes, DIGEST_LEN);
	for (size_t i = 0; i < kin->len; i++) {
		const struct arrival *b = &kin->v[i];

		if (memcmp(a->digest, b->digest, DIGEST_LEN) == 0)
			continue;
		tell_link(r, replaces(a, b) ? "Replaces" : replaces(b, a) ?
		    "Replaced by" : "Also handed in", b);
		if (b->counts && !a->counts) {
			tell_link(r, "What counts", b);
			counted = true;
		}
		if (json_array_append_new(others, arrival_json(b,
		    beside)) != 0)
			r->failed = true;
	}
	if (a->counts)
		report_line(r, "What counts", "this one");
	else if (!counted)
		report_line(r, "What counts", "nothing yet");
	report_set(r, "others", others);
}

/* --- the command -------------------------------------------------------- */

static enum err_code
show_one(struct desk *desk, const struct arrival *a,
    const struct beside *beside, struct report *r, struct err *e)
{
	struct pile kin = { 0 };
	enum err_code code;

	report_set(r, "submission", arrival_json(a, beside));
	tell_file(a, r);
	tell_signer(&a->facts, r);
	tell_content(a, &beside->roll, r);
	tell_verdict(a, r);
	if ((code = outlook_kin(desk, a, &kin, e)) == ERR_OK) {
		if (a->facts.kind == VERDICT_ACCEPTED)
			tell_kin(a, &kin, beside, r);
		code = tell_decisions(desk, a, r, e);
	}
	if (code == ERR_OK)
		code = tell_receipt(desk, a, r, e);
	if (code == ERR_OK)
		code = tell_score(desk, a, r, e);
	pile_wipe(&kin);
	return code;
}

/* By organisation number: the one, or a list. */
static enum err_code
show_organisation(struct desk *desk, const char *number,
    const struct beside *beside, struct report *r, struct err *e)
{
	const struct arrival_filter all = { 0 };
	struct pile pile = { 0 };
	json_t *list = json_array();
	enum err_code code;

	if ((code = pile_load_of(desk->db, &all, number, &pile, e)) ==
	    ERR_OK) {
		pile_sort(&pile);
		if (pile.len == 0)
			code = err_set(e, ERR_NO_SUBMISSION, number, 0, NULL);
		else if (pile.len == 1)
			code = show_one(desk, &pile.v[0], beside, r, e);
		else
			list_table(&pile, pile.len, beside, desk->now, r);
	}
	for (size_t i = 0; i < pile.len; i++)
		if (json_array_append_new(list, arrival_json(&pile.v[i],
		    beside)) != 0)
			r->failed = true;
	if (pile.len > 1)
		report_set(r, "submissions", list);
	else
		json_decref(list);
	pile_wipe(&pile);
	return code;
}

enum err_code
show_run(const struct options *o, struct report *r)
{
	struct beside beside = { 0 };
	struct arrival a = { 0 };
	struct desk desk = { 0 };
	struct err e = { 0 };
	char number[ORGNR_LEN];
	enum err_code code;

	if ((code = desk_open(o, INTAKE_LEDGER, false, &desk, &e)) == ERR_OK)
		code = beside_load(desk.db, &beside, &e);
	if (code == ERR_OK && orgnr_parse(o->operand, number))
		code = show_organisation(&desk, number, &beside, r, &e);
	else if (code == ERR_OK && (code = find_arrival(&desk, o->operand,
	    false, &a, r, &e)) == ERR_OK)
		code = show_one(&desk, &a, &beside, r, &e);
	report_err(r, &e);
	arrival_wipe(&a);
	beside_wipe(&beside);
	desk_close(&desk);
	return code;
}
