/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/staff/list.h"

#include <stdio.h>
#include <string.h>

#include "crypto/digest.h"
#include "intake/staff/arrival_tell.h"
#include "intake/staff/desk.h"
#include "intake/staff/rounds.h"
#include "intake/staff/table.h"

/* Rows that a person looks through; programs get all. */
#define LIMIT_DEFAULT	50
/* Rows that are kept before those are dropped that nobody will see. */
#define TRIM_LEAST	1000

/* All that fit are counted; of what nobody will see, nothing is kept. */
struct listing {
	struct pile pile;
	size_t limit;			/* rows to show; 0: all */
	const char *organisation;	/* or NULL */
	size_t count[ARRIVAL_REJECTED + 1], total;
	struct err *e;
};

/* --- for people: TABLE_WIDTH columns ------------------------------------ */

enum { W_AGE = 4, W_STATE = 8, W_NUMBER = 11, W_NAME = 17, W_WHAT = 13,
	W_ROUND = 6, W_LABEL = 19 };
/* More than that helps nobody. */
enum { W_WHAT_MOST = 24, W_ROUND_MOST = 12, W_NAME_MOST = 40 };

struct widths { size_t name, what, round; };

/* What a wide terminal has to give goes to what is cut. */
static struct widths
widths(void)
{
	struct widths w = { W_NAME, W_WHAT, W_ROUND };

	for (size_t room = table_room(); room != 0; room--) {
		if (w.what < W_WHAT_MOST)
			w.what++;
		else if (w.round < W_ROUND_MOST)
			w.round++;
		else if (w.name < W_NAME_MOST)
			w.name++;
	}
	return w;
}

static void
table_row(struct report *r, const struct widths *w, const struct arrival *a,
    const struct beside *beside, int64_t now)
{
	const bool known = a->facts.kind == VERDICT_ACCEPTED;
	const char *name = arrival_organisation(a, &beside->roll);
	char age[TABLE_SPAN_LEN], label[ARRIVAL_LABEL_LEN];
	char note[ARRIVAL_NOTE_LEN], number[12] = "";

	table_span(now - a->arrived, age);
	arrival_label(a, label);
	arrival_note(a, beside, note);
	if (*arrival_number(a) != '\0')
		orgnr_format(arrival_number(a), number);
	table_cell(r, age, W_AGE);
	table_cell(r, arrival_state_name(a->state), W_STATE);
	table_cell(r, number, W_NUMBER);
	/* Nobody knows whose it is: what did they call it? */
	table_cell(r, *name != '\0' ? name : a->name, w->name);
	table_cell(r, known ? a->facts.questionnaire : "", w->what);
	table_cell(r, known ? a->facts.round : "", w->round);
	table_cell(r, label, W_LABEL);
	table_last(r, note);
}

void
list_table(const struct pile *pile, size_t n, const struct beside *beside,
    int64_t now, struct report *r)
{
	const struct widths w = widths();

	table_cell(r, "AGE", W_AGE);
	table_cell(r, "STATE", W_STATE);
	table_cell(r, "NUMBER", W_NUMBER);
	table_cell(r, "ORGANISATION", w.name);
	table_cell(r, "QUESTIONNAIRE", w.what);
	table_cell(r, "ROUND", w.round);
	table_cell(r, "SUBMISSION", W_LABEL);
	table_last(r, "CODE");
	for (size_t i = 0; i < n; i++)
		table_row(r, &w, &pile->v[i], beside, now);
}

static void
summary(const struct listing *l, size_t shown, struct report *r)
{
	const size_t *count = l->count;
	char line[160];
	size_t n = 0;

	for (int s = ARRIVAL_QUEUED; s <= ARRIVAL_REJECTED; s++)
		if (count[s] != 0)
			n += (size_t)snprintf(line + n, sizeof(line) - n,
			    "%s%zu %s", n == 0 ? "" : ", ", count[s],
			    arrival_state_name((enum arrival_state)s));
	if (l->total == 0)
		report_say(r, "Nothing.");
	else
		report_say(r, "%s.", line);
	if (shown < l->total)
		report_say(r, "%zu more are not shown (--limit 0 shows all).",
		    l->total - shown);
}

/* --- for programs ------------------------------------------------------- */

static void
csv_row(struct report *r, const struct arrival *a,
    const struct beside *beside)
{
	const struct facts *f = &a->facts;
	const bool known = f->kind == VERDICT_ACCEPTED;
	char digest[DIGEST_HEX_LEN], label[ARRIVAL_LABEL_LEN];
	char note[ARRIVAL_NOTE_LEN], number[12] = "";

	digest_hex(a->digest, digest);
	arrival_label(a, label);
	arrival_note(a, beside, note);
	if (*arrival_number(a) != '\0')
		orgnr_format(arrival_number(a), number);
	csv_cell(r, digest);
	csv_time(r, a->arrived);
	csv_cell(r, arrival_state_name(a->state));
	csv_cell(r, a->code != ERR_OK ? err_name(a->code) : "");
	csv_cell(r, number);
	csv_foreign(r, arrival_organisation(a, &beside->roll));
	csv_cell(r, arrival_kind(a, &beside->roll));
	csv_cell(r, known ? f->questionnaire : "");
	csv_cell(r, known ? f->round : "");
	csv_cell(r, known ? label : "");
	csv_cell(r, a->late ? "yes" : "no");
	csv_cell(r, a->duplicate ? "yes" : "no");
	csv_cell(r, a->counts ? "yes" : "no");
	csv_time(r, a->verified);
	csv_time(r, a->handed);
	csv_cell(r, a->source);
	csv_foreign(r, a->place);
	csv_foreign(r, a->name);
	csv_cell(r, note);
	csv_cell(r, digests_have(&beside->scored, a->digest) ? "yes" : "no");
	csv_end(r);
}

static void
tell_csv(const struct pile *pile, const struct beside *beside,
    struct report *r)
{
	buf_add_str(&r->text, "digest,arrived,state,code,number,name,kind,"
	    "questionnaire,round,fingerprint,late,duplicate,counts,verified,"
	    "handed,source,place,file,note,scored\n");
	for (size_t i = 0; i < pile->len; i++)
		csv_row(r, &pile->v[i], beside);
}

static void
tell_json(const struct listing *l, const struct beside *beside,
    struct report *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < l->pile.len; i++)
		if (json_array_append_new(list,
		    arrival_json(&l->pile.v[i], beside)) != 0)
			r->failed = true;
	report_set(r, "submissions", list);
	report_set(r, "more", json_integer((json_int_t)(l->total -
	    l->pile.len)));
}

static void
tell(const struct options *o, const struct listing *l,
    const struct beside *beside, int64_t now, struct report *r)
{
	size_t n = l->pile.len;

	if (o->json)
		tell_json(l, beside, r);
	else if (o->csv)
		tell_csv(&l->pile, beside, r);
	else {
		if (n != 0)
			list_table(&l->pile, n, beside, now, r);
		summary(l, n, r);
	}
}

/* --- what there is ------------------------------------------------------ */

static size_t
limit_of(const struct options *o)
{
	if (o->limit == -1)
		return o->json || o->csv ? 0 : LIMIT_DEFAULT;
	return (size_t)o->limit;
}

static enum err_code
take(void *arg, struct arrival *a)
{
	struct listing *l = arg;
	enum err_code code;

	if (l->organisation != NULL && !pile_is_of(a, l->organisation))
		return ERR_OK;
	l->count[a->state]++;
	l->total++;
	code = pile_add(&l->pile, a, l->e);
	if (code == ERR_OK && l->limit != 0 &&
	    l->pile.len >= TRIM_LEAST && l->pile.len / 2 >= l->limit)
		pile_trim(&l->pile, l->limit);
	return code;
}

static enum err_code
load(struct sql *db, const struct arrival_filter *filter, struct listing *l)
{
	enum err_code code = arrivals_each(db, filter, take, l, l->e);

	if (code == ERR_OK)
		pile_trim(&l->pile, l->limit != 0 ? l->limit : l->total);
	return code;
}

enum err_code
list_run(const struct options *o, struct report *r)
{
	struct arrival_filter filter;
	struct desk desk = { 0 };
	struct beside beside = { 0 };
	struct err e = { 0 };
	struct listing l = { .limit = limit_of(o), .e = &e };
	char number[ORGNR_LEN];
	enum err_code code;

	if (o->organisation != NULL && orgnr_parse(o->organisation, number))
		l.organisation = number;
	else if (o->organisation != NULL)
		err_set(&e, ERR_USAGE, "--organisation", 0,
		    "'%s' is not an organisation number", o->organisation);
	if ((code = e.code) == ERR_OK &&
	    (code = pile_filter(o, &filter, &e)) == ERR_OK &&
	    (code = desk_open(o, INTAKE_LEDGER, false, &desk, &e)) == ERR_OK &&
	    (code = beside_load(desk.db, &beside, &e)) == ERR_OK &&
	    (code = load(desk.db, &filter, &l)) == ERR_OK &&
	    (l.total != 0 || (code = rounds_check(&desk, o->round,
	    o->questionnaire, &e)) == ERR_OK))
		tell(o, &l, &beside, desk.now, r);
	report_err(r, &e);
	pile_wipe(&l.pile);
	beside_wipe(&beside);
	desk_close(&desk);
	return code;
}
