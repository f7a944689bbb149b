/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The outbox: a folder that holds every submission from before it is sent
 * until long after.  Knows nothing of the network.
 *
 *	OUTBOX/FINGERPRINT/		one submission; FINGERPRINT.2 when
 *					the same answers were sealed again
 *		entry.json		what it is; never changes, and is what
 *					the lock is on
 *		NAME.sigill		the sealed file; never changes
 *		NAME.sigill.reply.pem	key for the feedback, when one was
 *					made
 *		NAME.sigill.STAGE.p7s	receipts (client/kept.h)
 *		NAME.sigill.feedback.json	what has been fetched
 *		attempts.json		how sending went; not there: never
 *					tried
 *	OUTBOX/.new.XXXXXX/		being put or being removed
 *	OUTBOX/.lock			held while something is put or removed
 *	OUTBOX/.told			when it was last said that no verdict
 *					can be asked for (flush_tell.c)
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
	OUTBOX_SCORED,		/* accepted before */
};

/* One submission.  { 0 } is an empty one. */
struct outbox_entry {
	char id[OUTBOX_ID_LEN];		/* its folder's name */
	char sealed[4096];		/* the sealed file's path, absolute */
	enum outbox_state state;	/* by the names of files in which
					 * something is; who needs to be
					 * sure judges them */
	/* entry.json */
	uint8_t digest[DIGEST_LEN];	/* of the sealed file */
	uint64_t size;			/* of it, in bytes */
	uint8_t fingerprint[DIGEST_LEN];
	char organisation[11];
	char questionnaire[LIMIT_ID + 1];
	char round[LIMIT_ID + 1];
	enum environment environment;
	bool has_supersedes;
	uint8_t supersedes[DIGEST_LEN];	/* fingerprint that it replaces */
	char signer[11];		/* who has signed and sends it: the
					 * organisation, or by mandate another */
	bool has_mandate;
	uint8_t mandate[DIGEST_LEN];	/* its digest */
	uint8_t recipients[DIGEST_LEN];	/* of whom it was sealed for
					 * (prepare_recipients) */
	bool has_reply;			/* with a key for feedback */
	int64_t created;		/* UTC seconds */
	/* attempts.json; zeros when it is not there */
	unsigned attempts;		/* 0: the portal has never heard of it */
	int64_t last_attempt;		/* UTC seconds; 0: never */
	int64_t next_attempt;		/* not worth trying earlier; 0: now */
	enum err_code last_error;	/* ERR_OK: none */
	char last_message[ERR_MSG_LEN];	/* what it said, in the language of
					 * that run; "" when nothing */
	/* the lock; -1 when it is not held */
	int fd;
};

struct outbox_list {
	struct outbox_entry *v;
	size_t len;
	/* the names of those that could not be read */
	char (*broken)[OUTBOX_ID_LEN];
	size_t n_broken;
};

struct outbox;			/* opaque */

/*
 * [outbox] directory, else $XDG_STATE_HOME/sigill/outbox
 * (~/.local/state/sigill/outbox); made, with mode 0700, when it is not there.
 * Removes what crashes have left.  ERR_OUTBOX when others could write to it
 * or it is no folder of ours, ERR_CONFIG when no place can be told.
 */
enum err_code outbox_open(const struct settings *s, struct outbox **out,
    struct err *e);
/* The same, but nothing is made and nothing removed: ERR_OUTBOX when it is not
 * there. */
enum err_code outbox_look(const struct settings *s, struct outbox **out,
    struct err *e);
void outbox_close(struct outbox *o);		/* NULL-safe */
const char *outbox_path(const struct outbox *o);

/* All entries, oldest first, none locked.  An entry that cannot be read is
 * an error of its own in *broken; the others are listed all the same. */
enum err_code outbox_read(struct outbox *o, struct outbox_list *out,
    struct err_list *broken, struct err *e);
void outbox_list_wipe(struct outbox_list *l);	/* unlocks what is locked */

/* The entry that a person means: an id, or the beginning of just one.
 * ERR_OUTBOX_ENTRY. */
enum err_code outbox_find(const struct outbox_list *l, const char *id,
    struct outbox_entry **out, struct err *e);
/* The same answers, for the same environment, replacing the same: *out is
 * the entry of that submission that is not rejected, else the one that was
 * put last, or NULL.  ERR_OUTBOX when an entry that cannot be read may be
 * it. */
enum err_code outbox_find_same(const struct outbox_list *l,
    const struct outbox_entry *like, struct outbox_entry **out,
    struct err *e);

/* One run at a time works on an entry.  Reads it again once it is locked.
 * ERR_BUSY when another run has it, ERR_OUTBOX_ENTRY when it has gone,
 * ERR_OUTBOX. */
enum err_code outbox_lock(struct outbox *o, struct outbox_entry *entry,
    struct err *e);
void outbox_unlock(struct outbox_entry *entry);

/* ERR_OUTBOX, with the file's name, when a file of a receipt's name is empty
 * or no regular file: no receipt can be kept there then. */
enum err_code outbox_check_names(const struct outbox_entry *entry,
    struct err *e);
/* Reads the sealed file.  ERR_SEALED_CHANGED unless it is byte for byte the
 * one that was put; ERR_OUTBOX when it cannot be read. */
enum err_code outbox_sealed(const struct outbox_entry *entry,
    struct buf *out, struct err *e);
/* Keeps attempts to last_message of a locked entry, durably: an attempt is
 * noted before the portal hears of it. */
enum err_code outbox_note(struct outbox *o, const struct outbox_entry *entry,
    struct err *e);

#endif
