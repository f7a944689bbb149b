/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Made-up organisations and what they answer.  The same seed gives the same
 * ones.
 */
#ifndef SIGILL_TESTS_POPULATION_PEOPLE_H
#define SIGILL_TESTS_POPULATION_PEOPLE_H

#include <stdint.h>

#include "format/questionnaire.h"
#include "format/statement.h"

/* xorshift64*; the state must not be 0. */
struct chance {
	uint64_t state;
};

/* 0 up to n - 1. */
uint32_t chance_below(struct chance *c, uint32_t n);

struct person {
	char number[ORGNR_LEN];
	char name[64];
	enum organisation_kind kind;
};

/* The index-th, from 0 to 999,999: its number is correct, and no two have the
 * same.  In thousands, 290 are kommuner, 21 regioner. */
void person_of(uint32_t index, struct person *out);

/* Answers that the questionnaire allows, where each is asked.  Ends the
 * program when it cannot be done. */
void person_answers(const struct person *p, const struct questionnaire *q,
    const char *round, struct chance *chance, struct statement *out);

#endif
