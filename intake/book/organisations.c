/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/book/organisations.h"

#include <stdlib.h>
#include <string.h>

#include "base/wipe.h"
#include "intake/book/arrivals.h"
#include "intake/book/arrivals_row.h"
#include "intake/book/tree.h"

static enum err_code
read_organisation(struct sql_stmt *stmt, struct organisation *out,
    struct err *e)
{
	const char *number = sql_text(stmt, 0);
	int kind = organisation_kind_parse(sql_text(stmt, 2));
	enum err_code code;

	memset(out, 0, sizeof(*out));
	if (strlen(number) >= sizeof(out->number) || kind == -1)
		return err_set(e, ERR_IO, "ledger", 0,
		    "a row is damaged: organisation");
	(void)strcpy(out->number, number);
	out->kind = (enum organisation_kind)kind;
	if ((code = row_text(stmt, 1, &out->name, e)) == ERR_OK)
		code = row_text(stmt, 3, &out->contact, e);
	if (code != ERR_OK)
		organisation_wipe(out);
	return code;
}

#define PAGE	200

/* Up to PAGE of those after this number. */
static enum err_code
read_page(struct sql *db, const char *after, struct organisation *v,
    size_t *n, struct err *e)
{
	struct sql_stmt *stmt;
	enum err_code code;
	bool more;

	*n = 0;
	stmt = sql_prepare(db, e, "SELECT number, name, kind, contact"
	    " FROM organisations WHERE number > ? ORDER BY number LIMIT ?",
	    "ti", after, (int64_t)PAGE);
	if (stmt == NULL)
		return e->code;
	while ((code = row_next(db, stmt, &more, e)) == ERR_OK && more &&
	    (code = read_organisation(stmt, &v[*n], e)) == ERR_OK)
		++*n;
	sql_done(stmt);
	return code;
}

enum err_code
organisations_each(struct sql *db,
    enum err_code (*each)(void *arg, const struct organisation *o),
    void *arg, struct err *e)
{
	struct organisation *v = calloc(PAGE, sizeof(*v));
	char after[ORGNR_LEN] = "";
	enum err_code code;
	size_t n;

	if (v == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	do {
		code = read_page(db, after, v, &n, e);
		for (size_t i = 0; i < n; i++) {
			if (code == ERR_OK)
				code = each(arg, &v[i]);
			memcpy(after, v[i].number, sizeof(after));
			organisation_wipe(&v[i]);
		}
	} while (code == ERR_OK && n == PAGE);
	free(v);
	return code;
}

/* --- a new register ------------------------------------------------------ */

/* The new one, by number, on its way through the old one. */
struct replacing {
	struct sql *db;
	const struct organisation **v;
	size_t len, at;
	struct register_change *change;
	struct err *e;
};

static int
compare(const void *x, const void *y)
{
	return strcmp((*(const struct organisation *const *)x)->number,
	    (*(const struct organisation *const *)y)->number);
}

static enum err_code
put(struct replacing *r, const struct organisation *o)
{
	return sql_run(r->db, sql_prepare(r->db, r->e,
	    "INSERT INTO organisations (number, name, kind, contact)"
	    " VALUES (?, ?, ?, ?) ON CONFLICT (number) DO UPDATE SET"
	    " name = excluded.name, kind = excluded.kind,"
	    " contact = excluded.contact", "tttt", o->number, o->name,
	    organisation_kind_name(o->kind), o->contact), r->e);
}

/* All that come before this number are new. */
static enum err_code
put_before(struct replacing *r, const char *number)
{
	enum err_code code = ERR_OK;

	for (; code == ERR_OK && r->at < r->len && (number == NULL ||
	    strcmp(r->v[r->at]->number, number) < 0); r->at++) {
		code = put(r, r->v[r->at]);
		r->change->added++;
	}
	return code;
}

static enum err_code
replace_one(void *arg, const struct organisation *old)
{
	struct replacing *r = arg;
	const struct organisation *new;
	enum err_code code;

	if ((code = put_before(r, old->number)) != ERR_OK)
		return code;
	if (r->at == r->len || strcmp(r->v[r->at]->number, old->number) != 0) {
		r->change->removed++;
		return sql_run(r->db, sql_prepare(r->db, r->e,
		    "DELETE FROM organisations WHERE number = ?", "t",
		    old->number), r->e);
	}
	new = r->v[r->at++];
	if (new->kind == old->kind && strcmp(new->name, old->name) == 0 &&
	    strcmp(new->contact, old->contact) == 0) {
		r->change->same++;
		return ERR_OK;
	}
	r->change->changed++;
	return put(r, new);
}

/* Who was not in the register and is now: their files are judged again.  What
 * is being settled by the old one is held when the log is ours. */
static enum err_code
judge_again(struct replacing *r)
{
	enum err_code code = tree_hold(r->db, r->e);

	return code != ERR_OK ? code : arrivals_judge_again(r->db, sql_prepare(r->db, r->e,
	    "SELECT digest FROM arrivals WHERE state = 'held'"
	    " AND code = 'not-registered'"
	    " AND (organisation IN (SELECT number FROM organisations)"
	    "  OR NOT EXISTS (SELECT 1 FROM organisations))" SQL_TAKE, ""),
	    &r->change->queued, r->e);
}

enum err_code
organisations_replace(struct sql *db, const struct organisation *v, size_t n,
    struct register_change *change, struct err *e)
{
	struct replacing r = { .db = db, .len = n, .change = change, .e = e };
	enum err_code code;

	memset(change, 0, sizeof(*change));
	if ((r.v = calloc(n != 0 ? n : 1, sizeof(*r.v))) == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	for (size_t i = 0; i < n; i++)
		r.v[i] = &v[i];
	qsort(r.v, n, sizeof(*r.v), compare);
	if ((code = sql_begin(db, false, e)) == ERR_OK) {
		if ((code = organisations_each(db, replace_one, &r, e)) ==
		    ERR_OK && (code = put_before(&r, NULL)) == ERR_OK)
			code = judge_again(&r);
		code = sql_finish(db, code, e);
	}
	free(r.v);
	return code;
}
