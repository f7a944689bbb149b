/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * sigill doctor's checks of the network before anything is connected: which
 * proxy, and whether its name or the portal's can be looked up.
 */
#ifndef SIGILL_CLIENT_DOCTOR_NETWORK_H
#define SIGILL_CLIENT_DOCTOR_NETWORK_H

struct checkup;

void doctor_proxy(struct checkup *c);
/* After doctor_proxy. */
void doctor_name(struct checkup *c);

#endif
