/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Signatures on mandates: one SignedData over a mandate's content
 * (format/mandate.h), by the organisation that gives it.
 */
#ifndef SIGILL_CRYPTO_MANDATE_SIG_H
#define SIGILL_CRYPTO_MANDATE_SIG_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "crypto/digest.h"
#include "crypto/signed.h"

/* ERR_TOO_LARGE when its certificates make it more than LIMIT_MANDATE. */
enum err_code mandate_sig_make(const void *content, size_t len,
    const struct signer *signer, int64_t now, struct buf *out,
    struct err *e);

/*
 * Structure and signature, not yet whether the signer is to be trusted.
 * digest: of the content, which the mandate is known by.  organisation: the
 * number in the signer's certificate; who reads the content compares.
 * ERR_MANDATE; signed_wipe frees *out.
 */
enum err_code mandate_sig_open(const uint8_t *der, size_t len,
    struct signed_data *out, uint8_t digest[static DIGEST_LEN],
    char organisation[static 11], struct err *e);

#endif
