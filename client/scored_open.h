/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Sealed feedback: who may have sealed it, the key that opens it, and whether
 * it is what the scored receipt is about (docs/SPEC.md, section 11).
 */
#ifndef SIGILL_CLIENT_SCORED_OPEN_H
#define SIGILL_CLIENT_SCORED_OPEN_H

#include "base/buf.h"
#include "base/err.h"
#include "client/session.h"
#include "format/receipt.h"

/*
 * Opens it with the key beside the parcel, and appends the document.  receipt:
 * of the stage scored, for this parcel, and judged.  ERR_FEEDBACK_SEALED, with
 * the name of the step that failed; ERR_REPLY_KEY when the key there is
 * another's; ERR_NO_INPUT, ERR_KEY_MODE, ERR_KEY, ERR_KEY_MISMATCH,
 * ERR_REPLY_CERT when its file cannot be used.
 */
enum err_code scored_open(const struct session *s, const struct parcel *p,
    const struct receipt *receipt, const struct buf *sealed,
    struct buf *document, struct err *e);

#endif
