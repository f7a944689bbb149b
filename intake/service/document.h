/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The document for scoring, as bytes of a worker that nobody here parses:
 * since anybody could have broken into the worker, nothing is believed of
 * them, and all that this process adds stands last.
 */
#ifndef SIGILL_INTAKE_SERVICE_DOCUMENT_H
#define SIGILL_INTAKE_SERVICE_DOCUMENT_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"

/* Is it one line, with the ends of an object that is not empty? */
bool document_has_form(const struct buf *document);

/*
 * Adds "position" as its last member.  If what comes out is JSON at all, this
 * is a member of the outermost object, whatever stands before: the last brace
 * can only be that object's, and the quotation mark after our comma begins a
 * string, because otherwise the word after it would stand in none.
 * ERR_INTERNAL: not of that form.
 */
enum err_code document_add_position(struct buf *document,
    const char *position, struct err *e);

#endif
