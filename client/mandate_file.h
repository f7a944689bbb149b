/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A mandate's file (format/mandate.h): reading it, whether it fits the answers
 * that it is to be enclosed with, and what people are told of it.
 */
#ifndef SIGILL_CLIENT_MANDATE_FILE_H
#define SIGILL_CLIENT_MANDATE_FILE_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "crypto/digest.h"
#include "crypto/signed.h"
#include "format/mandate.h"
#include "format/statement.h"

struct report;

/* { 0 } is an empty one. */
struct mandate_file {
	struct buf der;
	struct signed_data opened;	/* borrows from der */
	struct mandate content;
	uint8_t digest[DIGEST_LEN];	/* of the content */
};

/* Structure, signature, and that the organisation itself has signed it; not
 * whether its certificate is to be trusted, which the authority judges.
 * ERR_MANDATE, ERR_NO_INPUT. */
enum err_code mandate_file_read(const char *path, struct mandate_file *out,
    struct err *e);
/* The same from memory; path is for messages. */
enum err_code mandate_file_parse(const struct buf *der, const char *path,
    struct mandate_file *out, struct err *e);
void mandate_file_wipe(struct mandate_file *m);

/*
 * Will the authority take it for these answers from that submitter (ten
 * digits)?  All that can be known here.  ERR_MANDATE tells what does not fit.
 */
enum err_code mandate_file_fits(const struct mandate_file *m,
    const struct statement *s, const char *submitter,
    enum environment environment, int64_t now, struct err *e);

/* Who may do what until when, and what it is revoked by.  answers: those that
 * it is enclosed with, of which people have been told, or NULL. */
void mandate_file_report(const struct mandate_file *m,
    const struct statement *answers, struct report *r);
/* That, and who has signed it: for a file that came from somewhere. */
void mandate_file_show(const struct mandate_file *m, const char *path,
    int64_t now, struct report *r);

#endif
