/* SPDX-License-Identifier: EUPL-1.2 */
#include "format/fingerprint.h"

#include <string.h>

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

/* -1: none of the alphabet. */
static int
value_of(char c)
{
	const char *p;

	if (c >= 'a' && c <= 'z')
		c = (char)(c - 'a' + 'A');
	if (c == 'O')
		c = '0';
	else if (c == 'I' || c == 'L')
		c = '1';
	p = c != '\0' ? strchr(alphabet, c) : NULL;
	return p != NULL ? (int)(p - alphabet) : -1;
}

bool
fingerprint_parse(const char *s, uint8_t out[static FINGERPRINT_BYTES])
{
	unsigned bits = 0, byte = 0;
	uint32_t hold = 0;
	int value;

	if (strlen(s) != FINGERPRINT_LEN - 1)
		return false;
	for (unsigned n = 0; n < FINGERPRINT_LEN - 1; n++) {
		if (n % 5 == 4) {
			if (s[n] != '-')
				return false;
			continue;
		}
		if ((value = value_of(s[n])) == -1)
			return false;
		hold = hold << 5 | (uint32_t)value;
		bits += 5;
		if (bits >= 8) {
			bits -= 8;
			out[byte++] = (uint8_t)(hold >> bits);
		}
	}
	return true;
}
