/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Signatures on receipts: one SignedData over the receipt's content
 * (format/receipt.h).
 *
 * A receipt is judged in three steps, because the time at which its signer
 * must have been valid stands inside it: receipt_sig_open, receipt_parse,
 * receipt_sig_trust.
 */
#ifndef SIGILL_CRYPTO_RECEIPT_SIG_H
#define SIGILL_CRYPTO_RECEIPT_SIG_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "crypto/signed.h"
#include "crypto/trust.h"

enum err_code receipt_sig_make(const void *content, size_t len,
    const struct signer *signer, int64_t now, struct buf *out,
    struct err *e);

/* Structure and signature: ERR_RECEIPT_STRUCTURE, _SIGNATURE.  signed_wipe
 * frees it. */
enum err_code receipt_sig_open(const uint8_t *der, size_t len,
    struct signed_data *out, struct err *e);

/* Without a chain, by who has the certificates at hand: is the signer one of
 * allowed, and was it valid at that time?  Of other things that the same keys
 * sign, too.  ERR_RECEIPT_SIGNER. */
enum err_code receipt_sig_known(const struct signed_data *opened,
    const struct cert_list *allowed, int64_t time, struct err *e);

/*
 * May this signer sign this stage?  It must be one of allowed (the portal's
 * certificates for the stored stage, intake's for the others) and be good for
 * receipts at the receipt's own time.  ERR_RECEIPT_SIGNER.
 */
enum err_code receipt_sig_trust(const struct signed_data *opened,
    const struct trust *trust, const struct cert_list *allowed,
    int64_t time, struct err *e);

#endif
