/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * `sigill mandate`: the organisation lets another one answer for it, and signs
 * that with its own key.  With a file's name, shows what that one says.
 */
#ifndef SIGILL_CLIENT_MANDATE_H
#define SIGILL_CLIENT_MANDATE_H

#include "base/err.h"

struct options;
struct report;

/* Writes a new file, and nothing else. */
enum err_code mandate_run(const struct options *o, struct report *r);

#endif
