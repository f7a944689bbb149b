/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * sigill send: delivers a sealed file, and files the receipts beside it as
 * FILE.stored.p7s, FILE.accepted.p7s or FILE.rejected.p7s.  What is there
 * already is not fetched again, so running it twice does no harm.
 */
#ifndef SIGILL_CLIENT_SEND_H
#define SIGILL_CLIENT_SEND_H

#include "base/buf.h"
#include "base/err.h"

struct identity;
struct options;
struct report;
struct settings;

/* Is everything set that sending needs?  Said before any work.  ERR_CONFIG. */
enum err_code send_check(const struct settings *s, struct err *e);

/*
 * Delivers the sealed file of that name, and waits as o->wait says.
 * identity: NULL loads it when it is needed.  Errors are in the report.
 */
enum err_code send_file(const struct options *o, const struct settings *s,
    const struct identity *identity, const char *path,
    const struct buf *file, struct report *r);

enum err_code send_run(const struct options *o, struct report *r);

#endif
