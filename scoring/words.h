/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Words that texts and pages have in common, in the language of
 * messages (base/message.h).
 */
#ifndef SIGILL_SCORING_WORDS_H
#define SIGILL_SCORING_WORDS_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

/* "municipalities" of "kommun", "all" of "all" ...; of what it does not know,
 * the same. */
const char *words_group(const char *id);
/* Of a benchmark's group: the same, without "-best" behind it, or "the 30 best
 * of municipalities". */
#define WORDS_GROUP_LEN	128
void words_group_best(const char *id, int64_t best,
    char out[static WORDS_GROUP_LEN]);

/* Of a feedback document (docs/SCORING.md) that was made with a benchmark: a
 * sentence when that has no group of its kind of organisation; else NULL. */
const char *words_no_group(const json_t *feedback);

/* What of a definition is assumed (docs/SCORING.md), behind a colon; of what
 * it does not know, the same. */
const char *words_assumed(const char *what);

#endif
