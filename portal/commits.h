/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Changes to the database by many threads, each on the disk before it is
 * answered for.  Those that come while a transaction waits for the disk make
 * up the next one together, and share its wait; one alone waits for nobody.
 */
#ifndef SIGILL_PORTAL_COMMITS_H
#define SIGILL_PORTAL_COMMITS_H

#include <stdbool.h>

#include "base/err.h"

struct commits;			/* opaque; safe to use from many threads */
struct sql;

/* The statements of a change.  Any thread may run them, while the one that
 * wants them waits: what arg points to stays.  What they do is taken back when
 * they do not return ERR_OK. */
typedef enum err_code change_fn(struct sql *db, void *arg, struct err *e);

/* db is borrowed, and used by nobody else. */
struct commits *commits_new(struct sql *db);	/* NULL without memory */
void commits_free(struct commits *c);		/* NULL-safe; nobody waits */

/* Runs a change and commits it; lazy as in ledger/sql.h.  What run returned,
 * or why the transaction failed: then it failed for all who were in it. */
enum err_code commits_make(struct commits *c, change_fn *run, void *arg,
    bool lazy, struct err *e);

#endif
