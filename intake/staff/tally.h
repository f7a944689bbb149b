/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Who of the register has answered in a round:
 *
 *	answered	something was accepted
 *	waiting		something is queued or held: it is with the authority
 *	missing		neither
 */
#ifndef SIGILL_INTAKE_STAFF_TALLY_H
#define SIGILL_INTAKE_STAFF_TALLY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "intake/staff/pile.h"
#include "intake/staff/roll.h"

enum response { MISSING, WAITING, ANSWERED };

/* All that is counted for one questionnaire of a round. */
struct tally {
	const char *round;
	const char *questionnaire;	/* NULL: whichever */
	int kind;			/* that is asked for; -1: all */
	const struct roll *roll;
	const struct pile *pile;	/* of the round */
	/* Rejected since the round opened: of most nobody knows the round. */
	const struct pile *rejected;
	enum response *responses;	/* of each of the roll; owned */
	/* The last that each has tried in vain, or NULL; owned, borrowed. */
	const struct arrival **tries;
	/* One arrival of each that has answered unasked; owned, borrowed. */
	const struct arrival **unasked;
	size_t n_unasked;
};

/* Fills what is owned, from the members before. */
enum err_code tally_count(struct tally *c, struct err *e);
/* Frees what is owned, and no more: it may be filled again. */
void tally_wipe(struct tally *c);

/* Is the ith of the roll one that is asked for? */
bool tally_asks(const struct tally *c, size_t i);
/* How many of a kind (-1: of all) have so responded. */
size_t tally_number(const struct tally *c, int kind, enum response response);
/* Why the last try of one who is missing was rejected; "" when there was
 * none. */
const char *tally_try(const struct tally *c, size_t i);
const char *tally_name(enum response response);

#endif
