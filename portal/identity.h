/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Who asks: the sender's certificate comes from the connection's TLS, or,
 * where a front server ends TLS, from the header fields in which it passes
 * the certificate on.  Those count on its Unix socket only.
 */
#ifndef SIGILL_PORTAL_IDENTITY_H
#define SIGILL_PORTAL_IDENTITY_H

#include <microhttpd.h>

#include "base/err.h"
#include "portal/peer.h"
#include "portal/settings.h"

/* nginx's $ssl_client_escaped_cert: PEM, percent-encoded (RFC 3986 §2.1). */
#define IDENTITY_CERT_FIELD	"Sigill-Client-Cert"
/*
 * nginx's $ssl_client_verify.  Only SUCCESS says that the other end has
 * proved, in a handshake, to have the certificate's key: something that the
 * portal cannot see.  What the certificate is good for it judges itself.
 */
#define IDENTITY_VERIFY_FIELD	"Sigill-Client-Verify"

/*
 * The organisation number of a request's sender: peers_identify's, with its
 * errors; ERR_HTTP_BAD_REQUEST when one of the fields is there over TLS, or
 * twice, or is not as a front server writes it.
 */
enum err_code identity_find(struct peers *peers,
    const struct settings *settings, struct MHD_Connection *connection,
    char sender[static 11], struct err *e);

#endif
