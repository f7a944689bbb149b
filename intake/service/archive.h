/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The archive: every sealed file that has had its verdict, or has come in a
 * folder, as ARCHIVE/ab/DIGEST.sigill (ab: the digest's first two digits), for
 * as long as evidence is kept.  And the way to a file's bytes, wherever it is
 * now.
 *
 * A file from a spool is renamed, and is in one of the two places whatever
 * happens; scan.h finds it where it was.  One from a folder, where others may
 * still write to it, is copied before it gets into the ledger (keep.h), and is
 * removed from there when it has its verdict.  One whose archive is on another
 * file system than its spool is copied, too.
 */
#ifndef SIGILL_INTAKE_SERVICE_ARCHIVE_H
#define SIGILL_INTAKE_SERVICE_ARCHIVE_H

#include "base/buf.h"
#include "base/err.h"
#include "intake/book/arrivals.h"
#include "intake/settings.h"

#define ARCHIVE_FILE_MODE	0640
#define ARCHIVE_FOLDER_MODE	0750

/* The place with that name; NULL when it is none of ours. */
const struct place *archive_place(const struct intake_settings *s,
    const char *name);

/* The folder that a file of the archive is to be in. */
enum err_code archive_make_folder(const char *file, struct err *e);

/*
 * Reads a file from the archive or where it arrived, and makes sure that it is
 * that file: ERR_DIGEST when the bytes are not, ERR_NO_INPUT when they are
 * nowhere to be found here.
 */
enum err_code archive_read(const struct intake_settings *s,
    const struct arrival *a, struct buf *out, struct err *e);

/* Moves it there.  One that is there already has the same bytes.  Where it
 * cannot be removed from its place that is no error.  ERR_DIGEST,
 * ERR_NO_INPUT as above, ERR_NO_SPACE, ERR_IO. */
enum err_code archive_file(const struct intake_settings *s,
    const struct arrival *a, struct err *e);

#endif
