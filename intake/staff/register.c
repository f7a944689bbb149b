/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/staff/register.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "format/register.h"
#include "intake/book/organisations.h"
#include "intake/staff/desk.h"
#include "intake/staff/roll.h"
#include "intake/staff/table.h"

/* A new register in which fewer are missing is an everyday one: organisations
 * merge and close.  More than these, and more than a tenth, look like the
 * wrong file. */
#define GONE_EVERYDAY	5
/* Changes that a person is shown; a program gets all. */
#define CHANGES_SHOWN	20

/* --- listing ------------------------------------------------------------ */

static json_t *
organisation_json(const struct organisation *o)
{
	return json_pack("{s:s, s:o, s:s, s:o}", "number", o->number,
	    "name", report_text(o->name), "kind",
	    organisation_kind_name(o->kind), "contact",
	    report_text(o->contact));
}

static json_t *
roll_json(const struct roll *roll)
{
	json_t *list = json_array();

	for (size_t i = 0; i < roll->len; i++)
		if (json_array_append_new(list,
		    organisation_json(&roll->v[i])) != 0) {
			json_decref(list);
			return NULL;
		}
	return list;
}

static void
show_row(struct report *r, const struct organisation *o)
{
	char number[12];

	orgnr_format(o->number, number);
	table_cell(r, number, 11);
	table_cell(r, o->name, 40 + table_room() / 2);
	table_cell(r, organisation_kind_name(o->kind), 9);
	table_last(r, o->contact);
}

static void
show_header(struct report *r)
{
	table_cell(r, "NUMBER", 11);
	table_cell(r, "NAME", 40 + table_room() / 2);
	table_cell(r, "KIND", 9);
	table_last(r, "CONTACT");
}

static void
csv_row(struct report *r, const struct organisation *o)
{
	char number[12];

	orgnr_format(o->number, number);
	csv_cell(r, number);
	csv_cell(r, o->name);
	csv_cell(r, organisation_kind_name(o->kind));
	csv_cell(r, o->contact);
	csv_end(r);
}

static void
list_roll(const struct options *o, const struct roll *roll, struct report *r)
{
	if (o->json) {
		report_set(r, "organisations", roll_json(roll));
		return;
	}
	if (o->csv)
		buf_add_str(&r->text, "number,name,kind,contact\n");
	else if (roll->len != 0)
		show_header(r);
	for (size_t i = 0; i < roll->len; i++)
		(o->csv ? csv_row : show_row)(r, &roll->v[i]);
	if (!o->csv && roll->len == 0)
		report_say(r, "The register is empty: everybody may answer, "
		    "and nobody is missing.");
	else if (!o->csv)
		report_say(r, "%zu organisation%s.", roll->len,
		    roll->len == 1 ? "" : "s");
}

/* --- what would change -------------------------------------------------- */

static bool
same(const struct organisation *a, const struct organisation *b)
{
	return strcmp(a->name, b->name) == 0 && a->kind == b->kind &&
	    strcmp(a->contact, b->contact) == 0;
}

/* What is told of the difference, as the two are walked side by side. */
struct difference {
	struct report *r;
	json_t *added, *changed, *removed;
	struct register_change n;
	size_t shown;
};

/* was: what it was before, when it is changed; else NULL. */
static void
tell_change(struct difference *d, json_t *list, const char *sign,
    const struct organisation *o, const struct organisation *was)
{
	json_t *json = organisation_json(o);
	char number[12];

	if (was != NULL && json_object_set_new(json, "was",
	    organisation_json(was)) != 0)
		d->r->failed = true;
	if (json_array_append_new(list, json) != 0)
		d->r->failed = true;
	if (d->shown++ >= CHANGES_SHOWN)
		return;
	orgnr_format(o->number, number);
	report_say(d->r, "%s %s  %s, %s, %s", sign, number, o->name,
	    organisation_kind_name(o->kind), o->contact[0] != '\0' ?
	    o->contact : "no contact");
	if (was != NULL)
		report_say(d->r, "             was: %s, %s, %s", was->name,
		    organisation_kind_name(was->kind),
		    was->contact[0] != '\0' ? was->contact : "no contact");
}

static void
walk(struct difference *d, const struct roll *old, const struct roll *new)
{
	size_t i = 0, j = 0;
	int order;

	while (i < old->len || j < new->len) {
		order = i == old->len ? 1 : j == new->len ? -1 :
		    strcmp(old->v[i].number, new->v[j].number);
		if (order < 0) {
			d->n.removed++;
			tell_change(d, d->removed, "-", &old->v[i++], NULL);
		} else if (order > 0) {
			d->n.added++;
			tell_change(d, d->added, "+", &new->v[j++], NULL);
		} else if (same(&old->v[i], &new->v[j])) {
			d->n.same++;
			i++;
			j++;
		} else {
			d->n.changed++;
			tell_change(d, d->changed, "~", &new->v[j++],
			    &old->v[i++]);
		}
	}
}

static void
tell_difference(const struct roll *old, const struct roll *new,
    struct register_change *n, struct report *r)
{
	struct difference d = { .r = r, .added = json_array(),
	    .changed = json_array(), .removed = json_array() };

	walk(&d, old, new);
	if (d.shown > CHANGES_SHOWN)
		report_say(r, "... and %zu more (--json tells all)",
		    d.shown - CHANGES_SHOWN);
	report_say(r, "%zu added, %zu changed, %zu removed, %zu the same.",
	    d.n.added, d.n.changed, d.n.removed, d.n.same);
	report_set(r, "added", d.added);
	report_set(r, "changed", d.changed);
	report_set(r, "removed", d.removed);
	report_set(r, "same", json_integer((json_int_t)d.n.same));
	*n = d.n;
}

/* --- replacing ---------------------------------------------------------- */

/* A wrong file shall not empty the register. */
static enum err_code
check_gone(const struct options *o, const struct register_change *n,
    size_t before, struct err *e)
{
	if (o->force || n->removed <= GONE_EVERYDAY ||
	    n->removed * 10 <= before)
		return ERR_OK;
	return err_set(e, ERR_FIELD_VALUE, o->operand, 0, "it would remove "
	    "%zu of %zu organisations, so nothing was changed; is it the "
	    "whole register?  Then --force", n->removed, before);
}

static enum err_code
replace(const struct options *o, struct desk *desk, const struct roll *new,
    struct report *r, struct err *e)
{
	struct register_change n;
	struct roll old = { 0 };
	enum err_code code;

	if ((code = roll_load(desk->db, &old, e)) == ERR_OK) {
		tell_difference(&old, new, &n, r);
		code = check_gone(o, &n, old.len, e);
	}
	report_set(r, "dry_run", json_boolean(o->dry_run));
	if (code == ERR_OK && o->dry_run)
		report_say(r, "Nothing was changed (--dry-run).");
	else if (code == ERR_OK)
		code = organisations_replace(desk->db, new->v, new->len, &n,
		    e);
	if (code == ERR_OK && !o->dry_run) {
		report_say(r, "The register has %zu organisation%s now.",
		    new->len, new->len == 1 ? "" : "s");
		if (n.queued != 0)
			report_say(r, "Held files that are judged again, "
			    "since their senders are in it: %zu.", n.queued);
		report_set(r, "queued", json_integer((json_int_t)n.queued));
	}
	roll_wipe(&old);
	return code;
}

/* The file before the ledger: its mistakes need none. */
static enum err_code
read_file(const struct options *o, struct roll *out, struct report *r,
    struct err *e)
{
	struct buf data = { 0 };
	char *unused = NULL;
	enum err_code code;

	if ((code = file_read(o->operand, LIMIT_REGISTER_FILE, &data, e)) ==
	    ERR_OK) {
		register_parse(data.data, data.len, out, &unused,
		    &r->errors);
		r->mistakes_in = o->operand;
		if (r->errors.len != 0)
			code = r->errors.v[0].code;
	}
	if (code == ERR_OK && unused != NULL) {
		report_say(r, "Columns that are not used: %s", unused);
		report_set_text(r, "columns_not_used", unused);
	}
	if (code == ERR_OK)
		r->mistakes_in = NULL;
	free(unused);
	buf_wipe(&data);
	return code;
}

enum err_code
register_run(const struct options *o, struct report *r)
{
	struct desk desk = { 0 };
	struct roll roll = { 0 };
	struct err e = { 0 };
	enum err_code code = ERR_OK;

	if (o->n_operands > 1)
		code = err_set(&e, ERR_USAGE, "register", 0,
		    "unexpected operand '%s'", o->operands[1]);
	else if (o->csv && o->operand != NULL)
		code = err_set(&e, ERR_USAGE, "--csv", 0, "it lists the "
		    "register, and goes with no file");
	else if (o->operand == NULL && (o->dry_run || o->force))
		code = err_set(&e, ERR_USAGE, "register", 0, "--dry-run and "
		    "--force go with a file");
	if (code == ERR_OK && o->operand != NULL)
		code = read_file(o, &roll, r, &e);
	if (code == ERR_OK)
		code = desk_open(o, INTAKE_LEDGER, o->operand != NULL &&
		    !o->dry_run, &desk, &e);
	if (code == ERR_OK && o->operand != NULL)
		code = replace(o, &desk, &roll, r, &e);
	else if (code == ERR_OK &&
	    (code = roll_load(desk.db, &roll, &e)) == ERR_OK)
		list_roll(o, &roll, r);
	report_err(r, &e);
	roll_wipe(&roll);
	desk_close(&desk);
	return code;
}
