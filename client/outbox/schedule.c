/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/outbox/schedule.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/i18n.h"
#include "base/report.h"
#include "base/timestamp.h"
#include "client/delivery/delivery.h"

#define PAUSE_FIRST	60
#define LAST_HOURS	7200
#define DAY		86400

int64_t
schedule_pause(unsigned failures, uint32_t random)
{
	int64_t pause = PAUSE_FIRST;

	for (unsigned i = 1; i < failures && pause < SCHEDULE_PAUSE_MAX; i++)
		pause *= 2;
	if (pause > SCHEDULE_PAUSE_MAX)
		pause = SCHEDULE_PAUSE_MAX;
	return pause - (int64_t)((uint64_t)(pause / 4) * random / UINT32_MAX);
}

/* The longest pause at that time. */
static int64_t
longest(int64_t closes, int64_t t)
{
	if (closes == 0 || closes - t > DAY || t - closes > DAY)
		return SCHEDULE_PAUSE_MAX;
	if (t < closes && closes - t <= LAST_HOURS)
		return 0;
	return SCHEDULE_PAUSE_HURRY;
}

int64_t
schedule_due(int64_t last, int64_t next, int64_t closes, int64_t now)
{
	/* Tried in the future, or to be tried later than we ever say. */
	if (last > now || next - last > SCHEDULE_PAUSE_MAX)
		return now;
	if (next - last > longest(closes, now))
		next = last + longest(closes, now);
	/* No pause reaches past the time from which all are shorter. */
	if (closes != 0 && now < closes - DAY && next > closes - DAY)
		next = closes - DAY;
	else if (closes != 0 && now < closes - LAST_HOURS &&
	    next > closes - LAST_HOURS)
		next = closes - LAST_HOURS;
	return next;
}

struct delivery_limits
schedule_limits(int64_t closes, int64_t now, bool scheduled)
{
	static const struct delivery_limits short_run = {
		.tries = 3, .seconds = 300,
	};
	static const struct delivery_limits long_run = {
		.tries = 30, .seconds = 1200,
	};

	if (closes != 0 && now < closes && closes - now <= LAST_HOURS)
		return long_run;
	return scheduled ? short_run : delivery_usual;
}

void
schedule_span(int64_t seconds, char out[static SCHEDULE_SPAN_LEN])
{
	const int64_t s = seconds < 0 ? -seconds : seconds;

	if (s >= 2 * DAY)
		(void)snprintf(out, SCHEDULE_SPAN_LEN, _("%jd days"),
		    (intmax_t)(s / DAY));
	else if (s >= 2 * 3600)
		(void)snprintf(out, SCHEDULE_SPAN_LEN, _("%jd hours"),
		    (intmax_t)(s / 3600));
	else if (s >= 2 * 60)
		(void)snprintf(out, SCHEDULE_SPAN_LEN, _("%jd minutes"),
		    (intmax_t)(s / 60));
	else
		(void)snprintf(out, SCHEDULE_SPAN_LEN, "%s",
		    _("a minute"));
}

static void
set_members(int64_t closes, bool late, struct report *r)
{
	char when[TIMESTAMP_LEN];

	timestamp_format(closes, when);
	report_set_text(r, "closes", when);
	report_set(r, "late", json_boolean(late));
}

void
schedule_report_done(int64_t closes, int64_t done, struct report *r)
{
	char span[SCHEDULE_SPAN_LEN], when[TIMESTAMP_LOCAL_LEN];

	if (closes == 0)
		return;
	timestamp_format_local(closes, when);
	schedule_span(closes - done, span);
	report_line(r, _("Deadline"), done < closes ? _("%s; handed in %s "
	    "before it") : _("%s; handed in %s after it: late"), when, span);
	set_members(closes, done >= closes, r);
}

void
schedule_report(int64_t closes, int64_t now, struct report *r)
{
	char span[SCHEDULE_SPAN_LEN], when[TIMESTAMP_LOCAL_LEN];

	if (closes == 0)
		return;
	timestamp_format_local(closes, when);
	schedule_span(closes - now, span);
	report_line(r, _("Deadline"), now < closes ? _("%s, %s left") :
	    _("%s, %s ago: it comes late"), when, span);
	set_members(closes, now >= closes, r);
}
