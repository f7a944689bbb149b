/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * How an entry comes into the outbox, and how it goes: by one rename each,
 * under the outbox's own lock.
 */
#ifndef SIGILL_CLIENT_OUTBOX_PUT_H
#define SIGILL_CLIENT_OUTBOX_PUT_H

#include "client/outbox/outbox.h"

/*
 * Puts a sealed file, and the key that feedback on it will be sealed for unless
 * that is empty: afterwards it is on the disk, whole, and its lock is
 * held by *entry, whose members digest to created the caller has filled.
 * name is what the sealed file is to be called, without a folder and an
 * ending; it is made shorter or plainer where it must be.  ERR_BUSY when
 * another run has put the same submission and it is not rejected: look
 * again.  ERR_NO_SPACE, ERR_IO; nothing is left then.
 */
struct sealed;
enum err_code outbox_put(struct outbox *o, const char *name,
    const struct sealed *sealed, struct outbox_entry *entry, struct err *e);

/* Takes a locked entry away, durably, receipts and all, and unlocks it.
 * After an error it is still there, unless the message says otherwise. */
enum err_code outbox_remove(struct outbox *o, struct outbox_entry *entry,
    struct err *e);

#endif
