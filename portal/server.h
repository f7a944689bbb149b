/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The HTTPS server: TLS 1.3, limits on connections, a thread for each.
 */
#ifndef SIGILL_PORTAL_SERVER_H
#define SIGILL_PORTAL_SERVER_H

#include <stdint.h>

#include "base/err.h"
#include "portal/request.h"

struct server;			/* opaque */

/* Listens and serves, in threads of its own, until server_stop.  service is
 * borrowed.  ERR_CONFIG when the address cannot be had, ERR_CERT when TLS
 * cannot start. */
enum err_code server_start(const struct service *service, struct server **out,
    struct err *e);
/* The port that it listens on. */
uint16_t server_port(const struct server *s);
/* Cuts off who takes too long (portal/watch.h); every second. */
void server_sweep(struct server *s);
/* Ends all connections; requests that are being completed end first.
 * NULL-safe. */
void server_stop(struct server *s);

#endif
