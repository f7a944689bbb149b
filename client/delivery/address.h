/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The portal's addresses: its root, as configured, and what its answers point
 * to, which must not lead away from it.
 */
#ifndef SIGILL_CLIENT_ADDRESS_H
#define SIGILL_CLIENT_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "client/delivery/libcurl.h"
#include "client/delivery/upload_answer.h"

/* The portal's address with one '/' behind it.  ERR_CONFIG when it is not an
 * https one, or has a user, a query or a fragment. */
enum err_code address_root(const struct libcurl *lib, const char *portal,
    char out[static UPLOAD_URL_LEN], struct err *e);

/* What a reference means at base.  ERR_PROTOCOL when it leaves the scheme,
 * host and port of root. */
enum err_code address_resolve(const struct libcurl *lib, const char *root,
    const char *base, const char *reference, char out[static UPLOAD_URL_LEN],
    struct err *e);

#define ADDRESS_HOST_LEN	256

/* Host (of an IPv6 address without its brackets) and port of an address with
 * a scheme.  False when there is no host or no port in it. */
bool address_host(const struct libcurl *lib, const char *url,
    char host[static ADDRESS_HOST_LEN], uint16_t *port);

#endif
