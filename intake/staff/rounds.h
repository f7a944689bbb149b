/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Which round a command counts.
 */
#ifndef SIGILL_INTAKE_STAFF_ROUNDS_H
#define SIGILL_INTAKE_STAFF_ROUNDS_H

#include "base/err.h"
#include "intake/options.h"
#include "intake/settings.h"
#include "intake/staff/desk.h"

/* The one that --round names, or the only one of the configuration.
 * ERR_USAGE. */
enum err_code rounds_pick(const struct options *o,
    const struct intake_settings *s, const char **out, struct err *e);
/* Its window in the configuration; NULL for one that is no more there. */
const struct round_window *rounds_window(const struct intake_settings *s,
    const char *round);
/* ERR_USAGE for a round or a questionnaire (or NULL) that the configuration
 * does not have and for which nothing has ever come: a slip. */
enum err_code rounds_check(struct desk *desk, const char *round,
    const char *questionnaire, struct err *e);

#endif
