/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The archive: every sealed file that has had its verdict, as ARCHIVE/ab/
 * DIGEST.sigill (ab: the digest's first two digits), mode 0640, for as long as
 * evidence is kept.  And the way to a file's bytes, wherever it is now.
 */
#ifndef SIGILL_INTAKE_SERVICE_ARCHIVE_H
#define SIGILL_INTAKE_SERVICE_ARCHIVE_H

#include "base/buf.h"
#include "base/err.h"
#include "intake/book/arrivals.h"
#include "intake/settings.h"

/*
 * Reads a file where it arrived or from the archive, and makes sure that it is
 * that file: ERR_DIGEST when the bytes are not, ERR_NO_INPUT when they are
 * nowhere to be found here.
 */
enum err_code archive_read(const struct intake_settings *s,
    const struct arrival *a, struct buf *out, struct err *e);

/* Moves it there, durably: renamed where that is possible, else copied, synced
 * and removed.  A file that is there already has the same bytes.  Where it
 * cannot be removed from its place that is no error. */
enum err_code archive_file(const struct intake_settings *s,
    const struct arrival *a, struct err *e);

#endif
