/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Mandates that the ledger knows, and the one that a word names.
 */
#ifndef SIGILL_INTAKE_STAFF_MANDATE_FIND_H
#define SIGILL_INTAKE_STAFF_MANDATE_FIND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "intake/book/organisations.h"

/* By organisation.  Owned; { 0 } is an empty one. */
struct mandate_list { struct mandate_row *v; size_t len; };

enum err_code mandate_list_load(struct sql *db, struct mandate_list *out,
    struct err *e);
void mandate_list_wipe(struct mandate_list *l);

/*
 * what: a mandate's file, whose signature must fit; a digest; or the first
 * four digits or more of just one that the ledger knows.  *out is a copy: of
 * the ledger's row, or else what the file says, or else nothing but the digest.
 * *known: is it in the ledger?  ERR_MANDATE, ERR_NO_INPUT,
 * ERR_NO_SUBMISSION, ERR_USAGE.
 */
enum err_code mandate_find(const struct mandate_list *l, const char *what,
    struct mandate_row *out, bool *known, struct err *e);

#endif
