/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * zlib streams (RFC 1950) whose length tells almost nothing: before the last
 * block, empty stored blocks (RFC 1951 §3.2.4) fill the stream up to a Padmé
 * bucket of at least LIMIT_BUCKET_MIN bytes.  Any inflater reads them.
 */
#ifndef SIGILL_FORMAT_DEFLATE_H
#define SIGILL_FORMAT_DEFLATE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/* The bucket that len bytes are padded to. */
size_t deflate_bucket(size_t len);

/* Compresses and pads; appends the stream to *out. */
enum err_code deflate_pack(const uint8_t *data, size_t len, struct buf *out,
    struct err *e);

/*
 * Appends the content of a stream to *out.  ERR_INFLATE when it is damaged,
 * cut short, followed by anything, needs a dictionary, gives more than max
 * bytes or more than LIMIT_INFLATE_RATIO times its own length; *out is
 * untouched then.
 */
enum err_code deflate_unpack(const uint8_t *data, size_t len, size_t max,
    struct buf *out, struct err *e);

#endif
