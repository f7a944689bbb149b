/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/bar.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"

/* The rate is that of the last seconds, more or less so many. */
#define WINDOW_MS	4000.0
/* Shorter spans tell more of buffers than of the line. */
#define SPAN_MS		200
/* A picture with fewer columns shows nothing. */
#define PICTURE_MIN	10u
#define PICTURE_MAX	40u
/* Longer is no forecast. */
#define LEFT_SECONDS_MAX (100.0 * 3600)

void
bar_update(struct bar *b, uint64_t sent, int64_t now)
{
	const int64_t span = now - b->at;
	double rate, weight;

	if (b->at != 0 && sent >= b->sent && span < SPAN_MS)
		return;
	if (b->at != 0 && sent >= b->sent) {
		rate = (double)(sent - b->sent) * 1000.0 / (double)span;
		weight = (double)span / ((double)span + WINDOW_MS);
		b->rate = b->rate > 0.0 ?
		    b->rate + (rate - b->rate) * weight : rate;
	}
	b->at = now;
	b->sent = sent;
}

size_t
bar_cut(char *s, size_t columns)
{
	size_t n = 0;

	for (; *s != '\0'; s++) {
		/* Not the second octet of a character, or a later one. */
		if (((unsigned char)*s & 0xc0) == 0x80)
			continue;
		if (n == columns) {
			*s = '\0';
			break;
		}
		n++;
	}
	return n;
}

/* The unit that a number of bytes reads best in. */
static double
unit_of(double bytes, const char **name)
{
	static const char *const names[] = { "kB", "MB", "GB" };
	double unit = 1000.0;
	size_t i = 0;

	while (bytes >= unit * 1000.0 && i < 2) {
		unit *= 1000.0;
		i++;
	}
	*name = names[i];
	return unit;
}

/* "3:07 left", or "" when nobody can tell. */
static void
time_left(const struct bar *b, uint64_t total, char *out, size_t size)
{
	double seconds = 0.0;
	unsigned n;

	*out = '\0';
	if (b->rate >= 1.0)
		seconds = (double)(total - b->sent) / b->rate;
	if (b->rate < 1.0 || seconds > LEFT_SECONDS_MAX)
		return;
	n = (unsigned)(seconds + 0.5);
	if (n >= 3600)
		(void)snprintf(out, size, _("%u:%02u:%02u left"), n / 3600,
		    n / 60 % 60, n % 60);
	else
		(void)snprintf(out, size, _("%u:%02u left"), n / 60, n % 60);
}

/* Adds more to line, after gap, if it still fits then; *used columns. */
static void
add_if_fits(char line[static BAR_LINE_LEN], size_t *used, size_t columns,
    const char *gap, char *more)
{
	const size_t n = bar_cut(more, SIZE_MAX) + strlen(gap);
	const size_t len = strlen(line);

	if (*more == '\0' || *used + n > columns)
		return;
	(void)snprintf(line + len, BAR_LINE_LEN - len, "%s%s", gap, more);
	*used += n;
}

/* "[====>    ]" of so many columns. */
static void
picture(unsigned percent, size_t columns, char out[static PICTURE_MAX + 3])
{
	size_t n = columns > PICTURE_MAX ? PICTURE_MAX : columns, full;

	if (n < PICTURE_MIN) {
		*out = '\0';
		return;
	}
	n -= 2;
	full = n * percent / 100;
	out[0] = '[';
	memset(out + 1, '=', full);
	memset(out + 1 + full, ' ', n - full);
	if (full < n)
		out[1 + full] = '>';
	out[n + 1] = ']';
	out[n + 2] = '\0';
}

void
bar_line(const struct bar *b, uint64_t total, size_t columns,
    char out[static BAR_LINE_LEN])
{
	char figures[3][64] = { "" }, shape[PICTURE_MAX + 3];
	const char *unit;
	double size = unit_of((double)total, &unit), wanted;
	unsigned percent = total == 0 ? 100 :
	    (unsigned)((double)b->sent * 100.0 / (double)total);
	size_t used, rest = 0;

	(void)snprintf(figures[0], sizeof(figures[0]), _("%.1f of %.1f %s"),
	    (double)b->sent / size, (double)total / size, unit);
	if (b->rate >= 1.0) {
		wanted = unit_of(b->rate, &unit);
		(void)snprintf(figures[1], sizeof(figures[1]), "%.1f %s/s",
		    b->rate / wanted, unit);
	}
	time_left(b, total, figures[2], sizeof(figures[2]));
	(void)snprintf(out, BAR_LINE_LEN, "%s %3u %%", _("sending"),
	    percent);
	used = bar_cut(out, columns);
	for (size_t i = 0; i < 3; i++)
		if (figures[i][0] != '\0')
			rest += bar_cut(figures[i], SIZE_MAX) + 2;
	picture(percent, columns > used + 2 + rest ?
	    columns - used - 2 - rest : 0, shape);
	add_if_fits(out, &used, columns, "  ", shape);
	for (size_t i = 0; i < 3; i++)
		add_if_fits(out, &used, columns, "  ", figures[i]);
}
