/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What goes wrong again and again is logged at most once a minute.
 */
#ifndef SIGILL_INTAKE_SERVICE_HUSH_H
#define SIGILL_INTAKE_SERVICE_HUSH_H

#include <stdint.h>

#include "base/err.h"

/* Each event and code for itself, of so many; more are not logged in that
 * minute. */
#define HUSH_KINDS	8

/* Of one thread; { 0 } is a fresh one. */
struct hush {
	struct {
		int64_t until;		/* CLOCK_MONOTONIC seconds */
		const char *event;	/* a literal; NULL: free */
		enum err_code code;
	} v[HUSH_KINDS];
};

/* As log_err with LOG_WARN. */
void hush_err(struct hush *h, const char *event, const struct err *e);

#endif
