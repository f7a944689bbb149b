/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Files from folders, copied into the archive before the ledger tells of
 * them: where they lie others may write, and they may go at any time.  Many
 * with two waits for the disk; what was copied and never got into the ledger
 * is taken up at the next start (intake/service/regain.h).
 */
#ifndef SIGILL_INTAKE_SERVICE_KEEP_H
#define SIGILL_INTAKE_SERVICE_KEEP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "crypto/digest.h"

#define KEEP_MAX	256	/* files at once */

/* { .archive = the folder, .dir = -1 } is an empty one. */
struct keep {
	const char *archive;	/* borrowed */
	int dir;
	bool found;		/* some were there */
	size_t len;
	struct { uint8_t digest[DIGEST_LEN]; unsigned number; } v[KEEP_MAX];
};

/* A copy under another name, unless the archive has these bytes.  ERR_IO,
 * ERR_NO_SPACE; the others still can be kept. */
enum err_code keep_add(struct keep *k,
    const uint8_t digest[static DIGEST_LEN], const struct buf *bytes,
    struct err *e);
/* Always.  With ERR_OK all of them are in the archive for good; what was in
 * their place with other bytes is not. */
enum err_code keep_end(struct keep *k, struct err *e);

#endif
