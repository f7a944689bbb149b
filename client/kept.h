/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What is kept beside a sealed file: its receipts, as FILE.stored.p7s,
 * FILE.accepted.p7s, FILE.rejected.p7s and FILE.scored.p7s; the key that
 * feedback is sealed for, as FILE.reply.pem; and the feedback, when it has
 * come, as FILE.feedback.json.  Only bytes: client/receipt.h judges receipts,
 * client/scored.h the rest.
 */
#ifndef SIGILL_CLIENT_KEPT_H
#define SIGILL_CLIENT_KEPT_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "format/receipt.h"

/* The receipt's name.  ERR_IO when it is too long. */
enum err_code kept_path(const char *sealed, enum receipt_stage stage,
    char out[static 4096], struct err *e);

/*
 * *found: is something there under that name?  Then it has been read into
 * *out, or there is an error: ERR_OUTPUT_EXISTS when it is no regular file
 * (a FIFO, a link that leads nowhere), ERR_IO, ERR_TOO_LARGE.
 */
enum err_code kept_read(const char *sealed, enum receipt_stage stage,
    bool *found, struct buf *out, struct err *e);

/* ERR_OUTPUT_EXISTS when something has come there meanwhile, and the errors
 * of file_write_new. */
enum err_code kept_write(const char *sealed, enum receipt_stage stage,
    const struct buf *der, struct err *e);

#define KEPT_REPLY	".reply.pem"
#define KEPT_FEEDBACK	".feedback.json"

/* The name of one of these.  ERR_IO when it is too long. */
enum err_code kept_beside(const char *sealed, const char *ending,
    char out[static 4096], struct err *e);

/*
 * Keeps the key, durably: before the sealed file has its name, for without the
 * key nobody will ever open the feedback.  ERR_OUTPUT_EXISTS when there is one
 * already: it may be another file's, and is not to be replaced.
 */
enum err_code kept_write_reply(const char *sealed, const struct buf *pem,
    struct err *e);
/* The same refusal, before there is a key. */
enum err_code kept_check_reply(const char *sealed, struct err *e);

/* Could a receipt be kept here?  Said before anything is delivered. */
enum err_code kept_check(const char *sealed, struct err *e);

#endif
