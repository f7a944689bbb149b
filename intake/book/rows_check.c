/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/book/rows_check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "format/receipt.h"
#include "format/tree_head.h"
#include "intake/rules.h"

#define PAGE	"256"		/* rows at once */

/* Asks for a page of rows, from where the last one ended. */
struct check {
	struct sql *db;
	struct err *e;
	int64_t next;		/* position */
	char organisation[ORGNR_LEN];	/* the last round that was seen */
	struct buf questionnaire, round;
	int64_t decisions;	/* in the log */
	struct history history;	/* of one round */
	size_t cap;
};

static enum err_code
damaged(struct check *c, int64_t position, const char *what)
{
	return err_set(c->e, ERR_LOG_DAMAGED, "log", 0, "position %jd: %s",
	    (intmax_t)position, what);
}

static enum err_code
each_row(struct check *c, struct sql_stmt *stmt,
    enum err_code (*each)(struct check *c, struct sql_stmt *row), size_t *rows)
{
	enum err_code code = stmt != NULL ? ERR_OK : c->e->code;

	*rows = 0;
	while (code == ERR_OK && (code = sql_row(c->db, stmt, c->e)) ==
	    ERR_OK) {
		code = each(c, stmt);
		++*rows;
	}
	if (stmt != NULL)
		sql_done(stmt);
	if (code != ERR_HTTP_NOT_FOUND)
		return code;
	err_clear(c->e);
	return ERR_OK;
}

/* --- receipts ---------------------------------------------------------- */

static enum err_code
check_alone(struct check *c, struct sql_stmt *row)
{
	return damaged(c, sql_integer(row, 0),
	    "its file is not in the ledger, or has another verdict there");
}

static enum err_code
check_bare(struct check *c, struct sql_stmt *row)
{
	char hex[DIGEST_HEX_LEN] = "?";
	const void *digest;
	size_t len;

	digest = sql_bytes(row, 0, &len);
	if (digest != NULL && len == DIGEST_LEN)
		digest_hex(digest, hex);
	return err_set(c->e, ERR_LOG_DAMAGED, "ledger", 0,
	    "file %s has a verdict that is not in the log", hex);
}

/* Each has the other: a file one receipt, a receipt its file. */
static enum err_code
check_pairs(struct check *c)
{
	enum err_code code;
	size_t rows;

	code = each_row(c, sql_prepare(c->db, c->e,
	    "SELECT v.position FROM verdicts v"
	    " LEFT JOIN arrivals a ON a.digest = v.digest"
	    " WHERE v.stage IN ('accepted', 'rejected')"
	    " AND (a.digest IS NULL OR a.state <> v.stage)"
	    " ORDER BY v.position LIMIT 1", ""), check_alone, &rows);
	if (code == ERR_OK)
		code = each_row(c, sql_prepare(c->db, c->e,
		    "SELECT a.digest FROM arrivals a"
		    " LEFT JOIN verdicts v"
		    "  ON v.digest = a.digest AND v.stage = a.state"
		    " WHERE a.state IN ('accepted', 'rejected')"
		    " AND v.digest IS NULL ORDER BY a.digest LIMIT 1", ""),
		    check_bare, &rows);
	return code;
}

static bool
is_same(struct sql_stmt *row, int column, const void *there, size_t size)
{
	size_t len;
	const void *here = sql_bytes(row, column, &len);

	return here != NULL ? there != NULL && len == size &&
	    memcmp(here, there, len) == 0 : there == NULL;
}

static bool
is_text(struct sql_stmt *row, int column, const char *there)
{
	return strcmp(sql_text(row, column), there) == 0;
}

static bool
is_accepted_so(struct sql_stmt *row, const struct receipt *r)
{
	return is_text(row, 4, "") && is_text(row, 5, r->organisation) &&
	    is_text(row, 6, r->round) &&
	    is_same(row, 7, r->submission, sizeof(r->submission)) &&
	    is_same(row, 8, r->fingerprint, sizeof(r->fingerprint)) &&
	    is_same(row, 9, r->has_supersedes ? r->supersedes : NULL,
	    sizeof(r->supersedes)) && is_text(row, 10, r->organisation);
}

static enum err_code
check_receipt(struct check *c, struct sql_stmt *row)
{
	struct receipt r = { 0 };
	enum err_code code = ERR_OK;
	const void *bytes;
	size_t len;

	c->next = sql_integer(row, 0) + 1;
	bytes = sql_bytes(row, 1, &len);
	if (bytes == NULL || receipt_parse(bytes, len, &r, NULL) != ERR_OK ||
	    !is_same(row, 2, r.sealed, sizeof(r.sealed)) ||
	    (uint64_t)sql_integer(row, 3) != r.size ||
	    !(r.stage == STAGE_ACCEPTED ? is_accepted_so(row, &r) :
	    is_text(row, 4, r.reason)))
		code = damaged(c, c->next - 1,
		    "its file is another one in the ledger");
	receipt_wipe(&r);
	return code;
}

static enum err_code
check_receipts(struct check *c)
{
	enum err_code code = ERR_OK;
	size_t rows = 1;

	for (c->next = 0; code == ERR_OK && rows != 0;)
		code = each_row(c, sql_prepare(c->db, c->e,
		    "SELECT v.position, e.bytes, a.digest, a.size, a.code,"
		    " a.organisation, a.round, a.submission, a.fingerprint,"
		    " a.supersedes, v.organisation FROM verdicts v"
		    " JOIN log_entries e ON e.position = v.position"
		    " JOIN arrivals a ON a.digest = v.digest"
		    " WHERE v.position >= ? AND v.stage = a.state"
		    " ORDER BY v.position LIMIT " PAGE, "i", c->next),
		    check_receipt, &rows);
	return code;
}

/* --- decisions --------------------------------------------------------- */

static enum err_code
check_decision(struct check *c, struct sql_stmt *row)
{
	struct decision_entry d = { 0 };
	struct err why = { 0 };
	const void *bytes;
	size_t len;
	enum err_code code;

	c->next = sql_integer(row, 0) + 1;
	c->decisions++;
	bytes = sql_bytes(row, 1, &len);
	if (decision_entry_parse(bytes, len, &d, &why) == ERR_OK)
		code = sql_found(c->db, sql_prepare(c->db, &why,
		    "SELECT 1 FROM decisions WHERE digest = ? AND time = ?"
		    " AND decision = ? AND reason = ? AND who = ?"
		    " AND done = 1", "bittt", d.sealed, d.time,
		    d.accept ? "accept" : "reject",
		    d.reason != NULL ? d.reason : "", d.who), &why);
	else
		code = ERR_HTTP_NOT_FOUND;
	decision_entry_wipe(&d);
	if (code == ERR_HTTP_NOT_FOUND)
		return damaged(c, c->next - 1,
		    "the decision is another one in the ledger");
	return code == ERR_OK ? ERR_OK : err_set(c->e, code, why.where, 0,
	    "%s", why.msg);
}

static enum err_code
check_decisions(struct check *c)
{
	enum err_code code = ERR_OK;
	int64_t done = 0;
	size_t rows = 1;

	for (c->next = 0; code == ERR_OK && rows != 0;)
		code = each_row(c, sql_prepare(c->db, c->e,
		    "SELECT e.position, e.bytes FROM log_entries e"
		    " LEFT JOIN verdicts v ON v.position = e.position"
		    " WHERE v.position IS NULL AND e.position >= ?"
		    " ORDER BY e.position LIMIT " PAGE, "i", c->next),
		    check_decision, &rows);
	if (code == ERR_OK)
		code = sql_number(c->db, sql_prepare(c->db, c->e,
		    "SELECT count(*) FROM decisions WHERE done <> 0", ""),
		    &done, c->e);
	if (code == ERR_OK && done != c->decisions)
		code = err_set(c->e, ERR_LOG_DAMAGED, "ledger", 0,
		    "%jd decisions were carried out, and the log has %jd",
		    (intmax_t)done, (intmax_t)c->decisions);
	return code;
}

/* --- what counts ------------------------------------------------------- */

static enum err_code
remember(struct check *c, const struct facts *f, bool counts)
{
	struct history *h = &c->history;
	struct earlier *v = h->v;

	if (h->len == c->cap) {
		c->cap = c->cap != 0 ? c->cap * 2 : 16;
		v = reallocarray(h->v, c->cap, sizeof(*v));
		if (v == NULL)
			return err_set(c->e, ERR_NO_MEMORY, NULL, 0, NULL);
		h->v = v;
	}
	for (size_t i = 0; counts && i < h->len; i++)
		v[i].counts = false;
	v[h->len] = (struct earlier){ .same_round = true, .counts = counts,
	    .late = f->late, .has_supersedes = f->has_supersedes };
	memcpy(v[h->len].submission, f->submission, sizeof(f->submission));
	memcpy(v[h->len].fingerprint, f->fingerprint,
	    sizeof(f->fingerprint));
	memcpy(v[h->len].supersedes, f->supersedes, sizeof(f->supersedes));
	h->len++;
	return ERR_OK;
}

/* What the rules make of one now; c->history has those before it, and
 * gets it. */
static enum err_code
judge(struct check *c, struct sql_stmt *row)
{
	struct facts f = { .kind = VERDICT_ACCEPTED };
	int64_t position = sql_integer(row, 0);
	const void *submission, *fingerprint, *supersedes;
	struct ruling r;
	size_t n[3];

	submission = sql_bytes(row, 1, &n[0]);
	fingerprint = sql_bytes(row, 2, &n[1]);
	supersedes = sql_bytes(row, 3, &n[2]);
	if (n[0] != sizeof(f.submission) || n[1] != sizeof(f.fingerprint) ||
	    (supersedes != NULL && n[2] != sizeof(f.supersedes)))
		return damaged(c, position, "its file is damaged");
	memcpy(f.submission, submission, n[0]);
	memcpy(f.fingerprint, fingerprint, n[1]);
	f.has_supersedes = supersedes != NULL;
	if (supersedes != NULL)
		memcpy(f.supersedes, supersedes, n[2]);
	f.late = sql_integer(row, 4) != 0;
	rules_decide(&f, &c->history, sql_integer(row, 7) != 0, &r);
	if (r.state != RULE_ACCEPT || sql_integer(row, 5) !=
	    (r.duplicate ? 1 : r.same_answers ? 2 : 0))
		return damaged(c, position,
		    "the rules would not have accepted it so");
	return r.duplicate ? ERR_OK : remember(c, &f, r.counts);
}

/* Does the same one count in the ledger? */
static enum err_code
check_one(struct check *c, struct sql_stmt *row)
{
	bool counts = false;
	const void *submission;
	size_t len;

	submission = sql_bytes(row, 1, &len);
	for (size_t i = 0; i < c->history.len; i++)
		if (c->history.v[i].counts && memcmp(submission,
		    c->history.v[i].submission, len) == 0)
			counts = sql_integer(row, 5) != 1;
	return counts == (sql_integer(row, 6) != 0) ? ERR_OK :
	    damaged(c, sql_integer(row, 0), counts ?
	    "it counts, and not in the ledger" :
	    "it counts in the ledger, and should not");
}

static enum err_code
each_of_round(struct check *c,
    enum err_code (*each)(struct check *c, struct sql_stmt *row))
{
	size_t rows;

	return each_row(c, sql_prepare(c->db, c->e,
	    "SELECT v.position, a.submission, a.fingerprint, a.supersedes,"
	    " a.late, a.duplicate, a.counts,"
	    " (SELECT count(*) FROM decisions d WHERE d.digest = a.digest"
	    "  AND d.done <> 0 AND d.decision = 'accept')"
	    " FROM arrivals a JOIN verdicts v"
	    "  ON v.digest = a.digest AND v.stage = 'accepted'"
	    " WHERE a.organisation = ? AND a.questionnaire = ?"
	    " AND a.round = ? AND a.state = 'accepted'"
	    " ORDER BY v.position", "ttt", c->organisation,
	    (const char *)c->questionnaire.data,
	    (const char *)c->round.data), each, &rows);
}

static void
keep(struct buf *b, const char *text)
{
	buf_wipe(b);
	buf_add(b, text, strlen(text) + 1);
}

static enum err_code
next_round(struct check *c, struct sql_stmt *row)
{
	(void)snprintf(c->organisation, sizeof(c->organisation), "%s",
	    sql_text(row, 0));
	keep(&c->questionnaire, sql_text(row, 1));
	keep(&c->round, sql_text(row, 2));
	return buf_check(&c->questionnaire, c->e) == ERR_OK ?
	    buf_check(&c->round, c->e) : c->e->code;
}

/* Rounds in which one was accepted need no more than to know that it counts:
 * only the others are asked for. */
static enum err_code
check_rounds(struct check *c)
{
	enum err_code code;
	size_t rows = 1;

	keep(&c->questionnaire, "");
	keep(&c->round, "");
	while ((code = each_row(c, sql_prepare(c->db, c->e,
	    "SELECT organisation, questionnaire, round FROM arrivals"
	    " WHERE state = 'accepted'"
	    " AND (organisation, questionnaire, round) > (?, ?, ?)"
	    " GROUP BY organisation, questionnaire, round"
	    " HAVING count(*) > 1 OR sum(counts) <> 1"
	    " OR sum(duplicate) <> 0"
	    " ORDER BY organisation, questionnaire, round LIMIT 1", "ttt",
	    c->organisation, (const char *)c->questionnaire.data,
	    (const char *)c->round.data), next_round, &rows)) == ERR_OK &&
	    rows != 0) {
		c->history.len = 0;
		if ((code = each_of_round(c, judge)) != ERR_OK ||
		    (code = each_of_round(c, check_one)) != ERR_OK)
			break;
	}
	return code;
}

static enum err_code
check_others(struct check *c, struct sql_stmt *row)
{
	(void)row;
	return err_set(c->e, ERR_LOG_DAMAGED, "ledger", 0,
	    "a file counts that was not accepted");
}

enum err_code
rows_check(struct sql *db, struct err *e)
{
	struct check c = { .db = db, .e = e };
	enum err_code code;
	size_t rows;

	if ((code = sql_begin_reading(db, e)) != ERR_OK)
		return code;
	if ((code = check_pairs(&c)) == ERR_OK &&
	    (code = check_receipts(&c)) == ERR_OK &&
	    (code = check_decisions(&c)) == ERR_OK &&
	    (code = each_row(&c, sql_prepare(db, e, "SELECT 1 FROM arrivals"
	    " WHERE counts = 1 AND state <> 'accepted' LIMIT 1", ""),
	    check_others, &rows)) == ERR_OK)
		code = check_rounds(&c);
	history_wipe(&c.history);
	buf_wipe(&c.questionnaire);
	buf_wipe(&c.round);
	return sql_finish(db, code, e);
}
