/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A short cut for documents that are as intake writes them: read in one pass,
 * without a tree of the JSON, which is most of the work for ten thousand of
 * them.  It takes nothing that document.c's thorough reader would not take in
 * the same way (tests/fuzz/fuzz_document.c compares), and tells nothing about
 * what it does not take.
 */
#ifndef SIGILL_SCORING_DOCUMENT_QUICK_H
#define SIGILL_SCORING_DOCUMENT_QUICK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scoring/document.h"

/* False: the thorough one has to decide.  *out is { 0 } then, as before. */
bool document_quick(const uint8_t *json, size_t len,
    const struct sheet_layout *l, struct document *out,
    struct document_head *head);

#endif
