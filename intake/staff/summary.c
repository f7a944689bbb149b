/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/staff/summary.h"

#include <stdio.h>
#include <string.h>

#include "intake/staff/arrival_tell.h"
#include "intake/staff/desk.h"
#include "intake/staff/figures.h"
#include "intake/staff/list.h"
#include "intake/staff/rounds.h"
#include "intake/staff/table.h"

/* What is told; borrowed. */
struct summary {
	const char *round;		/* NULL: all */
	const struct round_window *window;	/* or NULL */
	const struct pile *pile;	/* held first */
	const struct beside *beside;
	const struct figures_all *f;
	int64_t now;
};

/* Lists of figures, for whichever form. */
static const struct { const char *name, *title; size_t offset; } lists[] = {
	{ "states", "By state", offsetof(struct figures_all, states) },
	{ "rejected", "Rejected, by code",
	    offsetof(struct figures_all, rejected) },
	{ "held", "Held, by code", offsetof(struct figures_all, waiting) },
	{ "kinds", "By kind of organisation",
	    offsetof(struct figures_all, kinds) },
	{ "days", "By day of arrival", offsetof(struct figures_all, days) },
};
#define N_LISTS	(sizeof(lists) / sizeof(lists[0]))

static const struct { const char *name, *title; size_t offset; } numbers[] = {
	{ "total", "Arrived", offsetof(struct figures_all, total) },
	{ "late", "Late", offsetof(struct figures_all, late) },
	{ "duplicate", "Duplicates",
	    offsetof(struct figures_all, duplicate) },
	{ "same_answers", "Same answers",
	    offsetof(struct figures_all, same_answers) },
	{ "replaced", "Replaced", offsetof(struct figures_all, replaced) },
	{ "unhanded", "Not handed over",
	    offsetof(struct figures_all, unhanded) },
	{ "scored", "Scored", offsetof(struct figures_all, scored) },
};
#define N_NUMBERS	(sizeof(numbers) / sizeof(numbers[0]))

static const struct figures *
list_of(const struct summary *s, size_t i)
{
	return (const struct figures *)(const void *)
	    ((const char *)s->f + lists[i].offset);
}

static size_t
number_of(const struct summary *s, size_t i)
{
	return *(const size_t *)(const void *)
	    ((const char *)s->f + numbers[i].offset);
}

/* --- for people --------------------------------------------------------- */

static void
tell_duration(const struct duration *d, const char *label, struct report *r)
{
	char median[TABLE_SPAN_LEN], longest[TABLE_SPAN_LEN];

	if (d->n == 0)
		return;
	table_span(d->median, median);
	table_span(d->longest, longest);
	report_line(r, label, "%zu: median %s, longest %s", d->n, median,
	    longest);
}

static void
tell_list(const struct summary *s, size_t i, struct report *r)
{
	const struct figures *f = list_of(s, i);

	if (f->len == 0)
		return;
	report_say(r, "%s", "");
	report_say(r, "%s", lists[i].title);
	for (size_t j = 0; j < f->len; j++)
		report_say(r, "  %-24s %8zu", f->v[j].name, f->v[j].n);
}

static void
tell_text(const struct summary *s, struct report *r)
{
	report_say(r, s->round != NULL ? "Round %s" : "All rounds", s->round);
	for (size_t i = 0; i < N_NUMBERS; i++)
		report_line(r, numbers[i].title, "%zu", number_of(s, i));
	tell_duration(&s->f->service, "Verdict after", r);
	tell_duration(&s->f->staff, "Decision after", r);
	for (size_t i = 0; i < N_LISTS; i++)
		tell_list(s, i, r);
	if (s->f->held == 0)
		return;
	report_say(r, "%s", "");
	report_say(r, "Waiting for a person");
	list_table(s->pile, s->f->held, s->beside, s->now, r);
}

/* --- for programs ------------------------------------------------------- */

static void
tell_csv(const struct summary *s, struct report *r)
{
	const struct { const char *name; const struct duration *d; } took[] = {
		{ "service", &s->f->service }, { "staff", &s->f->staff },
	};

	buf_add_str(&r->text, "figure,name,value\n");
	for (size_t i = 0; i < N_NUMBERS; i++) {
		csv_cell(r, numbers[i].name);
		csv_cell(r, "");
		csv_number(r, number_of(s, i));
		csv_end(r);
	}
	for (size_t i = 0; i < N_LISTS; i++)
		for (size_t j = 0; j < list_of(s, i)->len; j++) {
			csv_cell(r, lists[i].name);
			csv_cell(r, list_of(s, i)->v[j].name);
			csv_number(r, list_of(s, i)->v[j].n);
			csv_end(r);
		}
	for (size_t i = 0; i < 2 * sizeof(took) / sizeof(took[0]); i++) {
		if (took[i / 2].d->n == 0)
			continue;
		csv_cell(r, i % 2 == 0 ? "median_seconds" :
		    "longest_seconds");
		csv_cell(r, took[i / 2].name);
		csv_number(r, (uint64_t)(i % 2 == 0 ? took[i / 2].d->median :
		    took[i / 2].d->longest));
		csv_end(r);
	}
}

static json_t *
list_json(const struct figures *f)
{
	json_t *o = json_object();

	for (size_t i = 0; i < f->len; i++)
		(void)json_object_set_new(o, f->v[i].name,
		    json_integer((json_int_t)f->v[i].n));
	return o;
}

static json_t *
duration_json(const struct duration *d)
{
	return d->n == 0 ? json_null() : json_pack("{s:I, s:I, s:I}",
	    "number", (json_int_t)d->n, "median_seconds",
	    (json_int_t)d->median, "longest_seconds",
	    (json_int_t)d->longest);
}

static void
tell_json(const struct summary *s, struct report *r)
{
	json_t *waiting = json_array();

	report_set(r, "round", s->round != NULL ? report_text(s->round) :
	    json_null());
	for (size_t i = 0; i < N_NUMBERS; i++)
		report_set(r, numbers[i].name,
		    json_integer((json_int_t)number_of(s, i)));
	for (size_t i = 0; i < N_LISTS; i++)
		report_set(r, lists[i].name, list_json(list_of(s, i)));
	report_set(r, "verdict_after", duration_json(&s->f->service));
	report_set(r, "decision_after", duration_json(&s->f->staff));
	for (size_t i = 0; i < s->f->held; i++)
		if (json_array_append_new(waiting,
		    arrival_json(&s->pile->v[i], s->beside)) != 0)
			r->failed = true;
	report_set(r, "waiting", waiting);
}

/* --- the command -------------------------------------------------------- */

/* What was turned away before its round was known counts where it came while
 * the round was open: nobody else would count it. */
static enum err_code
add_unknown(struct desk *desk, const struct round_window *window,
    struct pile *pile, struct err *e)
{
	const struct arrival_filter filter = { .since = window->opens,
	    .before = window->closes + 1 };
	struct pile all = { 0 };
	enum err_code code = pile_load(desk->db, &filter, &all, e);

	for (size_t i = 0; code == ERR_OK && i < all.len; i++)
		if (all.v[i].facts.kind != VERDICT_ACCEPTED)
			code = pile_add(pile, &all.v[i], e);
	pile_wipe(&all);
	return code;
}

static enum err_code
load(const struct options *o, const struct arrival_filter *filter,
    struct desk *desk, struct summary *s, struct pile *pile, struct err *e)
{
	enum err_code code = pile_load(desk->db, filter, pile, e);

	if (code == ERR_OK)
		code = rounds_check(desk, o->round, o->questionnaire, e);
	if (code != ERR_OK || o->round == NULL)
		return code;
	s->round = o->round;
	s->window = rounds_window(&desk->settings, o->round);
	if (s->window != NULL && o->kind == NULL &&
	    o->questionnaire == NULL)
		code = add_unknown(desk, s->window, pile, e);
	return code;
}

enum err_code
summary_run(const struct options *o, struct report *r)
{
	struct arrival_filter filter;
	struct digests decided = { 0 };
	struct figures_all f = { 0 };
	struct desk desk = { 0 };
	struct pile pile = { 0 };
	struct beside beside = { 0 };
	struct summary s = { .pile = &pile, .beside = &beside, .f = &f };
	struct err e = { 0 };
	enum err_code code;

	if ((code = pile_filter(o, &filter, &e)) == ERR_OK &&
	    (code = desk_open(o, INTAKE_LEDGER, false, &desk, &e)) == ERR_OK &&
	    (code = beside_load(desk.db, &beside, &e)) == ERR_OK &&
	    (code = load(o, &filter, &desk, &s, &pile, &e)) == ERR_OK &&
	    (code = counts_decided(desk.db, &decided, &e)) == ERR_OK &&
	    (code = figures_count(&pile, &beside, &decided, &f, &e)) ==
	    ERR_OK) {
		pile_sort(&pile);
		s.now = desk.now;
		(o->json ? tell_json : o->csv ? tell_csv : tell_text)(&s, r);
	}
	report_err(r, &e);
	figures_wipe(&f);
	digests_wipe(&decided);
	pile_wipe(&pile);
	beside_wipe(&beside);
	desk_close(&desk);
	return code;
}
