/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/service/hush.h"

#include <time.h>

#include "base/log.h"

#define SECONDS	60

void
hush_err(struct hush *h, const char *event, const struct err *e)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	if (e->code == h->code && t.tv_sec < h->until)
		return;
	log_err(LOG_WARN, event, e);
	*h = (struct hush){ .until = t.tv_sec + SECONDS, .code = e->code };
}
