/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * All that was handed over of one round: of each organisation the document
 * that counts, in the order of their numbers, so that it does not matter in
 * which order files are found.
 */
#ifndef SIGILL_SCORING_PILE_H
#define SIGILL_SCORING_PILE_H

#include <stddef.h>

#include "base/err.h"
#include "scoring/document.h"
#include "scoring/score.h"
#include "scoring/sheet.h"

struct pile_item {
	struct document document;
	struct score score;
};

/* { 0 } is an empty one. */
struct pile {
	struct sheet_layout layout;
	char *round;		/* of all of them */
	struct pile_item *v;	/* sorted by number */
	size_t len;
	size_t files;		/* that were read */
	size_t replaced;	/* that another one of the same organisation
				 * counts instead of */
	size_t other_rounds;	/* for another round or questionnaire, which
				 * are passed over */
};

/*
 * Reads the operands: files with one document, or several one after the
 * other; folders, of which *.json is read, sorted; "-" is standard input
 * (pile_source.h).  round NULL: there must be only one.  Every file that is
 * wrong is a mistake in *mistakes, and then the pile is empty: a report on half
 * of the answers would be wrong.  Scores each.
 *
 * Which counts: docs/HANDOFF.md.  Two of one organisation, neither replaced
 * and one without position, with different answers, are a mistake
 * (ERR_DOCUMENT): nothing tells which counts.  Test and production together are
 * ERR_ENVIRONMENT; no document that counts at all is ERR_NO_INPUT.
 *
 * The code is that of *e, or else of the first in *mistakes.
 */
enum err_code pile_read(const struct questionnaire *q, const char *round,
    char *const *operands, size_t n, struct pile *out,
    struct err_list *mistakes, struct err *e);

/* Finds the definition that a document was answered to; it must live as long as
 * the pile. */
typedef enum err_code pile_find_definition(void *arg,
    const struct document_head *head, const struct questionnaire **out,
    struct err *e);
/* The same, with the definition of the first document (of that round).  One
 * that was answered to another questionnaire then is ERR_USAGE. */
enum err_code pile_read_any(pile_find_definition *find, void *arg,
    const char *round, char *const *operands, size_t n, struct pile *out,
    struct err_list *mistakes, struct err *e);
void pile_wipe(struct pile *p);

/* The organisation's item; NULL when it is not there. */
const struct pile_item *pile_find(const struct pile *p, const char *number);

#endif
