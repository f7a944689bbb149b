/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The process that has the recipients' private keys, and does nothing but
 * unwrap content keys with them: it sees neither files nor answers.  The
 * service passes on what a worker asks for.
 */
#ifndef SIGILL_INTAKE_SERVICE_KEYHOLDER_H
#define SIGILL_INTAKE_SERVICE_KEYHOLDER_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "crypto/unwrap.h"

/* `sigill-intake keyholder`: loads the keys, says '.' on standard input, which
 * is a socket, and serves it.  passphrase_fd: -1, or a pipe. */
int keyholder_main(const char *config, int passphrase_fd);

struct keyholder;		/* opaque; safe to use from many threads */

/* Starts it and waits until it has its keys: their errors are told as they
 * are.  passphrase: kept for when it must be started again; may be NULL. */
enum err_code keyholder_start(const char *program, const char *config,
    const struct buf *passphrase, struct keyholder **out, struct err *e);
void keyholder_free(struct keyholder *k);	/* NULL-safe; ends it */

/* Starts it again when it has gone.  ERR_DECRYPTION, ERR_KEY_SERVICE. */
enum err_code keyholder_unwrap(struct keyholder *k,
    const struct wrapped_key *w, uint8_t out[static CONTENT_KEY_LEN],
    struct err *e);

#endif
