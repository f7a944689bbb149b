/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What a receipt says of the authority's log, and whether receipts agree about
 * it: all offline, and without believing the authority's database.
 */
#ifndef SIGILL_CLIENT_LOG_PROOF_H
#define SIGILL_CLIENT_LOG_PROOF_H

#include "base/buf.h"
#include "base/err.h"
#include "format/receipt.h"

struct options;
struct receipt_signers;
struct report;
struct settings;

/* Is the receipt in the log where it says, and does that log contain the one
 * that it says it has grown from?  One without a place in a log passes.
 * ERR_LOG_PROOF. */
enum err_code log_proof_check(const struct receipt *r, struct err *e);

/* Its place, as a line; nothing for the stages that have none. */
void log_proof_report(const struct receipt *receipt, struct report *r);

/*
 * Compares a receipt, which has been judged, with those that lie in the outbox
 * and those that --older names, and with --head and --proof: about one size of
 * the log they must agree.  Says with how many it could be compared, and sets
 * the member "log".  Others in the outbox that are not sound are passed over;
 * what is named is judged as the first.
 *
 * name, der: the receipt's file.  ERR_LOG_PROOF when two contradict each
 * other, with the names of both.
 */
enum err_code log_proof_compare(const struct options *o,
    const struct settings *s, const struct receipt_signers *signers,
    const char *name, const struct buf *der, const struct receipt *receipt,
    struct report *r, struct err *e);

#endif
