/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One file from its name to everything that follows from its verdict: read,
 * verified (verifier/verify.h), handed over, given its receipt; in this
 * order, so that an accepted receipt means that the data has arrived.
 */
#ifndef SIGILL_VERIFIER_JUDGE_H
#define SIGILL_VERIFIER_JUDGE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "verifier/receipts.h"
#include "verifier/seen.h"
#include "verifier/verify.h"

/* What to do with every file.  Everything is borrowed. */
struct job {
	const struct verifier *verifier;
	struct seen *seen;		/* the one that verifier->seen is */
	const struct receipts *receipts;	/* NULL: write none */
	const char *handoff_dir;	/* NULL: not to a folder */
	const char *handoff_command;	/* NULL: not to a command */
	unsigned handoff_timeout;	/* seconds */
	bool open;			/* keep the document */
};

/* { 0 } is an empty one. */
struct outcome {
	const char *file;	/* as it was named; borrowed */
	struct verdict verdict;
	struct buf document;	/* of an accepted one, when kept */
	char receipt[PATH_MAX];	/* written or standing; "" if none */
};

/* now: the time that documents and receipts carry.  *out must be { 0 }. */
void judge_file(const struct job *job, const char *file, int64_t now,
    struct outcome *out);
void outcome_wipe(struct outcome *out);

#endif
