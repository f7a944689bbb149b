/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What an entry of the outbox says about itself: entry.json, attempts.json
 * and the names of its receipts.  client/outbox/outbox.h is the folder around
 * it.
 */
#ifndef SIGILL_CLIENT_OUTBOX_ENTRY_H
#define SIGILL_CLIENT_OUTBOX_ENTRY_H

#include "base/buf.h"
#include "base/err.h"
#include "client/outbox/outbox.h"

#define OUTBOX_ENTRY_FILE	"entry.json"
#define OUTBOX_ATTEMPTS_FILE	"attempts.json"

/* Is that the name of an entry: a printed fingerprint, perhaps with a number
 * from 2 behind it? */
bool outbox_entry_is_id(const char *name);

/* entry.json, of all that never changes. */
enum err_code outbox_entry_encode(const struct outbox_entry *entry,
    const char *name, struct buf *out, struct err *e);

/*
 * Reads the entry in the folder path, which is OUTBOX/ID, without trusting
 * what is there: the folder and entry.json must be ours alone.  ERR_OUTBOX;
 * ERR_OUTBOX_ENTRY when there is nothing of that name (any more).
 */
enum err_code outbox_entry_read(const char *path, const char *id,
    struct outbox_entry *out, struct err *e);

/* attempts.json, and the next of those. */
enum err_code outbox_attempts_encode(const struct outbox_entry *entry,
    struct buf *out, struct err *e);

#endif
