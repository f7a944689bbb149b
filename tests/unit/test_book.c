/* SPDX-License-Identifier: EUPL-1.2 */
/* What the ledger of intake keeps: what became of files, receipts, decisions,
 * the register, mandates; and how people find it again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/fingerprint.h"
#include "intake/book/arrivals_find.h"
#include "intake/book/decisions.h"
#include "intake/book/organisations.h"
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

/* Runs the call in a transaction of its own, and expects this of it. */
#define IN_TRANSACTION(b, code, call) do { \
	struct err err_ = { 0 }; \
	OK(sql_begin((b)->db, false, &(b)->e)); \
	assert_int_equal(call, code); \
	assert_int_equal(sql_finish((b)->db, code, &err_), code); \
} while (0)

/* Adds it, takes it off the queue and settles it as the rules say. */
static struct ruling
arrive(struct book *b, uint32_t number, char submission, char fingerprint,
    char replaces)
{
	struct facts f = book_facts(number, submission, fingerprint,
	    replaces);
	struct ruling r;
	struct arrival a;

	book_add(b, number, NOW - 100 + number);
	assert_int_equal(book_take(b, NOW + 100, &a, 1), 1);
	assert_int_equal(book_number(a.digest), number);
	book_settle(b, &a, &f, false, &r);
	book_wipe(b, &a, 1);
	return r;
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

	assert_true(arrive(b, 0, 'a', 'A', 0).counts);
	assert_true(arrive(b, 1, 'b', 'B', 'A').counts);
	/* Of a superseded one. */
	assert_true(arrive(b, 2, 'a', 'A', 0).duplicate);
	assert_int_equal(arrive(b, 3, 'a', 'X', 0).code, ERR_DUPLICATE);
	/* The same answers, sealed again. */
	assert_int_equal(arrive(b, 4, 'd', 'B', 0).state, RULE_ACCEPT);
	assert_int_equal(arrive(b, 5, 'e', 'E', 0).code, ERR_CONFLICT);
	/* Replaces what is only held. */
	assert_int_equal(arrive(b, 6, 'f', 'F', 'E').code, ERR_CONFLICT);
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

	(void)arrive(b, 0, 'a', 'A', 0);
	assert_int_equal(arrive(b, 1, 'b', 'B', 0).code, ERR_CONFLICT);
	assert_int_equal(arrive(b, 2, 'c', 'C', 'B').code, ERR_CONFLICT);
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

	(void)arrive(b, 0, 'a', 'A', 0);
	(void)arrive(b, 1, 'b', 'B', 'A');
	OK(sql_begin(b->db, false, &b->e));
	assert_int_not_equal(sql_execute(b->db,
	    "UPDATE arrivals SET counts = 1", &e), ERR_OK);
	(void)sql_finish(b->db, ERR_IO, &e);
	check_counts(b, 1);
}

/* --- what follows a verdict -------------------------------------------------- */

static void
test_followed(void **state)
{
	struct book *b = *state;
	struct arrival v[4], w[4];
	size_t n = 4, m = 4;

	(void)arrive(b, 0, 'a', 'A', 0);
	(void)arrive(b, 1, 'a', 'A', 0);	/* a duplicate */
	(void)arrive(b, 2, 'c', 'C', 0);	/* held */
	(void)arrive(b, 3, 'd', 'D', 'A');
	OK(arrivals_unhanded(b->db, &b->taken, here, 1, NOW, v, &n, &b->e));
	assert_int_equal(n, 0);
	n = 4;
	OK(arrivals_unhanded(b->db, &b->taken, here, 1, NOW + 1, v, &n,
	    &b->e));
	assert_int_equal(n, 2);
	OK(arrivals_unhanded(b->db, &b->taken, here, 1, NOW + 1, w, &m,
	    &b->e));
	assert_int_equal(m, 0);
	IN_TRANSACTION(b, ERR_OK, arrivals_handed(b->db, v[0].digest,
	    NOW + 7, &err_));
	book_wipe(b, v, 2);
	n = 4;
	OK(arrivals_unhanded(b->db, &b->taken, here, 1, NOW + 1, v, &n,
	    &b->e));
	assert_int_equal(n, 1);
	book_wipe(b, v, 1);
	n = 4;
	OK(arrivals_unfiled(b->db, here, 1, v, &n, &b->e));
	assert_int_equal(n, 3);
	IN_TRANSACTION(b, ERR_OK, arrivals_filed(b->db, v[2].digest, NOW + 8,
	    &err_));
	for (size_t i = 0; i < n; i++)
		arrival_wipe(&v[i]);
	n = 4;
	OK(arrivals_unfiled(b->db, here, 1, v, &n, &b->e));
	assert_int_equal(n, 2);
	for (size_t i = 0; i < n; i++)
		arrival_wipe(&v[i]);
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
	OK(verdicts_unpublished(b->db, v, &n, &b->e));
	assert_int_equal(n, 2);
	assert_int_equal(book_number(v[0].digest), 2);
	assert_int_equal(v[1].stage, STAGE_ACCEPTED);
	IN_TRANSACTION(b, ERR_OK, verdicts_published(b->db, v, 1, &err_));
	n = 4;
	OK(verdicts_unpublished(b->db, v, &n, &b->e));
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

	(void)arrive(b, 1, 'a', 'A', 0);
	assert_int_equal(decide(b, 1, true), ERR_NOT_HELD);
	assert_int_equal(decide(b, 77, true), ERR_NOT_HELD);
	assert_int_equal(arrive(b, 2, 'b', 'B', 0).code, ERR_CONFLICT);
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

/* What has been decided about is not judged again behind that person's back. */
static void
test_decided_stays(void **state)
{
	struct book *b = *state;
	struct arrival a;

	(void)arrive(b, 0, 'a', 'A', 0);
	assert_int_equal(arrive(b, 1, 'c', 'C', 'B').code, ERR_CONFLICT);
	assert_int_equal(decide(b, 1, false), ERR_OK);
	assert_true(arrive(b, 2, 'b', 'B', 'A').counts);
	book_find(b, 1, &a);
	assert_int_equal(a.state, ARRIVAL_HELD);
	arrival_wipe(&a);
}

/* --- the register ------------------------------------------------------------- */

static enum err_code
note_organisation(void *arg, const struct organisation *o)
{
	char *out = arg;

	(void)strcat(out, o->name);
	(void)strcat(out, o->kind == KIND_REGION ? "* " : " ");
	return strcmp(o->name, "stop") == 0 ? ERR_INTERRUPTED : ERR_OK;
}

static enum err_code
count_organisation(void *arg, const struct organisation *o)
{
	(void)o;
	++*(size_t *)arg;
	return ERR_OK;
}

static void
test_register(void **state)
{
	struct book *b = *state;
	struct organisation one[] = {
		{ "5560000003", "c", KIND_KOMMUN, "" },
		{ "5560000001", "a", KIND_KOMMUN, "a@example" },
		{ "5560000002", "b", KIND_KOMMUN, "" },
	}, two[] = {
		{ "5560000000", "first", KIND_KOMMUN, "" },
		{ "5560000002", "b", KIND_REGION, "" },
		{ "5560000003", "c", KIND_KOMMUN, "" },
		{ "5560000004", "stop", KIND_KOMMUN, "" },
		{ "5560000005", "never", KIND_KOMMUN, "" },
	};
	struct register_change c;
	struct organisation *many = calloc(450, sizeof(*many));
	char names[64] = "";
	size_t n = 0;

	assert_non_null(many);
	OK(organisations_replace(b->db, one, 3, &c, &b->e));
	assert_int_equal(c.added, 3);
	assert_int_equal(c.changed + c.removed + c.same + c.queued, 0);
	OK(organisations_replace(b->db, two, 5, &c, &b->e));
	assert_int_equal(c.added, 3);
	assert_int_equal(c.changed, 1);
	assert_int_equal(c.removed, 1);
	assert_int_equal(c.same, 1);
	assert_int_equal(organisations_each(b->db, note_organisation, names,
	    &b->e), ERR_INTERRUPTED);
	assert_string_equal(names, "first b* c stop ");
	for (size_t i = 0; i < 450; i++) {
		(void)snprintf(many[i].number, sizeof(many[i].number),
		    "55%08u", (unsigned)(i * 7 % 450));
		many[i].name = many[i].contact = (char *)"x";
	}
	OK(organisations_replace(b->db, many, 450, &c, &b->e));
	assert_int_equal(c.added, 450);
	assert_int_equal(c.removed, 5);
	OK(organisations_each(b->db, count_organisation, &n, &b->e));
	assert_int_equal(n, 450);
	OK(organisations_replace(b->db, many, 450, &c, &b->e));
	assert_int_equal(c.same, 450);
	OK(organisations_replace(b->db, NULL, 0, &c, &b->e));
	assert_int_equal(c.removed, 450);
	free(many);
}

/* Who is not in it is held, and judged again when it is. */
static void
test_registered_later(void **state)
{
	struct book *b = *state;
	struct organisation one = { OTHERS, "x", KIND_KOMMUN, "" };
	struct organisation both[] = { { OURS, "y", KIND_KOMMUN, "" }, one };
	struct register_change c;
	struct facts f = book_facts(1, 'a', 'A', 0);
	struct ruling r;
	struct arrival a;

	OK(organisations_replace(b->db, &one, 1, &c, &b->e));
	assert_int_equal(arrive(b, 1, 'a', 'A', 0).code, ERR_NOT_REGISTERED);
	OK(organisations_replace(b->db, &one, 1, &c, &b->e));
	assert_int_equal(c.queued, 0);
	OK(organisations_replace(b->db, both, 2, &c, &b->e));
	assert_int_equal(c.queued, 1);
	assert_int_equal(book_take(b, NOW, &a, 1), 1);
	assert_int_equal(a.code, ERR_OK);
	book_settle(b, &a, &f, false, &r);
	assert_true(r.counts);
	book_wipe(b, &a, 1);
}

/* --- mandates ------------------------------------------------------------------ */

static enum err_code
note_mandate(void *arg, const struct mandate_row *m)
{
	struct mandate_row *out = arg;

	out->seen = m->seen;
	out->revoked = m->revoked;
	out->expires++;
	assert_string_equal(m->who, m->revoked != 0 ? "anna" : "");
	return ERR_OK;
}

static void
test_mandates(void **state)
{
	struct book *b = *state;
	struct mandate_row m = { .organisation = OURS, .submitter = OTHERS,
	    .questionnaire = "q", .round = "2027", .expires = NOW + 1000,
	    .seen = NOW, .who = "anna", .reason = "lost" };
	struct mandate_row got = { 0 };
	struct facts f = book_facts(1, 'a', 'A', 0);
	struct history h;
	struct err e = { 0 };

	memset(m.digest, 0x77, DIGEST_LEN);
	memset(f.mandate, 0x77, DIGEST_LEN);
	f.has_mandate = true;
	IN_TRANSACTION(b, ERR_OK, mandates_used(b->db, &m, &err_));
	m.seen = NOW + 5;
	IN_TRANSACTION(b, ERR_OK, mandates_used(b->db, &m, &err_));
	OK(mandates_each(b->db, note_mandate, &got, &b->e));
	assert_int_equal(got.expires, 1);
	assert_int_equal(got.seen, NOW);
	OK(arrivals_history(b->db, &f, &h, &b->e));
	assert_false(h.mandate_revoked);
	history_wipe(&h);
	m.revoked = NOW + 6;
	OK(mandates_revoke(b->db, &m, &b->e));
	assert_int_equal(mandates_revoke(b->db, &m, &e), ERR_USAGE);
	OK(arrivals_history(b->db, &f, &h, &b->e));
	assert_true(h.mandate_revoked);
	history_wipe(&h);
	f.has_mandate = false;
	OK(arrivals_history(b->db, &f, &h, &b->e));
	assert_false(h.mandate_revoked);
	history_wipe(&h);
	/* Before it has ever been used; and then it is. */
	memset(m.digest, 0x78, DIGEST_LEN);
	OK(mandates_revoke(b->db, &m, &b->e));
	m.seen = NOW + 9;
	IN_TRANSACTION(b, ERR_OK, mandates_used(b->db, &m, &err_));
	got.expires = 0;
	OK(mandates_each(b->db, note_mandate, &got, &b->e));
	assert_int_equal(got.expires, 2);
	assert_int_equal(got.seen, NOW + 9);
	assert_int_equal(got.revoked, NOW + 6);
}

/* --- for people ----------------------------------------------------------------- */

struct listing {
	uint32_t v[512];
	size_t len, stop;
};

static enum err_code
list(void *arg, struct arrival *a)
{
	struct listing *l = arg;
	struct arrival mine = *a;

	/* It may be taken over. */
	memset(a, 0, sizeof(*a));
	l->v[l->len++] = book_number(mine.digest);
	arrival_wipe(&mine);
	return l->len == l->stop ? ERR_INTERRUPTED : ERR_OK;
}

static size_t
count(struct book *b, const struct arrival_filter *f)
{
	struct listing l = { .stop = SIZE_MAX };

	OK(arrivals_each(b->db, f, list, &l, &b->e));
	return l.len;
}

#define COUNT(b, ...)	count(b, &(struct arrival_filter){ __VA_ARGS__ })

static void
test_list(void **state)
{
	struct book *b = *state;
	struct organisation one = { OTHERS, "x", KIND_REGION, "" };
	struct register_change c;
	struct listing l = { .stop = SIZE_MAX };
	struct arrival_filter all = { 0 };

	(void)arrive(b, 0, 'a', 'A', 0);
	(void)arrive(b, 1, 'b', 'B', 'A');
	(void)arrive(b, 2, 'a', 'A', 0);
	(void)arrive(b, 3, 'c', 'C', 0);
	book_add(b, 4, NOW);
	assert_int_equal(COUNT(b, .state = NULL), 5);
	assert_int_equal(COUNT(b, .state = "accepted"), 3);
	assert_int_equal(COUNT(b, .state = "held", .code = "conflict"), 1);
	assert_int_equal(COUNT(b, .state = "held", .code = "round"), 0);
	assert_int_equal(COUNT(b, .organisation = OURS), 4);
	assert_int_equal(COUNT(b, .organisation = OTHERS), 0);
	assert_int_equal(COUNT(b, .questionnaire = "q", .round = "2027"), 4);
	assert_int_equal(COUNT(b, .round = "2026"), 0);
	assert_int_equal(COUNT(b, .duplicate = true), 1);
	assert_int_equal(COUNT(b, .counts = true), 1);
	assert_int_equal(COUNT(b, .unhanded = true), 2);
	assert_int_equal(COUNT(b, .late = true), 0);
	assert_int_equal(COUNT(b, .since = NOW), 1);
	assert_int_equal(COUNT(b, .since = NOW - 99, .before = NOW), 3);
	/* As stated; or as the register has it. */
	assert_int_equal(COUNT(b, .kind = "kommun"), 4);
	OK(organisations_replace(b->db, &one, 1, &c, &b->e));
	assert_int_equal(COUNT(b, .kind = "kommun"), 4);
	(void)strcpy(one.number, OURS);
	OK(organisations_replace(b->db, &one, 1, &c, &b->e));
	assert_int_equal(COUNT(b, .kind = "kommun"), 0);
	assert_int_equal(COUNT(b, .kind = "region"), 4);
	/* Many, in order; and no further than asked for. */
	for (uint32_t i = 5; i < 450; i++)
		book_add(b, i, NOW + i / 3);
	OK(arrivals_each(b->db, &all, list, &l, &b->e));
	assert_int_equal(l.len, 450);
	for (uint32_t i = 0; i < 450; i++)
		assert_int_equal(l.v[i], i);
	l = (struct listing){ .stop = 203 };
	assert_int_equal(arrivals_each(b->db, &all, list, &l, &b->e),
	    ERR_INTERRUPTED);
	assert_int_equal(l.len, 203);
}

static void
expect(struct book *b, const char *what, enum err_code code, uint32_t number)
{
	struct arrival a = { 0 };
	struct err e = { 0 };

	if (arrivals_find(b->db, what, &a, &e) != code)
		fail_msg("%s: %s", what, err_name(e.code));
	if (code == ERR_OK)
		assert_int_equal(book_number(a.digest), number);
	arrival_wipe(&a);
}

static void
test_find(void **state)
{
	struct book *b = *state;
	struct arrival odd = { .source = "folder", .place = PLACE,
	    .name = "b\xe5t 100%.sigill" };
	uint8_t fingerprint[DIGEST_LEN];
	char printed[FINGERPRINT_LEN];
	bool known;

	/* Digests begin with the number, in eight digits, and abab… */
	(void)arrive(b, 0x12345678, 'a', 'A', 0);
	(void)arrive(b, 0x12345699, 'b', 'B', 'A');
	(void)arrive(b, 0x12345699 + 1, 'b', 'B', 'A');
	expect(b, "1234567", ERR_OK, 0x12345678);
	expect(b, "12345678ABAB", ERR_OK, 0x12345678);
	expect(b, "12345678abababababababababababababababababababababababab"
	    "abababab", ERR_OK, 0x12345678);
	expect(b, "12345678abababababababababababababababababababababababab"
	    "abababaa", ERR_HTTP_NOT_FOUND, 0);
	expect(b, "12345678abababababababababababababababababababababababab"
	    "abababab0", ERR_HTTP_NOT_FOUND, 0);
	expect(b, "1234", ERR_USAGE, 0);
	expect(b, "123", ERR_HTTP_NOT_FOUND, 0);
	expect(b, "1235", ERR_HTTP_NOT_FOUND, 0);
	/* A submission's id: 16 times 'a'. */
	expect(b, "61616161616161616161616161616161", ERR_OK, 0x12345678);
	expect(b, "62626262626262626262626262626262", ERR_USAGE, 0);
	/* A fingerprint: 32 times 'A'. */
	expect(b, "4141414141414141414141414141414141414141414141414141414141"
	    "414141", ERR_OK, 0x12345678);
	memset(fingerprint, 'A', sizeof(fingerprint));
	fingerprint_format(fingerprint, printed);
	expect(b, printed, ERR_OK, 0x12345678);
	printed[0] = 'Z';
	expect(b, printed, ERR_HTTP_NOT_FOUND, 0);
	/* A name, whatever its bytes. */
	book_digest(7, odd.digest);
	OK(arrivals_add(b->db, &odd, 1, &known, &b->e));
	expect(b, "b\xe5t 100%.sigill", ERR_OK, 7);
	expect(b, "x.sigill", ERR_USAGE, 0);
	expect(b, "", ERR_HTTP_NOT_FOUND, 0);
}

int
main(void)
{
#define TEST(f)	cmocka_unit_test_setup_teardown(f, book_set_up, book_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_settle),
		TEST(test_settle_others),
		TEST(test_chain),
		TEST(test_fork),
		TEST(test_duplicates),
		TEST(test_released),
		TEST(test_one_counts),
		TEST(test_followed),
		TEST(test_verdicts),
		TEST(test_decisions),
		TEST(test_decided_stays),
		TEST(test_register),
		TEST(test_registered_later),
		TEST(test_mandates),
		TEST(test_list),
		TEST(test_find),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
