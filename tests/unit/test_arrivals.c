/* SPDX-License-Identifier: EUPL-1.2 */
/* The queue: each file once, in order, and never in two hands, whether these
 * are threads or other machines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "intake/book/arrivals_place.h"
#include "tests/unit/book.h"

#define NOW	INT64_C(1800000000)

static const char *const here[] = { PLACE };

/* --- adding --------------------------------------------------------------- */

static void
make(struct arrival *a, uint32_t number, const char *place, const char *name)
{
	memset(a, 0, sizeof(*a));
	book_digest(number, a->digest);
	a->size = number;
	(void)strcpy(a->source, "folder");
	a->place = strdup(place);
	a->name = strdup(name);
	a->arrived = NOW;
}

static void
test_add(void **state)
{
	struct book *b = *state;
	struct arrival v[3], a;
	bool known[3];
	struct facts f = book_facts(2, 'b', 'B', 0);
	struct ruling r;

	make(&v[0], 3, "in", "three");
	make(&v[1], 2, "in", "two");
	make(&v[2], 3, "post", "three again");
	OK(arrivals_add(b->db, v, 3, known, &b->e));
	/* The same bytes twice: one of the names is told. */
	assert_false(known[1]);
	assert_int_equal(known[0] + known[2], 1);
	assert_string_equal(v[0].name, known[0] ? "three again" : "three");
	assert_int_equal(v[0].state, ARRIVAL_QUEUED);
	book_find(b, 2, &a);
	assert_string_equal(a.source, "folder");
	assert_string_equal(a.place, "in");
	assert_string_equal(a.name, "two");
	assert_int_equal(a.size, 2);
	assert_int_equal(a.arrived, NOW);
	assert_int_equal(a.state, ARRIVAL_QUEUED);
	book_settle(b, &a, &f, false, &r);
	OK(sql_begin(b->db, false, &b->e));
	OK(arrivals_filed(b->db, a.digest, NOW + 9, &b->e));
	OK(sql_finish(b->db, ERR_OK, &b->e));
	arrival_wipe(&a);
	/* How it stands now. */
	for (int i = 0; i < 3; i++)
		arrival_wipe(&v[i]);
	make(&v[0], 2, "elsewhere", "copy");
	OK(arrivals_add(b->db, v, 1, known, &b->e));
	assert_true(known[0]);
	assert_int_equal(v[0].state, ARRIVAL_ACCEPTED);
	assert_int_equal(v[0].filed, NOW + 9);
	assert_int_equal(v[0].handed, 0);
	assert_string_equal(v[0].place, "in");
	assert_string_equal(v[0].name, "two");
	arrival_wipe(&v[0]);
	OK(arrivals_add(b->db, v, 0, known, &b->e));
}

/* File names are any bytes. */
static void
test_names(void **state)
{
	static const char *const names[] = { "svar från Åmål.sigill",
	    "latin1 \xe5\xe4\xf6", "100%", "%41%zz%", "\xc3", "\n\x01",
	    "\xf0\x9f\x94\x91", "\xed\xa0\x80", "" };
	struct book *b = *state;
	struct arrival v, a;
	bool known;

	for (uint32_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		make(&v, i, "in", names[i]);
		OK(arrivals_add(b->db, &v, 1, &known, &b->e));
		assert_false(known);
		book_find(b, i, &a);
		assert_string_equal(a.name, names[i]);
		arrival_wipe(&a);
		OK(arrivals_add(b->db, &v, 1, &known, &b->e));
		assert_true(known);
		assert_string_equal(v.name, names[i]);
		arrival_wipe(&v);
	}
}

static double
seconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

#define MANY	10000

/* One scan of a full spool, and the next, which finds nothing new. */
static void
test_many(void **state)
{
	struct book *b = *state;
	struct arrival *v = calloc(MANY, sizeof(*v));
	bool *known = calloc(MANY, sizeof(*known));
	double first, second, start = seconds();
	uint64_t n;

	assert_non_null(v);
	assert_non_null(known);
	for (uint32_t i = 0; i < MANY; i++)
		make(&v[i], i * 2654435761u, "in", "x");
	OK(arrivals_add(b->db, v, MANY, known, &b->e));
	first = seconds() - start;
	start = seconds();
	OK(arrivals_add(b->db, v, MANY, known, &b->e));
	second = seconds() - start;
	for (size_t i = 0; i < MANY; i++) {
		assert_true(known[i]);
		arrival_wipe(&v[i]);
	}
	OK(arrivals_waiting(b->db, here, 1, &n, &b->e));
	assert_int_equal(n, MANY);
	print_message("%d added in %.2f s, known in %.2f s\n", MANY, first,
	    second);
	/* Ten times what it takes, for slow machines and sanitizers. */
	assert_true(first < 5 && second < 5);
	free(v);
	free(known);
}

/* --- taking --------------------------------------------------------------- */

static void
put_off(struct book *b, const struct arrival *a, enum err_code why,
    int64_t attempts, int64_t due)
{
	OK(sql_begin(b->db, false, &b->e));
	OK(arrivals_put_off(b->db, a, why, attempts, due, &b->e));
	OK(sql_finish(b->db, ERR_OK, &b->e));
}

static void
test_order(void **state)
{
	struct book *b = *state;
	struct arrival v[4], w[4];

	book_add(b, 1, NOW - 10);
	book_add(b, 2, NOW - 30);
	book_add(b, 3, NOW - 20);
	assert_int_equal(book_take(b, NOW, v, 2), 2);
	assert_int_equal(book_number(v[0].digest), 2);
	assert_int_equal(book_number(v[1].digest), 3);
	/* What is taken is passed over, until it is let go of. */
	assert_int_equal(book_take(b, NOW, w, 4), 1);
	assert_int_equal(book_number(w[0].digest), 1);
	book_wipe(b, w, 1);
	put_off(b, &v[0], ERR_SIGNER_CRL, 0, NOW + 60);
	put_off(b, &v[1], ERR_WORKER, 1, NOW + 5);
	book_wipe(b, v, 2);
	assert_int_equal(book_take(b, NOW, v, 4), 1);
	assert_int_equal(book_number(v[0].digest), 1);
	book_wipe(b, v, 1);
	/* Later, those that have waited come after the fresh ones. */
	assert_int_equal(book_take(b, NOW + 60, v, 4), 3);
	assert_int_equal(book_number(v[0].digest), 1);
	assert_int_equal(book_number(v[1].digest), 3);
	assert_int_equal(v[1].attempts, 1);
	assert_int_equal(v[1].code, ERR_WORKER);
	assert_int_equal(v[1].due, NOW + 5);
	assert_int_equal(v[2].code, ERR_SIGNER_CRL);
	book_wipe(b, v, 3);
	/* Only what did not break a worker. */
	OK(arrivals_hurry(b->db, &b->e));
	assert_int_equal(book_take(b, NOW, v, 4), 2);
	assert_int_equal(book_number(v[0].digest), 2);
	book_wipe(b, v, 2);
}

/* A clock was an hour ahead, and is right again. */
static void
test_clock(void **state)
{
	struct book *b = *state;
	struct arrival v[4];

	for (uint32_t i = 1; i <= 3; i++)
		book_add(b, i, NOW - 10);
	assert_int_equal(book_take(b, NOW, v, 4), 3);
	put_off(b, &v[0], ERR_SIGNER_CRL, 0, NOW + 3600 + 60);
	put_off(b, &v[1], ERR_WORKER, 1, NOW + 3600 + 1);
	put_off(b, &v[2], ERR_SIGNER_CRL, 0, NOW + ARRIVAL_PUT_OFF_MOST);
	book_wipe(b, v, 3);
	assert_int_equal(book_take(b, NOW, v, 4), 2);
	assert_int_equal(v[0].attempts, 1);
	assert_int_equal(v[1].attempts, 0);
	book_wipe(b, v, 2);
}

/* More places than one statement asks for. */
static void
test_places(void **state)
{
	static const char *const places[] = { "a", "b", "c", "d", "e", "f",
	    "g", "h", "i", "j", "k" };
	const size_t n_places = sizeof(places) / sizeof(places[0]);
	struct book *b = *state;
	struct arrival v[12], a;
	bool known;
	uint64_t waiting;
	size_t n = 12;

	for (uint32_t i = 0; i < n_places; i++) {
		make(&a, i, places[i], "x");
		OK(arrivals_add(b->db, &a, 1, &known, &b->e));
		arrival_wipe(&a);
	}
	make(&a, 99, "not ours", "x");
	OK(arrivals_add(b->db, &a, 1, &known, &b->e));
	arrival_wipe(&a);
	OK(arrivals_waiting(b->db, places, n_places, &waiting, &b->e));
	assert_int_equal(waiting, n_places);
	OK(arrivals_take(b->db, &b->taken, places, n_places, NOW, v, &n,
	    &b->e));
	assert_int_equal(n, n_places);
	for (size_t i = 0; i < n; i++)
		assert_int_not_equal(book_number(v[i].digest), 99);
	book_wipe(b, v, n);
	n = 3;
	OK(arrivals_take(b->db, &b->taken, places + 9, 2, NOW, v, &n,
	    &b->e));
	assert_int_equal(n, 2);
	book_wipe(b, v, n);
	n = 3;
	OK(arrivals_take(b->db, &b->taken, places, 0, NOW, v, &n, &b->e));
	assert_int_equal(n, 0);
}

/* --- many hands ------------------------------------------------------------ */

#define HANDS	4
#define FILES	600
#define BATCH	7

/* Gives one in five back, and settles the others; counts each in times. */
static enum err_code
settle_batch(struct sql *db, const struct arrival *v, size_t n,
    unsigned *times, struct err *e)
{
	const struct ruling accept = { .state = RULE_ACCEPT };
	enum err_code code = sql_begin_settling(db, e);

	for (size_t i = 0; code == ERR_OK && i < n; i++) {
		uint32_t k = book_number(v[i].digest);
		struct facts f = book_facts(k, 'a', 'A', 0);

		if (k % 5 == 0 && v[i].attempts == 0) {
			code = arrivals_put_off(db, &v[i], ERR_WORKER, 1, 0,
			    e);
			continue;
		}
		code = arrivals_settle(db, &v[i], &f, &accept, NOW, e);
		times[k] += code == ERR_OK;
	}
	return code;
}

/* What a lane does, until there is nothing left. */
static enum err_code
work(struct sql *db, struct taken *taken, unsigned *times, struct err *e)
{
	struct arrival v[BATCH];
	enum err_code code;
	size_t n;

	do {
		if ((code = sql_begin_taking(db, e)) != ERR_OK)
			return code;
		n = BATCH;
		code = arrivals_take(db, taken, here, 1, NOW, v, &n, e);
		if (code == ERR_OK)
			code = settle_batch(db, v, n, times, e);
		code = sql_finish(db, code, e);
		taken_end(taken, v, n);
		for (size_t i = 0; i < n; i++)
			arrival_wipe(&v[i]);
		/* Others may have some in hand still, which come back. */
	} while (code == ERR_OK && (n != 0 || taken_count(taken) != 0));
	return code;
}

struct hand {
	struct book *book;
	pthread_t thread;
	unsigned times[FILES];
	struct err e;
};

static void *
run_hand(void *arg)
{
	struct hand *h = arg;
	struct sql *db = book_open(h->book);

	(void)work(db, &h->book->taken, h->times, &h->e);
	sql_close(db);
	return NULL;
}

static void
fill(struct book *b)
{
	for (uint32_t i = 0; i < FILES; i++)
		book_add(b, i, NOW - (int64_t)(i * 7919 % FILES));
}

static int64_t
number_of(struct book *b, const char *sql)
{
	int64_t n = -1;

	OK(sql_number(b->db, sql_prepare(b->db, &b->e, sql, ""), &n, &b->e));
	return n;
}

static void
test_threads(void **state)
{
	struct book *b = *state;
	struct hand *h = calloc(HANDS, sizeof(*h));

	assert_non_null(h);
	fill(b);
	for (int i = 0; i < HANDS; i++) {
		h[i].book = b;
		assert_int_equal(pthread_create(&h[i].thread, NULL, run_hand,
		    &h[i]), 0);
	}
	for (int i = 0; i < HANDS; i++)
		assert_int_equal(pthread_join(h[i].thread, NULL), 0);
	for (int i = 0; i < HANDS; i++)
		if (h[i].e.code != ERR_OK)
			fail_msg("%s: %s", err_name(h[i].e.code), h[i].e.msg);
	for (uint32_t k = 0; k < FILES; k++) {
		unsigned times = 0;

		for (int i = 0; i < HANDS; i++)
			times += h[i].times[k];
		assert_int_equal(times, 1);
	}
	assert_int_equal(number_of(b, "SELECT count(*) FROM arrivals"
	    " WHERE state = 'accepted'"), FILES);
	free(h);
}

/* Each process has a set of its own: only the rows' locks are between them. */
static void
work_alone(const struct book *b, int out)
{
	struct sql *db = book_open(b);
	struct taken taken = { 0 };
	unsigned times[FILES] = { 0 };
	struct err e = { 0 };

	if (taken_init(&taken, &e) != ERR_OK)
		_exit(1);
	/* Empty for a moment while another has the rest: look again. */
	for (int i = 0; i < 50 && e.code == ERR_OK; i++) {
		(void)work(db, &taken, times, &e);
		(void)usleep(1000);
	}
	sql_close(db);
	taken_wipe(&taken);
	if (e.code != ERR_OK)
		(void)fprintf(stderr, "%s: %s\n", err_name(e.code), e.msg);
	_exit(e.code == ERR_OK && write(out, times, sizeof(times)) ==
	    sizeof(times) ? 0 : 1);
}

static void
test_processes(void **state)
{
	struct book *b = *state;
	unsigned all[FILES] = { 0 }, times[FILES];
	pid_t pid[2];
	int fd[2][2], status;

	if (!b->at.shared)
		skip();
	fill(b);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(pipe(fd[i]), 0);
		if ((pid[i] = fork()) == 0)
			work_alone(b, fd[i][1]);
		assert_int_not_equal(pid[i], -1);
	}
	for (int i = 0; i < 2; i++) {
		(void)close(fd[i][1]);
		assert_int_equal(read(fd[i][0], times, sizeof(times)),
		    sizeof(times));
		(void)close(fd[i][0]);
		assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
		assert_int_equal(status, 0);
		for (size_t k = 0; k < FILES; k++)
			all[k] += times[k];
	}
	for (size_t k = 0; k < FILES; k++)
		assert_int_equal(all[k], 1);
	assert_int_equal(number_of(b, "SELECT count(*) FROM arrivals"
	    " WHERE state = 'accepted'"), FILES);
}

/* Two scans of the same files at once. */
struct scan {
	const struct book *book;
	pthread_t thread;
	uint32_t step;
	size_t added;
	enum err_code code;
};

static void *
run_scan(void *arg)
{
	struct scan *s = arg;
	struct arrival *v = calloc(FILES, sizeof(*v));
	bool known[FILES] = { 0 };
	struct sql *db = book_open(s->book);
	struct err e = { 0 };

	for (uint32_t i = 0; i < FILES; i++)
		make(&v[i], i * s->step % FILES, PLACE, "x");
	s->code = arrivals_add(db, v, FILES, known, &e);
	for (size_t i = 0; i < FILES; i++) {
		s->added += !known[i];
		arrival_wipe(&v[i]);
	}
	sql_close(db);
	free(v);
	return NULL;
}

static void
test_scans(void **state)
{
	struct book *b = *state;
	struct scan s[3] = { { .book = b, .step = 7 },
	    { .book = b, .step = 11 }, { .book = b, .step = 599 } };
	size_t added = 0;

	for (int i = 0; i < 3; i++)
		assert_int_equal(pthread_create(&s[i].thread, NULL, run_scan,
		    &s[i]), 0);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(pthread_join(s[i].thread, NULL), 0);
		assert_int_equal(s[i].code, ERR_OK);
		added += s[i].added;
	}
	assert_int_equal(added, FILES);
	assert_int_equal(number_of(b, "SELECT count(*) FROM arrivals"),
	    FILES);
}

/* --- where the bytes are -------------------------------------------------- */

static enum err_code
count_place(void *arg, const char *place, uint64_t n, struct err *e)
{
	char *out = arg;

	(void)e;
	(void)snprintf(out + strlen(out), 64 - strlen(out), "%s=%u ", place,
	    (unsigned)n);
	return ERR_OK;
}

static void
expect_places(struct book *b, const char *wanted)
{
	char found[64] = "";

	OK(arrivals_places(b->db, count_place, found, &b->e));
	assert_string_equal(found, wanted);
}

static void
test_move(void **state)
{
	struct book *b = *state;
	struct arrival v[2] = { 0 }, to = { .size = 77, .source = "folder",
	    .place = (char []){ "there" }, .name = (char []){ "a%b\xff" } };
	bool moved = true;

	book_digest(9, to.digest);
	OK(arrivals_move(b->db, &to, &moved, &b->e));
	assert_false(moved);		/* nobody knows it */
	book_add(b, 1, NOW);
	book_add(b, 2, NOW);
	expect_places(b, PLACE "=2 ");
	assert_int_equal(book_take(b, NOW, v, 1), 1);
	memcpy(to.digest, v[0].digest, sizeof(to.digest));
	put_off(b, &v[0], ERR_NO_INPUT, 0, NOW + 500);
	OK(arrivals_move(b->db, &to, &moved, &b->e));
	assert_true(moved);
	expect_places(b, PLACE "=1 there=1 ");
	/* It was in hand when it was moved: that it was not found where it had
	 * been does not keep it from another try. */
	put_off(b, &v[0], ERR_NO_INPUT, 0, NOW + 500);
	book_wipe(b, v, 1);
	OK(arrivals_adopt(b->db, "there", PLACE, &b->e));
	expect_places(b, PLACE "=2 ");
	assert_int_equal(book_take(b, NOW, v, 2), 2);
	for (size_t i = 0; i < 2; i++)
		if (memcmp(v[i].digest, to.digest, DIGEST_LEN) == 0) {
			assert_int_equal(v[i].size, 77);
			assert_string_equal(v[i].source, "folder");
			assert_string_equal(v[i].name, to.name);
		}
	book_wipe(b, v, 2);
}

/* What has its verdict stays, until nothing is left to be done. */
static void
test_move_of_a_verdict(void **state)
{
	struct book *b = *state;
	struct arrival to = { .size = 1, .source = "folder",
	    .place = (char []){ "there" }, .name = (char []){ "x" } };
	bool moved = true;

	book_arrive(b, 1, 'a', 'a', 0);
	book_digest(1, to.digest);
	OK(arrivals_move(b->db, &to, &moved, &b->e));
	assert_false(moved);
	expect_places(b, PLACE "=1 ");
	IN_TRANSACTION(b, ERR_OK, arrivals_filed(b->db, to.digest, NOW,
	    &b->e));
	expect_places(b, PLACE "=1 ");
	IN_TRANSACTION(b, ERR_OK, arrivals_handed(b->db, to.digest, NOW,
	    &b->e));
	expect_places(b, "");
}

int
main(void)
{
#define TEST(f)	cmocka_unit_test_setup_teardown(f, book_set_up, book_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_add),
		TEST(test_names),
		TEST(test_many),
		TEST(test_order),
		TEST(test_clock),
		TEST(test_places),
		TEST(test_move),
		TEST(test_move_of_a_verdict),
		TEST(test_threads),
		TEST(test_processes),
		TEST(test_scans),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
