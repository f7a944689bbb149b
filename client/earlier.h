/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What the outbox knows of an organisation's earlier submissions, told to who
 * submits once more.
 */
#ifndef SIGILL_CLIENT_EARLIER_H
#define SIGILL_CLIENT_EARLIER_H

#include "base/err.h"

struct outbox_entry;
struct outbox_list;
struct report;
struct session;

/* The authority wants one submission of each: which of two is meant?  Says
 * so when other answers than entry's wait or have been handed in. */
void earlier_other(const struct session *s, const struct outbox_list *list,
    const struct outbox_entry *entry, struct report *r);

/*
 * The same answers were rejected: may they be sealed again?  ERR_REJECTED
 * when the reason lies in the answers themselves, or in the mandate that would
 * be enclosed again, so that they would be rejected again; and when staff
 * declined them, which is for a person to settle.  A file that only has a
 * rejection's name is an error: the entry may have been handed in.
 */
enum err_code earlier_rejected(const struct session *s,
    const struct outbox_entry *same, struct report *r, struct err *e);

#endif
