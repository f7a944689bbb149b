/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The attachments that an answer file names, read from their files.
 */
#ifndef SIGILL_FORMAT_EVIDENCE_H
#define SIGILL_FORMAT_EVIDENCE_H

#include <jansson.h>
#include <stddef.h>

#include "format/json.h"
#include "format/statement.h"

/*
 * Reads what the list "attachments" names into s, sorted by name, at most
 * budget bytes together; name is the answer file's, whose folder the files
 * are relative to.  Adds a mistake for each that cannot be read or stated.
 */
void evidence_read(const struct json_source *src, const json_t *list,
    const char *name, size_t budget, struct statement *s);

#endif
