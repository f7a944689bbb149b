/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * sigill doctor's checks of what lies on this machine: the configuration, the
 * questionnaires' definitions, the outbox.
 */
#ifndef SIGILL_CLIENT_DOCTOR_LOCAL_H
#define SIGILL_CLIENT_DOCTOR_LOCAL_H

struct checkup;

/* Before all others: what it reads is what they check. */
void doctor_configuration(struct checkup *c);
void doctor_questionnaires(struct checkup *c);
/* Also makes the outbox, where there is none. */
void doctor_outbox(struct checkup *c);
void doctor_disk(struct checkup *c);

#endif
