/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * sigill-intake benchmark FILE: signs a benchmark that sigill-score has made
 * (docs/SCORING.md), with the key for receipts.  Needs no ledger.
 */
#ifndef SIGILL_INTAKE_BENCHMARK_H
#define SIGILL_INTAKE_BENCHMARK_H

#include "base/err.h"

struct options;
struct report;

enum err_code benchmark_run(const struct options *o, struct report *r);

#endif
