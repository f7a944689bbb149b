/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The answers that an answer file gives, between what was written (where a
 * mistake stands) and what is stated (in normal form, sorted).
 */
#ifndef SIGILL_FORMAT_GIVEN_H
#define SIGILL_FORMAT_GIVEN_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "format/json.h"
#include "format/questionnaire.h"
#include "format/statement.h"

struct given {
	const char *key;	/* as written; borrowed from the JSON */
	const json_t *value;	/* borrowed */
	char *id;		/* key in normal form */
	bool faulty;		/* a mistake about it has been told */
	bool doubtful;		/* it is stated with an unknown option */
	bool stated;		/* it has an answer for the statement */
	struct answer answer;
};

struct given_list {
	struct given *v;	/* sorted by id, as statements are */
	size_t n;
};

/*
 * Takes the object "answers" apart and adds a mistake for each thing in it
 * that cannot be stated.  When most of it does not fit the questionnaire at
 * all, one mistake says so, and that is all.  False when it gave up like
 * that, or without memory.
 */
bool given_read(const struct json_source *src, const json_t *answers,
    const struct questionnaire *q, struct given_list *out);

/* Moves the answers to the statement; false without memory. */
bool given_state(struct given_list *list, struct statement *s);

void given_wipe(struct given_list *list);

#endif
