/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The addresses of a host, within a few seconds: the system's resolver may
 * wait for dead name servers much longer than a person does.
 */
#ifndef SIGILL_CLIENT_RESOLVE_H
#define SIGILL_CLIENT_RESOLVE_H

#include <netinet/in.h>
#include <stddef.h>

#include "base/err.h"
#include "client/delivery/address.h"

#define RESOLVE_SECONDS		5
#define RESOLVE_ADDRESSES	8	/* at most, of a host */

/* { 0 } is an empty one; nothing in it is to be freed. */
struct resolved {
	char host[ADDRESS_HOST_LEN];
	char addresses[RESOLVE_ADDRESSES][INET6_ADDRSTRLEN];
	size_t n;		/* at least one, after ERR_OK */
};

/* Of the host in url, which has a scheme.  ERR_NO_NETWORK, with the host and
 * the resolver's words; ERR_CONFIG when there is no host in it.  To be called
 * by one thread, and after a time-out not again. */
enum err_code resolve_host_of(const char *url, struct resolved *out,
    struct err *e);

#endif
