/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What can be the matter with a sealed file of the population, spread over
 * the order of verification (docs/SPEC.md, section 6) and the rules of a round
 * (intake/rules.h).
 */
#ifndef SIGILL_TESTS_POPULATION_CASES_H
#define SIGILL_TESTS_POPULATION_CASES_H

#include <stddef.h>

#include "tests/vectors/recipe.h"

enum case_kind {
	/* Good ones. */
	CASE_PLAIN,
	CASE_CORRECTED,		/* a second file replaces it */
	CASE_CHAIN,		/* and a third one that */
	CASE_REWRAPPED,		/* sealed again: the same submission */
	/* One fault each. */
	CASE_RECIPE,		/* in the file itself */
	CASE_SAME_ID,		/* a second file has its id, and other answers */
	CASE_CONFLICT,		/* a second one does not say that it replaces */
	CASE_UNREGISTERED,	/* nobody has asked them */
};

struct planted {
	enum case_kind kind;
	const struct recipe *recipe;	/* CASE_RECIPE; else a good one */
};

/* All faults, in the order of the steps that find them. */
size_t cases_faults(const struct planted **out);
/* The recipe without a fault. */
const struct recipe *cases_good(void);

#endif
