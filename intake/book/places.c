/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/book/places.h"

void
places_fill(const char *const *places, size_t n,
    const char *out[static PLACES])
{
	for (size_t i = 0; i < PLACES; i++)
		out[i] = places[i < n ? i : 0];
}
