/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * sigill doctor's checks of keys and certificates: one's own, the recipients'
 * and the receipt signers'.
 */
#ifndef SIGILL_CLIENT_DOCTOR_CERTS_H
#define SIGILL_CLIENT_DOCTOR_CERTS_H

struct checkup;

void doctor_certificate(struct checkup *c);
void doctor_chain(struct checkup *c);
/* After doctor_certificate.  Asks for the passphrase if it must and may. */
void doctor_key(struct checkup *c);
void doctor_recipients(struct checkup *c);
void doctor_receipt_signers(struct checkup *c);
/* What the trust in the authority begins with, and in its portal. */
void doctor_anchors(struct checkup *c);

#endif
