/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * sigill send: delivers a sealed file, and files the receipts beside it as
 * FILE.stored.p7s, FILE.accepted.p7s or FILE.rejected.p7s.  What is there
 * already is not fetched again, so running it twice does no harm.
 */
#ifndef SIGILL_CLIENT_SEND_H
#define SIGILL_CLIENT_SEND_H

#include "base/err.h"
#include "format/receipt.h"

struct buf;
struct options;
struct parcel;
struct report;
struct session;

/* What a receipt says, and where it is kept beside the sealed file. */
void send_report_receipt(const char *sealed, const struct receipt *receipt,
    struct report *r);

/* Waits for the verdict as o->wait says and reports it.  ERR_REJECTED,
 * ERR_VERDICT_PENDING, and whatever stands in the way. */
enum err_code send_wait(struct session *s, struct parcel *p,
    struct report *r, struct err *e);

/* A file that the portal would refuse is refused here: ERR_OUTER_STRUCTURE
 * with what it looks like, and whatever envelope_open_outer says. */
enum err_code send_check_sealed(const char *path, const struct buf *file,
    struct err *e);

enum err_code send_run(const struct options *o, struct report *r);

#endif
