/* SPDX-License-Identifier: EUPL-1.2 */
#include "format/nearest.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/limits.h"

#define NO_DISTANCE	SIZE_MAX

/* Letters' case, and the letters that are taken for digits, count as one. */
static unsigned char
fold(char c)
{
	if (c >= 'A' && c <= 'Z')
		c = (char)(c - 'A' + 'a');
	if (c == 'o')
		c = '0';
	if (c == 'l' || c == 'i')
		c = '1';
	return (unsigned char)c;
}

static size_t
min2(size_t a, size_t b)
{
	return a < b ? a : b;
}

/*
 * Optimal string alignment: bytes left out, added, changed, or two
 * neighbours swapped.
 */
static size_t
distance(const char *a, size_t la, const char *b, size_t lb)
{
	size_t row[3][LIMIT_ID + 1];
	size_t *before = row[0], *last = row[1], *now = row[2], *spare;

	for (size_t j = 0; j <= lb; j++)
		last[j] = j;
	for (size_t i = 1; i <= la; i++) {
		now[0] = i;
		for (size_t j = 1; j <= lb; j++) {
			size_t same = fold(a[i - 1]) == fold(b[j - 1]) ? 0 : 1;

			now[j] = min2(last[j - 1] + same,
			    min2(last[j], now[j - 1]) + 1);
			if (i > 1 && j > 1 &&
			    fold(a[i - 1]) == fold(b[j - 2]) &&
			    fold(a[i - 2]) == fold(b[j - 1]))
				now[j] = min2(now[j], before[j - 2] + 1);
		}
		spare = before;
		before = last;
		last = now;
		now = spare;
	}
	return last[lb];
}

struct nearest
nearest_to(const char *given)
{
	return (struct nearest){
		.given = given,
		.given_len = strlen(given),
		.distance = NO_DISTANCE,
	};
}

void
nearest_offer(struct nearest *n, const char *known)
{
	size_t len = strlen(known), d;

	if (n->given_len > LIMIT_ID || len > LIMIT_ID ||
	    len > n->given_len + 2 || n->given_len > len + 2)
		return;
	d = distance(n->given, n->given_len, known, len);
	/* Of two letters, one that differs is another name, not a slip. */
	if (d > 2 || d * 3 > min2(len, n->given_len) || d >= n->distance)
		return;
	n->distance = d;
	n->best = known;
}

void
nearest_hint(const struct nearest *n, char out[static NEAREST_HINT_LEN])
{
	out[0] = '\0';
	if (n->best != NULL)
		(void)snprintf(out, NEAREST_HINT_LEN,
		    _("; did you mean \"%s\"?"), n->best);
}
