/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * CompressedData (RFC 3274) around a zlib stream that is made and read
 * elsewhere (format/deflate.h): version 0, zlibCompress without
 * parameters, id-data.
 */
#ifndef SIGILL_CRYPTO_COMPRESSED_H
#define SIGILL_CRYPTO_COMPRESSED_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/* Appends the CompressedData, without a ContentInfo around it: it is the
 * eContent of a SignedData whose eContentType names it. */
enum err_code compressed_wrap(const void *zlib, size_t len, struct buf *out,
    struct err *e);

/* *zlib points into der.  ERR_COMPRESSED_STRUCTURE. */
enum err_code compressed_unwrap(const uint8_t *der, size_t der_len,
    const uint8_t **zlib, size_t *len, struct err *e);

#endif
