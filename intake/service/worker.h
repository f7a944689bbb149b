/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The process that opens sealed files: the one place where bytes that anybody
 * could have sent are parsed.  It has one socket, and neither files, network,
 * ledger nor keys (intake/service/sandbox.h).
 *
 * And its other end: a thread of the service has one worker, starts it anew
 * when it is gone, and takes nothing from it but facts.
 */
#ifndef SIGILL_INTAKE_SERVICE_WORKER_H
#define SIGILL_INTAKE_SERVICE_WORKER_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "intake/facts.h"
#include "intake/service/keyholder.h"

/* `sigill-intake worker`, as the service starts it: serves standard input,
 * which is a socket, until that ends.  The exit status. */
int worker_main(const char *config);

struct worker;			/* opaque; for one thread */

/* Starts nothing yet.  program: NULL for this one (/proc/self/exe). */
enum err_code worker_new(const char *program, const char *config,
    unsigned seconds, struct worker **out, struct err *e);
void worker_free(struct worker *w);	/* NULL-safe; ends the process */

/*
 * Facts about one file, and when it is accepted the document for scoring.
 * keys: asked at most once for each file, and only for what the file's own
 * bytes contain, so that a worker that is not well any more cannot have others
 * opened.
 *
 *	ERR_WORKER	it crashed, was killed, or broke the protocol
 *	ERR_WORKER_LATE	it took longer than `seconds`, and was ended
 *	ERR_KEY_SERVICE	the key holder has gone: no fault of the file
 *
 * After any of these the next call starts another one.  facts->kind may be
 * undecided: then facts->err tells why, two processes have said so (or one
 * that had had no other file), and another try may do better.
 */
enum err_code worker_verify(struct worker *w, struct keyholder *keys,
    const struct buf *sealed, int64_t now, int64_t arrived,
    struct facts *facts, struct buf *document, struct err *e);

#endif
