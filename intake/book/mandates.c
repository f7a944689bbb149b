/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdlib.h>
#include <string.h>

#include "base/wipe.h"
#include "intake/book/arrivals_row.h"
#include "intake/book/organisations.h"

void
mandate_row_wipe(struct mandate_row *m)
{
	wipe_free(m->questionnaire);
	wipe_free(m->round);
	wipe_free(m->who);
	wipe_free(m->reason);
	explicit_bzero(m, sizeof(*m));
}

enum err_code
mandates_used(struct sql *db, const struct mandate_row *m, struct err *e)
{
	return sql_run(db, sql_prepare(db, e, "INSERT INTO mandates (digest,"
	    " organisation, submitter, questionnaire, round, expires, seen)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (digest) DO UPDATE"
	    " SET seen = excluded.seen WHERE mandates.seen = 0", "bttttii",
	    m->digest, m->organisation, m->submitter, m->questionnaire,
	    m->round, m->expires, m->seen), e);
}

static enum err_code
revoke(struct sql *db, const struct mandate_row *m, struct err *e)
{
	struct err found = { 0 };
	enum err_code code;

	code = sql_run(db, sql_prepare(db, e, "INSERT INTO mandates (digest,"
	    " organisation, submitter, questionnaire, round, expires, seen)"
	    " VALUES (?, ?, ?, ?, ?, ?, 0) ON CONFLICT DO NOTHING", "btttti",
	    m->digest, m->organisation, m->submitter, m->questionnaire,
	    m->round, m->expires), e);
	if (code != ERR_OK)
		return code;
	code = sql_found(db, sql_prepare(db, &found, "UPDATE mandates"
	    " SET revoked = ?, who = ?, reason = ?"
	    " WHERE digest = ? AND revoked = 0 RETURNING 1", "ittb",
	    m->revoked, m->who, m->reason, m->digest), &found);
	if (code == ERR_HTTP_NOT_FOUND)
		return err_set(e, ERR_MANDATE_REVOKED, NULL, 0,
		    "that stands as it is");
	return code == ERR_OK ? ERR_OK :
	    err_set(e, code, found.where, found.at, "%s", found.msg);
}

enum err_code
mandates_revoke(struct sql *db, const struct mandate_row *m, struct err *e)
{
	enum err_code code;

	if ((code = sql_begin(db, false, e)) != ERR_OK)
		return code;
	code = revoke(db, m, e);
	return sql_finish(db, code, e);
}

/* --- reading ------------------------------------------------------------- */

static enum err_code
read_mandate(struct sql_stmt *stmt, struct mandate_row *out, struct err *e)
{
	const char *organisation = sql_text(stmt, 1);
	const char *submitter = sql_text(stmt, 2);
	enum err_code code;

	memset(out, 0, sizeof(*out));
	if (strlen(organisation) >= sizeof(out->organisation) ||
	    strlen(submitter) >= sizeof(out->submitter))
		return err_set(e, ERR_IO, "ledger", 0,
		    "a row is damaged: mandate");
	(void)strcpy(out->organisation, organisation);
	(void)strcpy(out->submitter, submitter);
	out->expires = sql_integer(stmt, 5);
	out->seen = sql_integer(stmt, 6);
	out->revoked = sql_integer(stmt, 7);
	if ((code = row_digest(stmt, 0, out->digest, e)) == ERR_OK &&
	    (code = row_text(stmt, 3, &out->questionnaire, e)) == ERR_OK &&
	    (code = row_text(stmt, 4, &out->round, e)) == ERR_OK &&
	    (code = row_text(stmt, 8, &out->who, e)) == ERR_OK)
		code = row_text(stmt, 9, &out->reason, e);
	if (code != ERR_OK)
		mandate_row_wipe(out);
	return code;
}

#define PAGE	200

static enum err_code
read_page(struct sql *db, bool first, const struct mandate_row *after,
    struct mandate_row *v, size_t *n, struct err *e)
{
	struct sql_stmt *stmt;
	enum err_code code;
	bool more;

	*n = 0;
	stmt = sql_prepare(db, e, "SELECT digest, organisation, submitter,"
	    " questionnaire, round, expires, seen, revoked, who, reason"
	    " FROM mandates WHERE ? = 0 OR (organisation, digest) > (?, ?)"
	    " ORDER BY organisation, digest LIMIT ?", "itbi",
	    (int64_t)!first, after->organisation, after->digest,
	    (int64_t)PAGE);
	if (stmt == NULL)
		return e->code;
	while ((code = row_next(db, stmt, &more, e)) == ERR_OK && more &&
	    (code = read_mandate(stmt, &v[*n], e)) == ERR_OK)
		++*n;
	sql_done(stmt);
	return code;
}

enum err_code
mandates_each(struct sql *db,
    enum err_code (*each)(void *arg, const struct mandate_row *m), void *arg,
    struct err *e)
{
	struct mandate_row *v = calloc(PAGE, sizeof(*v));
	struct mandate_row after = { 0 };
	enum err_code code;
	bool first = true;
	size_t n;

	if (v == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	do {
		code = read_page(db, first, &after, v, &n, e);
		first = false;
		for (size_t i = 0; i < n; i++) {
			if (code == ERR_OK)
				code = each(arg, &v[i]);
			memcpy(after.organisation, v[i].organisation,
			    sizeof(after.organisation));
			memcpy(after.digest, v[i].digest,
			    sizeof(after.digest));
			mandate_row_wipe(&v[i]);
		}
	} while (code == ERR_OK && n == PAGE);
	free(v);
	return code;
}
