/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The folder where a portal finds signed receipts, DIGEST.accepted.p7s,
 * DIGEST.rejected.p7s and DIGEST.scored.p7s, and sealed feedback,
 * DIGEST.feedback.sigill, DIGEST being the SHA-256 of the sealed file.  They are
 * copies: the ledger has them, and what is missing here is put here again.
 */
#ifndef SIGILL_INTAKE_SERVICE_PUBLISH_H
#define SIGILL_INTAKE_SERVICE_PUBLISH_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "crypto/digest.h"
#include "format/receipt.h"
#include "intake/book/scores.h"
#include "intake/service/drop.h"
#include "intake/service/notes.h"
#include "intake/settings.h"
#include "ledger/sql.h"

/* Into a drop of the folder (drop_begin with PUBLISH_MODE).  Receipts hold
 * nothing secret, and the portal reads them as another user. */
#define PUBLISH_MODE	0644
/* Another one under its name, from before a ledger was put back, or of nobody
 * here, goes into the archive (DIGEST.STAGE.XXXXXXXX.p7s, with the beginning of
 * its own digest): that is logged.  So with feedback.  ERR_OUTPUT_EXISTS: what
 * has the name is no file, or cannot be put away; others can still be added. */
enum err_code publish_add(const struct intake_settings *s, struct drop *d,
    const uint8_t digest[static DIGEST_LEN], enum receipt_stage stage,
    const struct buf *receipt, struct err *e);
/* After such an error: *in_way gets the first of them, and ERR_OK says to go on
 * without that one.  Any other one is one of all: it goes to *e, and back. */
enum err_code publish_pass_over(const struct err *found, struct err *in_way,
    struct err *e);

/* Appends what lies there for a file: kind as "scored.p7s".  ERR_NO_INPUT when
 * nothing does. */
enum err_code publish_read(const struct intake_settings *s,
    const uint8_t digest[static DIGEST_LEN], const char *kind,
    struct buf *out, struct err *e);

/* Alone: the receipt of one file, if it has one, which was asked for again. */
enum err_code publish_again(const struct intake_settings *s, struct sql *db,
    const uint8_t digest[static DIGEST_LEN], struct err *e);
/* Alone: what the ledger says is not there yet, up to DROP_MAX, from a place in
 * the log on (0: all), which is moved on; noted.  *n: how many there were.
 * *in_way: of what was passed over, and is left. */
enum err_code publish_rest(const struct intake_settings *s, struct sql *db,
    uint64_t *from, struct notes *notes, size_t *n, struct err *in_way,
    struct err *e);
/* The same with what has been scored, up to PUBLISH_SCORES: the feedback, if
 * there is any, and then the receipt, so that who sees that finds the other. */
#define PUBLISH_SCORES	(DROP_MAX / 2)
enum err_code publish_scores(const struct intake_settings *s,
    struct sql *db, struct scores_place *after, struct notes *notes,
    size_t *n, struct err *in_way, struct err *e);

#endif
