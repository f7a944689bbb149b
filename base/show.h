/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * How a report reaches the one who asked.
 *
 * The rules: results go to standard output, errors to standard error as an
 * error line and a hint line; each hint once, after the last error that it
 * belongs to.  Nothing is said twice, nothing in capitals.  As JSON there is
 * exactly one document on standard output and nothing on standard error.
 */
#ifndef SIGILL_BASE_SHOW_H
#define SIGILL_BASE_SHOW_H

#include <stdbool.h>

#include "base/report.h"

/* First: file descriptors 0 to 2 are there, and a closed pipe or a limit on
 * file sizes is an error that we see rather than a signal.  False: the
 * program must end. */
bool show_init(void);

/* Shows it, as text or as one JSON document, and returns the exit status; 74
 * when standard output does not take it.  Standard output is closed then. */
int show_report(struct report *r, const char *program, bool json);

#endif
