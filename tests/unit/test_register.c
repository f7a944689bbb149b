/* SPDX-License-Identifier: EUPL-1.2 */
/* Who is expected to answer, and who may for whom; and how people find again
 * what has arrived. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/fingerprint.h"
#include "intake/book/arrivals_find.h"
#include "intake/book/organisations.h"
#include "intake/book/tree.h"
#include "tests/unit/book.h"

#define NOW	INT64_C(1800000000)

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
	assert_int_equal(book_arrive(b, 1, 'a', 'A', 0).code, ERR_NOT_REGISTERED);
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

/* A new register, from elsewhere. */
struct import {
	struct sql *db;
	struct register_change change;
	atomic_bool done;
};

static void *
import(void *arg)
{
	struct organisation one = { OURS, "y", KIND_KOMMUN, "" };
	struct import *i = arg;
	struct err e = { 0 };

	if (organisations_replace(i->db, &one, 1, &i->change, &e) != ERR_OK)
		i->change.queued = 99;
	atomic_store(&i->done, true);
	return NULL;
}

/* While a file is settled by the old register: the new one comes before or
 * after that, and finds what is held for it. */
static void
test_registered_meanwhile(void **state)
{
	struct book *b = *state;
	struct organisation one = { OTHERS, "x", KIND_KOMMUN, "" };
	struct import other = { 0 };
	struct facts f = book_facts(1, 'a', 'A', 0);
	struct sql *third;
	struct history h;
	struct ruling r;
	struct arrival a;
	int64_t waits = 0;
	pthread_t thread;

	if (!b->at.shared)	/* there a transaction is alone */
		skip();
	other.db = book_open(b);
	third = book_open(b);
	OK(organisations_replace(b->db, &one, 1, &other.change, &b->e));
	book_add(b, 1, NOW);
	assert_int_equal(book_take(b, NOW, &a, 1), 1);
	OK(sql_begin(b->db, false, &b->e));
	OK(tree_hold(b->db, &b->e));
	OK(arrivals_history(b->db, &f, &h, &b->e));
	rules_decide(&f, &h, false, &r);
	assert_int_equal(r.code, ERR_NOT_REGISTERED);
	assert_int_equal(pthread_create(&thread, NULL, import, &other), 0);
	while (waits == 0 && !atomic_load(&other.done))
		OK(sql_number(third, sql_prepare(third, &b->e,
		    "SELECT count(*) FROM pg_locks WHERE NOT granted", ""),
		    &waits, &b->e));
	OK(arrivals_settle(b->db, &a, &f, &r, NOW, &b->e));
	OK(sql_finish(b->db, ERR_OK, &b->e));
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(other.change.queued, 1);
	history_wipe(&h);
	book_wipe(b, &a, 1);
	sql_close(other.db);
	sql_close(third);
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
	assert_int_equal(mandates_revoke(b->db, &m, &e),
	    ERR_MANDATE_REVOKED);
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
	/* One of which only the digest is known, whatever that is. */
	m = (struct mandate_row){ .questionnaire = "", .round = "",
	    .revoked = NOW, .who = "anna", .reason = "lost" };
	OK(mandates_revoke(b->db, &m, &b->e));
	got.expires = 0;
	OK(mandates_each(b->db, note_mandate, &got, &b->e));
	assert_int_equal(got.expires, 3);
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

	(void)book_arrive(b, 0, 'a', 'A', 0);
	(void)book_arrive(b, 1, 'b', 'B', 'A');
	(void)book_arrive(b, 2, 'a', 'A', 0);
	(void)book_arrive(b, 3, 'c', 'C', 0);
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
	assert_int_equal(COUNT(b, .unhanded = true), 1);
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
	(void)book_arrive(b, 0x12345678, 'a', 'A', 0);
	(void)book_arrive(b, 0x12345699, 'b', 'B', 'A');
	(void)book_arrive(b, 0x12345699 + 1, 'b', 'B', 'A');
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
		TEST(test_register),
		TEST(test_registered_later),
		TEST(test_registered_meanwhile),
		TEST(test_mandates),
		TEST(test_list),
		TEST(test_find),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
