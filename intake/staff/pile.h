/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Arrivals, in memory: what a command has asked the ledger for.
 */
#ifndef SIGILL_INTAKE_STAFF_PILE_H
#define SIGILL_INTAKE_STAFF_PILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "intake/book/arrivals.h"
#include "intake/book/arrivals_find.h"
#include "intake/options.h"

/* Owned; { 0 } is an empty one. */
struct pile {
	struct arrival *v;	/* oldest first */
	size_t len;
};

enum err_code pile_load(struct sql *db, const struct arrival_filter *filter,
    struct pile *out, struct err *e);
/* Only what is for this organisation, or signed by it: of what was turned away
 * only the signer is known. */
bool pile_is_of(const struct arrival *a,
    const char number[static ORGNR_LEN]);
enum err_code pile_load_of(struct sql *db, const struct arrival_filter *filter,
    const char number[static ORGNR_LEN], struct pile *out, struct err *e);
/* Takes *a over, at the end; { 0 } then. */
enum err_code pile_add(struct pile *pile, struct arrival *a, struct err *e);
/* What needs a person first, the longest waiting on top; then the newest. */
void pile_sort(struct pile *pile);
/* Only the first n, sorted. */
void pile_trim(struct pile *pile, size_t n);
void pile_wipe(struct pile *pile);

/* What the options ask for but --organisation, checked: ERR_USAGE. */
enum err_code pile_filter(const struct options *o,
    struct arrival_filter *out, struct err *e);
#endif
