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

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "crypto/merkle.h"
#include "ledger/sql.h"

/* In a transaction: nobody else appends until it ends.  *size: leaves. */
enum err_code tree_lock(struct sql *db, uint64_t *size, struct err *e);
/* After tree_lock.  *position is the new leaf's. */
enum err_code tree_append(struct sql *db, const void *entry, size_t len,
    uint64_t *position, struct err *e);

enum err_code tree_size(struct sql *db, uint64_t *size, struct err *e);
/* Nodes of the ledger, for crypto/merkle.h; *out borrows db. */
void tree_nodes(struct sql *db, struct merkle_nodes *out);
/* Appends the entry's bytes.  ERR_HTTP_NOT_FOUND. */
enum err_code tree_entry(struct sql *db, uint64_t position, struct buf *out,
    struct err *e);

/*
 * Computes everything anew from the entries: every node, every position, the
 * size; and that each verdict's receipt is the one that its leaf says
 * (bytes, position, root at the size that it names).  ERR_LOG_DAMAGED, with
 * the position of the first that is wrong.  Memory does not grow with it.
 */
enum err_code tree_check(struct sql *db, struct err *e);

#endif
