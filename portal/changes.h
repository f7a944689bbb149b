/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What the portal changes in the database, and how it reads an upload's row:
 * the statements of portal/ledger.c's calls, to be run in a transaction
 * (portal/commits.h).
 *
 * On a shared ledger an upload has a home, which is the portal that has its
 * bytes: only that one completes it.  So a change says whose it is, and finds
 * nothing (ERR_HTTP_NOT_FOUND) when another has taken the upload over, or it
 * has been completed or removed.
 */
#ifndef SIGILL_PORTAL_CHANGES_H
#define SIGILL_PORTAL_CHANGES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "portal/ledger.h"

struct sql;
struct sql_stmt;

/* Columns of uploads as change_fetch reads them. */
#define CHANGE_COLUMNS \
	"id, sender, digest, length, complete, created, expires, home"

/* The one row of CHANGE_COLUMNS, and ends the statement; home is this
 * portal's name.  ERR_HTTP_NOT_FOUND without. */
enum err_code change_fetch(struct sql *db, struct sql_stmt *stmt,
    const char *home, struct upload_row *row, struct err *e);
/* The one with sender, digest and length of *row. */
enum err_code change_fetch_same(struct sql *db, const char *home,
    struct upload_row *row, struct err *e);

/* Each of the following is a change_fn; arg is what its comment names. */

struct change_creation {
	const char *home;
	struct upload_row *row;
	const struct quota *quota;
	bool *existed;
};
/* ledger_create: a struct change_creation. */
enum err_code change_create(struct sql *db, void *arg, struct err *e);

/* About one upload: */
struct change_upload {
	const char *id, *home;
	const struct receipt_row *receipt;	/* only for completion */
};
enum err_code change_settle(struct sql *db, void *arg, struct err *e);
enum err_code change_take_over(struct sql *db, void *arg, struct err *e);
enum err_code change_complete(struct sql *db, void *arg, struct err *e);
/* Of a complete one, or of none, they change nothing. */
enum err_code change_remove(struct sql *db, void *arg, struct err *e);
enum err_code change_expire(struct sql *db, void *arg, struct err *e);

/* A const struct receipt_row *: the first one of its kind stays. */
enum err_code change_add_receipt(struct sql *db, void *arg, struct err *e);

struct change_question {
	const uint8_t *digest;
	int64_t answer;		/* how many have a stored receipt for it */
};
/* What is being completed elsewhere is waited for. */
enum err_code change_count_stored(struct sql *db, void *arg, struct err *e);

#endif
