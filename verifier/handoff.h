/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The scoring core's door: a verified submission as one JSON document, and
 * the two ways to hand it over (docs/HANDOFF.md is the contract).
 *
 * At least once: the accepted receipt is written only after the handoff, so a
 * crash in between hands over again.  Receivers key on sealed.sha256.
 */
#ifndef SIGILL_VERIFIER_HANDOFF_H
#define SIGILL_VERIFIER_HANDOFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "crypto/digest.h"
#include "format/submission.h"
#include "verifier/verify.h"

#define HANDOFF_TIMEOUT	60	/* seconds that a command may take */

/* Appends the document of an accepted verdict; verified is the time that it
 * names.  ERR_NO_MEMORY. */
enum err_code handoff_document(const struct verdict *verdict,
    int64_t verified, struct buf *out, struct err *e);

/* Whose document it is: what a command finds in its environment. */
struct handoff_ids {
	uint8_t sealed[DIGEST_LEN];
	uint8_t submission[SUBMISSION_ID_LEN];
	uint8_t fingerprint[DIGEST_LEN];
	const char *position;	/* in the log, in digits; NULL without one */
};

/* Of an accepted verdict, which has no position. */
void handoff_ids_of(const struct verdict *verdict, struct handoff_ids *out);

/* Writes DIR/DIGEST.json with mode 0600, whole and durable.  One that is
 * there already stands, and is made durable; ERR_OUTPUT_EXISTS: that is
 * something else. */
enum err_code handoff_to_folder(const char *dir,
    const struct handoff_ids *ids, const struct buf *document,
    struct err *e);

/*
 * Runs /bin/sh -c command with the document on its standard input, and the
 * ids in its environment; its standard output goes to our standard error.
 * ERR_HANDOFF unless it reads everything and ends with status 0 within timeout
 * seconds; one that takes longer is ended with all that it started.
 */
enum err_code handoff_to_command(const char *command, unsigned timeout,
    const struct handoff_ids *ids, const struct buf *document,
    struct err *e);

/* Of two whole documents: are they about the same sealed file?  They may tell
 * of another time, or of another place in the log. */
bool handoff_same(const void *there, size_t there_len, const void *ours,
    size_t len);

#endif
