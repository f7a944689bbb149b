/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Numbers as people write them in the language of messages (base/message.h):
 * "12 045,5" with a space that does not break and "23,5 %" in Swedish,
 * "12,045.5" and "23.5%" in English; a true minus.  Not from the locale: a page
 * is for somebody else than who made it.
 */
#ifndef SIGILL_SCORING_PAGE_NUMBER_H
#define SIGILL_SCORING_PAGE_NUMBER_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#define NUMBER_LEN	64

/* All give out.  Numbers beyond 10^15 are shown as a dash. */
const char *number_whole(char out[static NUMBER_LEN], int64_t n);
/* decimals: at most 4 */
const char *number_real(char out[static NUMBER_LEN], double v,
    unsigned decimals);
const char *number_percent(char out[static NUMBER_LEN], double percent,
    unsigned decimals);
/* With "+" in front when it is more than 0. */
const char *number_signed(char out[static NUMBER_LEN], double v,
    unsigned decimals);
/* A whole number as it is, a real one with so many decimals, a dash for what is
 * no number (NULL, too). */
const char *number_json(char out[static NUMBER_LEN], const json_t *v,
    unsigned decimals);

/* For SVG and CSS, whatever the language: "37.5%" of the way from `from` to
 * `to`, never outside. */
const char *number_place(char out[static NUMBER_LEN], double v, double from,
    double to);

#endif
