/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The folders that the service works with, before it starts.
 */
#ifndef SIGILL_INTAKE_SERVICE_FOLDERS_H
#define SIGILL_INTAKE_SERVICE_FOLDERS_H

#include "base/err.h"
#include "intake/settings.h"

/* Is there each that it writes to, for it alone to write, and is none of them
 * named twice?  ERR_CONFIG.  A place that is not there (a stick, say) is no
 * error.  Removes what runs that were killed have left. */
enum err_code folders_check(const struct intake_settings *s, struct err *e);

#endif
