/* SPDX-License-Identifier: EUPL-1.2 */
#include "format/orgnr.h"

#include <stddef.h>
#include <string.h>

#define DIGITS	(ORGNR_LEN - 1)

/* The sum of the digits, every second one doubled, ends in 0. */
static bool
luhn(const char number[static DIGITS])
{
	int sum = 0;

	for (size_t i = 0; i < DIGITS; i++) {
		int digit = number[i] - '0';

		if (i % 2 == 0)
			digit = digit * 2 - (digit > 4 ? 9 : 0);
		sum += digit;
	}
	return sum % 10 == 0;
}

bool
orgnr_parse(const char *s, char out[static ORGNR_LEN])
{
	size_t len = strnlen(s, 14), n = 0;
	char digits[ORGNR_LEN];

	/* 12 or 13 with the century's place, where "16" means organisation;
	 * 11 or 13 with the hyphen before the last four. */
	if (len < DIGITS || len > 13)
		return false;
	if (len > 11) {
		if (s[0] != '1' || s[1] != '6')
			return false;
		s += 2;
		len -= 2;
	}
	for (size_t i = 0; i < len; i++) {
		if (len == 11 && i == 6) {
			if (s[i] != '-')
				return false;
			continue;
		}
		if (s[i] < '0' || s[i] > '9')
			return false;
		digits[n++] = s[i];
	}
	digits[n] = '\0';
	if (n != DIGITS || digits[2] < '2' || !luhn(digits))
		return false;
	memcpy(out, digits, ORGNR_LEN);
	return true;
}

void
orgnr_format(const char number[static ORGNR_LEN], char out[static 12])
{
	memcpy(out, number, 6);
	out[6] = '-';
	memcpy(out + 7, number + 6, 5);
}
