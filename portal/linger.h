/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Closing a connection whose other end is still sending, because it was
 * answered before its body had come.  To close at once would send a reset,
 * and that may take the answer away before it is read (RFC 9112 §9.6): the
 * socket is kept for a moment, and what arrives is dropped.
 */
#ifndef SIGILL_PORTAL_LINGER_H
#define SIGILL_PORTAL_LINGER_H

#define LINGER_MAX	50	/* sockets at a time; others are closed */

struct lingering;			/* opaque; safe to use from many threads */

struct lingering *linger_new(void);	/* NULL without memory */
void linger_free(struct lingering *l);	/* NULL-safe; closes all */
/* Keeps a second descriptor of socket, which the caller closes. */
void linger_keep(struct lingering *l, int socket);
/* Drops what has arrived, and closes what is over; every second. */
void linger_sweep(struct lingering *l);

#endif
