/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * sigill feedback: what answers give, before they are handed in and without
 * the network; or what the authority has told of those that were.
 */
#ifndef SIGILL_CLIENT_FEEDBACK_COMMAND_H
#define SIGILL_CLIENT_FEEDBACK_COMMAND_H

#include "base/err.h"
#include "client/options.h"

enum err_code feedback_run(const struct options *o, struct report *r);

#endif
