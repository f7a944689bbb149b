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

#define PASSPHRASE_MIN	8

struct passphrase_source {
	int fd;			/* read from here; -1: not given */
	const char *file;	/* read from here; NULL: not given */
	bool may_ask;		/* ask on /dev/tty when neither is given */
	const char *prompt;	/* what the terminal shows, already translated */
	const char *again;	/* the same, when it is asked for twice */
};

/*
 * The first line, without its newline, into *out (no NUL counted).  fresh: a
 * new passphrase, which must have PASSPHRASE_MIN bytes and is asked for twice
 * on a terminal; ERR_PASSPHRASE when it is shorter or the two differ.
 * ERR_PASSPHRASE_NEEDED when there is no source and no terminal,
 * ERR_KEY_MODE when others can read the file.
 */
enum err_code passphrase_get(const struct passphrase_source *source,
    bool fresh, struct buf *out, struct err *e);

#endif
