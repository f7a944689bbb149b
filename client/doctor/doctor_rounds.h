/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * sigill doctor's check of the deadlines: does the outbox know when to hurry?
 */
#ifndef SIGILL_CLIENT_DOCTOR_ROUNDS_H
#define SIGILL_CLIENT_DOCTOR_ROUNDS_H

struct checkup;

/* After doctor_outbox. */
void doctor_rounds(struct checkup *c);

#endif
