/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What goes wrong again and again is logged at most once a minute.
 */
#ifndef SIGILL_INTAKE_SERVICE_HUSH_H
#define SIGILL_INTAKE_SERVICE_HUSH_H

#include <stdint.h>

#include "base/err.h"

/* Of one event in one thread; { 0 } is a fresh one. */
struct hush {
	int64_t until;		/* CLOCK_MONOTONIC seconds */
	enum err_code code;	/* another one is logged at once */
};

/* As log_err with LOG_WARN. */
void hush_err(struct hush *h, const char *event, const struct err *e);

#endif
