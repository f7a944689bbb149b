/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/timestamp.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

void
timestamp_format(int64_t t, char out[static TIMESTAMP_LEN])
{
	struct tm tm = { 0 };
	time_t tt = (time_t)t;

	if (t < 0 || t > TIMESTAMP_MAX || gmtime_r(&tt, &tm) == NULL ||
	    strftime(out, TIMESTAMP_LEN, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		(void)snprintf(out, TIMESTAMP_LEN, "0000-00-00T00:00:00Z");
}

bool
timestamp_parse(const char *s, int64_t *out)
{
	char back[TIMESTAMP_LEN];
	struct tm tm = { 0 };
	const char *end;

	if (strlen(s) == 10)
		end = strptime(s, "%Y-%m-%d", &tm);
	else
		end = strptime(s, "%Y-%m-%dT%H:%M:%SZ", &tm);
	if (end == NULL || *end != '\0')
		return false;
	*out = (int64_t)timegm(&tm);
	/* strptime takes the 31st of February and loose spacing; we do not. */
	timestamp_format(*out, back);
	return *out >= 0 && strncmp(back, s, strlen(s)) == 0;
}

int64_t
timestamp_now(void)
{
	return (int64_t)time(NULL);
}
