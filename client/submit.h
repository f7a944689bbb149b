/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * `sigill submit`: from answers to a sealed file in the outbox, and on to the
 * portal.
 */
#ifndef SIGILL_CLIENT_SUBMIT_H
#define SIGILL_CLIENT_SUBMIT_H

#include "base/err.h"

struct options;
struct report;

enum err_code submit_run(const struct options *o, struct report *r);

#endif
