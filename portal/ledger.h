/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The portal's ledger: which uploads there are, and the receipts that were
 * given, byte for byte.  Every change is made wholly or not at all, and is on
 * the disk before the call returns, except where it says otherwise.  What only
 * looks sees what has been committed, and does not wait for those who change.
 * Safe to use from many threads.
 *
 * It is a file of this portal alone, or a database that portals share
 * (ledger/sql.h).  There each upload has a home: the portal that has its
 * bytes, or will have them.  Another may take it over while it is not
 * complete; then the calls that say "ours" answer ERR_HTTP_NOT_FOUND.
 *
 * Errors beside those named: ERR_NO_SPACE, ERR_IO, ERR_NO_MEMORY, ERR_LEDGER
 * (the database cannot be reached; of a change nobody knows whether it was
 * made).  Here e is never NULL.
 */
#ifndef SIGILL_PORTAL_LEDGER_H
#define SIGILL_PORTAL_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

#define UPLOAD_ID_LEN	33	/* 32 hex digits (128 random bits) and a NUL */

struct ledger;			/* opaque */
struct sql;

struct upload_row {
	char id[UPLOAD_ID_LEN];
	char sender[11];	/* organisation number of the TLS certificate */
	uint8_t digest[32];	/* SHA-256 that the sender announced */
	uint64_t length;	/* bytes, announced */
	bool complete;		/* stored, and the receipt is in the ledger */
	int64_t created;	/* UTC seconds */
	int64_t expires;	/* while it is not complete; 0: it has */
	bool here;		/* its home is this portal */
};

/* What a sender may have begun and not finished. */
struct quota {
	int64_t uploads;
	int64_t bytes;		/* of them together, as announced */
};

struct receipt_row {
	const uint8_t *digest;	/* 32 bytes: SHA-256 of the sealed file */
	const char *sender;	/* as above */
	const char *stage;	/* "stored", "accepted" … */
	const char *signer;	/* outer signer's organisation; "" unknown */
	int64_t time;
	const void *bytes;	/* DER */
	size_t len;
};

/* where: as for sql_open.  home: the name of this portal among those that
 * share the database, and else "".  Makes the tables where there are none.
 * ERR_CONFIG when it is not such a ledger, ERR_IO when it is damaged. */
enum err_code ledger_open(const char *where, const char *home,
    struct ledger **out, struct err *e);
void ledger_close(struct ledger *l);	/* NULL-safe */
/* May this connection read all that a portal reads?  ERR_CONFIG. */
enum err_code ledger_permits(struct sql *db, struct err *e);

/*
 * Adds *row, with its home here, unless its sender has an upload with this
 * digest and length already: then *row becomes that one and *existed is true.
 * ERR_PORTAL_BUSY when it would be over the quota with those that have not
 * expired.  lazy: it is on the disk when the next change is, or after
 * ledger_settle, which is for ours.
 */
enum err_code ledger_create(struct ledger *l, struct upload_row *row,
    const struct quota *quota, bool lazy, bool *existed, struct err *e);
enum err_code ledger_settle(struct ledger *l, const char *id, struct err *e);
/* ERR_HTTP_NOT_FOUND. */
enum err_code ledger_find(struct ledger *l, const char *id,
    struct upload_row *row, struct err *e);
/* The one with the sender, digest and length of *row.  ERR_HTTP_NOT_FOUND. */
enum err_code ledger_find_same(struct ledger *l, struct upload_row *row,
    struct err *e);
/* This portal becomes the home of an upload that is not complete.
 * ERR_HTTP_NOT_FOUND when there is none (any more). */
enum err_code ledger_take_over(struct ledger *l, const char *id,
    struct err *e);
/* Removes an upload that is not complete; none is no error. */
enum err_code ledger_remove(struct ledger *l, const char *id, struct err *e);
/* Marks an incomplete upload as expired for ever, whatever the clock says
 * later: its bytes are about to be removed. */
enum err_code ledger_expire(struct ledger *l, const char *id, struct err *e);
/* Fills *row with the incomplete one of ours that follows it, by sender and id
 * (both "" for the first).  ERR_HTTP_NOT_FOUND after the last. */
enum err_code ledger_next_open(struct ledger *l, struct upload_row *row,
    struct err *e);

/* Marks an upload of ours complete and keeps its receipt, both or neither.
 * ERR_HTTP_NOT_FOUND: it is not ours, or complete. */
enum err_code ledger_complete(struct ledger *l, const char *id,
    const struct receipt_row *receipt, struct err *e);
/* Keeps a receipt of a later stage; the first one stays. */
enum err_code ledger_add_receipt(struct ledger *l,
    const struct receipt_row *receipt, struct err *e);
/* Appends the receipt's bytes.  ERR_HTTP_NOT_FOUND. */
enum err_code ledger_receipt(struct ledger *l, const uint8_t digest[static 32],
    const char *sender, const char *stage, struct buf *out, struct err *e);
/* Appends the bytes of intake's receipt, where it shares the database.  That
 * the sender has handed the file in is for the caller to know.
 * ERR_HTTP_NOT_FOUND. */
enum err_code ledger_verdict(struct ledger *l,
    const uint8_t digest[static 32], const char *stage, struct buf *out,
    struct err *e);
/* The same of the receipt for its score, and of the sealed feedback. */
enum err_code ledger_scored(struct ledger *l, const uint8_t digest[static 32],
    struct buf *out, struct err *e);
enum err_code ledger_feedback(struct ledger *l,
    const uint8_t digest[static 32], struct buf *out, struct err *e);
/* Has anybody a stored receipt for this digest, from whichever portal? */
enum err_code ledger_has_stored(struct ledger *l,
    const uint8_t digest[static 32], bool *has, struct err *e);
/* Has the sender begun or finished handing in this digest?  ERR_OK, or
 * ERR_HTTP_NOT_FOUND. */
enum err_code ledger_knows(struct ledger *l, const uint8_t digest[static 32],
    const char *sender, struct err *e);

#endif
