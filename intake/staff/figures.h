/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Figures over many arrivals: how many of each, and how long it took.
 */
#ifndef SIGILL_INTAKE_STAFF_FIGURES_H
#define SIGILL_INTAKE_STAFF_FIGURES_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "intake/book/counts.h"
#include "intake/staff/beside.h"
#include "intake/staff/pile.h"

#define FIGURE_NAME_LEN	48
/* So many of that name. */
struct figure { char name[FIGURE_NAME_LEN]; size_t n; };
/* Owned; sorted by name. */
struct figures { struct figure *v; size_t len; };

/* Seconds from arrival to verdict. */
struct duration { size_t n; int64_t median, longest; };

/* Everything is owned; { 0 } is an empty one. */
struct figures_all {
	size_t total, late, duplicate, same_answers, replaced, unhanded;
	size_t scored;
	size_t held;
	struct figures states;
	struct figures rejected;	/* by code */
	struct figures waiting;		/* held, by code */
	struct figures kinds;		/* by the register, else as stated */
	struct figures days;		/* of arrival, in the machine's zone */
	struct duration service;	/* decided by no person */
	struct duration staff;		/* by a person */
};

enum err_code figures_count(const struct pile *pile,
    const struct beside *beside, const struct digests *decided, struct figures_all *out, struct err *e);
void figures_wipe(struct figures_all *f);

#endif
