/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The list of hosts that are reached without a proxy, as it stands in the
 * environment variable no_proxy.  There is no standard for it; this takes
 * what people write for curl, wget, Go and Java.
 */
#ifndef SIGILL_CLIENT_NO_PROXY_H
#define SIGILL_CLIENT_NO_PROXY_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Is host, a name or an address without brackets, in the list?  Entries are
 * separated by commas or blanks: '*' (all), a name (it and all under it, with
 * a leading dot or "*." or without), an address, or a network as 10.0.0.0/8;
 * each with ":port" or without.
 */
bool no_proxy_has(const char *list, const char *host, uint16_t port);

#endif
