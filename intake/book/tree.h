/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The append-only log in the ledger: entries, and the hashes of all complete
 * subtrees over them (crypto/merkle.h).
 *
 * Entries are a receipt's content without its member "log" (receipt_leaf), or
 * a decision (format/tree_head.h).
 */
#ifndef SIGILL_INTAKE_BOOK_TREE_H
#define SIGILL_INTAKE_BOOK_TREE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "crypto/cert.h"
#include "crypto/digest.h"
#include "crypto/merkle.h"
#include "format/receipt.h"
#include "ledger/sql.h"

/*
 * The log as one connection sees it: its size at one moment, and the nodes
 * that have been read or made since, so that proofs for many receipts ask the
 * database few questions.  For one thread.
 */
struct tree;			/* opaque; borrows the connection */

enum err_code tree_open(struct sql *db, struct tree **out, struct err *e);
void tree_close(struct tree *t);	/* NULL-safe */

/* Nobody else adds, or settles anything, until the transaction ends, which it
 * must do soon (sql_hurry).  tree_lock does this first. */
enum err_code tree_hold(struct sql *db, struct err *e);
/*
 * Adding, in a transaction: first tree_lock, after which nobody else adds
 * until the transaction ends, and which forgets what an earlier one (taken
 * back, perhaps) has left.  tree_append gives the new leaf's position and
 * writes nothing yet; tree_store writes all of them.
 */
enum err_code tree_lock(struct tree *t, struct err *e);
enum err_code tree_append(struct tree *t, const void *entry, size_t len,
    uint64_t *position, struct err *e);
enum err_code tree_store(struct tree *t, struct err *e);

/* Reading only: the log as it is now, forgetting what was known of it. */
enum err_code tree_look(struct tree *t, struct err *e);

/* Leaves, those that were appended among them. */
uint64_t tree_size(const struct tree *t);
/* Of the first size leaves. */
enum err_code tree_root(struct tree *t, uint64_t size,
    uint8_t out[static DIGEST_LEN], struct err *e);
/*
 * Where n leaves stand in the whole tree, with proofs.  Of each, index is
 * given, and since_size (0: there is none); the rest is filled, has_since too.
 * ERR_LOG_DAMAGED, too, when the log has lost what since_size tells of.
 */
enum err_code tree_places(struct tree *t, struct receipt_log *const *v,
    size_t n, struct err *e);
/* merkle_consistency, between two sizes that it has had. */
enum err_code tree_growth(struct tree *t, uint64_t from, uint64_t to,
    struct receipt_path *out, struct err *e);
/* Appends the entry's bytes.  ERR_HTTP_NOT_FOUND. */
enum err_code tree_entry(struct tree *t, uint64_t position, struct buf *out,
    struct err *e);

/* Had it this root at that size?  ERR_LOG_DAMAGED when it had not, or is
 * smaller now. */
enum err_code tree_had(struct tree *t, uint64_t size,
    const uint8_t root[static DIGEST_LEN], struct err *e);
/* Is the receipt one of this log, and do its proofs hold?  It has a place
 * (has_log).  ERR_LOG_DAMAGED when the log is not the one of which it tells;
 * ERR_LOG_PROOF when its proofs are wrong. */
enum err_code tree_holds(struct tree *t, const struct receipt *r,
    struct err *e);

/*
 * Computes everything anew from the entries: every node, every position, the
 * size; and that each verdict's receipt is the one that its leaf says
 * (content, position, root and proofs at the sizes that it names), and
 * signed by one of these (crypto/receipt_sig.h).  ERR_LOG_DAMAGED, with the
 * position of the first that is wrong; ERR_RECEIPT_SIGNER likewise.  May run
 * beside those who append.  Memory does not grow with the log.
 * checked: how many leaves; may be NULL.
 */
enum err_code tree_check(struct sql *db, const struct cert_list *signers,
    uint64_t *checked, struct err *e);

#endif
