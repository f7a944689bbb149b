/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Who takes too long.  The HTTP library ends a connection on which nothing
 * arrives; one on which a byte arrives now and then it would keep for ever,
 * and the number of connections is limited.
 *
 * The other end has `patience` seconds for the handshake and a header, for
 * taking the answer, and for a body as much again as its bytes take at
 * WATCH_RATE.  What the portal itself needs does not count.
 */
#ifndef SIGILL_PORTAL_WATCH_H
#define SIGILL_PORTAL_WATCH_H

#include <microhttpd.h>
#include <stddef.h>
#include <stdint.h>

#define WATCH_RATE	2048	/* bytes a second: slower than any modem */

struct watch;			/* opaque; safe to use from many threads */

struct watch *watch_new(int64_t patience);	/* NULL without memory */
/* NULL-safe; after the last connection has ended. */
void watch_free(struct watch *w);
/* Cuts off who has been taking too long; to be called every second. */
void watch_sweep(struct watch *w);

/* MHD_NotifyConnectionCallback. */
void watch_connection(void *watch, struct MHD_Connection *connection,
    void **state, enum MHD_ConnectionNotificationCode what);

/* From now on it is the other end's turn, or ours. */
void watch_them(struct MHD_Connection *connection);
void watch_us(struct MHD_Connection *connection);
/* Bytes of a body that is wanted have arrived. */
void watch_bytes(struct MHD_Connection *connection, size_t len);

#endif
