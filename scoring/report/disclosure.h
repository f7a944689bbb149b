/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Which figures may be shown so that nothing can be told of fewer than `least`
 * organisations: not directly, and not by adding and subtracting what is
 * shown.
 *
 * Organisations fall into atoms (kind, and whether they took part before); a
 * figure is about a set of atoms.  Whoever sees the sums of some sets knows
 * all their linear combinations.  So a set is shown only when, together with
 * what is already shown, no combination but zero rests on atoms of fewer than
 * `least` organisations in all: complementary suppression, decided by linear
 * algebra and not by rules of thumb.
 */
#ifndef SIGILL_SCORING_REPORT_DISCLOSURE_H
#define SIGILL_SCORING_REPORT_DISCLOSURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define DISCLOSURE_ATOMS	16
#define DISCLOSURE_SETS		64

enum disclosure {
	DISCLOSURE_SHOWN,
	DISCLOSURE_SMALL,	/* about too few by itself */
	DISCLOSURE_COMPLEMENTARY,	/* others could be computed from it */
};

struct disclosure_plan {
	size_t n_atoms;
	size_t size[DISCLOSURE_ATOMS];	/* organisations; 0 is allowed */
	size_t n_sets;
	uint32_t set[DISCLOSURE_SETS];	/* bit a: atom a is in it; in the order
					 * in which they are wanted */
	bool with_last[DISCLOSURE_SETS];	/* shown with the set before it,
					 * or neither is */
	enum disclosure verdict[DISCLOSURE_SETS];	/* out */
};

/* Decides for each set in turn; an empty one is shown, as nothing.  least 0 and
 * 1 show all.  In doubt (too many sets to be sure in reasonable time) a set is
 * not shown. */
enum err_code disclosure_decide(struct disclosure_plan *p, size_t least,
    struct err *e);

/*
 * The same for sets that cut across atoms (slices of an order, the best): bit
 * s of in[o] tells that organisation o of n is in set s.  with_last may be
 * NULL: none is.
 */
enum err_code disclosure_decide_members(const uint64_t *in, size_t n,
    size_t n_sets, const bool *with_last, size_t least,
    enum disclosure *verdict, struct err *e);

/* The same when those that are in the same sets have been counted: size[o] of
 * them are in those of in[o]. */
enum err_code disclosure_decide_alike(const uint64_t *in, const size_t *size,
    size_t n, size_t n_sets, const bool *with_last, size_t least,
    enum disclosure *verdict, struct err *e);

/* The lowest, middle and highest of n in order: 10 % of n rounded half up, at
 * least one, at both ends, and the rest.  True when each has `least`: may they
 * be asked for?  Together with what else is shown is for
 * disclosure_decide_members to say. */
bool disclosure_slices(size_t n, size_t least, size_t sizes[static 3]);

/* "small", "complementary". */
const char *disclosure_name(enum disclosure d);

#endif
