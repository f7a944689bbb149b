/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * tree_check: from the entries up to the hashes, and from the receipts back to
 * the entries.  Rows come in pages, by position.  What was there when it began
 * does not change any more, so that others may append meanwhile; only what
 * should not be there at all is asked for together with the size.
 */
#include "intake/book/tree.h"

#include <string.h>

#include "crypto/receipt_sig.h"
#include "format/tree_head.h"

#define PAGE_LEAVES	"256"	/* rows at once: a receipt is below 1 KB there */
#define PAGE_PAIRS	"1024"
#define PAGE_VERDICTS	"64"	/* of at most LIMIT_RECEIPT; 4 KB as a rule */

struct check {
	struct sql *db;
	struct tree *tree;
	const struct cert_list *signers;
	uint64_t size;		/* leaves when it began */
	struct err *e;
};

static enum err_code
damaged(struct check *c, uint64_t position, const char *what)
{
	return err_set(c->e, ERR_LOG_DAMAGED, "log", 0, "position %ju: %s",
	    (uintmax_t)position, what);
}

/* Rows of a page: each is called until it does not return ERR_OK, and *rows
 * counts them. */
static enum err_code
each_row(struct check *c, struct sql_stmt *stmt,
    enum err_code (*each)(struct check *c, struct sql_stmt *row, void *arg),
    void *arg, size_t *rows)
{
	enum err_code code = stmt != NULL ? ERR_OK : c->e->code;

	*rows = 0;
	while (code == ERR_OK && (code = sql_row(c->db, stmt, c->e)) ==
	    ERR_OK) {
		code = each(c, stmt, arg);
		++*rows;
	}
	if (stmt != NULL)
		sql_done(stmt);
	if (code != ERR_HTTP_NOT_FOUND)
		return code;
	err_clear(c->e);
	return ERR_OK;
}

static bool
is_hash(struct sql_stmt *row, int column, const uint8_t hash[static DIGEST_LEN])
{
	size_t len;
	const void *there = sql_bytes(row, column, &len);

	return there != NULL && len == DIGEST_LEN &&
	    memcmp(there, hash, DIGEST_LEN) == 0;
}

/* --- entries and their hashes ------------------------------------------ */

enum entry_kind { ENTRY_OTHER, ENTRY_RECEIPT, ENTRY_DECISION };

static enum entry_kind
kind_of(const void *bytes, size_t len)
{
	struct decision_entry decision = { 0 };
	struct receipt receipt = { 0 };
	enum entry_kind kind = ENTRY_OTHER;

	if (receipt_parse(bytes, len, &receipt, NULL) == ERR_OK)
		kind = ENTRY_RECEIPT;
	else if (decision_entry_parse(bytes, len, &decision, NULL) == ERR_OK)
		kind = ENTRY_DECISION;
	receipt_wipe(&receipt);
	decision_entry_wipe(&decision);
	return kind;
}

static enum err_code
check_leaf(struct check *c, struct sql_stmt *row, void *arg)
{
	uint64_t *next = arg, position = (uint64_t)sql_integer(row, 0);
	uint8_t hash[DIGEST_LEN];
	enum err_code code;
	const void *bytes;
	size_t len;

	if (position != *next)
		return damaged(c, *next, "the entry is missing");
	bytes = sql_bytes(row, 1, &len);
	if (bytes == NULL || kind_of(bytes, len) == ENTRY_OTHER)
		return damaged(c, position,
		    "it is neither a receipt nor a decision");
	if ((code = merkle_leaf(bytes, len, hash, c->e)) != ERR_OK)
		return code;
	if (!is_hash(row, 2, hash))
		return damaged(c, position,
		    "the entry is not what its hash says");
	++*next;
	return ERR_OK;
}

static enum err_code
check_leaves(struct check *c)
{
	uint64_t next = 0;
	enum err_code code = ERR_OK;
	size_t rows = 1;

	while (code == ERR_OK && rows != 0 && next < c->size)
		code = each_row(c, sql_prepare(c->db, c->e,
		    "SELECT e.position, e.bytes, n.hash FROM log_entries e "
		    "LEFT JOIN log_nodes n "
		    "  ON n.level = 0 AND n.position = e.position "
		    "WHERE e.position >= ? AND e.position < ? "
		    "ORDER BY e.position LIMIT " PAGE_LEAVES, "ii",
		    (int64_t)next, (int64_t)c->size), check_leaf, &next,
		    &rows);
	if (code == ERR_OK && next != c->size)
		code = damaged(c, next, "the entry is missing");
	return code;
}

struct level {
	unsigned level;		/* of the pairs */
	uint64_t next;		/* position of the next pair's left node */
};

static enum err_code
check_pair(struct check *c, struct sql_stmt *row, void *arg)
{
	struct level *l = arg;
	uint64_t position = (uint64_t)sql_integer(row, 0);
	uint8_t hash[DIGEST_LEN];
	const void *left, *right;
	size_t n_left, n_right;
	enum err_code code;

	left = sql_bytes(row, 1, &n_left);
	right = sql_bytes(row, 2, &n_right);
	if (position != l->next || n_left != DIGEST_LEN ||
	    n_right != DIGEST_LEN)
		return damaged(c, l->next << l->level,
		    "a hash is missing");
	if ((code = merkle_node(left, right, hash, c->e)) != ERR_OK)
		return code;
	if (!is_hash(row, 3, hash))
		return damaged(c, position << l->level,
		    "a hash over it is wrong");
	l->next += 2;
	return ERR_OK;
}

/* Each level from the one below, which is right. */
static enum err_code
check_level(struct check *c, unsigned level)
{
	uint64_t end = c->size >> (level + 1) << 1;
	struct level l = { .level = level };
	enum err_code code = ERR_OK;
	size_t rows = 1;

	while (code == ERR_OK && rows != 0 && l.next < end)
		code = each_row(c, sql_prepare(c->db, c->e,
		    "SELECT l.position, l.hash, r.hash, p.hash "
		    "FROM log_nodes l "
		    "LEFT JOIN log_nodes r ON r.level = l.level "
		    "  AND r.position = l.position + 1 "
		    "LEFT JOIN log_nodes p ON p.level = l.level + 1 "
		    "  AND p.position = l.position / 2 "
		    "WHERE l.level = ? AND l.position >= ? "
		    "  AND l.position < ? AND l.position % 2 = 0 "
		    "ORDER BY l.position LIMIT " PAGE_PAIRS, "iii",
		    (int64_t)level, (int64_t)l.next, (int64_t)end),
		    check_pair, &l, &rows);
	if (code == ERR_OK && l.next < end)
		code = damaged(c, l.next << level, "a hash is missing");
	return code;
}

/* --- what should not be there ------------------------------------------ */

#define NONE	"9223372036854775807"

/* stmt gives the smallest position that is too many, or NONE. */
static enum err_code
check_surplus(struct check *c, struct sql_stmt *stmt, unsigned level,
    const char *what)
{
	int64_t first = INT64_MAX;
	enum err_code code = sql_number(c->db, stmt, &first, c->e);

	if (code == ERR_OK && first != INT64_MAX)
		code = damaged(c, (uint64_t)first << level, what);
	return code;
}

static enum err_code
check_ends(struct check *c)
{
	enum err_code code;

	code = check_surplus(c, sql_prepare(c->db, c->e,
	    "SELECT COALESCE(MIN(e.position), " NONE ") "
	    "FROM log_entries e, log_state s "
	    "WHERE e.position < 0 OR e.position >= s.size", ""), 0,
	    "the log is said to end before it");
	if (code == ERR_OK)
		code = check_surplus(c, sql_prepare(c->db, c->e,
		    "SELECT COALESCE(MIN(position), " NONE ") "
		    "FROM log_nodes WHERE level < 0 OR level > 48", ""), 0,
		    "a hash of no level");
	for (unsigned l = 0; l <= 48 && code == ERR_OK; l++)
		code = check_surplus(c, sql_prepare(c->db, c->e,
		    "SELECT COALESCE(MIN(n.position), " NONE ") "
		    "FROM log_nodes n, log_state s WHERE n.level = ? AND "
		    "(n.position < 0 OR n.position >= s.size / ?)", "ii",
		    (int64_t)l, INT64_C(1) << l), l,
		    "a hash of what is not there");
	return code;
}

/* --- verdicts ---------------------------------------------------------- */

/* Is the receipt the one of this row, and of the leaf there? */
static enum err_code
check_place(struct check *c, struct sql_stmt *row, const struct receipt *r,
    uint64_t position)
{
	struct err why = { 0 };

	if (!is_hash(row, 0, r->sealed) ||
	    strcmp(sql_text(row, 1), receipt_stage_name(r->stage)) != 0)
		return damaged(c, position, "its receipt is for another file");
	if (!r->has_log || r->log.index != position ||
	    r->log.size != (uint64_t)sql_integer(row, 3))
		return damaged(c, position, "its receipt has another place");
	switch (tree_holds(c->tree, r, &why)) {
	case ERR_OK:
		return ERR_OK;
	case ERR_LOG_DAMAGED:
		return damaged(c, position,
		    "its receipt was given for another log");
	case ERR_LOG_PROOF:
		return damaged(c, position, "its receipt's proof is wrong");
	default:
		return err_set(c->e, why.code, why.where, why.at, "%s",
		    why.msg);
	}
}

static enum err_code
check_verdict(struct check *c, struct sql_stmt *row, void *arg)
{
	uint64_t *next = arg, position = (uint64_t)sql_integer(row, 2);
	struct signed_data opened = { 0 };
	struct receipt receipt = { 0 };
	struct err why = { 0 };
	enum err_code code;
	const void *der;
	size_t len;

	der = sql_bytes(row, 4, &len);
	if (der == NULL || receipt_sig_open(der, len, &opened, NULL) !=
	    ERR_OK || receipt_parse(opened.content, opened.len, &receipt,
	    NULL) != ERR_OK)
		code = damaged(c, position, "its receipt is none");
	else
		code = check_place(c, row, &receipt, position);
	if (code == ERR_OK && receipt_sig_known(&opened, c->signers,
	    receipt.time, &why) != ERR_OK)
		code = err_set(c->e, why.code, "log", 0, "position %ju: %s",
		    (uintmax_t)position, why.msg);
	signed_wipe(&opened);
	receipt_wipe(&receipt);
	*next = position + 1;
	return code;
}

static enum err_code
check_verdicts(struct check *c)
{
	uint64_t next = 0;
	enum err_code code = ERR_OK;
	size_t rows = 1;

	/* Looking again forgets the nodes of the page before. */
	while (code == ERR_OK && rows != 0 &&
	    (code = tree_look(c->tree, c->e)) == ERR_OK)
		code = each_row(c, sql_prepare(c->db, c->e,
		    "SELECT digest, stage, position, size, bytes "
		    "FROM verdicts WHERE position >= ? AND position < ? "
		    "ORDER BY position LIMIT " PAGE_VERDICTS, "ii",
		    (int64_t)next, (int64_t)c->size), check_verdict, &next,
		    &rows);
	if (code == ERR_OK)
		code = check_surplus(c, sql_prepare(c->db, c->e,
		    "SELECT COALESCE(MIN(v.position), " NONE ") "
		    "FROM verdicts v, log_state s "
		    "WHERE v.position < 0 OR v.position >= s.size", ""), 0,
		    "a receipt says that it is there, and nothing is");
	return code;
}

static enum err_code
check_orphan(struct check *c, struct sql_stmt *row, void *arg)
{
	uint64_t *next = arg, position = (uint64_t)sql_integer(row, 0);
	const void *bytes;
	size_t len;

	bytes = sql_bytes(row, 1, &len);
	if (bytes != NULL && kind_of(bytes, len) == ENTRY_RECEIPT)
		return damaged(c, position, "its receipt is missing");
	*next = position + 1;
	return ERR_OK;
}

/* Leaves without a verdict are decisions. */
static enum err_code
check_orphans(struct check *c)
{
	uint64_t next = 0;
	enum err_code code = ERR_OK;
	size_t rows = 1;

	while (code == ERR_OK && rows != 0)
		code = each_row(c, sql_prepare(c->db, c->e,
		    "SELECT e.position, e.bytes FROM log_entries e "
		    "LEFT JOIN verdicts v ON v.position = e.position "
		    "WHERE v.position IS NULL AND e.position >= ? "
		    "  AND e.position < ? "
		    "ORDER BY e.position LIMIT " PAGE_LEAVES, "ii",
		    (int64_t)next, (int64_t)c->size), check_orphan, &next,
		    &rows);
	return code;
}

enum err_code
tree_check(struct sql *db, const struct cert_list *signers,
    uint64_t *checked, struct err *e)
{
	struct check c = { .db = db, .signers = signers, .e = e };
	enum err_code code;

	if ((code = tree_open(db, &c.tree, e)) != ERR_OK)
		return code;
	if ((code = tree_look(c.tree, e)) == ERR_OK) {
		c.size = tree_size(c.tree);
		code = check_leaves(&c);
	}
	for (unsigned l = 0; code == ERR_OK && c.size >> (l + 1) != 0; l++)
		code = check_level(&c, l);
	if (code == ERR_OK && (code = check_ends(&c)) == ERR_OK &&
	    (code = check_verdicts(&c)) == ERR_OK)
		code = check_orphans(&c);
	if (code == ERR_OK && checked != NULL)
		*checked = c.size;
	tree_close(c.tree);
	return code;
}
