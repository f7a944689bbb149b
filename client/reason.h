/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Why the authority rejected a submission: the reason's own words, in the
 * person's language, and what the authority wrote besides, which is shown as
 * a quotation and is in the language that it was written in.
 */
#ifndef SIGILL_CLIENT_REASON_H
#define SIGILL_CLIENT_REASON_H

#include <jansson.h>

#include "base/err.h"

struct receipt;
struct report;

/* All of these take a receipt of the stage rejected. */

/* What the authority wrote, borrowed; NULL when that is no more than what
 * the reason says of itself. */
const char *reason_quote(const struct receipt *rejected);

/* Lines with labels: the reason, the quotation, what to do. */
void reason_report(const struct receipt *rejected, struct report *r);
/* The reason and the quotation, indented below a line of their own. */
void reason_say(const struct receipt *rejected, struct report *r);
/* The members "reason" and "advice" of an object. */
void reason_json(const struct receipt *rejected, struct report *r,
    json_t *o);

/* As an error: ERR_REJECTED, the reason, and of the quotation what there is
 * room for. */
enum err_code reason_err(const struct receipt *rejected, const char *where,
    struct err *e);

#endif
