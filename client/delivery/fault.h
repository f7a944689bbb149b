/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What a failure of libcurl means to the person: our code for it, and what
 * was found, in words that tell the network, the proxy and the portal apart.
 */
#ifndef SIGILL_CLIENT_FAULT_H
#define SIGILL_CLIENT_FAULT_H

#include <stdbool.h>

#include "base/err.h"
#include "client/delivery/libcurl.h"

/* How a request failed. */
struct fault {
	CURLcode result;
	const char *words;	/* what CURLOPT_ERRORBUFFER got */
	const char *portal;	/* its root */
	const char *proxy;	/* its address, without a user; "": none */
	long connect_status;	/* the proxy's to CONNECT; 0: none came */
	long proxy_error;	/* CURLproxycode, of a SOCKS proxy */
	long os_errno;		/* 0: unknown */
	bool connected;		/* TCP, to the proxy or else to the portal */
	long connect_seconds;	/* how long the connection may take */
};

/* Fills *e and returns its code; see upload_perform for which. */
enum err_code fault_explain(const struct libcurl *lib,
    const struct fault *f, struct err *e);

/* Do the words tell that the server refused our certificate?  TLS 1.3 says it
 * only after the handshake, as an alert where an answer should be. */
bool fault_is_certificate_alert(const char *words);

#endif
