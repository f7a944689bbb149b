/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Feedback that has come from the authority and is kept here, with the scored
 * receipt that vouches for it.
 */
#ifndef SIGILL_CLIENT_FEEDBACK_KEPT_H
#define SIGILL_CLIENT_FEEDBACK_KEPT_H

#include <jansson.h>
#include <stdbool.h>

#include "base/err.h"
#include "client/settings.h"

/* The name of the feedback on a sealed file.  ERR_NO_FEEDBACK when it has not
 * come yet. */
enum err_code feedback_kept_of(const char *sealed, char out[static 4096],
    struct err *e);
/* The same, of a submission in the outbox.  ERR_OUTBOX_ENTRY, ERR_NO_INPUT when
 * there is neither a file nor a submission called so. */
enum err_code feedback_kept_find(const struct settings *s, const char *what,
    char out[static 4096], struct err *e);

/*
 * Reads it.  *vouched: a scored receipt lies beside it, is good and is for
 * these very bytes; false when there is none.  A receipt that is not good, or
 * for something else, is an error: ERR_RECEIPT_*, ERR_FEEDBACK_SEALED.
 * ERR_FEEDBACK.  *doc is a new reference.
 */
enum err_code feedback_kept_read(const struct settings *s, const char *path,
    json_t **doc, bool *vouched, struct err *e);

#endif
