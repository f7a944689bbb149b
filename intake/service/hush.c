/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/service/hush.h"

#include <string.h>
#include <time.h>

#include "base/log.h"

#define SECONDS	60

void
hush_err(struct hush *h, const char *event, const struct err *e)
{
	size_t place = HUSH_KINDS;
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	for (size_t i = 0; i < HUSH_KINDS; i++) {
		if (h->v[i].event == NULL || t.tv_sec >= h->v[i].until)
			place = i;
		else if (h->v[i].code == e->code &&
		    strcmp(h->v[i].event, event) == 0)
			return;
	}
	if (place == HUSH_KINDS)
		return;
	log_err(LOG_WARN, event, e);
	h->v[place].until = t.tv_sec + SECONDS;
	h->v[place].event = event;
	h->v[place].code = e->code;
}
