/* SPDX-License-Identifier: EUPL-1.2 */
/* portal/commits.c and portal/ledger.c: changes by many threads at once, in
 * one transaction, on a disk that may fail; on both databases
 * (tests/unit/database.h), but for what a disk does to SQLite. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "portal/commits.h"
#include "portal/ledger.h"
#include "ledger/sql.h"
#include "tests/unit/database.h"

#define THREADS	5

struct world {
	struct database at;
	struct sql *db, *view;
	struct commits *commits;
};

/* What one thread wants: a row with this number. */
struct wish {
	struct world *world;
	int64_t number;
	bool lazy;
	enum err_code refused;	/* after the row was put in; ERR_OK: not */
	sem_t *hold;		/* waits there, in the transaction; or NULL */
	sem_t *held;		/* tells that it does */
	pthread_t thread, by;	/* who ran it */
	_Atomic pid_t tid;	/* of thread, once it is about to call */
	enum err_code code;
	struct err e;
};

static atomic_bool failing;	/* the next sync of a log */
static atomic_int syncs;

/* What SQLite calls, instead of the C library's. */
int
fdatasync(int fd)
{
	(void)atomic_fetch_add(&syncs, 1);
	if (atomic_exchange(&failing, false)) {
		errno = EIO;
		return -1;
	}
	return (int)syscall(SYS_fdatasync, fd);
}

static int
set_up(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	database_make(&w->at);
	*state = w;
	return 0;
}

static void
open_rows(struct world *w)
{
	struct err e = { 0 };

	assert_int_equal(sql_open(w->at.where, &w->db, &e), ERR_OK);
	/* What it has found is written anew first, if only here. */
	assert_int_equal(sql_mend(w->db, &e), ERR_OK);
	assert_int_equal(sql_execute(w->db,
	    "CREATE TABLE rows (number INTEGER PRIMARY KEY)", &e), ERR_OK);
	assert_int_equal(sql_open(w->at.where, &w->view, &e), ERR_OK);
	assert_non_null(w->commits = commits_new(w->db));
}

static void
close_rows(struct world *w)
{
	commits_free(w->commits);
	sql_close(w->view);
	sql_close(w->db);
}

static int
tear_down(void **state)
{
	struct world *w = *state;

	database_remove(&w->at);
	free(w);
	return 0;
}

static bool
has_row(struct sql *db, int64_t number)
{
	struct err e = { 0 };
	int64_t n = 0;

	assert_int_equal(sql_number(db, sql_prepare(db, &e,
	    "SELECT count(*) FROM rows WHERE number = ?", "i", number), &n,
	    &e), ERR_OK);
	return n != 0;
}

static enum err_code
put_row(struct sql *db, void *arg, struct err *e)
{
	struct wish *w = arg;
	enum err_code code;

	w->by = pthread_self();
	code = sql_run(db, sql_prepare(db, e,
	    "INSERT INTO rows (number) VALUES (?)", "i", w->number), e);
	if (w->hold != NULL) {
		(void)sem_post(w->held);
		while (sem_wait(w->hold) == -1)
			;
	}
	if (code == ERR_OK && w->refused != ERR_OK)
		code = err_set(e, w->refused, NULL, 0, NULL);
	return code;
}

static void *
run_wish(void *arg)
{
	struct wish *w = arg;

	w->tid = (pid_t)syscall(SYS_gettid);
	w->code = commits_make(w->world->commits, put_row, w, w->lazy, &w->e);
	return NULL;
}

/* It has nothing to sleep on before it is queued. */
static void
wait_until_asleep(_Atomic pid_t *tid)
{
	char path[64], state = '?';
	FILE *f;

	while (*tid == 0)
		(void)sched_yield();
	(void)snprintf(path, sizeof(path), "/proc/self/task/%d/stat",
	    (int)*tid);
	while (state != 'S') {
		(void)sched_yield();
		assert_non_null(f = fopen(path, "r"));
		assert_int_equal(fscanf(f, "%*d (%*[^)]) %c", &state), 1);
		(void)fclose(f);
	}
}

/* The first holds the transaction until all others wait for the next one. */
static void
wish_together(struct world *world, struct wish wishes[static THREADS])
{
	sem_t hold, held;

	assert_int_equal(sem_init(&hold, 0, 0), 0);
	assert_int_equal(sem_init(&held, 0, 0), 0);
	wishes[0].hold = &hold;
	wishes[0].held = &held;
	for (size_t i = 0; i < THREADS; i++) {
		wishes[i].world = world;
		if (wishes[i].number == 0)
			wishes[i].number = (int64_t)i + 1;
		assert_int_equal(pthread_create(&wishes[i].thread, NULL,
		    run_wish, &wishes[i]), 0);
		if (i == 0)
			while (sem_wait(&held) == -1)
				;
		else
			wait_until_asleep(&wishes[i].tid);
	}
	/* Who only looks waits for nobody, and does not see it yet. */
	assert_false(has_row(world->view, wishes[0].number));
	(void)sem_post(&hold);
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(wishes[i].thread, NULL), 0);
	(void)sem_destroy(&hold);
	(void)sem_destroy(&held);
}

static void
those_who_wait_share_a_commit(void **state)
{
	struct wish wishes[THREADS] = { 0 };
	struct world *w = *state;
	int before;

	open_rows(w);
	before = syncs;
	wish_together(w, wishes);
	assert_int_equal(syncs - before, w->at.shared ? 0 : 2);
	for (size_t i = 0; i < THREADS; i++) {
		assert_int_equal(wishes[i].code, ERR_OK);
		assert_true(has_row(w->view, wishes[i].number));
		assert_true(pthread_equal(wishes[i].by,
		    wishes[i == 0 ? 0 : 1].thread));
	}
	close_rows(w);
}

static void
one_that_fails_takes_back_only_itself(void **state)
{
	struct wish wishes[THREADS] = {
		[2] = { .refused = ERR_PORTAL_BUSY },
		[4] = { .number = 4 },	/* there is one then */
	};
	struct world *w = *state;

	open_rows(w);
	wish_together(w, wishes);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(wishes[i].code, wishes[i].refused);
		assert_int_equal(has_row(w->view, wishes[i].number),
		    wishes[i].refused == ERR_OK);
	}
	assert_int_equal(wishes[4].code, ERR_IO);
	close_rows(w);
}

static void
lazy_ones_do_not_wait_for_the_disk(void **state)
{
	struct wish wishes[THREADS] = {
		[2] = { .lazy = true }, [4] = { .lazy = true },
	};
	struct world *w = *state;
	int before;

	open_rows(w);
	before = syncs;
	wish_together(w, wishes);
	/* They go first, and the next commit takes them along. */
	assert_int_equal(syncs - before, w->at.shared ? 0 : 2);
	assert_true(pthread_equal(wishes[1].by, wishes[3].by));
	assert_true(pthread_equal(wishes[2].by, wishes[4].by));
	for (size_t i = 0; i < THREADS; i++)
		assert_true(has_row(w->view, wishes[i].number));
	assert_false(sql_unsettled(w->db));
	close_rows(w);
}

static void
copy(const char *from, const char *to)
{
	char data[4096];
	FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
	size_t n;

	assert_non_null(in);
	assert_non_null(out);
	while ((n = fread(data, 1, sizeof(data), in)) != 0)
		assert_int_equal(fwrite(data, 1, n, out), n);
	(void)fclose(in);
	assert_int_equal(fclose(out), 0);
}

/* What a start after a crash would find. */
static bool
is_found_after_a_crash(struct world *w, int64_t number)
{
	char from[600], to[600];
	struct err e = { 0 };
	struct sql *db;
	bool found;

	(void)snprintf(to, sizeof(to), "%s.copy", w->at.where);
	copy(w->at.where, to);
	(void)snprintf(from, sizeof(from), "%s-wal", w->at.where);
	(void)snprintf(to, sizeof(to), "%s.copy-wal", w->at.where);
	copy(from, to);
	(void)snprintf(to, sizeof(to), "%s.copy", w->at.where);
	assert_int_equal(sql_open(to, &db, &e), ERR_OK);
	found = has_row(db, number);
	sql_close(db);
	return found;
}

/* Two numbers that change when the log begins anew. */
static uint64_t
salts(const struct world *w)
{
	char path[600];
	uint64_t out;
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s-wal", w->at.where);
	assert_non_null(f = fopen(path, "rb"));
	assert_int_equal(fseek(f, 16, SEEK_SET), 0);
	assert_int_equal(fread(&out, sizeof(out), 1, f), 1);
	(void)fclose(f);
	return out;
}

static void
a_sync_that_fails_fails_for_all(void **state)
{
	struct wish wishes[THREADS] = { [0] = { .lazy = true } };
	struct wish later = { .number = 100 };
	struct world *w = *state;
	uint64_t before;

	if (w->at.shared)
		skip();
	open_rows(w);
	before = salts(w);
	atomic_store(&failing, true);
	wish_together(w, wishes);
	assert_false(failing);
	assert_int_equal(wishes[0].code, ERR_OK);
	for (size_t i = 1; i < THREADS; i++) {
		assert_int_equal(wishes[i].code, ERR_IO);
		assert_string_equal(wishes[i].e.where, "ledger");
		assert_false(has_row(w->view, wishes[i].number));
	}
	/* The log has them, until the next change has made it anew. */
	assert_true(is_found_after_a_crash(w, 2));
	assert_true(salts(w) == before);
	later.world = w;
	(void)run_wish(&later);
	assert_true(salts(w) != before);
	assert_int_equal(later.code, ERR_OK);
	assert_false(is_found_after_a_crash(w, 2));
	assert_true(is_found_after_a_crash(w, 1));
	assert_true(is_found_after_a_crash(w, 100));
	close_rows(w);
}

/* --- the ledger ------------------------------------------------------------ */

struct sender {
	struct ledger *ledger;
	struct upload_row row;
	int number;
	_Atomic pid_t tid;
	enum err_code code;
	struct err e;
};

static const struct quota quota = { .uploads = 10, .bytes = 1000000 };

static enum err_code
begin(struct sender *s, int upload, bool lazy)
{
	bool existed = false;
	enum err_code code;

	memset(&s->row, 0, sizeof(s->row));
	(void)snprintf(s->row.id, sizeof(s->row.id), "%016x%016x",
	    (unsigned)s->number, (unsigned)upload);
	(void)snprintf(s->row.sender, sizeof(s->row.sender), "%010d",
	    s->number);
	memcpy(s->row.digest, s->row.id, sizeof(s->row.digest));
	s->row.length = 1000;
	s->row.created = 1;
	s->row.expires = 2;
	code = ledger_create(s->ledger, &s->row, &quota, lazy, &existed, &s->e);
	assert_false(existed);
	return code;
}

static void
hand_in(struct sender *s)
{
	const struct receipt_row receipt = {
		.digest = s->row.digest, .sender = s->row.sender,
		.stage = "stored", .signer = "", .time = 1,
		.bytes = s->row.id, .len = 32,
	};
	struct buf kept = { 0 };
	struct upload_row row;

	assert_int_equal(ledger_find(s->ledger, s->row.id, &row, &s->e),
	    ERR_OK);
	assert_false(row.complete);
	assert_int_equal(ledger_complete(s->ledger, s->row.id, &receipt,
	    &s->e), ERR_OK);
	assert_int_equal(ledger_find(s->ledger, s->row.id, &row, &s->e),
	    ERR_OK);
	assert_true(row.complete);
	assert_int_equal(ledger_receipt(s->ledger, s->row.digest,
	    s->row.sender, "stored", &kept, &s->e), ERR_OK);
	assert_int_equal(kept.len, 32);
	assert_memory_equal(kept.data, s->row.id, 32);
	buf_wipe(&kept);
}

/* Each of its changes is seen at once, whatever the others do. */
static void *
run_sender(void *arg)
{
	struct sender *s = arg;
	struct err full = { 0 };

	for (int i = 0; i < 40; i++) {
		assert_int_equal(begin(s, i, i % 2 == 0), ERR_OK);
		hand_in(s);
	}
	for (int i = 100; (s->code = begin(s, i, i % 3 == 0)) == ERR_OK; i++)
		assert_true(i < 100 + quota.uploads);
	full = s->e;
	err_clear(&s->e);
	assert_int_equal(full.code, ERR_PORTAL_BUSY);
	return NULL;
}

static void
each_sees_what_it_has_changed(void **state)
{
	struct sender senders[THREADS] = { 0 };
	struct upload_row row = { .id = "" };
	pthread_t threads[THREADS];
	struct world *w = *state;
	struct ledger *ledger;
	struct err e = { 0 };
	int open = 0;

	assert_int_equal(ledger_open(w->at.where, "", &ledger, &e), ERR_OK);
	for (int i = 0; i < THREADS; i++) {
		senders[i].ledger = ledger;
		senders[i].number = i;
		assert_int_equal(pthread_create(&threads[i], NULL, run_sender,
		    &senders[i]), 0);
	}
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	while (ledger_next_open(ledger, &row, &e) == ERR_OK)
		open++;
	assert_int_equal(open, THREADS * quota.uploads);
	ledger_close(ledger);
}

static void *
begin_once(void *arg)
{
	struct sender *s = arg;

	s->tid = (pid_t)syscall(SYS_gettid);
	s->code = begin(s, 2, false);
	return NULL;
}

static void
lookups_do_not_wait_for_changes(void **state)
{
	struct sender first = { 0 }, second = { .number = 1 };
	struct world *w = *state;
	struct upload_row row;
	struct err e = { 0 };
	struct sql *other;
	pthread_t thread;

	assert_int_equal(ledger_open(w->at.where, "", &first.ledger, &e), ERR_OK);
	second.ledger = first.ledger;
	assert_int_equal(begin(&first, 1, false), ERR_OK);
	/* A backup, say, keeps the change from being made. */
	assert_int_equal(sql_open(w->at.where, &other, &e), ERR_OK);
	assert_int_equal(sql_begin(other, false, &e), ERR_OK);
	if (w->at.shared)
		assert_int_equal(sql_execute(other,
		    "LOCK TABLE uploads IN SHARE ROW EXCLUSIVE MODE", &e),
		    ERR_OK);
	assert_int_equal(pthread_create(&thread, NULL, begin_once, &second),
	    0);
	wait_until_asleep(&second.tid);
	assert_int_equal(ledger_find(first.ledger, first.row.id, &row, &e),
	    ERR_OK);
	assert_int_equal(ledger_knows(first.ledger, first.row.digest,
	    first.row.sender, &e), ERR_OK);
	assert_int_equal(sql_finish(other, ERR_OK, &e), ERR_OK);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(second.code, ERR_OK);
	sql_close(other);
	ledger_close(first.ledger);
}

/* --- portals that share it -------------------------------------------------- */

static const struct receipt_row *
receipt_of(const struct upload_row *row)
{
	static struct receipt_row receipt;

	receipt = (struct receipt_row){
		.digest = row->digest, .sender = row->sender,
		.stage = "stored", .signer = "", .time = 1,
		.bytes = row->id, .len = 32,
	};
	return &receipt;
}

/* Two ledgers on one database, which could be two portals' on two machines:
 * each has only its own uploads, until it takes one over. */
static void
an_upload_is_completed_where_it_is(void **state)
{
	struct sender here = { 0 }, there = { 0 };
	struct world *w = *state;
	struct upload_row row = { .id = "" }, same;
	bool existed, has = true;
	struct err e = { 0 };

	assert_int_equal(ledger_open(w->at.where, "a", &here.ledger, &e),
	    ERR_OK);
	assert_int_equal(ledger_open(w->at.where, "b", &there.ledger, &e),
	    ERR_OK);
	assert_int_equal(begin(&here, 1, true), ERR_OK);
	same = here.row;
	(void)snprintf(same.id, sizeof(same.id), "%032x", 7u);
	assert_int_equal(ledger_create(there.ledger, &same, &quota, false,
	    &existed, &e), ERR_OK);
	assert_true(existed);
	assert_string_equal(same.id, here.row.id);
	assert_false(same.here);
	assert_int_equal(ledger_next_open(there.ledger, &row, &e),
	    ERR_HTTP_NOT_FOUND);
	err_clear(&e);

	/* It is not there, so that it cannot be completed there. */
	assert_int_equal(ledger_settle(there.ledger, same.id, &e),
	    ERR_HTTP_NOT_FOUND);
	err_clear(&e);
	assert_int_equal(ledger_complete(there.ledger, same.id,
	    receipt_of(&same), &e), ERR_HTTP_NOT_FOUND);
	err_clear(&e);
	assert_int_equal(ledger_has_stored(there.ledger, same.digest, &has,
	    &e), ERR_OK);
	assert_false(has);

	assert_int_equal(ledger_take_over(there.ledger, same.id, &e),
	    ERR_OK);
	assert_int_equal(ledger_find(there.ledger, same.id, &row, &e),
	    ERR_OK);
	assert_true(row.here);
	assert_int_equal(ledger_settle(here.ledger, same.id, &e),
	    ERR_HTTP_NOT_FOUND);
	err_clear(&e);
	assert_int_equal(ledger_complete(here.ledger, same.id,
	    receipt_of(&same), &e), ERR_HTTP_NOT_FOUND);
	err_clear(&e);
	assert_int_equal(ledger_settle(there.ledger, same.id, &e), ERR_OK);
	there.row = same;
	hand_in(&there);

	/* Once, and for both. */
	assert_int_equal(ledger_complete(there.ledger, same.id,
	    receipt_of(&same), &e), ERR_HTTP_NOT_FOUND);
	err_clear(&e);
	assert_int_equal(ledger_take_over(here.ledger, same.id, &e),
	    ERR_HTTP_NOT_FOUND);
	err_clear(&e);
	assert_int_equal(ledger_has_stored(here.ledger, same.digest, &has,
	    &e), ERR_OK);
	assert_true(has);
	ledger_close(there.ledger);
	ledger_close(here.ledger);
}

static void *
complete_once(void *arg)
{
	struct sender *s = arg;

	s->tid = (pid_t)syscall(SYS_gettid);
	s->code = ledger_complete(s->ledger, s->row.id, receipt_of(&s->row),
	    &s->e);
	return NULL;
}

/* Who wants to take a file away waits for a completion that is under way. */
static void
a_completion_under_way_is_waited_for(void **state)
{
	struct sender s = { 0 };
	struct world *w = *state;
	struct err e = { 0 };
	struct sql *other;
	pthread_t thread;
	bool has;

	if (!w->at.shared)
		skip();
	assert_int_equal(ledger_open(w->at.where, "a", &s.ledger, &e),
	    ERR_OK);
	assert_int_equal(begin(&s, 1, false), ERR_OK);
	/* Somebody else's, which is not committed yet. */
	assert_int_equal(sql_open(w->at.where, &other, &e), ERR_OK);
	assert_int_equal(sql_begin(other, false, &e), ERR_OK);
	assert_int_equal(sql_run(other, sql_prepare(other, &e,
	    "UPDATE uploads SET complete = 1 WHERE id = ?", "t", s.row.id),
	    &e), ERR_OK);
	assert_int_equal(sql_run(other, sql_prepare(other, &e,
	    "INSERT INTO receipts (digest, sender, stage, signer, time,"
	    " bytes) VALUES (?, ?, 'stored', '', 1, ?)", "btr",
	    s.row.digest, s.row.sender, "first", (size_t)5), &e), ERR_OK);
	assert_int_equal(pthread_create(&thread, NULL, complete_once, &s), 0);
	wait_until_asleep(&s.tid);
	assert_int_equal(sql_finish(other, ERR_OK, &e), ERR_OK);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(s.code, ERR_HTTP_NOT_FOUND);
	assert_int_equal(ledger_has_stored(s.ledger, s.row.digest, &has, &e),
	    ERR_OK);
	assert_true(has);
	sql_close(other);
	ledger_close(s.ledger);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    those_who_wait_share_a_commit, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    one_that_fails_takes_back_only_itself, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    lazy_ones_do_not_wait_for_the_disk, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    a_sync_that_fails_fails_for_all, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    each_sees_what_it_has_changed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    lookups_do_not_wait_for_changes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    an_upload_is_completed_where_it_is, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    a_completion_under_way_is_waited_for, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
