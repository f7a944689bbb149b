/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The register of those who are expected to answer, in memory, by number.
 */
#ifndef SIGILL_FORMAT_ROLL_H
#define SIGILL_FORMAT_ROLL_H

#include <stddef.h>

#include "base/err.h"
#include "format/orgnr.h"
#include "format/statement.h"

/* Everything is owned; { 0 } is an empty one. */
struct organisation {
	char number[ORGNR_LEN];
	char *name;
	enum organisation_kind kind;
	char *contact;		/* "" when there is none */
};

void organisation_wipe(struct organisation *o);

/* Owned; { 0 } is an empty one. */
struct roll {
	struct organisation *v;	/* sorted by number, no two alike */
	size_t len;
};

/* Takes *o, which is empty then, at the end: the caller sorts. */
enum err_code roll_add(struct roll *roll, struct organisation *o,
    struct err *e);
void roll_sort(struct roll *roll);
/* NULL when it is not there. */
const struct organisation *roll_find(const struct roll *roll,
    const char *number);
void roll_wipe(struct roll *roll);

#endif
