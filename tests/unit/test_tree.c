/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The log in the ledger: its nodes and proofs against those of a tree that
 * stands in memory, transactions that come to nothing, and what tree_check
 * finds.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "crypto/receipt_sig.h"
#include "format/tree_head.h"
#include "intake/book/tree.h"
#include "ledger/schema.h"
#include "tests/unit/database.h"
#include "tests/unit/sample.h"

#define MANY	200u

typedef uint8_t hash[DIGEST_LEN];

static struct database database;
static struct sample intake;		/* who signs receipts */
static struct cert_list signers;	/* it, after make_log */
static struct sql *db;
static struct tree *tree;
static hash nodes[9][MANY];

static void
ok(enum err_code code, const struct err *e)
{
	if (code != ERR_OK)
		fail_msg("%s: %s: %s", err_name(code), e->where, e->msg);
}

/* Text that a test puts where it wants it; no statement of theirs. */
static void
execute(const char *sql)
{
	struct err e = { 0 };

	ok(sql_execute(db, sql, &e), &e);
}

static int
set_up(void **state)
{
	struct err e = { 0 };

	(void)state;
	database_make(&database);
	ok(sql_open(database.where, &db, &e), &e);
	ok(schema_set_up(db, database.where, &e), &e);
	ok(tree_open(db, &tree, &e), &e);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	tree_close(tree);
	sql_close(db);
	tree = NULL;
	database_remove(&database);
	return 0;
}

/* Entry i is its number as text, and more of it than the one before. */
static size_t
entry(uint64_t i, char out[static 64])
{
	return (size_t)snprintf(out, 64, "entry %ju%.*s", (uintmax_t)i,
	    (int)(i % 40), "........................................");
}

/* n more leaves, in one transaction that is kept or not. */
static void
append(size_t n, bool keep)
{
	struct err e = { 0 };
	char text[64];
	uint64_t at, size;

	ok(sql_begin(db, false, &e), &e);
	ok(tree_lock(tree, &e), &e);
	size = tree_size(tree);
	for (uint64_t i = size; i < size + n; i++) {
		ok(tree_append(tree, text, entry(i, text), &at, &e), &e);
		assert_int_equal(at, i);
	}
	ok(tree_store(tree, &e), &e);
	assert_int_equal(tree_size(tree), size + n);
	(void)sql_finish(db, keep ? ERR_OK : ERR_IO, &e);
}

static enum err_code
read_node(void *arg, unsigned level, uint64_t position,
    uint8_t out[static DIGEST_LEN], struct err *e)
{
	(void)arg;
	(void)e;
	memcpy(out, nodes[level][position], DIGEST_LEN);
	return ERR_OK;
}

static const struct merkle_nodes source = { read_node, NULL };

static void
make_nodes_above(void)
{
	for (size_t l = 1; l < 9; l++)
		for (uint64_t i = 0; i < MANY >> l; i++)
			merkle_node(nodes[l - 1][2 * i],
			    nodes[l - 1][2 * i + 1], nodes[l][i], NULL);
}

static void
make_nodes(void)
{
	char text[64];

	for (uint64_t i = 0; i < MANY; i++)
		merkle_leaf(text, entry(i, text), nodes[0][i], NULL);
	make_nodes_above();
}

/* All leaves of the tree as it stands, each with another `since`, in one
 * question; against memory, and verified. */
static void
check_places(uint64_t size)
{
	static struct receipt_log logs[MANY];
	struct receipt_log *v[MANY] = { NULL };
	hash path_there[MERKLE_PATH_MAX], root;
	struct err e = { 0 };
	size_t len;

	memset(logs, 0xa5, sizeof(logs));
	for (uint64_t i = 0; i < size; i++) {
		v[i] = &logs[i];
		v[i]->index = i;
		v[i]->since_size = (i * 7 + size) % (size + 1);
	}
	ok(tree_places(tree, v, size, &e), &e);
	merkle_root(&source, size, root, NULL);
	for (uint64_t i = 0; i < size; i++) {
		assert_int_equal(v[i]->size, size);
		assert_memory_equal(v[i]->root, root, sizeof(root));
		merkle_inclusion(&source, i, size, path_there, &len, NULL);
		assert_int_equal(v[i]->path.len, len);
		assert_memory_equal(v[i]->path.hashes, path_there,
		    len * sizeof(hash));
		assert_int_equal(v[i]->has_since, v[i]->since_size != 0);
		if (!v[i]->has_since)
			continue;
		merkle_root(&source, v[i]->since_size, path_there[0], NULL);
		assert_memory_equal(v[i]->since_root, path_there[0],
		    sizeof(hash));
		ok(merkle_check_consistency(v[i]->since_size,
		    v[i]->since_root, size, root, (const hash *)
		    v[i]->since_path.hashes, v[i]->since_path.len, &e), &e);
	}
}

static void
test_places(void **state)
{
	struct err e = { 0 };
	uint64_t size = 0;

	(void)state;
	make_nodes();
	for (size_t n = 1; size + n <= MANY; n = n % 13 + 1) {
		append(n, true);
		size += n;
		/* As who has appended, and as one who comes later. */
		check_places(size);
		ok(tree_look(tree, &e), &e);
		assert_int_equal(tree_size(tree), size);
		check_places(size);
	}
	assert_true(size > MANY - 13);
}

/* What was taken back has left nothing, neither there nor in memory. */
static void
test_taken_back(void **state)
{
	struct err e = { 0 };
	uint64_t size = 0;

	(void)state;
	make_nodes();
	for (size_t n = 1; n < 14; n++) {
		append(5 + n % 3, false);
		ok(tree_look(tree, &e), &e);
		assert_int_equal(tree_size(tree), size);
		append(n, true);
		size += n;
		check_places(size);
	}
}

#define ROUNDS	30

/* A process of its own with a connection of its own: 90 leaves, in 30
 * transactions, and as many that it takes back. */
static int
append_alone(int who)
{
	struct sql *mine = NULL;
	struct tree *t = NULL;
	struct err e = { 0 };
	char text[64];
	uint64_t at;

	if (sql_open(database.where, &mine, &e) != ERR_OK ||
	    tree_open(mine, &t, &e) != ERR_OK)
		return 1;
	for (int i = 0; i < 2 * ROUNDS; i++) {
		int len = snprintf(text, sizeof(text), "%d by %d", i, who);

		if (sql_begin(mine, false, &e) != ERR_OK ||
		    tree_lock(t, &e) != ERR_OK)
			return 2;
		for (int n = 0; n <= i / 2 % 5; n++)
			if (tree_append(t, text, (size_t)len, &at, &e) !=
			    ERR_OK)
				return 3;
		if (tree_store(t, &e) != ERR_OK ||
		    sql_finish(mine, i % 2 == 0 ? ERR_OK : ERR_IO, &e) !=
		    (i % 2 == 0 ? ERR_OK : ERR_IO))
			return 4;
	}
	tree_close(t);
	sql_close(mine);
	return 0;
}

static int64_t
standstill(void)
{
	struct err e = { 0 };
	int64_t seconds = -1;

	ok(sql_number(db, sql_prepare(db, &e, "SELECT extract(epoch FROM"
	    " current_setting('idle_in_transaction_session_timeout')"
	    "::interval)::bigint", ""), &seconds, &e), &e);
	return seconds;
}

/* Who stands still with the log in hand is not waited for long. */
static void
test_hurry(void **state)
{
	struct err e = { 0 };
	int64_t before;

	(void)state;
	if (!database.shared)
		skip();
	before = standstill();
	assert_true(before > 60);
	ok(sql_begin(db, false, &e), &e);
	assert_int_equal(standstill(), before);
	ok(tree_lock(tree, &e), &e);
	assert_int_equal(standstill(), 30);
	ok(sql_finish(db, ERR_OK, &e), &e);
	assert_int_equal(standstill(), before);
}

/* Who appends at the same time does so one after the other. */
static void
test_two_at_once(void **state)
{
	struct buf found = { 0 };
	struct err e = { 0 };
	pid_t pids[2];
	int status;

	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_true((pids[i] = fork()) != -1);
		if (pids[i] == 0)
			_exit(append_alone(i));
	}
	for (int i = 0; i < 2; i++) {
		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_int_equal(status, 0);
	}
	ok(tree_look(tree, &e), &e);
	assert_int_equal(tree_size(tree), 180);
	memset(nodes, 0, sizeof(nodes));
	for (uint64_t i = 0; i < 180; i++) {
		found.len = 0;
		ok(tree_entry(tree, i, &found, &e), &e);
		merkle_leaf(found.data, found.len, nodes[0][i], NULL);
	}
	make_nodes_above();
	check_places(180);
	buf_wipe(&found);
}

static void
test_entries(void **state)
{
	struct buf found = { 0 };
	struct err e = { 0 };
	char text[64];

	(void)state;
	append(9, true);
	for (uint64_t i = 0; i < 9; i++) {
		size_t len = entry(i, text);

		found.len = 0;
		ok(tree_entry(tree, i, &found, &e), &e);
		assert_true(buf_equal(&found, text, len));
	}
	assert_int_equal(tree_entry(tree, 9, &found, &e), ERR_HTTP_NOT_FOUND);
	buf_wipe(&found);
}

/* Nobody gets proofs of what is not in the ledger yet. */
static void
test_order(void **state)
{
	struct receipt_log log = { 0 }, *v[] = { &log };
	struct err e = { 0 };
	uint64_t at;

	(void)state;
	ok(sql_begin(db, false, &e), &e);
	ok(tree_lock(tree, &e), &e);
	ok(tree_append(tree, "x", 1, &at, &e), &e);
	assert_int_equal(tree_places(tree, v, 1, &e), ERR_INTERNAL);
	err_clear(&e);
	ok(tree_store(tree, &e), &e);
	ok(tree_places(tree, v, 1, &e), &e);
	assert_int_equal(log.size, 1);
	assert_int_equal(log.path.len, 0);
	log.index = 1;
	assert_int_equal(tree_places(tree, v, 1, &e), ERR_INTERNAL);
	err_clear(&e);
	/* Somebody has cut the log off since. */
	log = (struct receipt_log){ .since_size = 2 };
	assert_int_equal(tree_places(tree, v, 1, &e), ERR_LOG_DAMAGED);
	err_clear(&e);
	ok(sql_finish(db, ERR_OK, &e), &e);
}

static void
test_missing_nodes(void **state)
{
	struct receipt_log log = { 0 }, *v[] = { &log };
	struct err e = { 0 };

	(void)state;
	append(11, true);
	execute("DELETE FROM log_nodes WHERE level = 1 AND position = 4");
	ok(sql_begin(db, false, &e), &e);
	assert_int_equal(tree_lock(tree, &e), ERR_LOG_DAMAGED);
	err_clear(&e);
	(void)sql_finish(db, ERR_IO, &e);
	err_clear(&e);
	ok(tree_look(tree, &e), &e);
	assert_int_equal(tree_places(tree, v, 1, &e), ERR_LOG_DAMAGED);
	assert_non_null(strstr(e.msg, "position 8"));
}

/* --- what tree_check finds --------------------------------------------- */

#define BATCH	8u
#define LEAVES	45u		/* five batches, and five more */

/* Every tenth leaf is a decision; what is rejected comes after it. */
static bool
is_decision(uint64_t i)
{
	return i % 10 == 3;
}

static struct receipt
receipt_of(uint64_t i)
{
	struct receipt r = {
		.stage = i % 10 == 4 ? STAGE_REJECTED : STAGE_ACCEPTED,
		.size = 5000 + i, .time = 1795300000,
		.authority = "Exempelmyndigheten",
		.environment = ENVIRONMENT_TEST,
		.round = "2026", .organisation = "2120000142",
		.reason = "declined", .advice = "Ring oss.",
	};

	r.sealed[0] = (uint8_t)i;
	return r;
}

static uint64_t
add_leaf(uint64_t i)
{
	struct decision_entry d = {
		.time = 1795300000, .who = "anna", .reason = "Ring oss.",
		.sealed = { (uint8_t)(i + 1) },
	};
	struct receipt r = receipt_of(i);
	struct buf leaf = { 0 };
	struct err e = { 0 };
	uint64_t at;

	ok(is_decision(i) ? decision_entry_encode(&d, &leaf, &e) :
	    receipt_leaf(&r, &leaf, &e), &e);
	ok(tree_append(tree, leaf.data, leaf.len, &at, &e), &e);
	assert_int_equal(at, i);
	buf_wipe(&leaf);
	return at;
}

static void
add_verdict(const struct receipt *r)
{
	struct signer signer = sample_signer(&intake);
	struct buf content = { 0 }, der = { 0 };
	struct err e = { 0 };

	ok(receipt_encode(r, &content, &e), &e);
	ok(receipt_sig_make(content.data, content.len, &signer, r->time,
	    &der, &e), &e);
	ok(sql_run(db, sql_prepare(db, &e, "INSERT INTO verdicts (digest, "
	    "stage, organisation, position, size, time, bytes) "
	    "VALUES (?, ?, ?, ?, ?, ?, ?)", "bttiiir", r->sealed,
	    receipt_stage_name(r->stage), r->organisation,
	    (int64_t)r->log.index, (int64_t)r->log.size, r->time, der.data,
	    der.len), &e), &e);
	buf_wipe(&content);
	buf_wipe(&der);
}

/* As intake settles files: leaves, then receipts with their places. */
static void
add_batch(uint64_t n)
{
	static struct receipt receipts[BATCH];
	struct receipt_log *v[BATCH];
	struct err e = { 0 };
	size_t len = 0;
	uint64_t since;

	ok(sql_begin(db, false, &e), &e);
	ok(tree_lock(tree, &e), &e);
	since = tree_size(tree);
	for (uint64_t i = since; i < since + n; i++) {
		(void)add_leaf(i);
		if (is_decision(i))
			continue;
		receipts[len] = receipt_of(i);
		receipts[len].has_log = true;
		receipts[len].log.index = i;
		receipts[len].log.since_size = i % 3 == 0 ? since : 0;
		v[len] = &receipts[len].log;
		len++;
	}
	ok(tree_store(tree, &e), &e);
	ok(tree_places(tree, v, len, &e), &e);
	for (size_t i = 0; i < len; i++)
		add_verdict(&receipts[i]);
	ok(sql_finish(db, ERR_OK, &e), &e);
}

static void
make_log(void)
{
	intake = sample_load("intake-receipts");
	cert_list_wipe(&signers);
	assert_true(cert_list_add(&signers, intake.cert));
	while (tree_size(tree) + BATCH <= LEAVES)
		add_batch(BATCH);
	add_batch(LEAVES - tree_size(tree));
	sample_free(&intake);
}

static void
test_check(void **state)
{
	struct err e = { 0 };
	uint64_t checked = 99;

	(void)state;
	ok(tree_check(db, &signers, &checked, &e), &e);
	assert_int_equal(checked, 0);
	make_log();
	ok(tree_check(db, &signers, &checked, &e), &e);
	assert_int_equal(checked, LEAVES);
}

#define HASH	"(SELECT hash FROM log_nodes WHERE level = 0 AND position = 0)"

/* One thing at a time, put back by taking the transaction back. */
static void
test_check_finds(void **state)
{
	static const struct { const char *sql; unsigned position; } faults[] = {
		/* entries */
		{ "UPDATE log_entries SET bytes = (SELECT bytes FROM "
		    "log_entries WHERE position = 5) WHERE position = 9", 9 },
		{ "DELETE FROM log_entries WHERE position = 0", 0 },
		{ "DELETE FROM log_entries WHERE position = 7", 7 },
		{ "DELETE FROM log_entries WHERE position = 44", 44 },
		{ "DELETE FROM log_entries", 0 },
		{ "UPDATE log_entries SET position = 999 WHERE position = 3;"
		    "UPDATE log_entries SET position = 3 WHERE position = 12;"
		    "UPDATE log_entries SET position = 12 "
		    "WHERE position = 999", 3 },
		{ "INSERT INTO log_entries SELECT 45, bytes FROM log_entries "
		    "WHERE position = 5", 45 },
		/* hashes */
		{ "UPDATE log_nodes SET hash = " HASH
		    " WHERE level = 0 AND position = 4", 4 },
		{ "UPDATE log_nodes SET hash = " HASH
		    " WHERE level = 2 AND position = 3", 12 },
		{ "UPDATE log_nodes SET hash = " HASH
		    " WHERE level = 5 AND position = 0", 0 },
		{ "DELETE FROM log_nodes WHERE level = 0 AND position = 44",
		    44 },
		{ "DELETE FROM log_nodes WHERE level = 1 AND position = 2",
		    4 },
		{ "DELETE FROM log_nodes WHERE level = 1 AND position = 21",
		    42 },
		{ "DELETE FROM log_nodes WHERE level = 5", 0 },
		{ "INSERT INTO log_nodes SELECT 3, 9, hash FROM log_nodes "
		    "WHERE level = 0 AND position = 0", 72 },
		{ "INSERT INTO log_nodes SELECT 1, 22, hash FROM log_nodes "
		    "WHERE level = 0 AND position = 0", 44 },
		{ "INSERT INTO log_nodes SELECT 60, 2, hash FROM log_nodes "
		    "WHERE level = 0 AND position = 0", 2 },
		/* the size */
		{ "UPDATE log_state SET size = size - 1", 44 },
		{ "UPDATE log_state SET size = size + 1", 45 },
		/* the end cut off, hashes and all */
		{ "DELETE FROM log_entries WHERE position = 44;"
		    "DELETE FROM log_nodes WHERE level = 0 AND position = 44;"
		    "UPDATE log_state SET size = 44", 40 },
		{ "DELETE FROM log_entries WHERE position = 44;"
		    "DELETE FROM log_nodes WHERE level = 0 AND position = 44;"
		    "DELETE FROM verdicts WHERE position = 44;"
		    "UPDATE log_state SET size = 44", 40 },
		/* receipts */
		{ "DELETE FROM verdicts WHERE position = 17", 17 },
		{ "UPDATE verdicts SET position = 13 WHERE position = 17",
		    13 },
		{ "UPDATE verdicts SET position = 60 WHERE position = 17",
		    60 },
		{ "UPDATE verdicts SET size = 31 WHERE position = 20", 20 },
		{ "UPDATE verdicts SET stage = 'rejected' "
		    "WHERE position = 21", 21 },
		{ "UPDATE verdicts SET bytes = (SELECT bytes FROM verdicts "
		    "WHERE position = 25) WHERE position = 22", 22 },
		{ "UPDATE verdicts SET bytes = (SELECT bytes FROM log_entries "
		    "WHERE position = 25) WHERE position = 25", 25 },
	};

	(void)state;
	make_log();
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		char want[32];
		struct err e = { 0 };

		ok(sql_begin(db, false, &e), &e);
		execute(faults[i].sql);
		if (tree_check(db, &signers, NULL, &e) != ERR_LOG_DAMAGED)
			fail_msg("%s: %s: %s", faults[i].sql,
			    err_name(e.code), e.msg);
		(void)snprintf(want, sizeof(want), "position %u:",
		    faults[i].position);
		if (strstr(e.msg, want) != e.msg)
			fail_msg("%s: %s", faults[i].sql, e.msg);
		(void)sql_finish(db, ERR_IO, &(struct err){ 0 });
	}
	ok(tree_check(db, &signers, NULL, &(struct err){ 0 }), &(struct err){ 0 });
}

/* Somebody's key is not the authority's, nor was an old one valid for ever. */
static void
test_check_signers(void **state)
{
	struct sample other = sample_load("portal-receipts");
	struct cert_list others = { 0 };
	struct err e = { 0 };

	(void)state;
	make_log();
	assert_true(cert_list_add(&others, other.cert));
	assert_int_equal(tree_check(db, &others, NULL, &e),
	    ERR_RECEIPT_SIGNER);
	assert_non_null(strstr(e.msg, "position 0: "));
	err_clear(&e);
	/* One that is known beside others will do: keys change. */
	assert_true(cert_list_add(&others, signers.v[0]));
	ok(tree_check(db, &others, NULL, &e), &e);
	cert_list_wipe(&others);
	sample_free(&other);
}

/* Somebody has written all of it anew, with another entry: every hash is
 * right, and no receipt is. */
static void
test_check_rewritten(void **state)
{
	struct buf entries[LEAVES] = { { 0 } };
	struct err e = { 0 };
	uint64_t at;

	(void)state;
	make_log();
	for (uint64_t i = 0; i < LEAVES; i++)
		ok(tree_entry(tree, i, &entries[i], &e), &e);
	execute("DELETE FROM log_entries; DELETE FROM log_nodes;"
	    "UPDATE log_state SET size = 0");
	ok(sql_begin(db, false, &e), &e);
	ok(tree_lock(tree, &e), &e);
	for (uint64_t i = 0; i < LEAVES; i++) {
		struct buf *entry_now = &entries[i == 23 ? 33 : i];

		ok(tree_append(tree, entry_now->data, entry_now->len, &at,
		    &e), &e);
	}
	ok(tree_store(tree, &e), &e);
	ok(sql_finish(db, ERR_OK, &e), &e);
	/* 23 is in the batch that begins with 16. */
	assert_int_equal(tree_check(db, &signers, NULL, &e), ERR_LOG_DAMAGED);
	assert_string_equal(e.msg,
	    "position 16: its receipt was given for another log");
	for (uint64_t i = 0; i < LEAVES; i++)
		buf_wipe(&entries[i]);
}

int
main(void)
{
#define TEST(f)	cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_places),
		TEST(test_taken_back),
		TEST(test_hurry),
		TEST(test_two_at_once),
		TEST(test_entries),
		TEST(test_order),
		TEST(test_missing_nodes),
		TEST(test_check),
		TEST(test_check_finds),
		TEST(test_check_signers),
		TEST(test_check_rewritten),
	};

	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	cert_list_wipe(&signers);
	return failed;
}
