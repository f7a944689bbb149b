/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * sigill doctor's checks that talk to the portal, without sending or changing
 * anything there: whether it can be reached and is the pinned one, what time
 * it has, how it is, and whether it takes our certificate.
 */
#ifndef SIGILL_CLIENT_DOCTOR_PORTAL_H
#define SIGILL_CLIENT_DOCTOR_PORTAL_H

struct checkup;

/* After doctor_name.  GET /v1/health without a certificate; the next two look
 * at its answer. */
void doctor_connection(struct checkup *c);
void doctor_clock(struct checkup *c);
void doctor_health(struct checkup *c);
/* OPTIONS /v1/uploads with our certificate. */
void doctor_access(struct checkup *c);

#endif
