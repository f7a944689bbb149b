/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A receipt's member "log": where it stands in the authority's log, with the
 * proof.  Here are numbers and bytes; whether they prove anything is for
 * crypto/merkle.h.
 */
#ifndef SIGILL_FORMAT_RECEIPT_LOG_H
#define SIGILL_FORMAT_RECEIPT_LOG_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "format/cbor_reader.h"
#include "format/field.h"

/* Hashes in a proof, and leaves in a log: crypto/merkle.h has the same. */
#define RECEIPT_PATH_MAX	49
#define RECEIPT_LOG_MAX		(UINT64_C(1) << 48)

struct receipt_path {
	uint8_t hashes[RECEIPT_PATH_MAX][32];
	size_t len;
};

/*
 * Where a receipt stands in the authority's append-only log (RFC 9162): leaf
 * number `index` of the tree of `size` leaves whose root is `root`, with the
 * proof.  The leaf is receipt_leaf's bytes.  Since the last receipt that this
 * organisation got, the log has only been added to: `since` proves it.
 */
struct receipt_log {
	uint64_t index, size;
	uint8_t root[32];
	struct receipt_path path;	/* RFC 9162 §2.1.3 */
	bool has_since;
	uint64_t since_size;		/* 0 < since_size <= size */
	uint8_t since_root[32];
	struct receipt_path since_path;	/* RFC 9162 §2.1.4 */
};

/* The member's value, as CBOR and back (ERR_SCHEMA when no log has such a
 * place) and as JSON: a new reference, NULL without memory. */
void receipt_log_put(struct field_writer *w, const struct receipt_log *log);
void receipt_log_get(struct cbor_reader *c, struct receipt_log *out);
json_t *receipt_log_json(const struct receipt_log *log);

#endif
