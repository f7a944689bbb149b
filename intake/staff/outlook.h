/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What a decision comes to: what of the round counts now, and what will when
 * the service has carried it out.
 */
#ifndef SIGILL_INTAKE_STAFF_OUTLOOK_H
#define SIGILL_INTAKE_STAFF_OUTLOOK_H

#include <stdbool.h>

#include "base/report.h"
#include "intake/staff/beside.h"
#include "intake/staff/desk.h"
#include "intake/staff/pile.h"

/* Before the decision is written down.  Tells nothing of a file of which
 * nobody knows what it has in it. */
enum err_code outlook_tell(struct desk *desk, const struct arrival *a,
    const struct beside *beside, bool accept, struct report *r,
    struct err *e);

/* The files of the same organisation, questionnaire and round. */
enum err_code outlook_kin(struct desk *desk, const struct arrival *a,
    struct pile *out, struct err *e);

#endif
