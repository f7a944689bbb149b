/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * How an entry of the outbox reads, to a person and to a program: for list,
 * flush and status.
 */
#ifndef SIGILL_CLIENT_OUTBOX_SHOW_H
#define SIGILL_CLIENT_OUTBOX_SHOW_H

#include <jansson.h>
#include <stdint.h>

#include "client/outbox/outbox.h"

struct report;

/* "waiting" | "stored" | "rejected" | "accepted" | "scored", for programs. */
const char *outbox_show_state(enum outbox_state state);

/* Is another run sending it at this moment? */
bool outbox_show_sending(const struct outbox_entry *entry);

/* Several lines.  closes: the round's deadline, or 0; now: UTC seconds. */
void outbox_show_entry(const struct outbox_entry *entry, int64_t closes,
    int64_t now, struct report *r);
/* Everything as an object; a new reference, NULL without memory. */
json_t *outbox_show_json(const struct outbox_entry *entry, int64_t closes,
    int64_t now);

#endif
