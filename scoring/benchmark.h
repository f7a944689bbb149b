/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Benchmarks: typical answer sheets of a round's groups, as one JSON document
 * ("sigill-benchmark") that the authority signs and organisations compare
 * with, offline.  docs/SCORING.md describes it.  The signature is around it,
 * and none of this file's business.
 */
#ifndef SIGILL_SCORING_BENCHMARK_H
#define SIGILL_SCORING_BENCHMARK_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "format/submission.h"
#include "scoring/pile.h"
#include "scoring/score.h"
#include "scoring/sheet.h"

#define BENCHMARK_FORMAT	"sigill-benchmark"

/* How figures are made and which are shown.  Parameters, because no source
 * tells them. */
struct scoring_limits {
	size_t least;		/* organisations that a figure must be about */
	size_t best;		/* how many the best are */
	unsigned percent;	/* typical_sheet's */
};
#define SCORING_LIMITS	(struct scoring_limits){ 5, 30, 50 }

struct benchmark_group {
	int kind;		/* enum organisation_kind; -1: all */
	size_t best;		/* 0: all of the group; else the so many best */
	size_t len;		/* organisations that it was made from */
	struct sheet sheet;
	struct score score;
};

struct benchmark {
	char *round;
	enum environment environment;
	struct scoring_limits limits;
	struct benchmark_group *groups;
	size_t n_groups;
};

/* Of all, of every kind, and of the best of those that are at least twice as
 * many: those that report/groups.h lets be shown.  *out must be { 0 }. */
enum err_code benchmark_make(const struct pile *p,
    const struct scoring_limits *limits, struct benchmark *out,
    struct err *e);
/* Appends the document: the same benchmark, the same bytes. */
enum err_code benchmark_write(const struct sheet_layout *l,
    const struct benchmark *b, struct buf *out, struct err *e);
/*
 * Reads it.  Strict: ERR_BENCHMARK with where = name, the line and the member.
 * ERR_BENCHMARK_OTHER, ERR_QUESTIONNAIRE_DIGEST when it is of another
 * questionnaire or definition than l's.  Scores are made anew.  *out must be
 * { 0 }.
 */
enum err_code benchmark_parse(const uint8_t *json, size_t len,
    const char *name, const struct sheet_layout *l, struct benchmark *out,
    struct err *e);
void benchmark_wipe(struct benchmark *b);

/* The group that an organisation of this kind compares itself with: its own,
 * else all; NULL when there is neither. */
const struct benchmark_group *benchmark_for(const struct benchmark *b,
    enum organisation_kind kind);
/* Its id in documents: "kommun", "all", "kommun-best" ...; out has room. */
#define BENCHMARK_ID_LEN	24
void benchmark_id(const struct benchmark_group *g,
    char out[static BENCHMARK_ID_LEN]);

#endif
