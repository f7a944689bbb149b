/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A feedback document as scoring leaves it in a folder (docs/HANDOFF.md):
 * SEALED.feedback.json, and whether it is what its name says.  It comes from
 * the authority's own program, and is looked at as if it did not.
 */
#ifndef SIGILL_INTAKE_SERVICE_SCORED_FILE_H
#define SIGILL_INTAKE_SERVICE_SCORED_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "crypto/digest.h"
#include "intake/facts.h"

/* Is it to be looked at: does it end so, and not begin with a dot? */
bool scored_file_is_ours(const char *name);
/* The digest in its name; false when there is none. */
bool scored_file_digest(const char *name, uint8_t out[static DIGEST_LEN]);

/* Appends its bytes.  ERR_HTTP_NOT_FOUND: it has gone.  ERR_FEEDBACK: it is
 * no file, or too large. */
enum err_code scored_file_read(int dir, const char *name, struct buf *out,
    struct err *e);

/* Is it one object, and the feedback for this submission: the sealed file, the
 * submission's id, fingerprint, organisation, questionnaire and round?
 * ERR_FEEDBACK. */
enum err_code scored_file_check(const struct buf *document,
    const struct facts *facts, struct err *e);

#endif
