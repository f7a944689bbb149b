/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The one file of sigill-verify that talks to people and programs.
 *
 * Standard output has verdicts, as lines for people or as one JSON document,
 * or the opened submission and then nothing else at all.  Everything that is
 * not a verdict goes to standard error.
 */
#ifndef SIGILL_VERIFIER_REPORT_H
#define SIGILL_VERIFIER_REPORT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "verifier/judge.h"

enum report_form { REPORT_TEXT, REPORT_JSON, REPORT_OPEN };

struct report {
	enum report_form form;
	json_t *verdicts;	/* JSON: those until now */
	size_t count[3];	/* by enum verdict_kind */
	enum err_code undecided, rejected;	/* the first one's reason */
	struct err fault;	/* of the run itself, or of our own output */
	bool broken;		/* standard output takes no more */
};

void report_begin(struct report *r, enum report_form form);
/* A file's outcome. */
void report_outcome(struct report *r, const struct outcome *out);
/* What keeps the run from judging anything; the first one counts. */
void report_fault(struct report *r, const struct err *e);
/*
 * Ends the output and gives the exit status: of a fault, else of the first
 * undecided file, else of the first rejected one, else 0.
 */
int report_end(struct report *r);

#endif
