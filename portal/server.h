/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The HTTP server: TLS 1.3 or a front server's Unix socket, limits on
 * connections, a thread for each.
 */
#ifndef SIGILL_PORTAL_SERVER_H
#define SIGILL_PORTAL_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "portal/request.h"

struct server;			/* opaque */

/* Listens and serves, in threads of its own, until server_stop.  service is
 * borrowed.  With TLS, a struct tls is open.  ERR_CONFIG when the address
 * cannot be had, ERR_CERT when TLS cannot start. */
enum err_code server_start(const struct service *service, struct server **out,
    struct err *e);
/* The port that it listens on; 0: a Unix socket. */
uint16_t server_port(const struct server *s);
/* Cuts off who takes too long (portal/watch.h); every second. */
void server_sweep(struct server *s);
/*
 * Ends all connections at once, but those whose request has come whole: they
 * get their answer first.  False when that takes longer than some seconds:
 * the threads are still there then, and the process had better end as if it
 * had been killed, which it is made for.  NULL-safe.
 */
bool server_stop(struct server *s);

#endif
