/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What a command works on: the documents that it was given, and the definition
 * that they were answered to.
 */
#ifndef SIGILL_SCORING_SELECT_H
#define SIGILL_SCORING_SELECT_H

#include "base/err.h"
#include "scoring/options.h"
#include "scoring/pile.h"

/* { 0 } is an empty one. */
struct selection {
	struct questionnaire *questionnaire;
	struct pile pile;	/* with at least one item */
};

/*
 * The operands, of --round.  The definition is that of --questionnaire (a
 * file, or an id), else that of the first document, by its id and digest; those
 * with an id are looked for in the folder --questionnaires, then in the
 * installed one.  All mistakes, and any other error, go to the report.
 */
enum err_code select_now(const struct score_options *o,
    struct selection *out, struct report *r);
/* --previous, in the same way, and a definition that was named with
 * --questionnaire is known for it, too; without it *out is empty, which is no
 * error. */
enum err_code select_previous(const struct score_options *o,
    struct selection *out, struct report *r);
/*
 * Can *then be the round before *now?  ERR_USAGE as rounds.h tells;
 * ERR_ENVIRONMENT when one of the two was a test.  A round before with a later
 * name is told.  An empty *then is none, which is no error.
 */
enum err_code select_check(const struct selection *now,
    const struct selection *then, struct report *r);
void selection_wipe(struct selection *s);

#endif
