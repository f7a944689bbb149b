/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The server's own certificate and key, as TLS uses them.  They are renewed
 * while the portal runs, several times a year by many issuers.
 */
#ifndef SIGILL_PORTAL_TLS_H
#define SIGILL_PORTAL_TLS_H

#include <gnutls/abstract.h>

#include "base/err.h"
#include "portal/settings.h"

struct tls;			/* opaque; one at a time: see tls_retrieve */

/* settings are borrowed for as long as *out lives. */
enum err_code tls_open(const struct settings *settings, struct tls **out,
    struct err *e);
/* NULL-safe; after the last connection has ended. */
void tls_close(struct tls *t);
/* Reads the files again, for handshakes from now on; after a failure what was
 * there before stays. */
enum err_code tls_reload(struct tls *t, struct err *e);

/* gnutls_certificate_retrieve_function3, which gets nothing of ours: it
 * presents the certificate of the one struct tls that is open. */
int tls_retrieve(gnutls_session_t session,
    const struct gnutls_cert_retr_st *info, gnutls_pcert_st **certs,
    unsigned int *n_certs, gnutls_ocsp_data_st **ocsp, unsigned int *n_ocsp,
    gnutls_privkey_t *key, unsigned int *flags);

#endif
