/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What files say of the authority's log: receipts, tree heads, and proofs that
 * it has grown.  Each has been verified by itself; whether they agree is for
 * client/log_proof.c.
 */
#ifndef SIGILL_CLIENT_LOG_WITNESS_H
#define SIGILL_CLIENT_LOG_WITNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "crypto/digest.h"
#include "format/receipt.h"

struct receipt_signers;
struct report;
struct settings;

/* A size of the log, and the root that it is said to have had. */
struct log_point {
	uint64_t size;		/* 0: says nothing */
	uint8_t root[DIGEST_LEN];
};

struct log_witness {
	char file[4096];
	bool receipt;		/* and so has an entry of its own: */
	uint8_t leaf[DIGEST_LEN];
	uint64_t index;
	struct log_point at[2];	/* when it was given; what that grew from */
	bool linked;		/* proven to be of one log with the first */
};

/* The first is the receipt that all is about.  Owned, but what is borrowed. */
struct log_witnesses {
	struct log_witness *v;
	size_t len, cap;
	const struct receipt_signers *signers;	/* borrowed */
	const struct receipt *receipt;		/* borrowed */
	const struct buf *der;			/* its bytes; borrowed */
};

void log_witnesses_wipe(struct log_witnesses *w);

/* The leaf hash of a receipt. */
enum err_code log_witness_leaf(const struct receipt *r,
    uint8_t out[static DIGEST_LEN], struct err *e);

enum err_code log_witness_first(struct log_witnesses *w, const char *file,
    struct err *e);
/* Another receipt, which is judged; the report tells of one that has no place
 * in this log. */
enum err_code log_witness_receipt(struct log_witnesses *w, const char *file,
    struct report *r, struct err *e);
/* Those in the outbox; what is not sound is passed over. */
enum err_code log_witness_outbox(struct log_witnesses *w,
    const struct settings *s, struct err *e);
/* A signed tree head: ERR_LOG_HEAD, ERR_RECEIPT_SIGNER and the like.  A proof
 * as `sigill-intake log prove` writes it: ERR_JSON, ERR_FIELD_VALUE,
 * ERR_LOG_PROOF.  Both must be of the receipt's authority. */
enum err_code log_witness_head(struct log_witnesses *w, const char *file,
    struct err *e);
enum err_code log_witness_proof(struct log_witnesses *w, const char *file,
    struct err *e);

#endif
