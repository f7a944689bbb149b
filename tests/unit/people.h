/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Rounds of made-up organisations for unit tests of scoring.  Texts are JSON
 * with ' for ".  Whatever is wrong ends the test.
 */
#ifndef SIGILL_TESTS_UNIT_PEOPLE_H
#define SIGILL_TESTS_UNIT_PEOPLE_H

#include "format/questionnaire.h"
#include "scoring/pile.h"

struct people {
	struct questionnaire *q;
	struct pile pile;
};

/* A definition: members of its questions, and of what else it has, as in
 * docs/QUESTIONNAIRES.md; NULL: those of people_questions, people_rest. */
void people_open(struct people *p, const char *questions, const char *rest);
/* One organisation, by a number of up to nine digits. */
void people_add(struct people *p, enum organisation_kind kind,
    unsigned number, const char *answers);
void people_close(struct people *p);

/*
 * Two areas, a and b; section 1; levels 0, 1, 2 for one and two boxes in every
 * question of it.  Area a: m, multiple with options 1, 2, 3 and 3 points; s,
 * single (no, some, yes); n, a number, asked when s is yes; f, multiple (x, y),
 * asked when m has 3.  Area b: k, multiple (p, q) with 2 points; t, a text.
 */
extern const char people_questions[], people_rest[];

#endif
