/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What a run of `sigill outbox flush` has come to, and how it says so: one
 * line when there is news, because a scheduler sends what is said to somebody.
 */
#ifndef SIGILL_CLIENT_FLUSH_TELL_H
#define SIGILL_CLIENT_FLUSH_TELL_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "client/outbox/outbox.h"
#include "client/session.h"

struct options;
struct report;

/* One run. */
struct flush {
	const struct options *o;
	struct report *r;
	struct settings settings;
	struct session session;
	struct outbox *outbox;
	struct outbox_list list;
	struct outbox_entry **v;	/* those of this run, most urgent
					 * first; owned, the entries are not */
	size_t len;
	int64_t now;			/* when it began */
	/* what came of it */
	size_t tried, delivered, waiting, failed, elsewhere, verdicts;
	size_t pending;			/* asked about, without a verdict */
	size_t rejected;		/* earlier, and nobody has seen to it */
	enum err_code cause;		/* why the first one waits */
	struct err unheard;		/* why no verdict could be asked for */
	enum err_code known;		/* what still needs a person, though
					 * it was not tried again now */
	int64_t next;			/* the first that is due; 0: none */
	int64_t closes;			/* the first deadline; 0: none */
	struct err down;		/* stands in the way of all others */
};

/* The deadline of an entry's round, UTC seconds; 0: none is known. */
int64_t flush_closes(const struct flush *f,
    const struct outbox_entry *entry);

/* The line, the members, and the exit status where it is no error's. */
void flush_tell(struct flush *f);

#endif
