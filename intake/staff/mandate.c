/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/staff/mandate.h"

#include <string.h>

#include "base/timestamp.h"
#include "base/wipe.h"
#include "format/member.h"
#include "intake/book/organisations.h"
#include "intake/staff/desk.h"
#include "intake/staff/mandate_find.h"
#include "intake/staff/reason.h"
#include "intake/staff/roll.h"
#include "intake/staff/table.h"
#include "intake/staff/who.h"

/* --- one of them ---------------------------------------------------------- */

static const char *
state_of(const struct mandate_row *m, int64_t now)
{
	if (m->revoked != 0)
		return "revoked";
	return m->expires < now ? "expired" : "valid";
}

static json_t *
time_or_null(int64_t t)
{
	return t != 0 ? member_time(t) : json_null();
}

static json_t *
row_json(const struct mandate_row *m, int64_t now)
{
	return json_pack("{s:o, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:s, s:s, "
	    "s:s}", "digest", member_hex(m->digest, DIGEST_LEN),
	    "organisation", m->organisation, "submitter", m->submitter,
	    "questionnaire", m->questionnaire, "round", m->round,
	    "expires", time_or_null(m->expires),
	    "first_used", time_or_null(m->seen),
	    "revoked", time_or_null(m->revoked), "who", m->who,
	    "reason", m->reason, "state", state_of(m, now));
}

/* "219999-0017"; "?" of a mandate that is known by its digest alone. */
static void
format_number(const char *number, char out[static 12])
{
	if (number[0] != '\0')
		orgnr_format(number, out);
	else
		(void)strcpy(out, "?");
}

static void
tell_when(struct report *r, const char *label, int64_t t, const char *never)
{
	char when[TIMESTAMP_LOCAL_LEN];

	if (t != 0)
		timestamp_format_local(t, when);
	report_line(r, label, "%s", t != 0 ? when : never);
}

static void
tell_party(struct report *r, const char *label, const char *number,
    const struct roll *roll)
{
	const struct organisation *o = roll_find(roll, number);
	char printed[12];

	format_number(number, printed);
	report_line(r, label, "%s  %s", printed, o != NULL ? o->name : "");
}

static void
tell_row(struct desk *desk, const struct mandate_row *m, struct report *r)
{
	struct roll roll = { 0 };
	char hex[DIGEST_HEX_LEN];

	(void)roll_load(desk->db, &roll, &(struct err){ 0 });
	digest_hex(m->digest, hex);
	report_line(r, "Mandate", "%s", hex);
	report_line(r, "State", "%s", state_of(m, desk->now));
	if (m->organisation[0] != '\0') {
		tell_party(r, "Organisation", m->organisation, &roll);
		tell_party(r, "Submitter", m->submitter, &roll);
		report_line(r, "Questionnaire", "%s, round %s",
		    m->questionnaire, m->round);
		tell_when(r, "Until", m->expires, "");
	} else
		report_line(r, "", "nothing is known but its digest");
	tell_when(r, "First used", m->seen, "never");
	if (m->revoked != 0) {
		tell_when(r, "Revoked", m->revoked, "");
		report_line(r, "", "by %s", m->who);
		report_line(r, "Reason", "%s", m->reason);
	}
	report_set(r, "mandate", row_json(m, desk->now));
	roll_wipe(&roll);
}

/* --- all of them ----------------------------------------------------------- */

static void
show_row(struct report *r, const struct mandate_row *m, int64_t now)
{
	char number[12], until[TIMESTAMP_LEN], hex[DIGEST_HEX_LEN];

	format_number(m->organisation, number);
	table_cell(r, number, 11);
	format_number(m->submitter, number);
	table_cell(r, number, 11);
	table_cell(r, m->questionnaire, 22 + table_room() / 2);
	table_cell(r, m->round, 10);
	timestamp_format(m->expires, until);
	until[10] = '\0';
	table_cell(r, m->expires != 0 ? until : "?", 10);
	table_cell(r, state_of(m, now), 8);
	digest_hex(m->digest, hex);
	hex[16] = '\0';
	table_last(r, hex);
}

static void
show_header(struct report *r)
{
	table_cell(r, "FOR", 11);
	table_cell(r, "SUBMITTER", 11);
	table_cell(r, "QUESTIONNAIRE", 22 + table_room() / 2);
	table_cell(r, "ROUND", 10);
	table_cell(r, "UNTIL", 10);
	table_cell(r, "STATE", 8);
	table_last(r, "MANDATE");
}

/* Empty when it is not known. */
static void
csv_number_of(struct report *r, const char *number)
{
	char printed[12] = "";

	if (number[0] != '\0')
		orgnr_format(number, printed);
	csv_cell(r, printed);
}

static void
csv_row(struct report *r, const struct mandate_row *m, int64_t now)
{
	char hex[DIGEST_HEX_LEN];

	digest_hex(m->digest, hex);
	csv_cell(r, hex);
	csv_number_of(r, m->organisation);
	csv_number_of(r, m->submitter);
	csv_foreign(r, m->questionnaire);
	csv_foreign(r, m->round);
	csv_time(r, m->expires);
	csv_time(r, m->seen);
	csv_cell(r, state_of(m, now));
	csv_time(r, m->revoked);
	csv_foreign(r, m->who);
	csv_foreign(r, m->reason);
	csv_end(r);
}

static enum err_code
run_list(const struct options *o, const struct mandate_list *l, int64_t now,
    struct report *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < l->len; i++)
		if (json_array_append_new(list, row_json(&l->v[i], now)) != 0)
			r->failed = true;
	report_set(r, "mandates", list);
	if (o->csv)
		buf_add_str(&r->text, "digest,organisation,submitter,"
		    "questionnaire,round,expires,first_used,state,revoked,"
		    "who,reason\n");
	else if (l->len != 0)
		show_header(r);
	for (size_t i = 0; i < l->len; i++)
		(o->csv ? csv_row : show_row)(r, &l->v[i], now);
	if (!o->csv && l->len == 0)
		report_say(r, "No mandate has been used or revoked.");
	else if (!o->csv)
		report_say(r, "%zu mandate%s.", l->len,
		    l->len == 1 ? "" : "s");
	return ERR_OK;
}

/* --- commands --------------------------------------------------------------- */

static enum err_code
run_show(struct desk *desk, const struct mandate_list *l, const char *what,
    struct report *r, struct err *e)
{
	struct mandate_row m = { 0 };
	enum err_code code;
	bool known = false;

	if ((code = mandate_find(l, what, &m, &known, e)) == ERR_OK && !known &&
	    m.organisation[0] == '\0')
		code = err_set(e, ERR_NO_SUBMISSION, what, 0, "no mandate "
		    "with this digest has been used or revoked");
	if (code == ERR_OK) {
		tell_row(desk, &m, r);
		if (!known)
			report_say(r, "Nobody has used it here. Whether its "
			    "signer is to be trusted shows when somebody "
			    "does.");
		report_set(r, "known", json_boolean(known));
	}
	mandate_row_wipe(&m);
	return code;
}

static enum err_code
run_revoke(const struct options *o, struct desk *desk,
    const struct mandate_list *l, const char *what, struct report *r,
    struct err *e)
{
	struct mandate_row m = { 0 };
	char who[WHO_LEN], *reason = NULL;
	enum err_code code;
	bool known;

	who_is_it(who);
	if ((code = reason_take(o, "mandate", "--reason is missing: why does "
	    "it hold no longer?", &reason, e)) != ERR_OK ||
	    (code = mandate_find(l, what, &m, &known, e)) != ERR_OK)
		goto out;
	if (m.revoked == 0) {
		wipe_free(m.who);
		wipe_free(m.reason);
		m.revoked = desk->now;
		m.who = wipe_strdup(who);
		m.reason = reason;
		reason = NULL;
		if (m.who == NULL) {
			code = err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
			goto out;
		}
	}
	/* A second time is refused there, and the first one stands. */
	if ((code = mandates_revoke(desk->db, &m, e)) != ERR_OK)
		goto out;
	tell_row(desk, &m, r);
	report_say(r, "From now on what is submitted by it is rejected "
	    "[mandate-revoked]; what was accepted before stands.");
	if (m.organisation[0] == '\0')
		report_say(r, "No submission has come with a mandate of this "
		    "digest yet: check that it is the right one.");
out:
	wipe_free(reason);
	mandate_row_wipe(&m);
	return code;
}

enum err_code
mandate_run(const struct options *o, struct report *r)
{
	const char *verb = o->operand != NULL ? o->operand : "list";
	const bool list = strcmp(verb, "list") == 0;
	const bool show = strcmp(verb, "show") == 0;
	const bool revoke = strcmp(verb, "revoke") == 0;
	struct mandate_list l = { 0 };
	struct desk desk = { 0 };
	struct err e = { 0 };
	enum err_code code;

	if (!list && !show && !revoke)
		code = err_set(&e, ERR_USAGE, "mandate", 0,
		    "'%.60s' is not list, show or revoke", verb);
	else if (o->n_operands > (list ? 1 : 2))
		code = err_set(&e, ERR_USAGE, "mandate", 0,
		    "unexpected operand '%.60s'", o->operands[list ? 1 : 2]);
	else if (!list && o->n_operands < 2)
		code = err_set(&e, ERR_USAGE, "mandate", 0,
		    "which one? name its file or its digest");
	else if (o->csv && !list)
		code = err_set(&e, ERR_USAGE, "--csv", 0,
		    "only a list has rows");
	else if ((code = desk_open(o, INTAKE_LEDGER, false, &desk, &e)) ==
	    ERR_OK &&
	    (code = mandate_list_load(desk.db, &l, &e)) == ERR_OK) {
		if (list)
			code = run_list(o, &l, desk.now, r);
		else if (show)
			code = run_show(&desk, &l, o->operands[1], r, &e);
		else
			code = run_revoke(o, &desk, &l, o->operands[1], r,
			    &e);
	}
	report_err(r, &e);
	mandate_list_wipe(&l);
	desk_close(&desk);
	return code;
}
