/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What one organisation is told: one JSON document ("sigill-feedback",
 * docs/SCORING.md), from which the text (feedback_text.h) and the page
 * (feedback_page.h) are made.  Labels are in it, as the definition has them,
 * so that it can be shown years later without anything else.
 */
#ifndef SIGILL_SCORING_FEEDBACK_FEEDBACK_H
#define SIGILL_SCORING_FEEDBACK_FEEDBACK_H

#include <jansson.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "format/orgnr.h"
#include "format/submission.h"
#include "scoring/benchmark.h"
#include "scoring/score.h"
#include "scoring/sheet.h"

#define FEEDBACK_FORMAT	"sigill-feedback"

/* All borrowed; NULL: there is none. */
struct feedback_input {
	const struct sheet_layout *layout;
	const struct sheet *sheet;
	const struct score *score;
	const char *round;
	const char *number, *name;	/* of the organisation */
	enum organisation_kind kind;
	/* Of a submission that was handed in, else NULL: */
	const uint8_t *sealed;		/* 32 bytes */
	enum environment environment;	/* in which it was */
	const uint8_t *submission;	/* 16 bytes; random, so that nobody can
					 * guess the document from its digest */
	const uint8_t *fingerprint;	/* 32 bytes, or NULL */
	/* Its own last round, when that had the same questions or some of
	 * them (report/compare.h tells which). */
	const struct sheet_layout *last_layout;
	const struct sheet *last_sheet;
	const struct score *last_score;
	const char *last_round;
	const struct benchmark *benchmark;
};

/* A new reference. */
enum err_code feedback_make(const struct feedback_input *in, json_t **out,
    struct err *e);
/* The document's one form: what is signed for, sealed and kept. */
enum err_code feedback_write(const json_t *doc, struct buf *out,
    struct err *e);
/* Is it one?  Looks at format and version and that the members that are shown
 * have their types.  ERR_FEEDBACK with where = name. */
enum err_code feedback_parse(const uint8_t *json, size_t len,
    const char *name, json_t **out, struct err *e);

#endif
