/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The outbox: a folder that holds every submission from before it is sent
 * until long after.  Knows nothing of the network.
 *
 *	OUTBOX/FINGERPRINT/		one submission; FINGERPRINT.2 when
 *					the same answers were sealed again
 *		entry.json		what it is; never changes
 *		NAME.sigill		the sealed file; never changes
 *		NAME.sigill.STAGE.p7s	receipts (client/kept.h)
 *		attempts.json		how sending went; may be lost
 *	OUTBOX/.new.XXXXXX/		being put; left there by a crash
 *
 * An entry is put by one rename, when all of it is on the disk, and what has
 * become of it is told by its receipts alone: so there is no moment at which
 * a crash leaves anything in between.  A folder keeps its name for ever.
 */
#ifndef SIGILL_CLIENT_OUTBOX_H
#define SIGILL_CLIENT_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "crypto/digest.h"
#include "format/fingerprint.h"
#include "format/submission.h"

struct settings;

#define OUTBOX_ID_LEN	(FINGERPRINT_LEN + 8)	/* with a NUL */

/* Which receipt is there that tells most?  In this order. */
enum outbox_state {
	OUTBOX_WAITING,		/* none: it may or may not have arrived */
	OUTBOX_STORED,
	OUTBOX_REJECTED,
	OUTBOX_ACCEPTED,
};

/* One submission.  { 0 } is an empty one. */
struct outbox_entry {
	char id[OUTBOX_ID_LEN];		/* its folder's name */
	char sealed[4096];		/* the sealed file's path, absolute */
	enum outbox_state state;	/* by the receipts' names; who needs
					 * to be sure judges them */
	/* entry.json */
	uint8_t digest[DIGEST_LEN];	/* of the sealed file */
	uint64_t size;			/* of it, in bytes */
	uint8_t fingerprint[DIGEST_LEN];
	char organisation[11];
	char questionnaire[LIMIT_ID + 1];
	char round[LIMIT_ID + 1];
	enum environment environment;
	int64_t created;		/* UTC seconds */
	/* attempts.json; zeros when it is not there or unreadable */
	unsigned attempts;		/* since the last that came further */
	int64_t last_attempt;		/* UTC seconds; 0: never */
	int64_t next_attempt;		/* not worth trying earlier; 0: now */
	enum err_code last_error;	/* ERR_OK: none */
	/* the lock; -1 when it is not held */
	int fd;
};

struct outbox_list {
	struct outbox_entry *v;
	size_t len;
};

struct outbox;			/* opaque */

/*
 * [outbox] directory, else $XDG_STATE_HOME/sigill/outbox
 * (~/.local/state/sigill/outbox); made, with mode 0700, when it is not there.
 * Removes what crashes have left.  ERR_OUTBOX when others could write to it
 * or it is no folder, ERR_CONFIG when no place can be told.
 */
enum err_code outbox_open(const struct settings *s, struct outbox **out,
    struct err *e);
void outbox_close(struct outbox *o);		/* NULL-safe */
const char *outbox_path(const struct outbox *o);

/*
 * Puts a sealed file: afterwards it is on the disk, whole, and its lock is
 * held by *entry, whose first fields (digest to created) the caller has
 * filled.  name is the sealed file's, without a folder.  ERR_NO_SPACE,
 * ERR_IO; nothing is left then.
 */
enum err_code outbox_put(struct outbox *o, const char *name,
    const struct buf *sealed, struct outbox_entry *entry, struct err *e);

/* All entries, oldest first, none locked.  An entry that cannot be read is
 * an error of its own in *broken; the others are listed all the same. */
enum err_code outbox_read(struct outbox *o, struct outbox_list *out,
    struct err_list *broken, struct err *e);
void outbox_list_wipe(struct outbox_list *l);	/* unlocks what is locked */

/* The entry that a person means: an id, or the beginning of just one.
 * ERR_OUTBOX_ENTRY. */
enum err_code outbox_find(const struct outbox_list *l, const char *id,
    struct outbox_entry **out, struct err *e);

/* One run at a time works on an entry.  Reads it again once it is locked.
 * ERR_BUSY when another run has it, ERR_OUTBOX_ENTRY when it has gone. */
enum err_code outbox_lock(struct outbox *o, struct outbox_entry *entry,
    struct err *e);
void outbox_unlock(struct outbox_entry *entry);

/* Reads the sealed file.  ERR_SEALED_CHANGED unless it is byte for byte the
 * one that was put. */
enum err_code outbox_sealed(const struct outbox_entry *entry,
    struct buf *out, struct err *e);
/* Keeps attempts to last_error; as durable as the disk allows, no more. */
void outbox_note(struct outbox *o, const struct outbox_entry *entry);
/* Takes a locked entry away, durably, receipts and all. */
enum err_code outbox_remove(struct outbox *o, struct outbox_entry *entry,
    struct err *e);

#endif
