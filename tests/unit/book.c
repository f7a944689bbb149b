/* SPDX-License-Identifier: EUPL-1.2 */
#include "tests/unit/book.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "intake/book/arrivals_find.h"
#include "ledger/schema.h"

#define NOW	INT64_C(1800000000)

struct sql *
book_open(const struct book *b)
{
	struct sql *db = NULL;
	struct err e = { 0 };

	if (sql_open(b->at.where, &db, &e) != ERR_OK)
		fail_msg("%s: %s", e.where, e.msg);
	return db;
}

int
book_set_up(void **state)
{
	struct book *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	database_make(&b->at);
	b->db = book_open(b);
	OK(schema_set_up(b->db, "test", &b->e));
	OK(taken_init(&b->taken, &b->e));
	*state = b;
	return 0;
}

int
book_tear_down(void **state)
{
	struct book *b = *state;

	assert_int_equal(taken_count(&b->taken), 0);
	taken_wipe(&b->taken);
	sql_close(b->db);
	database_remove(&b->at);
	free(b);
	return 0;
}

void
book_digest(uint32_t number, uint8_t out[static DIGEST_LEN])
{
	memset(out, 0xab, DIGEST_LEN);
	for (int i = 0; i < 4; i++)
		out[i] = (uint8_t)(number >> (24 - 8 * i));
}

uint32_t
book_number(const uint8_t digest[static DIGEST_LEN])
{
	uint32_t n = 0;

	for (int i = 0; i < 4; i++)
		n = n << 8 | digest[i];
	return n;
}

void
book_add(struct book *b, uint32_t number, int64_t arrived)
{
	struct arrival a = { .size = 1000, .source = "spool",
	    .place = strdup(PLACE), .name = strdup("x.sigill"),
	    .arrived = arrived };
	bool known;

	book_digest(number, a.digest);
	OK(arrivals_add(b->db, &a, 1, &known, &b->e));
	assert_false(known);
	arrival_wipe(&a);
}

size_t
book_take(struct book *b, int64_t now, struct arrival *v, size_t n)
{
	static const char *const places[] = { PLACE };

	OK(arrivals_take(b->db, &b->taken, places, 1, now, v, &n, &b->e));
	return n;
}

void
book_wipe(struct book *b, struct arrival *v, size_t n)
{
	taken_end(&b->taken, v, n);
	for (size_t i = 0; i < n; i++)
		arrival_wipe(&v[i]);
}

void
book_find(struct book *b, uint32_t number, struct arrival *out)
{
	uint8_t digest[DIGEST_LEN];
	char hex[DIGEST_HEX_LEN];

	book_digest(number, digest);
	digest_hex(digest, hex);
	memset(out, 0, sizeof(*out));
	OK(arrivals_find(b->db, hex, out, &b->e));
}

struct facts
book_facts(uint32_t number, char submission, char fingerprint, char replaces)
{
	struct facts f = { .kind = VERDICT_ACCEPTED, .size = 1000,
	    .has_signer = true, .signer_subject = "CN=Test",
	    .signer_number = OURS, .organisation = OURS,
	    .name = "Exempelstads kommun",
	    .organisation_kind = KIND_KOMMUN, .questionnaire = "q",
	    .version = "1", .round = "2027", .created = NOW,
	    .has_supersedes = replaces != 0 };

	book_digest(number, f.sealed);
	memset(f.submission, submission, sizeof(f.submission));
	memset(f.fingerprint, fingerprint, sizeof(f.fingerprint));
	if (replaces != 0)
		memset(f.supersedes, replaces, sizeof(f.supersedes));
	return f;
}

void
book_settle(struct book *b, const struct arrival *a,
    const struct facts *facts, bool accepted_by_staff, struct ruling *out)
{
	struct history h = { 0 };

	OK(sql_begin(b->db, false, &b->e));
	OK(arrivals_history(b->db, facts, &h, &b->e));
	rules_decide(facts, &h, accepted_by_staff, out);
	history_wipe(&h);
	OK(arrivals_settle(b->db, a, facts, out, NOW, &b->e));
	OK(sql_finish(b->db, ERR_OK, &b->e));
}

struct ruling
book_arrive(struct book *b, uint32_t number, char submission,
    char fingerprint, char replaces)
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
