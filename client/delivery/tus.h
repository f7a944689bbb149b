/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One file's way through tus 1.0, a request at a time: creation with or
 * without a body, HEAD, PATCH by pieces, DELETE, and the receipt.  Knows what
 * stands where and what comes next; when to try again is for
 * client/delivery/delivery.c.
 */
#ifndef SIGILL_CLIENT_TUS_H
#define SIGILL_CLIENT_TUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "client/delivery/upload.h"

/* The first five are set by the caller; the rest begins as zeros. */
struct tus {
	struct upload *u;
	const uint8_t *data;	/* NULL: to be given up, not sent */
	uint64_t size;
	const uint8_t *digest;	/* DIGEST_LEN bytes: SHA-256 of data */
	struct buf *receipt;	/* gets the stored receipt, unverified */
	/* the upload */
	char url[UPLOAD_URL_LEN];	/* "" while there is none */
	bool knows_offset;
	uint64_t offset;
	int64_t expires;	/* by pace_now; 0: never, as far as we know */
	unsigned creations;	/* uploads that were made or found */
	bool anew;		/* begun anew, after wrong bytes arrived */
	/* what the line has taught */
	bool bare;		/* create without a body */
	uint64_t chunk, chunk_max;	/* 0: not yet */
	bool broke;		/* the last PATCH, which began at */
	uint64_t broke_at;
	unsigned doubts;	/* bare 400s to pieces, without progress */
	/* how the last step ended */
	unsigned retry_after;	/* seconds that the portal asked for */
	bool done;		/* there is the receipt, or nothing more */
};

/* The smallest piece that a file is sent in; but for its last one. */
#define TUS_CHUNK_MIN	(64u * 1024)

/*
 * The next request.  ERR_NO_NETWORK, ERR_INTERRUPTED and ERR_PORTAL_BUSY are
 * worth another step; otherwise delivery_put's errors.
 */
enum err_code tus_step(struct tus *t, struct err *e);

#endif
