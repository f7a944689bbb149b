/* SPDX-License-Identifier: EUPL-1.2 */
/* ledger/: statements, transactions and versions, the same on both databases
 * (tests/unit/database.h); and what only one of them has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "ledger/dialect.h"
#include "ledger/driver.h"
#include "ledger/schema.h"
#include "ledger/sql.h"
#include "tests/unit/database.h"

#define OK(call)	assert_int_equal((call), ERR_OK)

struct world {
	struct database at;
	struct sql *db, *other;
	struct err e;
};

static int
set_up(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	database_make(&w->at);
	OK(sql_open(w->at.where, &w->db, &w->e));
	OK(sql_begin(w->db, false, &w->e));
	OK(w->db->driver->define(w->db, "CREATE TABLE things ("
	    " number INTEGER PRIMARY KEY NOT NULL, words TEXT, raw BLOB)"
	    " STRICT;", &w->e));
	OK(sql_finish(w->db, ERR_OK, &w->e));
	OK(sql_open(w->at.where, &w->other, &w->e));
	*state = w;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *w = *state;

	sql_close(w->other);
	sql_close(w->db);
	database_remove(&w->at);
	free(w);
	return 0;
}

static enum err_code
put(struct sql *db, int64_t number, struct err *e)
{
	return sql_run(db, sql_prepare(db, e,
	    "INSERT INTO things (number) VALUES (?)", "i", number), e);
}

static int64_t
count(struct sql *db)
{
	struct err e = { 0 };
	int64_t n = -1;

	OK(sql_number(db, sql_prepare(db, &e, "SELECT count(*) FROM things",
	    ""), &n, &e));
	return n;
}

static void
words_are_translated(void **state)
{
	struct buf out = { 0 };
	struct err e = { 0 };
	int n;

	(void)state;
	OK(dialect_numbered("SELECT '?', a FROM b WHERE c = ? AND d IN (?,?)",
	    &out, &n, &e));
	assert_int_equal(n, 3);
	assert_string_equal(buf_str(&out),
	    "SELECT '?', a FROM b WHERE c = $1 AND d IN ($2,$3)");
	buf_wipe(&out);
	OK(dialect_types("CREATE TABLE BLOBS (a BLOB, INTEGER_b INTEGER)"
	    " STRICT;", &out, &e));
	assert_string_equal(buf_str(&out),
	    "CREATE TABLE BLOBS (a BYTEA, INTEGER_b BIGINT) ;");
	buf_wipe(&out);
}

static void
values_come_back(void **state)
{
	static const int64_t numbers[] = { 0, 1, -1, 255, -256, INT64_MIN,
	    INT64_MAX };
	static const uint8_t raw[] = { 0, 1, 0, 255, '\'', 0 };
	struct world *w = *state;
	struct sql_stmt *stmt;
	const void *bytes;
	size_t len;

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		OK(sql_run(w->db, sql_prepare(w->db, &w->e,
		    "INSERT INTO things (number, words, raw)"
		    " VALUES (?, ?, ?)", "itr", numbers[i], "grön '?", raw,
		    sizeof(raw)), &w->e));
		assert_non_null(stmt = sql_prepare(w->other, &w->e,
		    "SELECT number, words, raw, number = ? FROM things"
		    " WHERE number = ? AND words = ? AND raw = ?", "iitr",
		    numbers[i], numbers[i], "grön '?", raw, sizeof(raw)));
		OK(sql_row(w->other, stmt, &w->e));
		assert_true(sql_integer(stmt, 0) == numbers[i]);
		assert_string_equal(sql_text(stmt, 1), "grön '?");
		assert_non_null(bytes = sql_bytes(stmt, 2, &len));
		assert_int_equal(len, sizeof(raw));
		assert_memory_equal(bytes, raw, sizeof(raw));
		assert_int_equal(sql_integer(stmt, 3), 1);
		assert_int_equal(sql_row(w->other, stmt, &w->e),
		    ERR_HTTP_NOT_FOUND);
		sql_done(stmt);
		err_clear(&w->e);
	}
}

static void
nothing_is_told_from_empty(void **state)
{
	struct world *w = *state;
	struct sql_stmt *stmt;
	size_t len = 1;

	OK(sql_run(w->db, sql_prepare(w->db, &w->e,
	    "INSERT INTO things (number, words, raw) VALUES (?, ?, ?)",
	    "itr", (int64_t)1, (const char *)NULL, (const void *)NULL,
	    (size_t)0), &w->e));
	assert_non_null(stmt = sql_prepare(w->db, &w->e,
	    "SELECT words, raw FROM things WHERE words IS NULL"
	    " AND raw IS NULL", ""));
	OK(sql_row(w->db, stmt, &w->e));
	assert_string_equal(sql_text(stmt, 0), "");
	assert_null(sql_bytes(stmt, 1, &len));
	assert_int_equal(len, 0);
	sql_done(stmt);
	OK(sql_run(w->db, sql_prepare(w->db, &w->e,
	    "UPDATE things SET words = ?, raw = ?", "tr", "", "", (size_t)0),
	    &w->e));
	assert_non_null(stmt = sql_prepare(w->db, &w->e,
	    "SELECT words, raw FROM things WHERE words = ''", ""));
	OK(sql_row(w->db, stmt, &w->e));
	assert_null(sql_bytes(stmt, 1, &len));
	sql_done(stmt);
}

static void
what_is_missing_is_told(void **state)
{
	static const char update[] =
	    "UPDATE things SET words = ? WHERE number = ? RETURNING 1";
	struct world *w = *state;
	int64_t n = 0;

	assert_int_equal(sql_found(w->db, sql_prepare(w->db, &w->e, update,
	    "ti", "x", (int64_t)1), &w->e), ERR_HTTP_NOT_FOUND);
	err_clear(&w->e);
	assert_int_equal(sql_number(w->db, sql_prepare(w->db, &w->e,
	    "SELECT number FROM things", ""), &n, &w->e), ERR_IO);
	err_clear(&w->e);
	OK(put(w->db, 1, &w->e));
	OK(sql_found(w->db, sql_prepare(w->db, &w->e, update, "ti", "x",
	    (int64_t)1), &w->e));
	OK(sql_number(w->other, sql_prepare(w->other, &w->e,
	    "SELECT count(*) FROM things WHERE words = 'x'", ""), &n,
	    &w->e));
	assert_int_equal(n, 1);
	assert_null(sql_prepare(w->db, &w->e, "SELECT ?", ""));
}

static void
a_transaction_is_whole(void **state)
{
	struct world *w = *state;
	struct err why = { 0 };

	OK(sql_begin(w->db, false, &w->e));
	OK(put(w->db, 1, &w->e));
	assert_int_equal(count(w->other), 0);
	assert_int_equal(sql_finish(w->db, ERR_PORTAL_BUSY, &w->e),
	    ERR_PORTAL_BUSY);
	assert_int_equal(count(w->db), 0);

	OK(sql_begin(w->db, false, &w->e));
	OK(put(w->db, 1, &w->e));
	OK(sql_finish(w->db, ERR_OK, &w->e));
	assert_int_equal(count(w->other), 1);

	/* With an error in it that the caller has not seen. */
	OK(sql_begin(w->db, false, &w->e));
	OK(put(w->db, 2, &w->e));
	assert_int_equal(put(w->db, 1, &why), ERR_IO);
	if (w->at.shared) {
		assert_int_equal(sql_finish(w->db, ERR_OK, &w->e), ERR_IO);
		assert_int_equal(count(w->db), 1);
	} else
		OK(sql_finish(w->db, ERR_OK, &w->e));
}

static void
a_part_is_taken_back_alone(void **state)
{
	struct world *w = *state;
	struct err why = { 0 };

	OK(sql_begin(w->db, false, &w->e));
	OK(put(w->db, 1, &w->e));
	for (int i = 0; i < 2; i++) {
		OK(sql_begin_part(w->db, &w->e));
		OK(put(w->db, 2, &w->e));
		err_clear(&why);
		assert_int_equal(put(w->db, 1, &why), ERR_IO);
		assert_int_equal(sql_finish_part(w->db, ERR_IO, &why),
		    ERR_IO);
		assert_false(sql_is_over(w->db));
	}
	OK(sql_begin_part(w->db, &w->e));
	OK(put(w->db, 3, &w->e));
	OK(sql_finish_part(w->db, ERR_OK, &w->e));
	OK(sql_finish(w->db, ERR_OK, &w->e));
	assert_true(sql_is_over(w->db));
	assert_int_equal(count(w->other), 2);
}

static void
a_lazy_one_is_settled_by_the_next(void **state)
{
	struct world *w = *state;

	OK(sql_begin(w->db, false, &w->e));
	OK(put(w->db, 1, &w->e));
	OK(sql_finish(w->db, ERR_OK, &w->e));
	assert_false(sql_unsettled(w->db));
	OK(sql_begin(w->db, true, &w->e));
	OK(put(w->db, 2, &w->e));
	OK(sql_finish(w->db, ERR_OK, &w->e));
	assert_true(sql_unsettled(w->db));
	/* One without a change waits for nothing. */
	OK(sql_begin(w->db, false, &w->e));
	assert_int_equal(count(w->db), 2);
	OK(sql_finish(w->db, ERR_OK, &w->e));
	assert_true(sql_unsettled(w->db));
	OK(sql_begin(w->db, false, &w->e));
	OK(put(w->db, 3, &w->e));
	OK(sql_finish(w->db, ERR_OK, &w->e));
	assert_false(sql_unsettled(w->db));
}

static int64_t
take(struct sql *db)
{
	struct err e = { 0 };
	struct sql_stmt *stmt = sql_prepare(db, &e,
	    "SELECT number FROM things WHERE words IS NULL"
	    " ORDER BY number LIMIT 1" SQL_TAKE, "");
	int64_t number = 0;

	assert_non_null(stmt);
	if (sql_row(db, stmt, &e) == ERR_OK)
		number = sql_integer(stmt, 0);
	sql_done(stmt);
	return number;
}

static enum err_code
mark(struct sql *db, int64_t number, const char *words, struct err *e)
{
	return sql_found(db, sql_prepare(db, e, "UPDATE things SET words = ?"
	    " WHERE number = ? AND words IS NULL RETURNING 1", "ti", words,
	    number), e);
}

static void
what_is_taken_is_passed_over(void **state)
{
	struct world *w = *state;

	OK(put(w->db, 1, &w->e));
	OK(put(w->db, 2, &w->e));
	OK(sql_begin_taking(w->db, &w->e));
	OK(sql_begin_taking(w->other, &w->e));
	assert_int_equal(take(w->db), 1);
	OK(sql_touch(w->db, &w->e));
	/* On one machine that is for the program to know. */
	assert_int_equal(take(w->other), w->at.shared ? 2 : 1);
	OK(sql_begin_settling(w->other, &w->e));
	OK(mark(w->other, 2, "other", &w->e));
	OK(sql_finish(w->other, ERR_OK, &w->e));
	OK(sql_begin_settling(w->db, &w->e));
	OK(mark(w->db, 1, "mine", &w->e));
	assert_int_equal(mark(w->db, 2, "mine", &w->e), ERR_HTTP_NOT_FOUND);
	err_clear(&w->e);
	OK(sql_finish(w->db, ERR_OK, &w->e));
	assert_int_equal(take(w->db), 0);
	/* Who takes and finds nothing. */
	OK(sql_begin_taking(w->db, &w->e));
	OK(sql_finish(w->db, ERR_OK, &w->e));
}

/* --- versions ------------------------------------------------------------- */

static void
fill(struct sql *db, struct err *e)
{
	OK(sql_run(db, sql_prepare(db, e, "INSERT INTO uploads (id, sender,"
	    " digest, length, complete, created, expires)"
	    " VALUES ('aa', '2120000142', ?, 7, 1, 1, 2)", "r", "d",
	    (size_t)1), e));
}

static void
an_empty_one_gets_its_tables(void **state)
{
	struct world *w = *state;
	struct database at;
	struct sql *db;
	int64_t n = -1;

	database_make(&at);
	OK(sql_open(at.where, &db, &w->e));
	OK(schema_set_up(db, at.where, &w->e));
	OK(schema_set_up(db, at.where, &w->e));
	OK(schema_check(db, at.where, &w->e));
	fill(db, &w->e);
	OK(sql_number(db, sql_prepare(db, &w->e,
	    "SELECT size FROM log_state", ""), &n, &w->e));
	assert_int_equal(n, 0);
	sql_close(db);
	OK(sql_open(at.where, &db, &w->e));
	OK(schema_set_up(db, at.where, &w->e));
	OK(sql_number(db, sql_prepare(db, &w->e,
	    "SELECT count(*) FROM uploads WHERE home = ''", ""), &n, &w->e));
	assert_int_equal(n, 1);
	/* One that is newer than this program. */
	OK(sql_begin(db, false, &w->e));
	OK(db->driver->set_version(db, 1000, &w->e));
	OK(sql_finish(db, ERR_OK, &w->e));
	assert_int_equal(schema_set_up(db, at.where, &w->e), ERR_CONFIG);
	sql_close(db);
	database_remove(&at);
}

static void
what_is_not_ours_stays_as_it_is(void **state)
{
	struct world *w = *state;
	int64_t n = -1;

	/* It has a table already. */
	assert_int_equal(schema_set_up(w->db, w->at.where, &w->e),
	    ERR_CONFIG);
	err_clear(&w->e);
	if (w->at.shared)
		return;
	OK(sql_execute(w->db, "PRAGMA user_version = 1", &w->e));
	assert_int_equal(schema_set_up(w->db, w->at.where, &w->e),
	    ERR_CONFIG);
	err_clear(&w->e);
	OK(sql_number(w->db, sql_prepare(w->db, &w->e,
	    "SELECT count(*) FROM sqlite_schema", ""), &n, &w->e));
	assert_int_equal(n, 1);
}

/* As portals of version 0.1 made it. */
static void
version_1_is_brought_up_to_date(void **state)
{
	struct world *w = *state;
	struct database at;
	struct sql *db;
	int64_t n = -1;

	if (w->at.shared)
		skip();
	database_make(&at);
	OK(sql_open(at.where, &db, &w->e));
	OK(sql_execute(db, "BEGIN IMMEDIATE;"
	    "PRAGMA application_id = 0x5369676c;"
	    "CREATE TABLE uploads ("
	    "  id TEXT PRIMARY KEY NOT NULL,"
	    "  sender TEXT NOT NULL,"
	    "  digest BLOB NOT NULL,"
	    "  length INTEGER NOT NULL,"
	    "  complete INTEGER NOT NULL DEFAULT 0,"
	    "  created INTEGER NOT NULL,"
	    "  expires INTEGER NOT NULL,"
	    "  UNIQUE (sender, digest, length)) STRICT;"
	    "CREATE TABLE receipts ("
	    "  digest BLOB NOT NULL,"
	    "  sender TEXT NOT NULL,"
	    "  stage TEXT NOT NULL,"
	    "  signer TEXT NOT NULL,"
	    "  time INTEGER NOT NULL,"
	    "  bytes BLOB NOT NULL,"
	    "  PRIMARY KEY (digest, sender, stage)) STRICT;"
	    "CREATE INDEX unfinished"
	    "  ON uploads (sender, id, expires, length) WHERE complete = 0;"
	    "INSERT INTO uploads VALUES"
	    "  ('aa', '2120000142', X'64', 7, 1, 1, 2);"
	    "INSERT INTO receipts VALUES"
	    "  (X'64', '2120000142', 'stored', '', 1, X'00ff');"
	    "PRAGMA user_version = 1; COMMIT;", &w->e));
	sql_close(db);
	for (int i = 0; i < 2; i++) {
		OK(sql_open(at.where, &db, &w->e));
		OK(schema_set_up(db, at.where, &w->e));
		OK(schema_check(db, at.where, &w->e));
		OK(sql_number(db, sql_prepare(db, &w->e, "SELECT count(*)"
		    " FROM uploads, receipts, log_state WHERE home = ''"
		    " AND uploads.digest = receipts.digest AND size = 0"
		    " AND bytes = X'00ff'", ""), &n, &w->e));
		assert_int_equal(n, 1);
		sql_close(db);
	}
	database_remove(&at);
}

/* Version 3 only adds a table: without it the ledger is one of version 2. */
static void
version_2_is_brought_up_to_date(void **state)
{
	struct world *w = *state;
	struct database at;
	struct sql *db;
	int64_t n = -1;

	database_make(&at);
	OK(sql_open(at.where, &db, &w->e));
	OK(schema_set_up(db, at.where, &w->e));
	OK(sql_execute(db, "DROP TABLE scores", &w->e));
	OK(sql_execute(db, at.shared ?
	    "UPDATE sigill_schema SET version = 2" :
	    "PRAGMA user_version = 2", &w->e));
	OK(sql_run(db, sql_prepare(db, &w->e, "INSERT INTO verdicts (digest,"
	    " stage, organisation, position, size, time, bytes)"
	    " VALUES (?, 'accepted', '', 0, 1, 1, ?)", "rr", "d", (size_t)1,
	    "b", (size_t)1), &w->e));
	assert_int_equal(schema_look(db, at.where, &w->e), ERR_LEDGER_OLD);
	err_clear(&w->e);
	sql_close(db);
	for (int i = 0; i < 2; i++) {
		OK(sql_open(at.where, &db, &w->e));
		OK(schema_set_up(db, at.where, &w->e));
		OK(schema_look(db, at.where, &w->e));
		OK(schema_check(db, at.where, &w->e));
		OK(sql_run(db, sql_prepare(db, &w->e, "INSERT INTO scores"
		    " (digest, organisation, feedback, time, bytes, sealed)"
		    " VALUES (?, '', ?, 1, ?, NULL)"
		    " ON CONFLICT DO NOTHING", "rrr", "d", (size_t)1, "f",
		    (size_t)1, "b", (size_t)1), &w->e));
		OK(sql_number(db, sql_prepare(db, &w->e, "SELECT count(*)"
		    " FROM verdicts v, scores s WHERE v.digest = s.digest"
		    " AND s.sealed IS NULL AND s.published = 0"
		    " AND v.published = 0", ""), &n, &w->e));
		assert_int_equal(n, 1);
		sql_close(db);
	}
	database_remove(&at);
}

static void *
set_up_once(void *arg)
{
	struct err e = { 0 };
	struct sql *db;

	OK(sql_open(arg, &db, &e));
	OK(schema_set_up(db, arg, &e));
	sql_close(db);
	return NULL;
}

static void
only_one_makes_them(void **state)
{
	pthread_t threads[6];
	struct database at;

	(void)state;
	database_make(&at);
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(pthread_create(&threads[i], NULL,
		    set_up_once, at.where), 0);
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	database_remove(&at);
}

/* --- connections ---------------------------------------------------------- */

/* Ends db's connection as a server's crash does. */
static void
cut(struct world *w)
{
	struct err e = { 0 };
	int64_t pid = 0;

	OK(sql_number(w->db, sql_prepare(w->db, &e,
	    "SELECT pg_backend_pid()", ""), &pid, &e));
	OK(sql_found(w->other, sql_prepare(w->other, &e,
	    "SELECT 1 FROM pg_terminate_backend(CAST(? AS INTEGER), 5000)"
	    " AS t WHERE t", "i", pid), &e));
}

static void
a_broken_connection_is_opened_again(void **state)
{
	struct world *w = *state;

	if (!w->at.shared)
		skip();
	OK(put(w->db, 1, &w->e));
	cut(w);
	OK(put(w->db, 2, &w->e));
	cut(w);
	OK(sql_begin(w->db, false, &w->e));
	OK(put(w->db, 3, &w->e));
	assert_int_equal(count(w->db), 3);
	OK(sql_finish(w->db, ERR_OK, &w->e));
	/* Whether the last one was lazy is not known of an old one. */
	cut(w);
	assert_int_equal(count(w->db), 3);
	assert_true(sql_unsettled(w->db));
}

static void
a_transaction_is_lost_with_it(void **state)
{
	struct world *w = *state;
	struct err why = { 0 };

	if (!w->at.shared)
		skip();
	OK(sql_begin(w->db, false, &w->e));
	OK(put(w->db, 1, &w->e));
	OK(sql_begin_part(w->db, &w->e));
	cut(w);
	assert_int_equal(put(w->db, 2, &why), ERR_LEDGER);
	assert_true(sql_is_over(w->db));
	assert_int_equal(sql_finish_part(w->db, ERR_LEDGER, &why),
	    ERR_LEDGER);
	/* Not outside of it, by mistake. */
	err_clear(&why);
	assert_int_equal(put(w->db, 3, &why), ERR_LEDGER);
	err_clear(&why);
	assert_int_equal(sql_touch(w->db, &why), ERR_LEDGER);
	err_clear(&why);
	assert_int_equal(sql_finish(w->db, ERR_OK, &why), ERR_LEDGER);
	assert_int_equal(count(w->other), 0);
	OK(sql_begin(w->db, false, &w->e));
	OK(put(w->db, 4, &w->e));
	OK(sql_finish(w->db, ERR_OK, &w->e));
	assert_int_equal(count(w->other), 1);
}

static void
addresses_are_looked_at(void **state)
{
	struct world *w = *state;
	struct sql *db = NULL;
	char uri[600];

	assert_true(sql_where_is_shared("postgresql:///x"));
	assert_true(sql_where_is_shared("postgres://a/x"));
	assert_false(sql_where_is_shared("/var/lib/postgresql://x"));
	if (!w->at.shared)
		skip();
	(void)snprintf(uri, sizeof(uri), "%s&password=x", w->at.where);
	assert_int_equal(sql_open(uri, &db, &w->e), ERR_CONFIG);
	err_clear(&w->e);
	assert_int_equal(sql_open("postgresql:///x?nonsense=1", &db, &w->e),
	    ERR_CONFIG);
	err_clear(&w->e);
	assert_int_equal(sql_open("postgresql:///x?host=/nowhere", &db,
	    &w->e), ERR_LEDGER);
	assert_null(db);
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_translated),
		TEST(values_come_back),
		TEST(nothing_is_told_from_empty),
		TEST(what_is_missing_is_told),
		TEST(a_transaction_is_whole),
		TEST(a_part_is_taken_back_alone),
		TEST(a_lazy_one_is_settled_by_the_next),
		TEST(what_is_taken_is_passed_over),
		TEST(an_empty_one_gets_its_tables),
		TEST(what_is_not_ours_stays_as_it_is),
		TEST(version_1_is_brought_up_to_date),
		TEST(version_2_is_brought_up_to_date),
		TEST(only_one_makes_them),
		TEST(a_broken_connection_is_opened_again),
		TEST(a_transaction_is_lost_with_it),
		TEST(addresses_are_looked_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
