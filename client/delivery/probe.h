/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Connections that send no request, made after one that failed to find out
 * why.
 */
#ifndef SIGILL_CLIENT_PROBE_H
#define SIGILL_CLIENT_PROBE_H

#include <stdbool.h>
#include <stddef.h>

#include "client/delivery/libcurl.h"

/*
 * Connects as like would and listens: did the server refuse our certificate?
 * TLS 1.3 says so only after the handshake, and a request breaks on the
 * closed connection before the alert has been read.  alert gets its words.
 */
bool probe_alert(const struct libcurl *lib, CURL *like, const char *url,
    char alert[static CURL_ERROR_SIZE]);

/*
 * Connects without judging the server's certificate and without showing
 * ours: who has issued the one that is there?  False when it cannot be told.
 */
bool probe_issuer(const struct libcurl *lib, CURL *like, const char *url,
    char *issuer, size_t size);

#endif
