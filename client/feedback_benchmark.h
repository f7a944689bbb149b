/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A benchmark that the authority has signed, read offline: who has signed it is
 * judged first, and only then what it says.
 */
#ifndef SIGILL_CLIENT_FEEDBACK_BENCHMARK_H
#define SIGILL_CLIENT_FEEDBACK_BENCHMARK_H

#include "base/err.h"
#include "client/settings.h"
#include "scoring/benchmark.h"
#include "scoring/sheet.h"

/*
 * Needs [authority] anchors and intake_signers.  ERR_BENCHMARK_SIGNATURE also
 * when it has none, ERR_ENVIRONMENT when it is from another one than is
 * configured, and benchmark_parse's errors.  *out is the caller's to wipe in
 * any case.
 */
enum err_code feedback_benchmark_load(const struct settings *s,
    const char *path, const struct sheet_layout *l, struct benchmark *out,
    struct err *e);

#endif
