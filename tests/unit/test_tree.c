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
#include <unistd.h>

#include <cmocka.h>

#include "intake/book/tree.h"
#include "ledger/schema.h"

#define MANY	200u

typedef uint8_t hash[DIGEST_LEN];

static char path[] = "/tmp/sigill-tree.XXXXXX";
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
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd != -1);
	(void)close(fd);
	ok(sql_open(path, &db, &e), &e);
	ok(schema_set_up(db, path, &e), &e);
	ok(tree_open(db, &tree, &e), &e);
	return 0;
}

static int
tear_down(void **state)
{
	char name[64];

	(void)state;
	tree_close(tree);
	sql_close(db);
	tree = NULL;
	for (size_t i = 0; i < 3; i++) {
		(void)snprintf(name, sizeof(name), "%s%s", path,
		    (const char *[]){ "", "-wal", "-shm" }[i]);
		(void)unlink(name);
	}
	memcpy(path + strlen(path) - 6, "XXXXXX", 6);
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
make_nodes(void)
{
	char text[64];

	for (uint64_t i = 0; i < MANY; i++)
		merkle_leaf(text, entry(i, text), nodes[0][i], NULL);
	for (size_t l = 1; l < 9; l++)
		for (uint64_t i = 0; i < MANY >> l; i++)
			merkle_node(nodes[l - 1][2 * i],
			    nodes[l - 1][2 * i + 1], nodes[l][i], NULL);
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

int
main(void)
{
#define TEST(f)	cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_places),
		TEST(test_taken_back),
		TEST(test_entries),
		TEST(test_order),
		TEST(test_missing_nodes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
