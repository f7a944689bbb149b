/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What seal and submit have in common: from answers that have been checked to
 * a sealed file in memory.
 */
#ifndef SIGILL_CLIENT_PREPARE_H
#define SIGILL_CLIENT_PREPARE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "client/seal.h"

struct checked;
struct identity;
struct mandate_file;
struct options;
struct report;
struct settings;

/* What o->supersedes means: 64 hexadecimal digits, the file of an accepted
 * receipt, or an entry in the outbox, which must be one that these answers can
 * replace; *given: was there anything?  ERR_USAGE, ERR_RECEIPT_*, and those of
 * opening an outbox. */
enum err_code prepare_supersedes(const struct options *o,
    const struct settings *s, const struct checked *checked, bool *given,
    uint8_t out[static DIGEST_LEN], struct err *e);

/* Reads o->mandate, when there is one, and judges it for these answers and the
 * configured certificate, before the key is needed.  *out must be { 0 }; its
 * der is empty when there is none.  ERR_MANDATE. */
enum err_code prepare_mandate(const struct options *o,
    const struct settings *settings, const struct checked *checked,
    struct mandate_file *out, struct err *e);

/* What may go along with the answers. */
struct prepare_extras {
	const uint8_t *supersedes;	/* NULL when nothing is replaced */
	const struct mandate_file *mandate;	/* prepare_mandate's */
	bool reply;			/* there is a place for the key that
					 * feedback is to be sealed for */
};

/* Seals, after judging whatever would be refused afterwards; the file that is
 * to blame is in the error. */
enum err_code prepare_sealed(const struct options *o,
    const struct settings *settings, const struct checked *checked,
    const struct identity *identity, const struct prepare_extras *extras,
    struct sealed *out, struct report *r, struct err *e);

/* SHA-256 of the digests, in order, of all that sigill.conf seals for: does it
 * name the same as when a file was sealed? */
enum err_code prepare_recipients(const struct settings *settings,
    uint8_t out[static DIGEST_LEN], struct err *e);

/* What was checked, and for which environment. */
void prepare_report_checked(const struct checked *checked,
    const struct settings *s, struct report *r);
/* The lines and members that tell where a sealed file is. */
void prepare_report(const char *path,
    const uint8_t digest[static DIGEST_LEN], uint64_t size,
    struct report *r);

#endif
