/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The connections: who takes too long, and who goes when there are too many.
 *
 * The HTTP library ends a connection on which nothing arrives; one on which a
 * byte arrives now and then it would keep for ever.  Here the other end has
 * `patience` seconds for the handshake and a header, for taking the answer,
 * between two requests, and for a body as much again as its bytes take at
 * WATCH_RATE.  What the portal itself needs does not count.
 *
 * A connection is a stranger's until its sender is known.  When many are
 * open, each new one pushes a stranger out: first from the address that has
 * most of them, and there the oldest.  So strangers push out strangers, and
 * senders get in; where only senders are left, it is one that is waiting
 * between two requests.
 */
#ifndef SIGILL_PORTAL_WATCH_H
#define SIGILL_PORTAL_WATCH_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WATCH_RATE	2048	/* bytes a second: slower than any modem */

struct watch;			/* opaque; safe to use from many threads */

struct watch_limits {
	int64_t patience;	/* seconds */
	/* Connections beyond which one is pushed out: */
	unsigned all;
	unsigned per_address;	/* strangers', of IPv4 or a /64 of IPv6 */
	unsigned per_sender;
};

enum watch_turn {
	WATCH_IDLE,		/* no request has come, or none any more */
	WATCH_BODY,		/* they send one */
	WATCH_OURS,		/* they wait for us */
	WATCH_ANSWER,		/* they take an answer */
};

/* NULL without memory. */
struct watch *watch_new(const struct watch_limits *limits);
/* NULL-safe; after the last connection has ended. */
void watch_free(struct watch *w);
/* Cuts off who has been taking too long; to be called every second. */
void watch_sweep(struct watch *w);

/* MHD_NotifyConnectionCallback. */
void watch_connection(void *watch, struct MHD_Connection *connection,
    void **state, enum MHD_ConnectionNotificationCode what);
/* Is it watched?  One that is not must not be served. */
bool watch_has(struct MHD_Connection *connection);

/* Whose turn it is from now on. */
void watch_turn(struct MHD_Connection *connection, enum watch_turn turn);
/* Bytes of a body that is wanted have arrived. */
void watch_bytes(struct MHD_Connection *connection, size_t len);
/* The answer is given although a body still comes: portal/linger.h. */
void watch_early(struct MHD_Connection *connection);
/* The sender is known now.  False when that one has too many connections
 * already, and all of them are in use. */
bool watch_known(struct MHD_Connection *connection,
    const char sender[static 11]);

/* Cuts off everybody who is not waiting for us or taking an answer, and those
 * when they have it. */
void watch_stop(struct watch *w);
/* Has watch_stop been called? */
bool watch_stopping(struct MHD_Connection *connection);
/* Waits until all connections have ended; false when that takes longer. */
bool watch_wait(struct watch *w, int64_t milliseconds);

#endif
