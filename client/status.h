/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * sigill status: what has become of all that was ever submitted.  Asks the
 * portal for the receipts that are still missing, verifies and keeps them.
 */
#ifndef SIGILL_CLIENT_STATUS_H
#define SIGILL_CLIENT_STATUS_H

#include "base/err.h"

struct options;
struct report;

enum err_code status_run(const struct options *o, struct report *r);

#endif
