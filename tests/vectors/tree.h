/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * DER as a tree that can be edited, and written again with faults that no
 * proper encoder makes.  For tests only: it trusts its input and ends the
 * program when an edit does not apply, so that no vector is silently valid.
 */
#ifndef SIGILL_TESTS_VECTORS_TREE_H
#define SIGILL_TESTS_VECTORS_TREE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum edit_op {
	EDIT_NONE,
	EDIT_DELETE,		/* the node at path */
	EDIT_REPLACE,		/* it, by the bytes */
	EDIT_INSERT,		/* the bytes, before the node at path */
	EDIT_ADD,		/* the bytes, after the last child of path */
	EDIT_TWICE,		/* a copy after the node at path */
	EDIT_SWAP,		/* the node at path with the one after it */
	EDIT_INDEFINITE,	/* X.690 §8.1.3.6: length 80 ... 00 00 */
	EDIT_LONG_LENGTH,	/* one length octet more than needed */
	EDIT_SEGMENT,		/* a string in two segments, constructed */
	EDIT_FLIP,		/* the lowest bit of its last octet */
	EDIT_CUT,		/* its last octet away */
	EDIT_TAG,		/* its tag becomes the first of the bytes */
	EDIT_APPEND,		/* the bytes, after the whole */
};

/* path: indexes of children from the root, "1.0.4.0"; "" is the root. */
struct edit {
	enum edit_op op;
	const char *path;
	const char *hex;	/* the bytes, in hexadecimal; NULL if none */
};

#define EDITS_MAX 4

/* Applies the edits in order, up to the first EDIT_NONE; appends to *out. */
void tree_edit(const uint8_t *der, size_t len,
    const struct edit edits[static EDITS_MAX], struct buf *out);

/* Appends the encoding of the node at path. */
void tree_get(const uint8_t *der, size_t len, const char *path,
    struct buf *out);

/* Appends the bytes that hex writes; blanks are passed over. */
void tree_hex(const char *hex, struct buf *out);

#endif
