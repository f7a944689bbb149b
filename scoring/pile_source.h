/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Where handed-over documents come from: files, folders and standard input,
 * taken apart into one text for each, whichever way they are kept.
 */
#ifndef SIGILL_SCORING_PILE_SOURCE_H
#define SIGILL_SCORING_PILE_SOURCE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* One document, from that line of the file on.  Its own mistakes are for the
 * callee to collect; an error ends it all. */
typedef enum err_code pile_take(void *arg, const char *name, size_t line,
    const uint8_t *json, size_t len, struct err *e);

/*
 * Gives all documents of an operand: "-" is standard input; a folder is its
 * files *.json, sorted, but none of *.feedback.json (which sigill-score
 * writes) and none with a dot in front; a file has one, or several one after
 * the other.  Adds the number of files to *files.  What cannot be read is a
 * mistake, and not the end.
 */
enum err_code pile_source_each(const char *operand, pile_take *take,
    void *arg, size_t *files, struct err_list *mistakes, struct err *e);

#endif
