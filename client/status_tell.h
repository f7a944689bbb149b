/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What a run of `sigill status` has found out, and how it says so: a line for
 * each submission.
 */
#ifndef SIGILL_CLIENT_STATUS_TELL_H
#define SIGILL_CLIENT_STATUS_TELL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "client/outbox/outbox.h"
#include "client/scored.h"
#include "client/session.h"

struct options;
struct report;

/* A submission that is asked about. */
struct row {
	struct outbox_entry *entry;	/* NULL: a sealed file elsewhere */
	struct parcel parcel;
	struct receipt stored;		/* when there is one */
	enum outbox_state state;	/* by receipts that were verified */
	struct scored scored;		/* of accepted answers */
	struct err unscored;		/* what of that came, and was wrong */
	bool named;
};

struct status {
	const struct options *o;
	struct report *r;
	struct settings settings;
	struct session session;
	struct outbox *outbox;
	struct outbox_list list;
	struct row *v;
	size_t len;
	bool waiting;		/* something has not been handed in */
};

/* The lines, the members, the errors, and the exit status where it is no
 * error's. */
void status_tell(struct status *s);

#endif
