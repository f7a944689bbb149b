/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Which of an organisation's documents counts (docs/HANDOFF.md): a pile with
 * all of them, in any order, becomes one with one of each.
 */
#ifndef SIGILL_SCORING_PILE_RANK_H
#define SIGILL_SCORING_PILE_RANK_H

#include "base/err.h"
#include "scoring/pile.h"

/* Before they are scored.  Those that nothing puts in order are mistakes. */
void pile_rank(struct pile *p, struct err_list *mistakes);

#endif
