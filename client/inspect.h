/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * sigill inspect: what anybody can see of a sealed file.
 */
#ifndef SIGILL_CLIENT_INSPECT_H
#define SIGILL_CLIENT_INSPECT_H

#include "base/err.h"

struct options;
struct report;

enum err_code inspect_run(const struct options *o, struct report *r);

#endif
