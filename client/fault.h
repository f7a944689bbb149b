/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What a failure of libcurl means to the person: our code for it, and what
 * of libcurl's words may be passed on.
 */
#ifndef SIGILL_CLIENT_FAULT_H
#define SIGILL_CLIENT_FAULT_H

#include <stdbool.h>

#include "base/err.h"
#include "client/libcurl.h"

/*
 * words: what CURLOPT_ERRORBUFFER got.  connect_status: the proxy's answer to
 * CONNECT, 0 when there was none.
 */
enum err_code fault_code(CURLcode result, long connect_status,
    const char *words);

/* Do the words tell that the server refused our certificate?  TLS 1.3 says it
 * only after the handshake, as an alert where an answer should be. */
bool fault_is_certificate_alert(const char *words);
/* Do they tell that the proxy's own address is of no use? */
bool fault_is_proxy_address(const char *words);

/* The words, or libcurl's sentence for the result when the words may quote
 * the proxy's address, which may have a password in it. */
const char *fault_words(const struct libcurl *lib, CURLcode result,
    const char *words);

#endif
