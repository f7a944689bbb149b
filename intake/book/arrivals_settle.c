/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/book/arrivals.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "intake/book/arrivals_row.h"

/* --- what is known of others -------------------------------------------- */

static enum err_code
read_earlier(struct sql_stmt *stmt, struct earlier *x, struct err *e)
{
	const char *organisation = sql_text(stmt, 3);
	const void *id, *supersedes;
	size_t len, id_len;
	enum err_code code;

	id = sql_bytes(stmt, 1, &id_len);
	if (id_len != sizeof(x->submission) ||
	    strlen(organisation) >= sizeof(x->organisation))
		return err_set(e, ERR_IO, "ledger", 0,
		    "a row is damaged: submission");
	memcpy(x->submission, id, id_len);
	(void)strcpy(x->organisation, organisation);
	x->same_round = sql_integer(stmt, 4) != 0;
	x->counts = sql_integer(stmt, 5) != 0;
	x->late = sql_integer(stmt, 7) != 0;
	supersedes = sql_bytes(stmt, 6, &len);
	x->has_supersedes = supersedes != NULL;
	if ((code = row_digest(stmt, 0, x->sealed, e)) == ERR_OK &&
	    (code = row_digest(stmt, 2, x->fingerprint, e)) == ERR_OK &&
	    supersedes != NULL)
		code = row_digest(stmt, 6, x->supersedes, e);
	return code;
}

static enum err_code
read_all(struct sql *db, struct sql_stmt *stmt, struct history *out,
    struct err *e)
{
	enum err_code code;
	size_t cap = 0;
	bool more;
	void *v;

	if (stmt == NULL)
		return e->code;
	while ((code = row_next(db, stmt, &more, e)) == ERR_OK && more) {
		if (out->len == cap) {
			cap = cap != 0 ? cap * 2 : 8;
			v = reallocarray(out->v, cap, sizeof(*out->v));
			if (v == NULL) {
				code = err_set(e, ERR_NO_MEMORY, NULL, 0,
				    NULL);
				break;
			}
			out->v = v;
		}
		memset(&out->v[out->len], 0, sizeof(*out->v));
		code = read_earlier(stmt, &out->v[out->len++], e);
		if (code != ERR_OK)
			break;
	}
	sql_done(stmt);
	return code;
}

static enum err_code
look_up(struct sql *db, const struct facts *f, struct history *out,
    struct err *e)
{
	struct sql_stmt *stmt;
	enum err_code code;

	stmt = sql_prepare(db, e, "SELECT"
	    " (SELECT count(*) FROM (SELECT 1 FROM organisations LIMIT 1) x),"
	    " (SELECT count(*) FROM organisations WHERE number = ?),"
	    " (SELECT count(*) FROM mandates"
	    "  WHERE digest = ? AND revoked <> 0)", "tb", f->organisation,
	    f->has_mandate ? f->mandate : NULL);
	if (stmt == NULL)
		return e->code;
	if ((code = sql_row(db, stmt, e)) == ERR_OK) {
		out->register_in_use = sql_integer(stmt, 0) != 0;
		out->registered = sql_integer(stmt, 1) != 0;
		out->mandate_revoked = sql_integer(stmt, 2) != 0;
	}
	sql_done(stmt);
	return code;
}

enum err_code
arrivals_history(struct sql *db, const struct facts *f, struct history *out,
    struct err *e)
{
	enum err_code code = ERR_OK;

	memset(out, 0, sizeof(*out));
	if (f->kind != VERDICT_ACCEPTED)
		return ERR_OK;
	code = read_all(db, sql_prepare(db, e, "SELECT digest, submission,"
	    " fingerprint, organisation, CASE WHEN organisation = ?"
	    " AND questionnaire = ? AND round = ? THEN 1 ELSE 0 END,"
	    " counts, supersedes, late FROM arrivals"
	    " WHERE state = 'accepted' AND duplicate <> 1"
	    " AND (submission = ? OR fingerprint = ?"
	    " OR (organisation = ? AND questionnaire = ? AND round = ?"
	    " AND (counts = 1 OR fingerprint = ? OR supersedes = ?)))",
	    "tttrbtttbb", f->organisation, f->questionnaire, f->round,
	    f->submission, sizeof(f->submission),
	    f->has_supersedes ? f->supersedes : NULL, f->organisation,
	    f->questionnaire, f->round, f->fingerprint, f->fingerprint), out,
	    e);
	if (code == ERR_OK)
		code = look_up(db, f, out, e);
	if (code != ERR_OK)
		history_wipe(out);
	return code;
}

/* --- what becomes of it -------------------------------------------------- */

static const char *
state_of(const struct ruling *ruling)
{
	switch (ruling->state) {
	case RULE_ACCEPT:
		return arrival_state_name(ARRIVAL_ACCEPTED);
	case RULE_REJECT:
		return arrival_state_name(ARRIVAL_REJECTED);
	case RULE_HOLD:
		break;
	}
	return arrival_state_name(ARRIVAL_HELD);
}

static const char *
why_of(enum err_code code)
{
	return code != ERR_OK ? err_name(code) : "";
}

/* Runs an UPDATE … RETURNING of a row that must be there. */
static enum err_code
change(struct sql *db, struct sql_stmt *stmt, struct err *found,
    struct err *e)
{
	enum err_code code = sql_found(db, stmt, found);

	if (code == ERR_HTTP_NOT_FOUND)
		return err_set(e, ERR_INTERNAL, "ledger", 0,
		    "the file has had its verdict");
	return code == ERR_OK ? ERR_OK :
	    err_set(e, code, found->where, found->at, "%s", found->msg);
}

static enum err_code
set_ruling(struct sql *db, const struct arrival *a,
    const struct ruling *ruling, int64_t now, struct err *e)
{
	struct err found = { 0 };

	return change(db, sql_prepare(db, &found, "UPDATE arrivals"
	    " SET state = ?, code = ?, verified = ?, due = 0"
	    " WHERE digest = ? AND state IN ('queued', 'held')"
	    " RETURNING 1", "ttib", state_of(ruling), why_of(ruling->code),
	    now, a->digest), &found, e);
}

static int64_t
duplicate_of(const struct ruling *ruling)
{
	return ruling->duplicate ? DUPLICATE_SUBMISSION :
	    ruling->same_answers ? DUPLICATE_ANSWERS : 0;
}

static enum err_code
set_all(struct sql *db, const struct arrival *a, const struct facts *f,
    const struct ruling *ruling, int64_t now, struct err *e)
{
	bool known = f->kind == VERDICT_ACCEPTED;
	struct err found = { 0 };
	struct buf facts = { 0 };
	enum err_code code;

	if ((code = facts_encode(f, &facts, e)) == ERR_OK)
		code = change(db, sql_prepare(db, &found, "UPDATE arrivals"
		    " SET state = ?, code = ?, verified = ?, due = 0,"
		    " duplicate = ?, counts = ?, facts = ?,"
		    " organisation = ?, questionnaire = ?, round = ?,"
		    " fingerprint = ?, submission = ?, supersedes = ?,"
		    " late = ?"
		    " WHERE digest = ? AND state IN ('queued', 'held')"
		    " RETURNING 1", "ttiiirtttbrbib", state_of(ruling),
		    why_of(ruling->code), now, duplicate_of(ruling),
		    (int64_t)ruling->counts, facts.data, facts.len,
		    known ? f->organisation : NULL, f->questionnaire,
		    f->round, known ? f->fingerprint : NULL,
		    known ? f->submission : NULL, sizeof(f->submission),
		    f->has_supersedes ? f->supersedes : NULL,
		    (int64_t)f->late, a->digest), &found, e);
	buf_wipe(&facts);
	return code;
}

/* At most one counts in each round. */
static enum err_code
clear_counting(struct sql *db, const struct facts *f, struct err *e)
{
	return sql_run(db, sql_prepare(db, e, "UPDATE arrivals SET counts = 0"
	    " WHERE organisation = ? AND questionnaire = ? AND round = ?"
	    " AND counts = 1", "ttt", f->organisation, f->questionnaire,
	    f->round), e);
}

enum err_code
arrivals_judge_again(struct sql *db, struct sql_stmt *stmt, size_t *n,
    struct err *e)
{
	uint8_t digest[DIGEST_LEN];
	struct buf digests = { 0 };
	enum err_code code = ERR_OK;
	struct err found = { 0 };
	bool more = true;

	*n = 0;
	if (stmt == NULL)
		return e->code;
	while ((code = row_next(db, stmt, &more, e)) == ERR_OK && more &&
	    (code = row_digest(stmt, 0, digest, e)) == ERR_OK)
		buf_add(&digests, digest, sizeof(digest));
	sql_done(stmt);
	if (code == ERR_OK)
		code = buf_check(&digests, e);
	for (size_t i = 0; code == ERR_OK && i < digests.len;
	    i += DIGEST_LEN) {
		code = sql_found(db, sql_prepare(db, &found,
		    "UPDATE arrivals SET state = 'queued', code = '',"
		    " verified = 0 WHERE digest = ? AND state = 'held'"
		    " AND NOT EXISTS (SELECT 1 FROM decisions d"
		    "  WHERE d.digest = arrivals.digest AND d.done = 0)"
		    " RETURNING 1", "b", digests.data + i), &found);
		*n += code == ERR_OK;
		if (code == ERR_HTTP_NOT_FOUND) {
			err_clear(&found);
			code = ERR_OK;
		}
		if (code != ERR_OK)
			(void)err_set(e, code, found.where, 0, "%s",
			    found.msg);
	}
	buf_wipe(&digests);
	return code;
}

/* Corrections may arrive before what they correct: what was held because it
 * did not fit is judged again when there is now what it replaces, what replaces
 * it, or the same answers.  Others' are passed over: who has one locked is
 * deciding about it, and may be waiting for the log that is ours. */
static enum err_code
judge_kin_again(struct sql *db, const struct facts *f, struct err *e)
{
	size_t n;

	return arrivals_judge_again(db, sql_prepare(db, e,
	    "SELECT digest FROM arrivals WHERE organisation = ?"
	    " AND questionnaire = ? AND round = ? AND state = 'held'"
	    " AND code = 'conflict' AND (supersedes = ? OR fingerprint = ?"
	    "  OR fingerprint = ?)" SQL_TAKE, "tttbbb", f->organisation,
	    f->questionnaire, f->round, f->fingerprint, f->fingerprint,
	    f->has_supersedes ? f->supersedes : NULL), &n, e);
}

enum err_code
arrivals_settle(struct sql *db, const struct arrival *a,
    const struct facts *facts, const struct ruling *ruling, int64_t now,
    struct err *e)
{
	enum err_code code = ERR_OK;

	/* Staff have rejected it because its bytes are lost. */
	if (ruling->state == RULE_REJECT && a->state == ARRIVAL_QUEUED &&
	    (a->code == ERR_NO_INPUT || a->code == ERR_DIGEST))
		code = arrivals_filed(db, a->digest, now, e);
	if (code == ERR_OK && facts->kind == VERDICT_UNDECIDED &&
	    facts->err.code == ERR_OK)
		return set_ruling(db, a, ruling, now, e);
	if (code == ERR_OK && ruling->counts)
		code = clear_counting(db, facts, e);
	if (code == ERR_OK)
		code = set_all(db, a, facts, ruling, now, e);
	if (code == ERR_OK && ruling->state == RULE_ACCEPT &&
	    !ruling->duplicate)
		code = judge_kin_again(db, facts, e);
	return code;
}

enum err_code
arrivals_put_off(struct sql *db, const struct arrival *a, enum err_code why,
    int64_t attempts, int64_t due, struct err *e)
{
	struct err found = { 0 };
	struct buf name = { 0 };
	enum err_code code;

	/* Another try as soon as can be, if it is elsewhere by now. */
	if ((code = arrival_name_encode(a->name, &name, e)) == ERR_OK)
		code = change(db, sql_prepare(db, &found, "UPDATE arrivals"
		    " SET attempts = ?,"
		    " due = CASE WHEN place = ? AND name = ? THEN ?"
		    "  ELSE due END,"
		    " code = CASE WHEN state = 'queued' THEN ? ELSE code END"
		    " WHERE digest = ? AND state IN ('queued', 'held')"
		    " RETURNING 1", "ittitb", attempts, a->place,
		    (const char *)name.data, due, why_of(why), a->digest),
		    &found, e);
	buf_wipe(&name);
	return code;
}

enum err_code
arrivals_handed(struct sql *db, const uint8_t digest[static DIGEST_LEN],
    int64_t now, struct err *e)
{
	return sql_run(db, sql_prepare(db, e, "UPDATE arrivals"
	    " SET handed = ? WHERE digest = ? AND handed = 0", "ib", now,
	    digest), e);
}

enum err_code
arrivals_filed(struct sql *db, const uint8_t digest[static DIGEST_LEN],
    int64_t now, struct err *e)
{
	return sql_run(db, sql_prepare(db, e, "UPDATE arrivals"
	    " SET filed = ? WHERE digest = ? AND filed = 0", "ib", now,
	    digest), e);
}
