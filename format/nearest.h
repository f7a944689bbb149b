/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * "Did you mean ...?": the name among the known ones that a misspelt one is
 * closest to.  Cheap and bounded: names over LIMIT_ID bytes are not compared.
 */
#ifndef SIGILL_FORMAT_NEAREST_H
#define SIGILL_FORMAT_NEAREST_H

#include <stddef.h>

struct nearest {
	const char *given;	/* borrowed */
	size_t given_len;
	const char *best;	/* borrowed; NULL while none is close */
	size_t distance;	/* of best */
};

struct nearest nearest_to(const char *given);
/* Offers a known name; the first of the closest stays. */
void nearest_offer(struct nearest *n, const char *known);

#define NEAREST_HINT_LEN	128
/* "; did you mean "17"?", or "" when nothing is close. */
void nearest_hint(const struct nearest *n, char out[static NEAREST_HINT_LEN]);

#endif
