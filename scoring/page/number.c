/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/page/number.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/message.h"

#define DASH	"\u2013"
#define MINUS	"\u2212"
#define SPACE	"\u00a0"	/* does not break */
#define MOST	1e15		/* whole numbers of a double end at 2^53 */

static bool
swedish(void)
{
	return strcmp(message_language_name(), "sv") == 0;
}

/* The whole part in threes.  Swedish leaves four digits together. */
static void
add_whole(char *out, size_t size, uint64_t n)
{
	char digits[24];
	const bool sv = swedish();
	size_t len, at = strlen(out);

	(void)snprintf(digits, sizeof(digits), "%llu", (unsigned long long)n);
	len = strlen(digits);
	for (size_t i = 0; i < len && at + 8 < size; i++) {
		if (i != 0 && (len - i) % 3 == 0 && (!sv || len > 4))
			at += (size_t)snprintf(out + at, size - at, "%s",
			    sv ? SPACE : ",");
		out[at++] = digits[i];
		out[at] = '\0';
	}
}

/* sign: what is in front of a number above 0 */
static const char *
format(char out[static NUMBER_LEN], double v, unsigned decimals,
    const char *sign, const char *unit)
{
	static const double scales[] = { 1, 10, 100, 1000, 10000 };
	const unsigned d = decimals < 5 ? decimals : 4;
	const uint64_t scale = (uint64_t)scales[d];
	uint64_t n;
	size_t at;

	if (!(fabs(v) < MOST / scales[d])) {
		(void)snprintf(out, NUMBER_LEN, DASH);
		return out;
	}
	n = (uint64_t)(fabs(v) * scales[d] + 0.5);
	(void)snprintf(out, NUMBER_LEN, "%s",
	    n == 0 ? "" : v < 0 ? MINUS : sign);
	add_whole(out, NUMBER_LEN, n / scale);
	at = strlen(out);
	if (d > 0)
		at += (size_t)snprintf(out + at, NUMBER_LEN - at, "%c%0*llu",
		    swedish() ? ',' : '.', (int)d,
		    (unsigned long long)(n % scale));
	(void)snprintf(out + at, NUMBER_LEN - at, "%s", unit);
	return out;
}

const char *
number_whole(char out[static NUMBER_LEN], int64_t n)
{
	return format(out, (double)n, 0, "", "");
}

const char *
number_real(char out[static NUMBER_LEN], double v, unsigned decimals)
{
	return format(out, v, decimals, "", "");
}

const char *
number_percent(char out[static NUMBER_LEN], double percent,
    unsigned decimals)
{
	return format(out, percent, decimals, "", swedish() ? SPACE "%" : "%");
}

const char *
number_signed(char out[static NUMBER_LEN], double v, unsigned decimals)
{
	return format(out, v, decimals, "+", "");
}

const char *
number_json(char out[static NUMBER_LEN], const json_t *v, unsigned decimals)
{
	return format(out, json_is_number(v) ? json_number_value(v) : NAN,
	    json_is_integer(v) ? 0 : decimals, "", "");
}

const char *
number_place(char out[static NUMBER_LEN], double v, double from, double to)
{
	double part = to > from ? (v - from) / (to - from) : 0;
	unsigned n;

	part = part > 0 ? part < 1 ? part : 1 : 0;
	n = (unsigned)(part * 10000 + 0.5);
	(void)snprintf(out, NUMBER_LEN, "%u.%02u%%", n / 100, n % 100);
	return out;
}
