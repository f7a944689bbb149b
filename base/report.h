/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What a command has to say: lines for a person, members for a program, and
 * everything that went wrong.  Commands fill it, base/show.h shows it; so no
 * command prints.
 */
#ifndef SIGILL_BASE_REPORT_H
#define SIGILL_BASE_REPORT_H

#include <jansson.h>
#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"

/* { 0 } is an empty one. */
struct report {
	struct buf text;	/* lines, in the person's language */
	json_t *json;		/* the same as members; NULL while empty */
	struct err_list errors;	/* in the order in which they were found */
	const char *mistakes_in;	/* the file that all errors are places
					 * in; NULL: each names its own */
	bool told;		/* the text tells of the errors already */
	struct buf output;	/* bytes for standard output (seal -o -) */
	bool has_output;
	struct buf notes;	/* lines for who runs it and nobody else:
				 * standard error, so that they are not passed
				 * on with the text */
	struct err quiet;	/* the exit status when there is no error: one
				 * that the text has told already, or that is
				 * no news; a program is told it all the same */
	bool failed;		/* out of memory while it was filled */
};

void report_wipe(struct report *r);

/* "label            value", the label already translated; an empty label
 * continues the line above.  Control characters are shown as '?'. */
void report_line(struct report *r, const char *label, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* The beginning of a line: text and spaces, at least one, up to that width. */
void report_column(struct report *r, const char *text, size_t columns);
/* A sentence of its own. */
void report_say(struct report *r, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* One for who runs it. */
void report_note(struct report *r, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* A member; takes the reference, and NULL means out of memory. */
void report_set(struct report *r, const char *key, json_t *value);
/* A text that may come from outside, tamed; a new reference. */
json_t *report_text(const char *value);
void report_set_text(struct report *r, const char *key, const char *value);
/* Adds a copy of *e, clears *e, and returns its code. */
enum err_code report_err(struct report *r, struct err *e);

/*
 * Passes on what a function found that did not know which file it was
 * reading: *found, with the file in front of its place.
 */
enum err_code report_place(struct err *e, const struct err *found,
    const char *file);

/* When memory ran out on the way (wipe_ran_out), any error is that: libraries
 * tell a lack of memory as a fault of the file. */
void report_blame_memory(struct report *r);

/* The exit status: of the first error, or 0. */
int report_status(const struct report *r);

#endif
