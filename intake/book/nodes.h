/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Nodes of the log's tree that are known, or that have been asked for: found
 * by their level and position, and kept in the order in which they came.
 */
#ifndef SIGILL_INTAKE_BOOK_NODES_H
#define SIGILL_INTAKE_BOOK_NODES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "crypto/digest.h"

/* A complete subtree's hash (crypto/merkle.h). */
struct node {
	unsigned level;
	uint64_t position;
	uint8_t hash[DIGEST_LEN];
	bool known;		/* else it has only been asked for */
	bool made;		/* here: the ledger has not got it yet */
};

/* Owned; { 0 } is an empty one. */
struct nodes {
	struct node *v;
	size_t len, cap;
	/* open addressing: 0 is free, else the node's number and one */
	uint32_t *slots;
	size_t n_slots;		/* a power of two, at least twice len */
};

/* NULL when it is not there.  Pointers live until the next one is added. */
struct node *nodes_find(const struct nodes *n, unsigned level,
    uint64_t position);
/* The one that is there, or a new one; NULL without memory. */
struct node *nodes_add(struct nodes *n, unsigned level, uint64_t position,
    struct err *e);
void nodes_clear(struct nodes *n);
void nodes_wipe(struct nodes *n);

#endif
