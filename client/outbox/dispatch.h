/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * An entry of the outbox goes to the portal: what submit and flush have in
 * common.  The attempt is on the disk before the portal hears of it, and what
 * came of it afterwards.
 */
#ifndef SIGILL_CLIENT_DISPATCH_H
#define SIGILL_CLIENT_DISPATCH_H

#include "base/err.h"
#include "client/session.h"

struct outbox;
struct outbox_entry;

/* What the entry's sealed file is to a session.  Borrows the entry. */
struct parcel dispatch_parcel(const struct outbox_entry *entry);

/* Connects, when the entry may be spoken of with this configuration:
 * ERR_ENVIRONMENT, ERR_ORGANISATION_MISMATCH. */
enum err_code dispatch_connect(struct session *s,
    const struct outbox_entry *entry, struct err *e);

/*
 * Delivers a locked entry that is waiting: afterwards it is stored, and *out
 * is its receipt, or it is still waiting and knows why.  Beside
 * session_deliver's errors those of dispatch_connect, outbox_check_names and
 * outbox_sealed.
 */
enum err_code dispatch_entry(struct session *s, struct outbox *o,
    struct outbox_entry *entry, struct receipt *out, struct err *e);

/* Is that something that passes by itself? */
bool dispatch_may_pass(enum err_code code);

#endif
