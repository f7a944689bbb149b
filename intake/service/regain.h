/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Files in the archive that the ledger does not know, because it was put back
 * from a copy that is older than they are.
 */
#ifndef SIGILL_INTAKE_SERVICE_REGAIN_H
#define SIGILL_INTAKE_SERVICE_REGAIN_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "intake/settings.h"
#include "ledger/sql.h"

/* Queues them, each as one that arrived when it was written, with the source
 * "archive" and the first place of the configuration.  *n: how many.
 * ERR_IO when the archive cannot be read. */
enum err_code regain_files(const struct intake_settings *s, struct sql *db,
    int64_t now, size_t *n, struct err *e);

#endif
