/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/staff/missing.h"

#include <stdio.h>
#include <string.h>

#include "intake/staff/arrival_tell.h"
#include "intake/staff/desk.h"
#include "intake/staff/pile.h"
#include "intake/staff/roll.h"
#include "intake/staff/rounds.h"
#include "intake/staff/table.h"
#include "intake/staff/tally.h"

/* --- JSON --------------------------------------------------------------- */

static json_t *
group_json(const struct tally *c, int kind)
{
	const size_t answered = tally_number(c, kind, ANSWERED);
	const size_t waiting = tally_number(c, kind, WAITING);
	const size_t missing = tally_number(c, kind, MISSING);
	char rate[TABLE_RATE_LEN];

	table_rate(answered, answered + waiting + missing, rate);
	return json_pack("{s:s, s:I, s:I, s:I, s:I, s:s}", "kind",
	    kind == -1 ? "all" : organisation_kind_name(
	    (enum organisation_kind)kind), "expected",
	    (json_int_t)(answered + waiting + missing), "answered",
	    (json_int_t)answered, "waiting", (json_int_t)waiting, "missing",
	    (json_int_t)missing, "rate", rate);
}

static json_t *
people_json(const struct tally *c, enum response response)
{
	json_t *list = json_array();

	for (size_t i = 0; i < c->roll->len; i++) {
		const struct organisation *o = &c->roll->v[i];

		if (tally_asks(c, i) && c->responses[i] == response)
			(void)json_array_append_new(list, json_pack(
			    "{s:s, s:o, s:s, s:o, s:s}", "number",
			    o->number, "name", report_text(o->name), "kind",
			    organisation_kind_name(o->kind), "contact",
			    report_text(o->contact), "rejected",
			    tally_try(c, i)));
	}
	return list;
}

static json_t *
unasked_json(const struct tally *c)
{
	json_t *list = json_array();

	for (size_t i = 0; i < c->n_unasked; i++) {
		const struct facts *f = &c->unasked[i]->facts;

		(void)json_array_append_new(list, json_pack(
		    "{s:s, s:o, s:s}", "number", f->organisation, "name",
		    report_text(f->name), "kind",
		    organisation_kind_name(f->organisation_kind)));
	}
	return list;
}

static json_t *
count_json(const struct tally *c)
{
	json_t *groups = json_array();

	for (int kind = KIND_KOMMUN; kind <= KIND_ANNAN; kind++)
		if ((c->kind == -1 || c->kind == kind) &&
		    tally_number(c, kind, MISSING) + tally_number(c, kind,
		    WAITING) + tally_number(c, kind, ANSWERED) != 0)
			(void)json_array_append_new(groups,
			    group_json(c, kind));
	return json_pack("{s:s?, s:s, s:o, s:o, s:o, s:o, s:o}",
	    "questionnaire", c->questionnaire, "round", c->round,
	    "groups", groups, "total", group_json(c, -1),
	    "missing", people_json(c, MISSING),
	    "waiting", people_json(c, WAITING),
	    "not_registered", unasked_json(c));
}

/* --- for spreadsheets --------------------------------------------------- */

static void
csv_row(struct report *r, const struct tally *c, const char *number,
    const char *kind, const char *response)
{
	char printed[12];

	orgnr_format(number, printed);
	csv_cell(r, c->round);
	csv_cell(r, c->questionnaire != NULL ? c->questionnaire : "");
	csv_cell(r, printed);
	csv_cell(r, kind);
	csv_cell(r, response);
}

static void
tell_csv(const struct tally *c, struct report *r)
{
	for (size_t i = 0; i < c->roll->len; i++) {
		const struct organisation *o = &c->roll->v[i];

		if (!tally_asks(c, i))
			continue;
		csv_row(r, c, o->number, organisation_kind_name(o->kind),
		    tally_name(c->responses[i]));
		csv_cell(r, o->name);
		csv_cell(r, o->contact);
		csv_cell(r, tally_try(c, i));
		csv_end(r);
	}
	for (size_t i = 0; i < c->n_unasked; i++) {
		const struct facts *f = &c->unasked[i]->facts;

		csv_row(r, c, f->organisation, organisation_kind_name(
		    f->organisation_kind), "not-registered");
		csv_foreign(r, f->name);
		csv_cell(r, "");
		csv_cell(r, "");
		csv_end(r);
	}
}

/* --- for people --------------------------------------------------------- */

static void
tell_group(const struct tally *c, int kind, struct report *r)
{
	const size_t answered = tally_number(c, kind, ANSWERED);
	const size_t waiting = tally_number(c, kind, WAITING);
	const size_t missing = tally_number(c, kind, MISSING);
	const size_t expected = answered + waiting + missing;
	const size_t numbers[] = { expected, answered, waiting, missing };
	char text[TABLE_RATE_LEN];

	if (kind != -1 && expected == 0)
		return;
	table_cell(r, kind == -1 ? "all" : organisation_kind_name(
	    (enum organisation_kind)kind), 10);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		(void)snprintf(text, sizeof(text), "%8zu", numbers[i]);
		table_cell(r, text, 8);
	}
	table_rate(answered, expected, text);
	table_cell(r, "", 1);
	table_cell(r, text, 30);
	table_end(r);
}

static void
tell_people(const struct tally *c, enum response response, const char *title,
    struct report *r)
{
	char number[12];

	if (tally_number(c, -1, response) == 0)
		return;
	report_say(r, "%s", "");
	report_say(r, "%s", title);
	for (size_t i = 0; i < c->roll->len; i++) {
		const struct organisation *o = &c->roll->v[i];

		if (!tally_asks(c, i) || c->responses[i] != response)
			continue;
		orgnr_format(o->number, number);
		table_cell(r, number, 11);
		table_cell(r, o->name, 26 + table_room() / 2);
		table_cell(r, organisation_kind_name(o->kind), 9);
		table_cell(r, tally_try(c, i), 23);
		table_last(r, o->contact);
	}
}

static void
tell_unasked(const struct tally *c, struct report *r)
{
	char number[12];

	if (c->n_unasked == 0)
		return;
	report_say(r, "%s", "");
	report_say(r, "Have answered, and are not in the register:");
	for (size_t i = 0; i < c->n_unasked; i++) {
		const struct facts *f = &c->unasked[i]->facts;

		orgnr_format(f->organisation, number);
		table_cell(r, number, 11);
		table_cell(r, f->name, 40);
		table_cell(r, organisation_kind_name(f->organisation_kind),
		    9);
		table_end(r);
	}
}

/* Has any of those who are missing tried? */
static bool
tried(const struct tally *c)
{
	for (size_t i = 0; i < c->roll->len; i++)
		if (tally_asks(c, i) && *tally_try(c, i) != '\0')
			return true;
	return false;
}

static void
tell_text(const struct tally *c, struct report *r)
{
	if (r->text.len != 0)
		report_say(r, "%s", "");
	report_say(r, "Round %s, %s", c->round, c->questionnaire != NULL ?
	    c->questionnaire : "no answers yet");
	report_say(r, "kind       expected answered  waiting  missing  "
	    " rate of answers");
	for (int kind = KIND_KOMMUN; kind <= KIND_ANNAN; kind++)
		tell_group(c, kind, r);
	tell_group(c, -1, r);
	if (c->roll->len == 0)
		report_say(r, "The register is empty: nobody is missing.");
	tell_people(c, WAITING, "Have handed in, and wait for us:", r);
	tell_people(c, MISSING, tried(c) ? "Missing, and why their last "
	    "file was rejected:" : "Missing:", r);
	tell_unasked(c, r);
}

/* For a mail program; who is missing twice is told once by sort(1). */
static void
tell_contacts(const struct tally *c, struct report *r)
{
	for (size_t i = 0; i < c->roll->len; i++)
		if (tally_asks(c, i) && c->responses[i] == MISSING &&
		    c->roll->v[i].contact[0] != '\0')
			report_say(r, "%s", c->roll->v[i].contact);
}

/* --- the command -------------------------------------------------------- */

static enum err_code
tell(const struct options *o, struct tally *c, json_t *list,
    struct report *r, struct err *e)
{
	enum err_code code = tally_count(c, e);

	if (code == ERR_OK && o->json) {
		if (json_array_append_new(list, count_json(c)) != 0)
			r->failed = true;
	} else if (code == ERR_OK)
		(o->csv ? tell_csv : o->contacts ? tell_contacts :
		    tell_text)(c, r);
	tally_wipe(c);
	return code;
}

/* The next questionnaire of the round by name, after one; NULL. */
static const char *
next_questionnaire(const struct pile *pile, const char *after)
{
	const char *best = NULL;

	for (size_t i = 0; i < pile->len; i++) {
		const char *q = pile->v[i].facts.questionnaire;

		if (q != NULL && (after == NULL || strcmp(q, after) > 0) &&
		    (best == NULL || strcmp(q, best) < 0))
			best = q;
	}
	return best;
}

/* Each questionnaire for itself: they have their own respondents. */
static enum err_code
tell_all(const struct options *o, struct tally *c, struct report *r,
    struct err *e)
{
	const char *one = o->questionnaire;
	json_t *list = json_array();
	enum err_code code;

	if (o->csv)
		buf_add_str(&r->text, "round,questionnaire,number,kind,"
		    "state,name,contact,rejected\n");
	if (one == NULL)
		one = next_questionnaire(c->pile, NULL);
	do {
		c->questionnaire = one;
		code = tell(o, c, list, r, e);
		if (one != NULL && o->questionnaire == NULL)
			one = next_questionnaire(c->pile, one);
		else
			one = NULL;
	} while (code == ERR_OK && one != NULL);
	report_set(r, "questionnaires", list);
	return code;
}

static enum err_code
load_rejected(struct desk *desk, const char *round, struct pile *out,
    struct err *e)
{
	const struct round_window *window = rounds_window(&desk->settings,
	    round);
	const struct arrival_filter filter = {
		.state = arrival_state_name(ARRIVAL_REJECTED),
		.since = window != NULL ? window->opens : 0,
	};

	/* Of a round that is over for long nobody asks. */
	return window == NULL ? ERR_OK :
	    pile_load(desk->db, &filter, out, e);
}

enum err_code
missing_run(const struct options *o, struct report *r)
{
	struct arrival_filter filter = { 0 };
	struct desk desk = { 0 };
	struct pile pile = { 0 }, rejected = { 0 };
	struct roll roll = { 0 };
	struct tally c = { .roll = &roll, .pile = &pile,
	    .rejected = &rejected, .kind = -1 };
	struct err e = { 0 };
	enum err_code code;

	if (o->kind != NULL &&
	    (c.kind = organisation_kind_parse(o->kind)) == -1)
		code = err_set(&e, ERR_USAGE, "--kind", 0, "'%s' is none of "
		    "kommun, region, myndighet, nis and annan", o->kind);
	else if (o->contacts && (o->csv || o->json))
		code = err_set(&e, ERR_USAGE, "--contacts", 0, "it goes with "
		    "neither --csv nor --json, which tell them anyhow");
	else if ((code = desk_open(o, INTAKE_LEDGER, false, &desk, &e)) ==
	    ERR_OK && (code = rounds_pick(o, &desk.settings, &c.round, &e)) ==
	    ERR_OK && (code = roll_load(desk.db, &roll, &e)) == ERR_OK) {
		filter.round = c.round;
		code = pile_load(desk.db, &filter, &pile, &e);
	}
	if (code == ERR_OK)
		code = rounds_check(&desk, c.round, o->questionnaire, &e);
	if (code == ERR_OK)
		code = load_rejected(&desk, c.round, &rejected, &e);
	if (code == ERR_OK)
		code = tell_all(o, &c, r, &e);
	report_err(r, &e);
	pile_wipe(&pile);
	pile_wipe(&rejected);
	roll_wipe(&roll);
	desk_close(&desk);
	return code;
}
