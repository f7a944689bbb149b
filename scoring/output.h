/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Several files at once: all of them are there in the end, or none that was
 * not there before.
 */
#ifndef SIGILL_SCORING_OUTPUT_H
#define SIGILL_SCORING_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

struct output_file {
	char name[96];		/* in the folder */
	struct buf text;
	bool made;		/* by output_write, and not there before */
};

/* { 0 } is an empty one.  Owned. */
struct output {
	struct output_file **v;
	size_t len;
};

/* A new one to fill, which stays where it is; NULL without memory, or when the
 * name (a printf's) is too long. */
struct buf *output_add(struct output *o, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Writes them into the folder, which is made when it is not there, each whole
 * and durable, mode 0600.  One that is there with the very same bytes stays:
 * to run a command again does no harm.  ERR_OUTPUT_EXISTS when it has others.
 */
enum err_code output_write(struct output *o, const char *dir, struct err *e);
/* The same with one file, whose name is a path. */
enum err_code output_write_file(const char *path, const struct buf *text,
    struct err *e);
void output_wipe(struct output *o);

#endif
