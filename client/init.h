/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * sigill init: a key, a certificate request and a configuration to complete.
 */
#ifndef SIGILL_CLIENT_INIT_H
#define SIGILL_CLIENT_INIT_H

#include "base/err.h"

struct options;
struct report;

enum err_code init_run(const struct options *o, struct report *r);

#endif
