/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Uploads as tus 1.0 sees them: made, found again, written to by one request
 * at a time, finished, expired.  Knows nothing of HTTP.
 *
 * A request that works on an upload holds it; portal/turns.h tells what then
 * happens to others.
 *
 * Where portals share the ledger, an upload belongs to the one that has its
 * bytes.  Another at which its sender goes on takes it over, and there it
 * starts again at 0.  A request that is still at work on it at the old one
 * finds that out at its end: it is told to try again, or gets the receipt
 * that there is meanwhile.
 */
#ifndef SIGILL_PORTAL_UPLOADS_H
#define SIGILL_PORTAL_UPLOADS_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "portal/complete.h"
#include "portal/ledger.h"
#include "portal/settings.h"
#include "portal/store.h"
#include "portal/turns.h"

struct uploads;			/* opaque; safe to use from many threads */

/* A request's hold of an upload.  Fields are for reading. */
struct upload {
	struct uploads *owner;
	struct upload_row row;
	uint64_t offset;	/* bytes that have arrived; row.length when
				 * it is complete */
	int fd;			/* partial file; -1 when there is none left */
	struct turn turn;	/* its id is the row's */
};

/* Parts are borrowed for as long as *out lives. */
enum err_code uploads_open(const struct settings *settings,
    struct store *store, struct ledger *ledger, struct completer *completer,
    struct uploads **out, struct err *e);
void uploads_close(struct uploads *u);	/* NULL-safe */

/* At start: finishes what an earlier run was about to finish, and removes
 * partial files that no upload here owns. */
enum err_code uploads_recover(struct uploads *u, int64_t now, struct err *e);
/* From time to time: removes what has expired, and such files. */
void uploads_sweep(struct uploads *u, int64_t now);

/*
 * Finds the upload with row's sender, digest and length, or makes it; fills
 * the rest of *row.  whole: all bytes come now, so that for a small file what
 * is made is not worth a wait for the disk before they are there; should they
 * not come, it survives a crash of the portal, but of the machine only after
 * the next upload_finish.  ERR_PORTAL_BUSY with too many unfinished ones.
 */
enum err_code uploads_create(struct uploads *u, struct upload_row *row,
    bool whole, int64_t now, struct err *e);

/*
 * Holds an upload of that sender; upload_release ends it.
 * ERR_HTTP_NOT_FOUND, ERR_HTTP_EXPIRED; ERR_HTTP_BUSY when the request that
 * holds it does not end in time.
 */
enum err_code upload_hold(struct uploads *u, const char *id,
    const char *sender, int socket, int64_t now, struct upload **out,
    struct err *e);
void upload_release(struct upload *up);	/* NULL-safe */

/* Writes at the offset and moves it.  ERR_HTTP_BUSY once cut off,
 * ERR_TOO_LARGE past the announced length. */
enum err_code upload_write(struct upload *up, const void *data, size_t len,
    struct err *e);

/*
 * What has arrived is on the disk afterwards; if it is all, the upload is
 * completed, or has been before, and its receipt is appended to *receipt.
 * After a final refusal (complete_is_final) the upload is gone.
 */
enum err_code upload_finish(struct upload *up, struct buf *receipt,
    struct err *e);

/* Removes an upload that is not complete.  ERR_HTTP_METHOD for others. */
enum err_code upload_discard(struct upload *up, struct err *e);

#endif
