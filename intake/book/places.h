/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Where a file came from as a condition in SQL: eight places at a time, and
 * who has more asks again.
 */
#ifndef SIGILL_INTAKE_BOOK_PLACES_H
#define SIGILL_INTAKE_BOOK_PLACES_H

#include <stddef.h>

#define PLACES		8
#define IN_PLACES	" place IN (?, ?, ?, ?, ?, ?, ?, ?) "
#define PLACES_TYPES	"tttttttt"
#define PLACES_OF(p)	p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7]

/* The first eight of n; or all of them, and the first again. */
void places_fill(const char *const *places, size_t n,
    const char *out[static PLACES]);

#endif
