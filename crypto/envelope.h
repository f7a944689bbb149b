/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The sealed file: SignedData ( AuthEnvelopedData ( SignedData
 * ( CompressedData ( zlib stream )))), in memory throughout; but for the outer
 * layer alone, which can also be checked where the file is on a disk.
 */
#ifndef SIGILL_CRYPTO_ENVELOPE_H
#define SIGILL_CRYPTO_ENVELOPE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "crypto/digest.h"
#include "crypto/enveloped.h"
#include "crypto/signed.h"

/* Seals a zlib stream (format/deflate.h) for the recipients; appends DER. */
enum err_code envelope_seal(const void *zlib, size_t len,
    const struct signer *signer, const struct cert_list *recipients,
    int64_t now, struct buf *out, struct err *e);

/*
 * What can be checked without a key: size, outer structure, algorithms and
 * signature (ERR_SEALED_SIZE, ERR_OUTER_*).  out->content is the envelope.
 * The signer's certificate still needs trust_check.  signed_wipe frees it.
 */
enum err_code envelope_open_outer(const uint8_t *sealed, size_t len,
    struct signed_data *out, struct err *e);

/*
 * The same for an open file of size bytes, to LIMIT_SEALED_OUTER: it is read
 * once, in memory that does not depend on its size, and out->content is NULL.
 * Refuses what envelope_open_outer would, in the same words.  digest gets the
 * SHA-256 of the file also when it is refused, but not after ERR_IO,
 * ERR_NO_MEMORY or ERR_INTERNAL, which are no fault of the file.  known:
 * certificates that may be in it, and are not decoded again; or NULL.
 */
enum err_code envelope_check_outer(int fd, uint64_t size,
    const struct cert_list *known, uint8_t digest[static DIGEST_LEN],
    struct signed_data *out, struct err *e);

/*
 * The rest, for an outer layer whose signer has been trusted: envelope
 * structure, recipient, decryption, inner structure and signature, same
 * signer, CompressedData.  Appends the zlib stream to *zlib only when all is
 * well.  *which is the index of the key that opened it.
 */
enum err_code envelope_open_inner(const struct signed_data *outer,
    const struct recipient_key *keys, size_t n, struct buf *zlib,
    size_t *which, struct err *e);

#endif
