/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Some documents that are read at once, each by whichever core is free.  They
 * keep their order, so that nothing depends on who was faster.
 */
#ifndef SIGILL_SCORING_PILE_BATCH_H
#define SIGILL_SCORING_PILE_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "scoring/document.h"

struct pile_batch_item {
	char *name;		/* of its file */
	size_t line;		/* where it begins there */
	size_t start, len;	/* in the batch's text */
	/* As document_parse gives them; the document is the caller's who takes
	 * it (and leaves { 0 }). */
	struct document document;
	struct document_head head;
	struct err found;
};

#define PILE_BATCH	256	/* documents */

/* { 0 } is an empty one. */
struct pile_batch {
	struct buf text;
	struct pile_batch_item v[PILE_BATCH];
	size_t len;
};

/* Keeps a copy of the text.  There must be room. */
enum err_code pile_batch_add(struct pile_batch *b, const char *name,
    size_t line, const uint8_t *json, size_t len, struct err *e);
/* Is it time to read them? */
bool pile_batch_is_full(const struct pile_batch *b);
/* Reads all of them. */
void pile_batch_read(struct pile_batch *b, const struct sheet_layout *l);
/* Makes it empty, for the next ones. */
void pile_batch_clear(struct pile_batch *b);
void pile_batch_wipe(struct pile_batch *b);

#endif
