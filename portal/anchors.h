/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One reading of the files that say whom to believe: the anchors and
 * revocation lists for senders, as the TLS library and as crypto/ want them,
 * and what has been found good by them.  Only for portal/peer.c.
 */
#ifndef SIGILL_PORTAL_ANCHORS_H
#define SIGILL_PORTAL_ANCHORS_H

#include <gnutls/x509.h>
#include <stdint.h>

#include "base/err.h"
#include "crypto/cert.h"
#include "crypto/trust.h"
#include "portal/settings.h"
#include "portal/vouched.h"

struct anchors {
	gnutls_x509_trust_list_t list;	/* owns the anchors and the CRLs */
	gnutls_x509_crl_t *crls;	/* the array owned, its members not */
	unsigned n_crls;
	unsigned n_outdated;		/* of them */
	struct trust *signers;		/* crypto/'s view of the same files */
	struct cert_list roots;		/* the anchors once more */
	/* Found good by this reading, and gone with it. */
	struct vouched *good_senders, *good_signers;
};

/* Warns of each list that is outdated. */
enum err_code anchors_load(const struct settings *s, struct anchors *out,
    struct err *e);
void anchors_wipe(struct anchors *a);

/* Until when (not included) a verdict of now may stand which, for what is in
 * the certificates that it is about, could stand until `until`: no longer than
 * any anchor or list that it may rest on. */
int64_t anchors_hold_until(const struct anchors *a, int64_t now,
    int64_t until);

#endif
