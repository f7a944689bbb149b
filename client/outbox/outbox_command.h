/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * sigill outbox list | flush | drop.  `flush` is what a scheduled job runs:
 * it never asks anything, says one line, and ends with 75 while something is
 * still waiting.
 */
#ifndef SIGILL_CLIENT_OUTBOX_COMMAND_H
#define SIGILL_CLIENT_OUTBOX_COMMAND_H

#include "base/err.h"

struct options;
struct report;

enum err_code outbox_run(const struct options *o, struct report *r);

#endif
