/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Swedish organisation numbers: ten digits, the tenth a Luhn check digit,
 * the third at least 2 (which tells them from personal numbers).
 */
#ifndef SIGILL_FORMAT_ORGNR_H
#define SIGILL_FORMAT_ORGNR_H

#include <stdbool.h>

#define ORGNR_LEN	11	/* ten digits and a NUL */

/* Takes "2120000142", "212000-0142", "16212000-0142" and "162120000142" and
 * gives the ten digits.  False when it is none of these or the check digit
 * is wrong. */
bool orgnr_parse(const char *s, char out[static ORGNR_LEN]);
/* "212000-0142", from ten digits. */
void orgnr_format(const char number[static ORGNR_LEN], char out[static 12]);

#endif
