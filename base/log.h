/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What the services tell their operator: one line an event on standard error
 * (journald takes it from there), as text or as a JSON object.  Always
 * English, never a secret, never an answer's content.
 */
#ifndef SIGILL_BASE_LOG_H
#define SIGILL_BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum log_level { LOG_DEBUGGING, LOG_INFORM, LOG_WARN, LOG_FAIL };

/* Once, at start.  The only global of the program: a log has one place. */
void log_open(const char *program, bool json, enum log_level least);

/*
 * An event ("upload-complete") with pairs of names and texts that follow,
 * ended by NULL:
 *	log_event(LOG_INFORM, "upload-complete", "digest", hex, NULL);
 * Values are escaped; a NULL value ends the list early.
 */
void log_event(enum log_level level, const char *event, ...)
    __attribute__((sentinel));
/* An error as an event: its code, place and message. */
void log_err(enum log_level level, const char *event, const struct err *e);

#endif
