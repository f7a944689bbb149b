/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * `sigill-intake run`: the service.  Starts the key holder and the lanes,
 * looks for files, and obeys signals: SIGTERM ends it after the files at hand,
 * SIGHUP has anchors, revocation lists and questionnaires loaded again.
 */
#ifndef SIGILL_INTAKE_SERVICE_RUN_H
#define SIGILL_INTAKE_SERVICE_RUN_H

#include "base/err.h"
#include "base/report.h"
#include "intake/options.h"

/*
 * Logs while it runs.  With --once it ends when nothing is queued and due:
 * ERR_QUEUED when something has been put off.  What keeps it from starting is
 * in the report.
 */
enum err_code service_run(const struct options *options,
    struct report *report);

#endif
