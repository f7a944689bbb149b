/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Who is on the other side, and who signed: the anchors and revocation lists
 * for senders, used for the TLS certificate of a connection and for the outer
 * signer of a sealed file.  They can be read again while the portal runs,
 * since revocation lists are renewed every few days.
 */
#ifndef SIGILL_PORTAL_PEER_H
#define SIGILL_PORTAL_PEER_H

#include <gnutls/gnutls.h>
#include <stdint.h>

#include "base/err.h"
#include "crypto/cert.h"
#include "portal/settings.h"

struct peers;			/* opaque; safe to use from many threads */

/* settings are borrowed for as long as *out lives. */
enum err_code peers_open(const struct settings *settings, struct peers **out,
    struct err *e);
void peers_close(struct peers *p);	/* NULL-safe */
/* Reads the files again; after a failure what was there before stays. */
/* How many revocation lists are out of date. */
unsigned peers_outdated(struct peers *p);
enum err_code peers_reload(struct peers *p, struct err *e);

/*
 * The organisation number of a client's certificate, the first of n in DER
 * with its intermediates, once that is verified: from one of the anchors,
 * valid now, good for clientAuth, not revoked, not a test certificate in
 * production.  ERR_HTTP_NO_CERT in every other case (with n 0, none was
 * presented), but ERR_SIGNER_CRL when an issuer has no current revocation
 * list although such are configured.  sender is left alone then.
 */
enum err_code peers_identify(struct peers *p, const gnutls_datum_t *der,
    unsigned n, char sender[static 11], struct err *e);

/* trust_check for the outer signer of a sealed file. */
enum err_code peers_check_signer(struct peers *p, const struct cert *cert,
    const struct cert_list *chain, int64_t now, struct err *e);

#endif
