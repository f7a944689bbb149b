/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The layers of a sealed file, one by one, with the fault that a recipe asks
 * for in one of them.  For tests only; ends the program when it cannot be
 * done.
 */
#ifndef SIGILL_TESTS_VECTORS_LAYERS_H
#define SIGILL_TESTS_VECTORS_LAYERS_H

#include <stdint.h>

#include "base/buf.h"
#include "crypto/signed.h"
#include "format/submission.h"
#include "tests/vectors/recipe.h"
#include "tests/vectors/variants.h"

/* Who seals for whom, and when.  Borrowed. */
struct sealing {
	const struct signer *inner, *outer;
	const struct cert_list *recipients;
	struct variant_extra extra;	/* for the variants that need it */
	int64_t now;
};

/*
 * Changes *s as the recipe says, appends its encoding to *cbor, and what has
 * been sealed to *sealed.  The recipe's names of certificates are the caller's
 * business.
 */
void layers_seal(const struct recipe *r, const struct sealing *with,
    struct submission *s, struct buf *cbor, struct buf *sealed);

/* Appends the mandate that the recipe describes, signed. */
void layers_mandate(const struct mandate_recipe *r,
    const struct signer *signer, int64_t now, struct buf *out);

/* A recipe of recipes_cms.c or recipes_content.c. */
const struct recipe *layers_recipe(const char *name);

#endif
