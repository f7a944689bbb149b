/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The only place, with main.c, that talks to the person: what a command
 * reports, progress, and prompts.
 */
#ifndef SIGILL_CLIENT_UI_H
#define SIGILL_CLIENT_UI_H

#include <stdbool.h>
#include <stdint.h>

#include "base/report.h"

/* First: file descriptors 0 to 2 are there, and a closed pipe or a limit on
 * file sizes is an error that we see rather than a signal. */
void ui_init(void);

/*
 * Shows a report, as text (errors on standard error) or as one JSON document
 * on standard output, and returns the exit status; 74 when standard output
 * does not take it.
 */
int ui_show(struct report *r, bool json);

/* Text on standard output, for help and version; the exit status. */
int ui_print(const char *text);

/* Is standard output a terminal? */
bool ui_stdout_is_terminal(void);

/* From now on the signals that people and schedulers stop a program with have
 * it write this sentence to standard error, and end it all the same; NULL:
 * nothing more. */
void ui_on_interrupt(const char *sentence);

/* How far a body has come, from client/delivery/upload.h's progress: a line on
 * standard error, drawn over and over and taken away before anything else is
 * shown.  Nothing unless that is a terminal.  total 0: the waiting for a
 * verdict has begun. */
void ui_progress(uint64_t sent, uint64_t total);
/* The same of a pause before another try; 0 seconds: it is over. */
void ui_pausing(const struct err *why, unsigned seconds);

#endif
