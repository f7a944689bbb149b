/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A file of a folder, where others may write at any time: may it be taken, and
 * what is it?
 */
#ifndef SIGILL_INTAKE_SERVICE_IDENTIFY_H
#define SIGILL_INTAKE_SERVICE_IDENTIFY_H

#include <stdbool.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/err.h"

/* Is a name of a folder to be left alone, since it says so itself? */
bool identify_passes(const char *name);
/* The ledger and logs take any text, but not any bytes. */
bool identify_is_text(const char *name);
/* Logs why one is not taken; its name may be any bytes. */
void identify_tell(const char *place, const char *name, const char *why);
/* Was nothing written to it in between? */
bool identify_same(const struct stat *a, const struct stat *b);

/* Appends all of it, at most LIMIT_SEALED (ERR_TOO_LARGE).  *steady: it is
 * what st says, and was so all the time.  ERR_NO_INPUT. */
enum err_code identify_read(int dir, const char *name, const struct stat *st,
    struct buf *out, bool *steady, struct err *e);

#endif
