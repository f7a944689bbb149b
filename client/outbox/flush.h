/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * sigill outbox flush: delivers what is waiting.  For scheduled jobs: it
 * never asks, says one line when something happened, and ends with 75 while
 * something is still waiting that may pass by itself.
 */
#ifndef SIGILL_CLIENT_FLUSH_H
#define SIGILL_CLIENT_FLUSH_H

#include "base/err.h"

struct options;
struct report;

/* o->operands[1] and on name entries; none: all. */
enum err_code flush_run(const struct options *o, struct report *r);

#endif
