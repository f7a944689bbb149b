/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Made-up questionnaires with levels, of all types of questions, as random as
 * a seed says: the same seed gives the same one.
 */
#ifndef SIGILL_TESTS_UNIT_INSTRUMENT_H
#define SIGILL_TESTS_UNIT_INSTRUMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "format/questionnaire.h"
#include "scoring/sheet.h"

struct instrument {
	uint64_t state;
};

struct instrument instrument_seed(uint64_t seed);
/* From 0 to n - 1. */
size_t instrument_below(struct instrument *r, size_t n);

/* Through the loader, so that it is one that a file could have; for
 * questionnaire_free. */
struct questionnaire *instrument_make(struct instrument *r);
/* Answers some of its single choices and scales. */
void instrument_choose(struct instrument *r, const struct questionnaire *q,
    const struct sheet_layout *l, struct sheet *s);
/* A box that is not ticked; false: there is none left. */
bool instrument_next_box(struct instrument *r, const struct questionnaire *q,
    const struct sheet_layout *l, const struct sheet *s, size_t *question,
    size_t *option);

#endif
