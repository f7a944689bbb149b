/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Where the bytes of arrivals lie: a file may go from where it was first seen,
 * and turn up somewhere else, and a place may leave the configuration.
 */
#ifndef SIGILL_INTAKE_BOOK_ARRIVALS_PLACE_H
#define SIGILL_INTAKE_BOOK_ARRIVALS_PLACE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "intake/book/arrivals.h"
#include "ledger/sql.h"

/*
 * Alone.  The file (digest, size, source, place, name are set) is here, and no
 * longer where the ledger has it: what is queued is tried again at once.
 * *moved: false when it has its verdict, or somebody has it in hand.
 */
enum err_code arrivals_move(struct sql *db, const struct arrival *a,
    bool *moved, struct err *e);

/* Alone.  Calls each with every place that has files for which there is still
 * something to do, and how many these are; each may use db. */
enum err_code arrivals_places(struct sql *db,
    enum err_code (*each)(void *arg, const char *place, uint64_t n,
    struct err *e), void *arg, struct err *e);
/* Alone.  All those of one place are another one's from now on. */
enum err_code arrivals_adopt(struct sql *db, const char *from,
    const char *to, struct err *e);

#endif
