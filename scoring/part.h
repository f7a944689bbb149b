/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What scoring's documents have in common (docs/SCORING.md): some of their
 * parts, and how they are written.
 */
#ifndef SIGILL_SCORING_PART_H
#define SIGILL_SCORING_PART_H

#include <jansson.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "format/questionnaire.h"
#include "scoring/benchmark.h"

/* "questionnaire": id, version, sha256, title.  New references; NULL without
 * memory. */
json_t *part_questionnaire(const struct questionnaire *q);
/* "settings": least, best, percent. */
json_t *part_settings(const struct scoring_limits *limits);

/* The text at key; "": there is none. */
const char *part_text(const json_t *o, const char *key);
/* The label of the area with that id in "areas"; "": there is none. */
const char *part_area_label(const json_t *areas, const char *id);

/* Appends the document and a newline: the same document, the same bytes.  doc
 * NULL: there was no memory for it. */
enum err_code part_write(const json_t *doc, struct buf *out, struct err *e);

#endif
