/* SPDX-License-Identifier: EUPL-1.2 */
#include "format/fingerprint.h"

/* Crockford's base32: no I, L, O, U. */
static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

void
fingerprint_format(const uint8_t digest[static 32],
    char out[static FINGERPRINT_LEN])
{
	unsigned bits = 0, byte = 0;
	uint32_t hold = 0;
	char *p = out;

	for (unsigned n = 0; n < 16; n++) {
		if (bits < 5) {
			hold = hold << 8 | digest[byte++];
			bits += 8;
		}
		bits -= 5;
		if (n != 0 && n % 4 == 0)
			*p++ = '-';
		*p++ = alphabet[hold >> bits & 0x1f];
	}
	*p = '\0';
}
