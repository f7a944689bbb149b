/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/book/tree.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "intake/book/nodes.h"

_Static_assert(RECEIPT_PATH_MAX == MERKLE_PATH_MAX &&
    RECEIPT_LOG_MAX == MERKLE_SIZE_MAX, "receipts have room for proofs");

#define TREE_LEVELS	49	/* of complete subtrees: 2^0 … 2^48 leaves */

struct tree {
	struct sql *db;
	uint64_t stored;	/* leaves that the ledger has */
	uint64_t size;		/* with those that were appended */
	struct nodes nodes;
	struct buf *entries;	/* from position `stored` on; owned */
	size_t n_entries, cap_entries;
	bool noting;		/* what is read is only noted, as asked for */
};

/* --- beginning --------------------------------------------------------- */

static void
forget(struct tree *t)
{
	nodes_clear(&t->nodes);
	while (t->n_entries != 0)
		buf_wipe(&t->entries[--t->n_entries]);
	t->noting = false;
}

enum err_code
tree_open(struct sql *db, struct tree **out, struct err *e)
{
	struct tree *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	t->db = db;
	*out = t;
	return ERR_OK;
}

void
tree_close(struct tree *t)
{
	if (t == NULL)
		return;
	forget(t);
	nodes_wipe(&t->nodes);
	free(t->entries);
	free(t);
}

/* --- reading them from the ledger -------------------------------------- */

static enum err_code
damaged(struct err *e, uint64_t position, const char *what)
{
	return err_set(e, ERR_LOG_DAMAGED, "log", 0, "position %ju: %s",
	    (uintmax_t)position, what);
}

/* As many nodes as one statement asks for; all are constants for the
 * database, which compiles it once. */
#define AT_ONCE		16
#define PAIR		"(CAST(? AS BIGINT), CAST(? AS BIGINT))"
#define PAIRS_4		PAIR ", " PAIR ", " PAIR ", " PAIR
#define NODE(i)		(int64_t)v[i].level, (int64_t)v[i].position
#define NODES_4(i)	NODE(i), NODE(i + 1), NODE(i + 2), NODE(i + 3)

static struct sql_stmt *
ask_nodes(struct sql *db, const struct node v[static AT_ONCE], struct err *e)
{
	return sql_prepare(db, e, "WITH asked (level, position) AS (VALUES "
	    PAIRS_4 ", " PAIRS_4 ", " PAIRS_4 ", " PAIRS_4 ") "
	    "SELECT n.level, n.position, n.hash FROM asked a "
	    "JOIN log_nodes n "
	    "  ON n.level = a.level AND n.position = a.position",
	    "iiiiiiiiiiiiiiiiiiiiiiiiiiiiiiii",
	    NODES_4(0), NODES_4(4), NODES_4(8), NODES_4(12));
}

/* Reads up to AT_ONCE nodes; the last is asked for again to fill them up. */
static enum err_code
read_some(struct tree *t, const struct node *wanted, size_t n, struct err *e)
{
	struct node v[AT_ONCE], *node;
	struct sql_stmt *stmt;
	enum err_code code;
	const void *hash;
	size_t len;

	for (size_t i = 0; i < AT_ONCE; i++)
		v[i] = wanted[i < n ? i : n - 1];
	if ((stmt = ask_nodes(t->db, v, e)) == NULL)
		return e->code;
	while ((code = sql_row(t->db, stmt, e)) == ERR_OK) {
		hash = sql_bytes(stmt, 2, &len);
		node = nodes_find(&t->nodes, (unsigned)sql_integer(stmt, 0),
		    (uint64_t)sql_integer(stmt, 1));
		if (node == NULL || len != DIGEST_LEN) {
			code = err_set(e, ERR_LOG_DAMAGED, "log", 0,
			    "a node is no hash");
			break;
		}
		memcpy(node->hash, hash, DIGEST_LEN);
		node->known = true;
	}
	sql_done(stmt);
	if (code != ERR_HTTP_NOT_FOUND)
		return code;
	err_clear(e);
	for (size_t i = 0; i < n; i++)
		if (!nodes_find(&t->nodes, v[i].level, v[i].position)->known)
			return damaged(e, v[i].position << v[i].level,
			    "a hash is missing");
	return ERR_OK;
}

/* Reads all nodes that have only been asked for. */
static enum err_code
read_noted(struct tree *t, struct err *e)
{
	struct node wanted[AT_ONCE];
	enum err_code code = ERR_OK;
	size_t n = 0;

	t->noting = false;
	for (size_t i = 0; i < t->nodes.len && code == ERR_OK; i++) {
		if (!t->nodes.v[i].known)
			wanted[n++] = t->nodes.v[i];
		if (n == AT_ONCE) {
			code = read_some(t, wanted, n, e);
			n = 0;
		}
	}
	return code == ERR_OK && n != 0 ? read_some(t, wanted, n, e) : code;
}

/* crypto/merkle.h's source. */
static enum err_code
read_node(void *arg, unsigned level, uint64_t position,
    uint8_t out[static DIGEST_LEN], struct err *e)
{
	struct tree *t = arg;
	struct node *node = nodes_add(&t->nodes, level, position, e);
	enum err_code code = ERR_OK;

	if (node == NULL)
		return e->code;
	if (!node->known && !t->noting)
		code = read_some(t, &(struct node){ .level = level,
		    .position = position }, 1, e);
	memcpy(out, node->hash, DIGEST_LEN);
	return code;
}

enum err_code
tree_look(struct tree *t, struct err *e)
{
	int64_t size = 0;
	enum err_code code;

	forget(t);
	t->size = t->stored = 0;
	code = sql_number(t->db, sql_prepare(t->db, e,
	    "SELECT size FROM log_state WHERE one = 1", ""), &size, e);
	if (code == ERR_OK && (size < 0 || (uint64_t)size > MERKLE_SIZE_MAX))
		code = err_set(e, ERR_LOG_DAMAGED, "log", 0,
		    "its size is %jd", (intmax_t)size);
	if (code == ERR_OK)
		t->size = t->stored = (uint64_t)size;
	return code;
}

enum err_code
tree_hold(struct sql *db, struct err *e)
{
	int64_t one;

	return sql_hurry(db, e) != ERR_OK ? e->code : sql_number(db,
	    sql_prepare(db, e, "SELECT one FROM log_state WHERE one = 1"
	    SQL_LOCK, ""), &one, e);
}

/* The complete subtrees at the end of the log are what new leaves, and the
 * proofs for them, need of it. */
enum err_code
tree_lock(struct tree *t, struct err *e)
{
	enum err_code code;

	if ((code = tree_hold(t->db, e)) == ERR_OK)
		code = tree_look(t, e);
	for (unsigned l = 0; l < TREE_LEVELS && code == ERR_OK; l++)
		if ((t->size >> l & 1) != 0 && nodes_add(&t->nodes, l,
		    (t->size >> l) - 1, e) == NULL)
			code = e->code;
	return code == ERR_OK ? read_noted(t, e) : code;
}

/* --- adding ------------------------------------------------------------ */

static enum err_code
keep_entry(struct tree *t, const void *entry, size_t len, struct err *e)
{
	size_t cap = t->cap_entries != 0 ? t->cap_entries * 2 : 64;
	struct buf *v;

	if (t->n_entries == t->cap_entries) {
		if ((v = realloc(t->entries, cap * sizeof(*v))) == NULL)
			return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
		t->entries = v;
		t->cap_entries = cap;
	}
	v = &t->entries[t->n_entries++];
	*v = (struct buf){ 0 };
	buf_add(v, entry, len);
	return buf_check(v, e);
}

static enum err_code
make_node(struct tree *t, unsigned level, uint64_t position,
    const uint8_t hash[static DIGEST_LEN], struct err *e)
{
	struct node *node = nodes_add(&t->nodes, level, position, e);

	if (node == NULL)
		return e->code;
	memcpy(node->hash, hash, DIGEST_LEN);
	node->known = node->made = true;
	return ERR_OK;
}

enum err_code
tree_append(struct tree *t, const void *entry, size_t len, uint64_t *position,
    struct err *e)
{
	uint8_t hash[DIGEST_LEN], left[DIGEST_LEN];
	uint64_t at = t->size;
	enum err_code code;

	if (t->size == MERKLE_SIZE_MAX)
		return err_set(e, ERR_INTERNAL, "log", 0, "it is full");
	if ((code = merkle_leaf(entry, len, hash, e)) != ERR_OK ||
	    (code = keep_entry(t, entry, len, e)) != ERR_OK)
		return code;
	code = make_node(t, 0, at, hash, e);
	/* The subtrees that this leaf completes. */
	for (unsigned l = 0; (at & 1) != 0 && code == ERR_OK; l++) {
		if ((code = read_node(t, l, at - 1, left, e)) == ERR_OK)
			code = merkle_node(left, hash, hash, e);
		at >>= 1;
		if (code == ERR_OK)
			code = make_node(t, l + 1, at, hash, e);
	}
	if (code == ERR_OK)
		*position = t->size++;
	return code;
}

static enum err_code
write_nodes(struct tree *t, struct err *e)
{
	enum err_code code = ERR_OK;

	for (size_t i = 0; i < t->nodes.len && code == ERR_OK; i++) {
		struct node *node = &t->nodes.v[i];

		if (!node->made)
			continue;
		code = sql_run(t->db, sql_prepare(t->db, e,
		    "INSERT INTO log_nodes (level, position, hash) "
		    "VALUES (?, ?, ?)", "iib", (int64_t)node->level,
		    (int64_t)node->position, node->hash), e);
		node->made = false;
	}
	return code;
}

enum err_code
tree_store(struct tree *t, struct err *e)
{
	enum err_code code = ERR_OK;

	if (t->stored + t->n_entries != t->size)
		return err_set(e, ERR_INTERNAL, "log", 0,
		    "a leaf has failed to be appended");
	for (size_t i = 0; i < t->n_entries && code == ERR_OK; i++)
		code = sql_run(t->db, sql_prepare(t->db, e,
		    "INSERT INTO log_entries (position, bytes) VALUES (?, ?)",
		    "ir", (int64_t)(t->stored + i), t->entries[i].data,
		    t->entries[i].len), e);
	if (code == ERR_OK && (code = write_nodes(t, e)) == ERR_OK)
		code = sql_run(t->db, sql_prepare(t->db, e,
		    "UPDATE log_state SET size = ? WHERE one = 1", "i",
		    (int64_t)t->size), e);
	if (code != ERR_OK)
		return code;
	while (t->n_entries != 0)
		buf_wipe(&t->entries[--t->n_entries]);
	t->stored = t->size;
	return ERR_OK;
}

/* --- what is there ----------------------------------------------------- */

uint64_t
tree_size(const struct tree *t)
{
	return t->size;
}

/* One place, from the nodes that are known; while noting, nothing but what
 * it will need. */
static enum err_code
place(struct tree *t, struct receipt_log *p, struct err *e)
{
	struct merkle_nodes nodes = { read_node, t };
	enum err_code code;

	if (p->since_size > t->size)
		return err_set(e, ERR_LOG_DAMAGED, "log", 0, "it has %ju "
		    "leaves, and a receipt was given when it had %ju",
		    (uintmax_t)t->size, (uintmax_t)p->since_size);
	p->size = t->size;
	p->has_since = p->since_size != 0;
	if ((code = merkle_root(&nodes, p->size, p->root, e)) != ERR_OK ||
	    (code = merkle_inclusion(&nodes, p->index, p->size,
	    p->path.hashes, &p->path.len, e)) != ERR_OK || !p->has_since)
		return code;
	if ((code = merkle_root(&nodes, p->since_size, p->since_root, e)) ==
	    ERR_OK)
		code = merkle_consistency(&nodes, p->since_size, p->size,
		    p->since_path.hashes, &p->since_path.len, e);
	return code;
}

enum err_code
tree_places(struct tree *t, struct receipt_log *const *v, size_t n,
    struct err *e)
{
	enum err_code code = ERR_OK;

	if (t->stored != t->size)
		return err_set(e, ERR_INTERNAL, "log", 0,
		    "leaves have not been stored");
	t->noting = true;
	for (size_t i = 0; i < n && code == ERR_OK; i++)
		code = place(t, v[i], e);
	if (code == ERR_OK)
		code = read_noted(t, e);
	t->noting = false;
	for (size_t i = 0; i < n && code == ERR_OK; i++)
		code = place(t, v[i], e);
	return code;
}

enum err_code
tree_root(struct tree *t, uint64_t size, uint8_t out[static DIGEST_LEN],
    struct err *e)
{
	struct merkle_nodes nodes = { read_node, t };

	return merkle_root(&nodes, size, out, e);
}

enum err_code
tree_growth(struct tree *t, uint64_t from, uint64_t to,
    struct receipt_path *out, struct err *e)
{
	struct merkle_nodes nodes = { read_node, t };

	return merkle_consistency(&nodes, from, to, out->hashes, &out->len,
	    e);
}

enum err_code
tree_entry(struct tree *t, uint64_t position, struct buf *out, struct err *e)
{
	struct sql_stmt *stmt = sql_prepare(t->db, e,
	    "SELECT bytes FROM log_entries WHERE position = ?", "i",
	    (int64_t)position);
	enum err_code code;
	const void *bytes;
	size_t len;

	if (stmt == NULL)
		return e->code;
	if ((code = sql_row(t->db, stmt, e)) == ERR_OK) {
		bytes = sql_bytes(stmt, 0, &len);
		if (len != 0)
			buf_add(out, bytes, len);
		code = buf_check(out, e);
	}
	sql_done(stmt);
	return code;
}
