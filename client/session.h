/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A run's business with the portal: who we are, whose receipts we believe,
 * and one connection for all of it, made when something is asked of the
 * portal first.  What has come is verified and kept beside the sealed file
 * (client/kept.h); what is there already is not asked for again.
 */
#ifndef SIGILL_CLIENT_SESSION_H
#define SIGILL_CLIENT_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "client/delivery/delivery.h"
#include "client/settings.h"
#include "crypto/digest.h"
#include "format/receipt.h"

struct options;
struct outbox;
struct outbox_entry;
struct upload;

/* Set the first three; identity: NULL loads it when it is needed. */
struct session {
	const struct options *o;
	const struct settings *settings;
	const struct identity *identity;
	struct outbox *outbox;		/* of parcels' entries; NULL: they
					 * have none.  Borrowed */
	struct identity own;		/* when it was loaded here */
	struct receipt_signers signers;
	struct upload *upload;		/* NULL until it is needed */
	struct err unable;		/* why session_connect failed last */
};

/* A sealed file, and what is known of its fate. */
struct parcel {
	const char *path;		/* its receipts are kept beside it */
	uint8_t digest[DIGEST_LEN];
	uint64_t size;
	/* session_wait's */
	struct outbox_entry *entry;	/* locked while a receipt is put
					 * beside it, and at no other time;
					 * NULL: it is none, or is locked */
	bool done;			/* there is a verdict, or no hope */
	struct receipt verdict;		/* owned; of the stages accepted and
					 * rejected; when there is one */
	struct err err;			/* what stands in the way */
};

/* Is everything set that this needs?  Said before any work.  ERR_CONFIG. */
enum err_code session_check(const struct settings *s, struct err *e);

/* Loads whose receipts we believe.  session_check's errors too. */
enum err_code session_open(struct session *s, struct err *e);
void session_close(struct session *s);

/* Key, certificate and connection, once.  Nothing is sent yet. */
enum err_code session_connect(struct session *s, struct err *e);

/* Judges a receipt: is it good, and for this file and stage?  name is its file,
 * for messages.  receipt_judge's errors, ERR_RECEIPT_DIGEST. */
enum err_code session_judge(const struct session *s, const struct parcel *p,
    const struct buf *der, const char *name, enum receipt_stage stage,
    struct receipt *out, struct err *e);

/*
 * The receipt of a stage that lies beside the file, verified; *found says
 * whether there is one.  ERR_RECEIPT_*, and kept_read's errors.
 */
enum err_code session_kept(const struct session *s, const struct parcel *p,
    enum receipt_stage stage, bool *found, struct receipt *out,
    struct err *e);

/*
 * Delivers file, which is the parcel's, and keeps its stored receipt.
 * delivery_put's errors, ERR_RECEIPT_*, and those of keeping it.
 */
enum err_code session_deliver(struct session *s, const struct parcel *p,
    const struct buf *file, const struct delivery_limits *limits,
    unsigned *retry_after, struct receipt *out, struct err *e);

/* As delivery_abandon; a receipt that comes is verified and kept. */
enum err_code session_abandon(struct session *s, const struct parcel *p,
    struct err *e);

/*
 * Asks for the verdicts of all parcels that are not done, here and at the
 * portal, until each has one or the seconds are over, and then once more; at
 * least once, when the portal answers, and for a moment longer, when it is
 * silent.  What a
 * parcel found is in it: its err is ERR_VERDICT_PENDING when the portal
 * could be asked and has none yet.
 */
void session_wait(struct session *s, struct parcel *v, size_t n,
    int64_t seconds);
void parcel_wipe(struct parcel *p);

#endif
