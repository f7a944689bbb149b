/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The receipts that are kept beside a sealed file, as FILE.stored.p7s,
 * FILE.accepted.p7s and FILE.rejected.p7s.  Only bytes: client/receipt.h
 * judges them.
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

/* Could a receipt be kept here?  Said before anything is delivered. */
enum err_code kept_check(const char *sealed, struct err *e);

#endif
