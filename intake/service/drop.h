/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * New files in a folder, many with one wait for the disk: each is there whole
 * and durable when drop_end has returned ERR_OK, and until then under a name
 * that begins with a dot.  A file that has its name already stands, and is made
 * durable: it may be that of a run that was killed.
 */
#ifndef SIGILL_INTAKE_SERVICE_DROP_H
#define SIGILL_INTAKE_SERVICE_DROP_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"

#define DROP_MAX	32	/* files at once */
#define DROP_NAME	128	/* of one, with its NUL */
/* How ".NAME.UNIQUE" ends, which a file is called until it is whole. */
#define DROP_TAIL	".new"

/* May the file that has the name already stand for what we have? */
typedef bool drop_same(const void *there, size_t there_len, const void *ours,
    size_t len);

struct drop {
	int dir;
	drop_same *same;	/* NULL: when their bytes are equal */
	bool found;		/* a name that was there */
	const char *path;	/* borrowed */
	mode_t mode;
	size_t len;
	struct { char name[DROP_NAME], temporary[DROP_NAME]; } v[DROP_MAX];
};

enum err_code drop_begin(struct drop *d, const char *dir, mode_t mode,
    struct err *e);
/* name: without '/'.  When it cannot be written the others still can.
 * ERR_OUTPUT_EXISTS: something else has that name. */
enum err_code drop_add(struct drop *d, const char *name, const void *data,
    size_t len, struct err *e);
/* Always; code: not ERR_OK drops them all, and comes back. */
enum err_code drop_end(struct drop *d, enum err_code code, struct err *e);
/* Removes what runs that were killed have left in a folder. */
void drop_sweep(const char *dir);

#endif
