/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Signatures on benchmarks: one SignedData over the benchmark's document
 * (docs/SCORING.md), by who signs intake's receipts.
 */
#ifndef SIGILL_CRYPTO_BENCHMARK_SIG_H
#define SIGILL_CRYPTO_BENCHMARK_SIG_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "crypto/signed.h"
#include "crypto/trust.h"

enum err_code benchmark_sig_make(const void *content, size_t len,
    const struct signer *signer, int64_t now, struct buf *out,
    struct err *e);

/* Structure and signature, the signer one of allowed and good for receipts at
 * the time that the signature names.  ERR_BENCHMARK_SIGNATURE; signed_wipe
 * frees *out, whose content the document is. */
enum err_code benchmark_sig_open(const uint8_t *der, size_t len,
    const struct trust *trust, const struct cert_list *allowed,
    struct signed_data *out, struct err *e);

#endif
