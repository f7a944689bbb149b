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

void
timestamp_format_local(int64_t t, char out[static TIMESTAMP_LOCAL_LEN])
{
	struct tm tm = { 0 };
	time_t tt = (time_t)t;

	if (t < 0 || t > TIMESTAMP_MAX || localtime_r(&tt, &tm) == NULL ||
	    strftime(out, TIMESTAMP_LOCAL_LEN, "%Y-%m-%d %H:%M:%S %Z", &tm) ==
	    0)
		timestamp_format(t, out);
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

bool
timestamp_parse_until(const char *s, int64_t *out)
{
	struct tm tm = { .tm_hour = 23, .tm_min = 59, .tm_sec = 59,
	    .tm_isdst = -1 };
	time_t t;

	if (!timestamp_parse(s, out))
		return false;
	if (strlen(s) != 10)
		return true;
	if (strptime(s, "%Y-%m-%d", &tm) == NULL)
		return false;
	tm.tm_isdst = -1;
	if ((t = mktime(&tm)) == -1)
		return false;
	*out = (int64_t)t;
	return true;
}

/* Which of the names of three letters, from 0; -1: none.  Never asks the
 * locale. */
static int
name_index(const char *s, const char *names)
{
	for (int i = 0; names[3 * i] != '\0'; i++)
		if (strncmp(s, names + 3 * i, 3) == 0)
			return i;
	return -1;
}

bool
timestamp_parse_imf(const char *s, int64_t *out)
{
	static const char form[] = "ddd, 00 mmm 0000 00:00:00 GMT";
	char iso[TIMESTAMP_LEN];
	int day, month;

	if (strlen(s) != sizeof(form) - 1)
		return false;
	for (size_t i = 0; form[i] != '\0'; i++)
		if (strchr(" ,:GMT", form[i]) != NULL && s[i] != form[i])
			return false;
	day = name_index(s, "SunMonTueWedThuFriSat");
	month = name_index(s + 8, "JanFebMarAprMayJunJulAugSepOctNovDec");
	(void)snprintf(iso, sizeof(iso), "%.4s-%02u-%.2sT%.8sZ", s + 12,
	    (unsigned)(month + 1) % 100, s + 5, s + 17);
	/* The first day was a Thursday. */
	return timestamp_parse(iso, out) && (*out / 86400 + 4) % 7 == day;
}

int64_t
timestamp_now(void)
{
	return (int64_t)time(NULL);
}
