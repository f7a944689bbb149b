/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * sigill doctor: everything that a delivery depends on, tried one thing after
 * the other without sending any answer; a line each, with what to do.
 */
#ifndef SIGILL_CLIENT_DOCTOR_H
#define SIGILL_CLIENT_DOCTOR_H

#include "base/err.h"

struct options;
struct report;

enum err_code doctor_run(const struct options *o, struct report *r);

#endif
