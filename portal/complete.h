/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What happens when all bytes of an upload are there, in an order in which
 * every interruption can be picked up again:
 *
 *	sync the file → digest, outer signature and its signer → its row in
 *	the ledger, durably → give it its name, durably → receipt into the
 *	ledger, durably → forget its name as a partial file
 *
 * Where portals share the ledger, the third and the fifth step find nothing
 * when another portal has taken the upload over meanwhile: then the name is
 * taken away again, and there is no receipt.
 *
 * A receipt that anybody has seen stands for a file that is on the disk.  The
 * waits for the disk are for the bytes, the row (mostly there already), the
 * name and the receipt: each must be there before the next step relies on it,
 * and a name without a row would belong to nobody.  The last step needs
 * none, since a partial file whose upload has its receipt is removed at the
 * next start.
 */
#ifndef SIGILL_PORTAL_COMPLETE_H
#define SIGILL_PORTAL_COMPLETE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "portal/ledger.h"
#include "portal/peer.h"
#include "portal/settings.h"
#include "portal/store.h"

struct completer;		/* opaque; safe to use from many threads */

/* All parts are borrowed for as long as *out lives.  clock gives UTC
 * seconds. */
enum err_code completer_open(const struct settings *settings,
    struct store *store, struct ledger *ledger, struct peers *peers,
    int64_t (*clock)(void), struct completer **out, struct err *e);
void completer_close(struct completer *c);	/* NULL-safe */

/*
 * Completes an upload of which nobody else holds the file, fd, which is read
 * in memory that does not depend on its size.  After any failure, of the disk
 * or of the machine, it can be called again and does what is left to do.  The
 * receipt's DER is appended to *receipt; its time is when the bytes were on
 * the disk, which is also when the signer's certificate must be good, however
 * long ago the request began.  Does not clean up after a refusal.
 * ERR_HTTP_NOT_FOUND: the upload is not this portal's any more, or has been
 * completed.
 */
enum err_code complete_upload(struct completer *c,
    const struct upload_row *row, int fd, struct buf *receipt,
    struct err *e);

/*
 * Before an upload is given up: takes its file away again if an earlier try
 * came as far as the file's final name, and no further.  A file for which
 * anybody has a receipt stays.
 */
enum err_code complete_retract(struct completer *c,
    const struct upload_row *row, struct err *e);

/* Is this a refusal of what was handed in, which another try with the same
 * bytes would meet again? */
bool complete_is_final(enum err_code code);

#endif
