/* SPDX-License-Identifier: EUPL-1.2 */
/* A ledger of intake for a test, and files that are only numbers: no bytes of
 * theirs exist. */
#ifndef SIGILL_TESTS_UNIT_BOOK_H
#define SIGILL_TESTS_UNIT_BOOK_H

#include <stddef.h>
#include <stdint.h>

#include "intake/book/arrivals.h"
#include "ledger/sql.h"
#include "tests/unit/database.h"

#define OK(call)	assert_int_equal((call), ERR_OK)
#define OURS		"2120000142"
#define OTHERS		"2120000183"
#define PLACE		"in"

/* Runs the call in a transaction of its own, and expects this of it. */
#define IN_TRANSACTION(b, code, call) do { \
	struct err err_ = { 0 }; \
	OK(sql_begin((b)->db, false, &(b)->e)); \
	assert_int_equal(call, code); \
	assert_int_equal(sql_finish((b)->db, code, &err_), code); \
} while (0)

struct book {
	struct database at;
	struct sql *db;
	struct taken taken;
	struct err e;
};

/* For cmocka: *state is a struct book. */
int book_set_up(void **state);
int book_tear_down(void **state);
/* Another connection. */
struct sql *book_open(const struct book *b);

void book_digest(uint32_t number, uint8_t out[static DIGEST_LEN]);
uint32_t book_number(const uint8_t digest[static DIGEST_LEN]);
/* Adds it, as having arrived at that time. */
void book_add(struct book *b, uint32_t number, int64_t arrived);
/* Up to n of the queue at that time. */
size_t book_take(struct book *b, int64_t now, struct arrival *v, size_t n);
/* Lets go of them, too. */
void book_wipe(struct book *b, struct arrival *v, size_t n);
/* It must be there. */
void book_find(struct book *b, uint32_t number, struct arrival *out);

/* Of an accepted one: submission and fingerprint are these letters, replaces
 * is one, or 0.  Nothing in it is owned. */
struct facts book_facts(uint32_t number, char submission, char fingerprint,
    char replaces);
/* As the service does: history, rules, settle. */
void book_settle(struct book *b, const struct arrival *a,
    const struct facts *facts, bool accepted_by_staff, struct ruling *out);
/* Adds it, takes it off the queue and settles it as the rules say. */
struct ruling book_arrive(struct book *b, uint32_t number, char submission,
    char fingerprint, char replaces);

#endif
