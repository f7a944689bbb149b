/* SPDX-License-Identifier: EUPL-1.2 */
/* What becomes of files, in whichever order they come: verdicts, receipts,
 * decisions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "intake/book/decisions.h"
#include "intake/book/verdicts.h"
#include "tests/unit/book.h"

#define NOW	INT64_C(1800000000)

static const char *const here[] = { PLACE };

static int64_t
number_of(struct book *b, const char *sql)
{
	int64_t n = -1;

	OK(sql_number(b->db, sql_prepare(b->db, &b->e, sql, ""), &n, &b->e));
	return n;
}

/* --- settling --------------------------------------------------------------- */

static void
test_settle(void **state)
{
	struct book *b = *state;
	struct facts f = book_facts(1, 'a', 'A', 'Z');
	struct ruling r = { .state = RULE_REJECT, .code = ERR_ROUND };
	struct arrival a;

	f.late = true;
	book_add(b, 1, NOW - 5);
	book_find(b, 1, &a);
	assert_int_equal(a.facts.kind, VERDICT_UNDECIDED);
	assert_int_equal(a.verified, 0);
	r = (struct ruling){ .state = RULE_ACCEPT, .counts = true };
	IN_TRANSACTION(b, ERR_OK, arrivals_settle(b->db, &a, &f, &r, NOW,
	    &err_));
	/* One verdict a file. */
	IN_TRANSACTION(b, ERR_INTERNAL, arrivals_settle(b->db, &a, &f, &r,
	    NOW, &err_));
	IN_TRANSACTION(b, ERR_INTERNAL, arrivals_put_off(b->db, &a,
	    ERR_WORKER, 1, NOW, &err_));
	arrival_wipe(&a);
	book_find(b, 1, &a);
	assert_int_equal(a.state, ARRIVAL_ACCEPTED);
	assert_int_equal(a.code, ERR_OK);
	assert_int_equal(a.verified, NOW);
	assert_true(a.counts && a.late && !a.duplicate);
	assert_int_equal(a.facts.kind, VERDICT_ACCEPTED);
	assert_string_equal(a.facts.organisation, OURS);
	assert_string_equal(a.facts.round, "2027");
	assert_memory_equal(a.facts.supersedes, f.supersedes, DIGEST_LEN);
	arrival_wipe(&a);
}

/* Rejected by verification; and held without any facts. */
static void
test_settle_others(void **state)
{
	struct book *b = *state;
	struct facts f = { .kind = VERDICT_REJECTED, .step = "round" };
	struct facts none = { 0 };
	struct ruling r;
	struct arrival a;

	book_add(b, 1, NOW);
	book_add(b, 2, NOW);
	book_find(b, 1, &a);
	(void)err_set(&f.err, ERR_ROUND, "round", 0, NULL);
	memcpy(f.sealed, a.digest, DIGEST_LEN);
	book_settle(b, &a, &f, false, &r);
	assert_int_equal(r.state, RULE_REJECT);
	arrival_wipe(&a);
	book_find(b, 1, &a);
	assert_int_equal(a.state, ARRIVAL_REJECTED);
	assert_int_equal(a.code, ERR_ROUND);
	assert_string_equal(a.facts.step, "round");
	arrival_wipe(&a);
	book_find(b, 2, &a);
	r = (struct ruling){ .state = RULE_HOLD, .code = ERR_UNPROCESSABLE };
	IN_TRANSACTION(b, ERR_OK, arrivals_settle(b->db, &a, &none, &r, NOW,
	    &err_));
	arrival_wipe(&a);
	book_find(b, 2, &a);
	assert_int_equal(a.state, ARRIVAL_HELD);
	assert_int_equal(a.code, ERR_UNPROCESSABLE);
	assert_int_equal(a.facts.err.code, ERR_OK);
	/* Held, it is not on the queue; put off, it keeps its reason. */
	IN_TRANSACTION(b, ERR_OK, arrivals_put_off(b->db, &a, ERR_WORKER, 3,
	    NOW + 9, &err_));
	arrival_wipe(&a);
	book_find(b, 2, &a);
	assert_int_equal(a.state, ARRIVAL_HELD);
	assert_int_equal(a.code, ERR_UNPROCESSABLE);
	assert_int_equal(a.due, NOW + 9);
	arrival_wipe(&a);
	assert_int_equal(book_take(b, NOW + 10, &a, 1), 0);
}

/* --- corrections in every order -------------------------------------------- */

/* What is queued is settled, until nothing is. */
static void
run_queue(struct book *b, const struct facts *facts)
{
	struct ruling r;
	struct arrival a;

	for (int i = 0; i < 20 && book_take(b, NOW, &a, 1) == 1; i++) {
		book_settle(b, &a, &facts[book_number(a.digest) % 10], false,
		    &r);
		book_wipe(b, &a, 1);
	}
	assert_int_equal(book_take(b, NOW, &a, 1), 0);
}

static void
check_counts(struct book *b, uint32_t number)
{
	struct arrival a;

	assert_int_equal(number_of(b,
	    "SELECT count(*) FROM arrivals WHERE counts = 1"), 1);
	book_find(b, number, &a);
	assert_true(a.counts);
	arrival_wipe(&a);
}

static void
empty(struct book *b)
{
	OK(sql_begin(b->db, false, &b->e));
	OK(sql_execute(b->db, "DELETE FROM arrivals", &b->e));
	OK(sql_finish(b->db, ERR_OK, &b->e));
}

static void
test_chain(void **state)
{
	/* A, B replaces A, C replaces B. */
	static const uint32_t orders[][3] = { { 0, 1, 2 }, { 0, 2, 1 },
	    { 1, 0, 2 }, { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
	struct book *b = *state;
	const struct facts facts[] = { book_facts(0, 'a', 'A', 0),
	    book_facts(1, 'b', 'B', 'A'), book_facts(2, 'c', 'C', 'B') };

	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		for (int k = 0; k < 3; k++) {
			book_add(b, orders[i][k], NOW - 10 + k);
			run_queue(b, facts);
			/* Whoever came first counts at once. */
			assert_int_equal(number_of(b, "SELECT count(*)"
			    " FROM arrivals WHERE counts = 1"), 1);
		}
		check_counts(b, 2);
		assert_int_equal(number_of(b, "SELECT count(*) FROM arrivals"
		    " WHERE state = 'accepted'"), 3);
		empty(b);
	}
}

/* Back to the first answers: A, B replaces A, then A's answers replace B. */
static void
test_back(void **state)
{
	static const uint32_t orders[][3] = { { 0, 1, 2 }, { 0, 2, 1 },
	    { 1, 0, 2 }, { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
	struct book *b = *state;
	const struct facts facts[] = { book_facts(0, 'a', 'A', 0),
	    book_facts(1, 'b', 'B', 'A'), book_facts(2, 'g', 'A', 'B') };

	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		for (int k = 0; k < 3; k++) {
			book_add(b, orders[i][k], NOW - 10 + k);
			run_queue(b, facts);
		}
		check_counts(b, 2);
		assert_int_equal(number_of(b, "SELECT count(*) FROM arrivals"
		    " WHERE state = 'accepted'"), 3);
		empty(b);
	}
}

/* What is late does not replace what came in time, unless a person says so;
 * then the next late one may. */
static void
test_late(void **state)
{
	struct book *b = *state;
	struct facts facts[] = { book_facts(0, 'a', 'A', 0),
	    book_facts(1, 'b', 'B', 'A'), book_facts(2, 'c', 'C', 'B') };
	struct ruling r;
	struct arrival a;

	facts[1].late = facts[2].late = true;
	for (uint32_t k = 0; k < 3; k++)
		book_add(b, k, NOW - 10 + k);
	run_queue(b, facts);
	check_counts(b, 0);
	book_find(b, 1, &a);
	assert_int_equal(a.state, ARRIVAL_HELD);
	assert_int_equal(a.code, ERR_LATE);
	assert_true(a.late);
	book_settle(b, &a, &facts[1], true, &r);
	arrival_wipe(&a);
	check_counts(b, 1);
	run_queue(b, facts);
	check_counts(b, 2);
}

/* Two corrections of the same: the second waits for a person, whatever comes,
 * and it is the same answer when both come first. */
static void
test_fork(void **state)
{
	static const uint32_t orders[][3] = { { 0, 1, 2 }, { 1, 2, 0 },
	    { 1, 0, 2 } };
	struct book *b = *state;
	const struct facts facts[] = { book_facts(0, 'a', 'A', 0),
	    book_facts(1, 'b', 'B', 'A'), book_facts(2, 'c', 'C', 'A') };
	struct ruling r;
	struct arrival a;

	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		for (int k = 0; k < 3; k++)
			book_add(b, orders[i][k], NOW - 10 + k);
		run_queue(b, facts);
		check_counts(b, 1);
		book_find(b, 2, &a);
		assert_int_equal(a.state, ARRIVAL_HELD);
		assert_int_equal(a.code, ERR_CONFLICT);
		/* A person takes it: it counts, and the other one no more. */
		book_settle(b, &a, &facts[2], true, &r);
		check_counts(b, 2);
		arrival_wipe(&a);
		empty(b);
	}
}

static void
test_duplicates(void **state)
{
	struct book *b = *state;
	struct arrival a;

	assert_true(book_arrive(b, 0, 'a', 'A', 0).counts);
	assert_true(book_arrive(b, 1, 'b', 'B', 'A').counts);
	/* Of a superseded one. */
	assert_true(book_arrive(b, 2, 'a', 'A', 0).duplicate);
	assert_int_equal(book_arrive(b, 3, 'a', 'X', 0).code, ERR_DUPLICATE);
	/* The same answers, sealed again. */
	assert_true(book_arrive(b, 4, 'd', 'B', 0).same_answers);
	book_find(b, 4, &a);
	assert_true(a.same_answers);
	assert_false(a.duplicate || a.counts);
	arrival_wipe(&a);
	/* Its id has been used all the same. */
	assert_int_equal(book_arrive(b, 7, 'd', 'G', 0).code, ERR_DUPLICATE);
	assert_int_equal(book_arrive(b, 5, 'e', 'E', 0).code, ERR_CONFLICT);
	/* Replaces what is only held. */
	assert_int_equal(book_arrive(b, 6, 'f', 'F', 'E').code, ERR_CONFLICT);
	check_counts(b, 1);
}

/* A person accepts what was held: what replaces that may follow. */
static void
test_released(void **state)
{
	struct book *b = *state;
	struct facts f = book_facts(1, 'b', 'B', 0);
	struct ruling r;
	struct arrival a;

	(void)book_arrive(b, 0, 'a', 'A', 0);
	assert_int_equal(book_arrive(b, 1, 'b', 'B', 0).code, ERR_CONFLICT);
	assert_int_equal(book_arrive(b, 2, 'c', 'C', 'B').code, ERR_CONFLICT);
	book_find(b, 1, &a);
	book_settle(b, &a, &f, true, &r);
	assert_true(r.counts);
	check_counts(b, 1);
	arrival_wipe(&a);
	book_find(b, 2, &a);
	assert_int_equal(a.state, ARRIVAL_QUEUED);
	arrival_wipe(&a);
}

/* The ledger itself does not take two that count. */
static void
test_one_counts(void **state)
{
	struct book *b = *state;
	struct err e = { 0 };

	(void)book_arrive(b, 0, 'a', 'A', 0);
	(void)book_arrive(b, 1, 'b', 'B', 'A');
	OK(sql_begin(b->db, false, &b->e));
	assert_int_not_equal(sql_execute(b->db,
	    "UPDATE arrivals SET counts = 1", &e), ERR_OK);
	(void)sql_finish(b->db, ERR_IO, &e);
	check_counts(b, 1);
}

/* --- what follows a verdict -------------------------------------------------- */

/* The next n, from where page has been left; let go of again. */
static size_t
unhanded(struct book *b, int64_t before, struct arrivals_page *page,
    size_t n, uint32_t *numbers)
{
	struct arrival v[4];

	OK(arrivals_unhanded(b->db, &b->taken, here, 1, before, page, v, &n,
	    &b->e));
	for (size_t i = 0; i < n; i++)
		numbers[i] = book_number(v[i].digest);
	book_wipe(b, v, n);
	return n;
}

static size_t
unfiled(struct book *b, struct arrivals_page *page, size_t n,
    uint32_t *numbers)
{
	struct arrival v[4];

	OK(arrivals_unfiled(b->db, here, 1, page, v, &n, &b->e));
	for (size_t i = 0; i < n; i++) {
		numbers[i] = book_number(v[i].digest);
		arrival_wipe(&v[i]);
	}
	return n;
}

/* Its only one, and counts. */
static void
arrive_from(struct book *b, uint32_t number, const char *organisation)
{
	struct facts f = book_facts(number, (char)('a' + number),
	    (char)('A' + number), 0);
	struct ruling r;
	struct arrival a;

	(void)strcpy(f.organisation, organisation);
	(void)strcpy(f.signer_number, organisation);
	book_add(b, number, NOW);
	assert_int_equal(book_take(b, NOW, &a, 1), 1);
	book_settle(b, &a, &f, false, &r);
	assert_true(r.counts);
	book_wipe(b, &a, 1);
}

static void
test_followed(void **state)
{
	struct book *b = *state;
	struct arrivals_page page = { 0 };
	struct arrival v[4], w[4];
	uint32_t numbers[4];
	size_t n = 4, m = 4;

	(void)book_arrive(b, 0, 'a', 'A', 0);
	(void)book_arrive(b, 1, 'a', 'A', 0);	/* a duplicate */
	(void)book_arrive(b, 2, 'c', 'C', 0);	/* held */
	assert_int_equal(unhanded(b, NOW, &page, 4, numbers), 0);
	page = (struct arrivals_page){ 0 };
	assert_int_equal(unhanded(b, NOW + 1, &page, 4, numbers), 1);
	assert_int_equal(numbers[0], 0);
	/* The clock was ahead when it got its verdict. */
	page = (struct arrivals_page){ 0 };
	assert_int_equal(unhanded(b, NOW - 600, &page, 4, numbers), 0);
	page = (struct arrivals_page){ 0 };
	assert_int_equal(unhanded(b, NOW - 601, &page, 4, numbers), 1);
	assert_int_equal(numbers[0], 0);
	/* Not the one that has been replaced while it waited. */
	(void)book_arrive(b, 3, 'd', 'D', 'A');
	arrive_from(b, 4, OTHERS);
	page = (struct arrivals_page){ 0 };
	OK(arrivals_unhanded(b->db, &b->taken, here, 1, NOW + 1, &page, v, &n,
	    &b->e));
	assert_int_equal(n, 2);
	assert_int_equal(book_number(v[0].digest), 3);
	page = (struct arrivals_page){ 0 };
	OK(arrivals_unhanded(b->db, &b->taken, here, 1, NOW + 1, &page, w, &m,
	    &b->e));
	assert_int_equal(m, 0);
	IN_TRANSACTION(b, ERR_OK, arrivals_handed(b->db, v[0].digest,
	    NOW + 7, &err_));
	assert_false(arrival_is_unhanded(&(struct arrival){ .handed = 0 }));
	assert_true(arrival_is_unhanded(&v[0]));
	book_wipe(b, v, 2);
	page = (struct arrivals_page){ 0 };
	assert_int_equal(unhanded(b, NOW + 1, &page, 4, numbers), 1);
	assert_int_equal(numbers[0], 4);
	page = (struct arrivals_page){ 0 };
	assert_int_equal(unfiled(b, &page, 4, numbers), 4);
	book_digest(3, v[0].digest);
	IN_TRANSACTION(b, ERR_OK, arrivals_filed(b->db, v[0].digest, NOW + 8,
	    &err_));
	page = (struct arrivals_page){ 0 };
	assert_int_equal(unfiled(b, &page, 4, numbers), 3);
}

/* Who goes through a list gets past those about which nothing is done. */
static void
test_pages(void **state)
{
	static const char *const organisations[] = { OURS, OTHERS,
	    "2120000019", "2120000027", "2120000035" };
	const char *many[20];
	struct book *b = *state;
	struct arrivals_page page = { 0 };
	struct arrival first;
	uint32_t numbers[4];
	size_t n = 1;

	for (uint32_t i = 0; i < 5; i++)
		arrive_from(b, i, organisations[i]);
	assert_int_equal(unhanded(b, NOW + 1, &page, 2, numbers), 2);
	assert_int_equal(numbers[1], 1);
	assert_int_equal(unhanded(b, NOW + 1, &page, 2, numbers), 2);
	assert_int_equal(numbers[0], 2);
	assert_int_equal(unhanded(b, NOW + 1, &page, 2, numbers), 1);
	assert_int_equal(numbers[0], 4);
	assert_int_equal(unhanded(b, NOW + 1, &page, 2, numbers), 0);
	page = (struct arrivals_page){ 0 };
	assert_int_equal(unfiled(b, &page, 3, numbers), 3);
	assert_int_equal(unfiled(b, &page, 3, numbers), 2);
	assert_int_equal(numbers[1], 4);
	/* What is in other hands is passed over. */
	page = (struct arrivals_page){ 0 };
	OK(arrivals_unhanded(b->db, &b->taken, here, 1, NOW + 1, &page, &first,
	    &n, &b->e));
	page = (struct arrivals_page){ 0 };
	assert_int_equal(unhanded(b, NOW + 1, &page, 1, numbers), 1);
	assert_int_equal(numbers[0], 1);
	book_wipe(b, &first, 1);
	/* A place that stands far behind in the configuration. */
	for (size_t i = 0; i < 20; i++)
		many[i] = i == 17 ? PLACE : "elsewhere";
	page = (struct arrivals_page){ 0 };
	n = 1;
	for (uint32_t i = 0; i < 6; i++, n = 1) {
		OK(arrivals_unhanded(b->db, &b->taken, many, 20, NOW + 1,
		    &page, &first, &n, &b->e));
		assert_int_equal(n, i < 5);
		if (n != 0)
			assert_int_equal(book_number(first.digest), i);
		book_wipe(b, &first, n);
	}
}

/* What scoring is told of those that count. */
static void
test_counting(void **state)
{
	struct book *b = *state;
	struct verdict_row row = { .stage = STAGE_ACCEPTED,
	    .organisation = OURS, .size = 90, .time = NOW, .bytes = "x",
	    .len = 1 };
	uint64_t position = 0;
	struct err e = { 0 };

	for (uint32_t i = 0; i < 2; i++) {
		(void)book_arrive(b, i, i == 0 ? 'a' : 'b', i == 0 ? 'A' : 'B',
		    i == 0 ? 0 : 'A');
		book_digest(i, row.digest);
		row.position = 70 + i;
		IN_TRANSACTION(b, ERR_OK, verdicts_add(b->db, &row, &err_));
		OK(arrivals_counting(b->db, row.digest, &position, &b->e));
		assert_int_equal(position, 70 + i);
	}
	book_digest(0, row.digest);
	assert_int_equal(arrivals_counting(b->db, row.digest, &position, &e),
	    ERR_HTTP_NOT_FOUND);
	book_digest(9, row.digest);
	assert_int_equal(arrivals_counting(b->db, row.digest, &position, &e),
	    ERR_HTTP_NOT_FOUND);
}

static void
test_verdicts(void **state)
{
	static const char der[] = "\0\1 not a real one";
	struct book *b = *state;
	struct verdict_row row = { .stage = STAGE_ACCEPTED,
	    .organisation = OURS, .position = 5, .size = 9, .time = NOW,
	    .bytes = der, .len = sizeof(der) }, v[4];
	struct buf got = { 0 };
	enum receipt_stage stage = STAGE_STORED;
	struct err e = { 0 };
	uint64_t size = 7;
	size_t n = 4;

	OK(verdicts_last_size(b->db, OURS, &size, &b->e));
	assert_int_equal(size, 0);
	book_digest(1, row.digest);
	assert_int_equal(verdicts_get(b->db, row.digest, &stage, &got, &e),
	    ERR_HTTP_NOT_FOUND);
	IN_TRANSACTION(b, ERR_OK, verdicts_add(b->db, &row, &err_));
	book_digest(2, row.digest);
	row.stage = STAGE_REJECTED;
	row.position = 3;
	row.size = 4;
	IN_TRANSACTION(b, ERR_OK, verdicts_add(b->db, &row, &err_));
	OK(verdicts_get(b->db, row.digest, &stage, &got, &b->e));
	assert_int_equal(stage, STAGE_REJECTED);
	assert_true(buf_equal(&got, der, sizeof(der)));
	buf_wipe(&got);
	OK(verdicts_last_size(b->db, OURS, &size, &b->e));
	assert_int_equal(size, 9);
	OK(verdicts_last_size(b->db, OTHERS, &size, &b->e));
	assert_int_equal(size, 0);
	/* In the order of the log. */
	OK(verdicts_unpublished(b->db, 0, v, &n, &b->e));
	assert_int_equal(n, 2);
	assert_int_equal(book_number(v[0].digest), 2);
	assert_int_equal(v[1].stage, STAGE_ACCEPTED);
	IN_TRANSACTION(b, ERR_OK, verdicts_published(b->db, v, 1, &err_));
	n = 4;
	OK(verdicts_unpublished(b->db, 0, v, &n, &b->e));
	assert_int_equal(n, 1);
	assert_int_equal(book_number(v[0].digest), 1);
	/* A second receipt of the same kind is a fault. */
	err_clear(&e);
	OK(sql_begin(b->db, false, &b->e));
	assert_int_not_equal(verdicts_add(b->db, &row, &e), ERR_OK);
	(void)sql_finish(b->db, ERR_IO, &e);
	assert_int_equal(number_of(b, "SELECT count(*) FROM verdicts"), 2);
}

/* --- decisions ---------------------------------------------------------------- */

static enum err_code
decide(struct book *b, uint32_t number, bool accept)
{
	struct decision d = { .time = NOW, .accept = accept,
	    .reason = accept ? NULL : "Wrong survey.", .who = "anna" };
	struct err e = { 0 };

	book_digest(number, d.digest);
	return decisions_add(b->db, &d, &e);
}

static enum err_code
take_decision(struct book *b, int64_t now, struct decision *d,
    struct arrival *a)
{
	struct err e = { 0 };

	return decisions_take(b->db, &b->taken, here, 1, now, d, a, &e);
}

static enum err_code
count_decision(void *arg, const struct decision *d)
{
	char **who = arg;

	assert_string_equal(d->who, "anna");
	*(*who)++ = d->accept ? 'a' : d->done ? 'R' : 'r';
	return ERR_OK;
}

static void
test_decisions(void **state)
{
	struct book *b = *state;
	struct ruling r = { .state = RULE_HOLD, .code = ERR_CONFLICT };
	struct ruling reject = { .state = RULE_REJECT, .code = ERR_DECLINED };
	struct decision d;
	struct arrival a, other;
	struct facts f = book_facts(2, 'b', 'B', 0), none = { 0 };
	char seen[8] = "", *p = seen;

	(void)book_arrive(b, 1, 'a', 'A', 0);
	assert_int_equal(decide(b, 1, true), ERR_NOT_HELD);
	assert_int_equal(decide(b, 77, true), ERR_NOT_HELD);
	assert_int_equal(book_arrive(b, 2, 'b', 'B', 0).code, ERR_CONFLICT);
	assert_int_equal(take_decision(b, NOW, &d, &a), ERR_HTTP_NOT_FOUND);
	assert_int_equal(decide(b, 2, false), ERR_OK);
	assert_int_equal(decide(b, 2, true), ERR_NOT_HELD);
	assert_int_equal(take_decision(b, NOW, &d, &a), ERR_OK);
	assert_false(d.accept || d.done);
	assert_int_equal(d.time, NOW);
	assert_string_equal(d.reason, "Wrong survey.");
	assert_int_equal(book_number(a.digest), 2);
	assert_int_equal(a.facts.kind, VERDICT_ACCEPTED);
	/* In one hand at a time. */
	assert_int_equal(take_decision(b, NOW, &d, &other),
	    ERR_HTTP_NOT_FOUND);
	/* Not now: later. */
	IN_TRANSACTION(b, ERR_OK, arrivals_put_off(b->db, &a, ERR_SIGNER_CRL,
	    0, NOW + 50, &err_));
	decision_wipe(&d);
	book_wipe(b, &a, 1);
	assert_int_equal(take_decision(b, NOW, &d, &a), ERR_HTTP_NOT_FOUND);
	/* A clock that was ahead does not keep it waiting. */
	assert_int_equal(take_decision(b, NOW - 3600, &d, &a), ERR_OK);
	decision_wipe(&d);
	book_wipe(b, &a, 1);
	assert_int_equal(take_decision(b, NOW + 50, &d, &a), ERR_OK);
	/* It is held again, for another reason: that is a new matter. */
	IN_TRANSACTION(b, ERR_OK, arrivals_settle(b->db, &a, &f, &r, NOW,
	    &err_));
	IN_TRANSACTION(b, ERR_OK, decisions_done(b->db, &d, &err_));
	decision_wipe(&d);
	book_wipe(b, &a, 1);
	assert_int_equal(take_decision(b, NOW + 50, &d, &a),
	    ERR_HTTP_NOT_FOUND);
	assert_int_equal(decide(b, 2, true), ERR_OK);
	assert_int_equal(take_decision(b, NOW + 50, &d, &a), ERR_OK);
	assert_int_equal(d.time, NOW + 1);
	assert_null(d.reason);
	OK(decisions_each(b->db, d.digest, count_decision, &p, &b->e));
	assert_string_equal(seen, "Ra");
	decision_wipe(&d);
	book_wipe(b, &a, 1);
	/* What could not be verified can only be rejected. */
	book_add(b, 3, NOW);
	book_find(b, 3, &a);
	r.code = ERR_UNPROCESSABLE;
	IN_TRANSACTION(b, ERR_OK, arrivals_settle(b->db, &a, &none, &r, NOW,
	    &err_));
	assert_int_equal(decide(b, 3, true), ERR_UNPROCESSABLE);
	assert_int_equal(decide(b, 3, false), ERR_OK);
	IN_TRANSACTION(b, ERR_OK, arrivals_settle(b->db, &a, &none, &reject,
	    NOW, &err_));
	arrival_wipe(&a);
}

/* Takes the next one, which is about this file, carries it out and is done
 * with it; nothing else may be taken in between. */
static void
carry_out(struct book *b, uint32_t number)
{
	struct decision d, more;
	struct arrival a, other;
	struct ruling r;
	struct err found = { 0 };

	assert_int_equal(take_decision(b, NOW, &d, &a), ERR_OK);
	assert_int_equal(book_number(d.digest), number);
	assert_int_equal(take_decision(b, NOW, &more, &other),
	    ERR_HTTP_NOT_FOUND);
	book_settle(b, &a, &a.facts, true, &r);
	assert_true(r.counts);
	IN_TRANSACTION(b, ERR_OK, decisions_done(b->db, &d, &found));
	decision_wipe(&d);
	book_wipe(b, &a, 1);
}

/* Of one second, in no order of their digests: as they were made. */
static void
test_in_order(void **state)
{
	static const uint32_t order[] = { 2, 3, 1 };
	struct book *b = *state;

	(void)book_arrive(b, 0, 'a', 'A', 0);
	for (uint32_t i = 1; i <= 3; i++)
		assert_int_equal(book_arrive(b, i, (char)('a' + i),
		    (char)('A' + i), 0).code, ERR_CONFLICT);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(decide(b, order[i], true), ERR_OK);
	for (size_t i = 0; i < 3; i++)
		carry_out(b, order[i]);
	check_counts(b, 1);
}

/* What has been decided about is not judged again behind that person's back. */
static void
test_decided_stays(void **state)
{
	struct book *b = *state;
	struct arrival a;

	(void)book_arrive(b, 0, 'a', 'A', 0);
	assert_int_equal(book_arrive(b, 1, 'c', 'C', 'B').code, ERR_CONFLICT);
	assert_int_equal(decide(b, 1, false), ERR_OK);
	assert_true(book_arrive(b, 2, 'b', 'B', 'A').counts);
	book_find(b, 1, &a);
	assert_int_equal(a.state, ARRIVAL_HELD);
	arrival_wipe(&a);
}

int
main(void)
{
#define TEST(f)	cmocka_unit_test_setup_teardown(f, book_set_up, book_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_settle),
		TEST(test_settle_others),
		TEST(test_chain),
		TEST(test_back),
		TEST(test_late),
		TEST(test_fork),
		TEST(test_duplicates),
		TEST(test_released),
		TEST(test_one_counts),
		TEST(test_followed),
		TEST(test_pages),
		TEST(test_counting),
		TEST(test_verdicts),
		TEST(test_decisions),
		TEST(test_in_order),
		TEST(test_decided_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
