/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The folder of signed receipts: DIGEST.accepted.p7s and DIGEST.rejected.p7s,
 * DIGEST being the SHA-256 of the sealed file in hexadecimal.
 *
 * A receipt is written once and stands: it is never changed, and a file that
 * has one verdict never gets the other.  The accepted receipts are also what
 * the next run knows of earlier ones (verifier/seen.h).  One run at a time
 * works in a folder.
 */
#ifndef SIGILL_VERIFIER_RECEIPTS_H
#define SIGILL_VERIFIER_RECEIPTS_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "crypto/signed.h"
#include "verifier/settings.h"
#include "verifier/verify.h"

struct receipts {
	const char *dir;	/* borrowed */
	int lock;		/* the folder, open and locked */
	const char *authority;	/* borrowed, as what signer points to */
	enum environment environment;
	struct signer signer;
};

/*
 * Locks the folder and adds what its accepted receipts say to *seen.
 * ERR_BUSY when another run has it; ERR_IO when it cannot be used, or when a
 * receipt in it is damaged: then somebody must look, because a submission
 * might be accepted twice.
 */
enum err_code receipts_open(const char *dir, const struct settings *settings,
    struct receipts *out, struct seen *seen, struct err *e);
void receipts_close(struct receipts *r);

/*
 * Before anything is done about a verdict: ERR_DUPLICATE when the sealed file
 * has a receipt of the other stage, which stands.
 */
enum err_code receipts_check(const struct receipts *r,
    const struct verdict *verdict, struct err *e);

/*
 * Signs and writes the receipt of an accepted or rejected verdict, durably,
 * or leaves the one that is there.  Its name goes to path.  A rejected one
 * holds the code, its sentence and its hint, and nothing else of the verdict.
 */
enum err_code receipts_write(const struct receipts *r,
    const struct verdict *verdict, int64_t time, char path[static PATH_MAX],
    struct err *e);

#endif
