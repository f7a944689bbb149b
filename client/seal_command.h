/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * `sigill seal`: answers become a sealed file that somebody will carry.
 */
#ifndef SIGILL_CLIENT_SEAL_COMMAND_H
#define SIGILL_CLIENT_SEAL_COMMAND_H

#include "base/err.h"

struct options;
struct report;

enum err_code seal_run(const struct options *o, struct report *r);

#endif
