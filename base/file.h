/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Files: capped reads, and writes that are whole and durable or not there.
 */
#ifndef SIGILL_BASE_FILE_H
#define SIGILL_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

/*
 * Reads a regular file, FIFO or terminal ("-" is standard input) of at most
 * cap bytes into *out, appending.  ERR_NO_INPUT when it cannot be read or is
 * a directory, ERR_TOO_LARGE when it is over cap.
 */
enum err_code file_read(const char *path, size_t cap, struct buf *out,
    struct err *e);
enum err_code file_read_fd(int fd, const char *name, size_t cap,
    struct buf *out, struct err *e);

/*
 * Writes a new file: temporary file in the same folder, fsync, rename to its
 * name without ever replacing what is there (ERR_OUTPUT_EXISTS), fsync of the
 * folder.  After any failure there is neither a file nor a temporary one.
 * mode is exact (no umask).
 */
enum err_code file_write_new(const char *path, const void *data, size_t len,
    mode_t mode, struct err *e);
/* The same, replacing what is there in one step. */
enum err_code file_replace(const char *path, const void *data, size_t len,
    mode_t mode, struct err *e);

/* The last step of file_write_new: renames a file to a name that must be free,
 * in the same folder. */
enum err_code file_name_new(const char *from, const char *to, struct err *e);

/* Writes all of it to fd (standard output, a pipe), without fsync. */
enum err_code file_write_fd(int fd, const char *name, const void *data,
    size_t len, struct err *e);

/*
 * Makes a folder, and those above it that are missing, durably and with mode
 * 0700.  *made (may be NULL): was the last one made here?  ERR_IO when
 * something else is in the way.
 */
enum err_code file_make_dirs(const char *path, bool *made, struct err *e);

/* fsync of the folder that holds path. */
enum err_code file_sync_dir_of(const char *path, struct err *e);

/* path, or base's folder joined with it when it is relative.  In out; false
 * when it does not fit PATH_MAX. */
bool file_resolve(const char *base, const char *path, char out[static 4096]);
/* The last part of a path. */
const char *file_base_name(const char *path);

/*
 * A folder of what is installed beside the program: PREFIX/bin/x gives
 * PREFIX/share/NAME, in the build tree as when installed.  False when the
 * program's own place cannot be told.
 */
bool file_share_dir(const char *name, char out[static 4096]);

#endif
