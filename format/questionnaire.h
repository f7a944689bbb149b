/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A questionnaire's definition: areas, sections and questions with their
 * options, as the authority publishes them in a JSON file.  The file's
 * SHA-256 is inside every submission.  docs/QUESTIONNAIRES.md describes the
 * file.
 */
#ifndef SIGILL_FORMAT_QUESTIONNAIRE_H
#define SIGILL_FORMAT_QUESTIONNAIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum question_type {
	QUESTION_MULTIPLE,	/* any number of options, also none */
	QUESTION_SINGLE,	/* one option */
	QUESTION_SCALE,		/* one option of an ordered scale */
	QUESTION_NUMBER,	/* a whole number between min and max */
	QUESTION_TEXT,		/* free text of at most max characters */
};

struct scoring;			/* format/scoring.h */

/* How well a fact of the definition is known. */
enum basis { BASIS_PUBLISHED, BASIS_DERIVED, BASIS_ASSUMED };

struct question_option {
	char *id;
	char *label;
	bool has_value;
	int64_t value;		/* of a scale's step, or of a single question's
				 * option */
	enum basis basis;
};

struct question {
	char *id;
	char *label;
	enum question_type type;
	size_t area, section;	/* indexes in the questionnaire */
	int64_t points;		/* at most, 0 if it has none */
	/* Of a multiple question: points_at[i] boxes give i + 1 points; as many
	 * as it has points, never falling. */
	size_t *points_at;
	bool required;		/* must have an answer when it is asked */
	/* Own, or (of a scale question) borrowed from its scale; in the
	 * file's order. */
	struct question_option *options;
	size_t n_options;
	int64_t min, max;	/* of a number; max characters of a text */
	/* Asked only when another question has one of these options;
	 * follows is SIZE_MAX when it is always asked. */
	size_t follows;
	char **follows_any;
	size_t n_follows_any;
	enum basis basis;	/* the weakest of the question's facts */
};

struct question_group {	/* an area or a section */
	char *id;
	char *label;
	enum basis basis;
};

struct question_level {
	int64_t level;
	char *label;
	enum basis basis;
};

struct question_scale {	/* shared by the questions that name it */
	char *id;
	struct question_option *options;
	size_t n_options;
};

struct questionnaire {
	char *id;		/* "infosakkollen-2023" */
	char *version;
	char *title;
	char *language;		/* of the labels: "sv" */
	uint8_t digest[32];	/* SHA-256 of the file */
	struct question_level *levels;	/* from low to high */
	size_t n_levels;
	struct question_group *areas, *sections;
	size_t n_areas, n_sections;
	struct question_scale *scales;
	size_t n_scales;
	struct question *questions;
	size_t n_questions;
	size_t n_options;	/* of all multiple questions: the boxes that can
				 * be ticked */
	int64_t points;		/* of all questions */
	struct scoring *scoring;	/* never NULL: without the member, counts
					 * of every kind */
};

/*
 * Reads a definition strictly: unknown and duplicate members, dangling
 * references, duplicate ids and totals that do not add up are ERR_DEFINITION
 * (ERR_JSON when it is not JSON at all), with where = name, at = the line and
 * the field's path at the beginning of the message; the first one ends it.
 * digest is the SHA-256 of the len bytes at json.  *out is owned by the
 * caller.
 */
enum err_code questionnaire_parse(const uint8_t *json, size_t len,
    const char *name, const uint8_t digest[static 32],
    struct questionnaire **out, struct err *e);
void questionnaire_free(struct questionnaire *q);	/* NULL-safe */

/* NULL when there is none. */
const struct question *questionnaire_find(const struct questionnaire *q,
    const char *id);
const struct question_option *question_find_option(const struct question *q,
    const char *id);

/* "published", "derived", "assumed". */
const char *basis_name(enum basis basis);

#endif
