/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The socket that connections come in on: an address and port, or a Unix
 * socket for a front server and for nobody else.
 */
#ifndef SIGILL_PORTAL_LISTEN_H
#define SIGILL_PORTAL_LISTEN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "portal/settings.h"

struct listener {
	int fd;
	uint16_t port;		/* 0: a Unix socket */
	const struct settings *settings;	/* borrowed */
	dev_t dev;		/* of the Unix socket, so that another's */
	ino_t ino;		/* is not removed */
};

/*
 * A Unix socket that an earlier run has left is removed, if it is ours and
 * nobody answers on it; anything else that has its name is left alone.  The
 * file is open to all (0666): listener_admits is the gate.  ERR_CONFIG.
 */
enum err_code listener_open(const struct settings *settings,
    struct listener *out, struct err *e);
/* May this connection be served?  On a Unix socket, if the kernel says that
 * front_user made it: not even root in its stead. */
bool listener_admits(const struct listener *l, int socket);
/* Removes the Unix socket, and closes fd unless that is -1. */
void listener_close(struct listener *l);

#endif
