/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * CMS structures that our own code cannot make, made with OpenSSL's: weak or
 * other algorithms, other forms.  For tests only; ends the program when
 * OpenSSL refuses.
 */
#ifndef SIGILL_TESTS_VECTORS_VARIANTS_H
#define SIGILL_TESTS_VECTORS_VARIANTS_H

#include <stdint.h>

#include "base/buf.h"
#include "crypto/signed.h"
#include "tests/vectors/recipe.h"

/* What two-signer and CRL variants need besides. */
struct variant_extra {
	const struct signer *second;
	const char *crl;		/* file */
};

void variant_signed(enum signed_variant variant, enum signed_kind kind,
    const struct buf *content, const struct signer *signer,
    const struct variant_extra *extra, int64_t now, struct buf *out);

void variant_envelope(enum envelope_variant variant,
    const struct buf *content, const struct cert_list *recipients,
    struct buf *out);

/* From now on OpenSSL's random bytes are a function of name alone. */
void variant_seed(const char *name);

#endif
