/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The one file of sigill-intake that talks to people and programs, as
 * base/show.h does it; the service itself logs (base/log.h).  All of it is in
 * English: it is read by staff, kept in logs and taken apart by scripts.
 */
#ifndef SIGILL_INTAKE_TELL_H
#define SIGILL_INTAKE_TELL_H

#include <stdbool.h>

#include "base/report.h"
#include "intake/options.h"

#define TELL_PROGRAM	"sigill-intake"

/* What staff are to do about it, where that is not what a sender is to do;
 * never NULL. */
const char *tell_hint(enum err_code code);

/* Shows a report, and returns the exit status. */
int tell_report(struct report *r, bool json);
/* The version, and the help for all commands (the last has no name) or for
 * one; the exit status. */
int tell_version(void);
int tell_help(const struct command commands[]);
int tell_help_of(const struct command *command);

#endif
