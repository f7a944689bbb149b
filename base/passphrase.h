/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Passphrases: from a file descriptor, from a file, or asked for on a
 * terminal; never from the command line or the environment, and never asked
 * for where nobody sits.
 */
#ifndef SIGILL_BASE_PASSPHRASE_H
#define SIGILL_BASE_PASSPHRASE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"

struct passphrase_source {
	int fd;			/* read from here; -1: not given */
	const char *file;	/* read from here; NULL: not given */
	bool may_ask;		/* ask on /dev/tty when neither is given */
	const char *prompt;	/* what the terminal shows, already translated */
};

/*
 * The first line, without its newline, into *out (no NUL counted).
 * ERR_PASSPHRASE_NEEDED when there is no source and no terminal,
 * ERR_KEY_MODE when others can read the file.  twice: asks again for
 * confirmation (a new passphrase), ERR_PASSPHRASE when the two differ.
 */
enum err_code passphrase_get(const struct passphrase_source *source,
    bool twice, struct buf *out, struct err *e);

#endif
