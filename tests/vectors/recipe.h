/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A recipe makes one sealed file with one fault: everything is sealed as it
 * should be, except for what the recipe's fields say.  The layers that lie
 * outside the fault are made anew around it, with true signatures, so only
 * the check that is meant for the fault can find it.
 */
#ifndef SIGILL_TESTS_VECTORS_RECIPE_H
#define SIGILL_TESTS_VECTORS_RECIPE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "crypto/signed.h"
#include "format/mandate.h"
#include "format/submission.h"
#include "tests/vectors/tree.h"

/* How the verifier is set up that must refuse it. */
enum verifier { VERIFIER_TEST, VERIFIER_PRODUCTION, VERIFIER_CRL_OUTDATED,
	VERIFIER_NO_INTERMEDIATE_CRL, VERIFIER_RECIPIENT_EXPIRED,
	VERIFIER_ROTATED };

/* SignedData that our own code cannot make (variants.c). */
enum signed_variant {
	SIGNED_USUAL,
	SIGNED_MD5, SIGNED_SHA1,	/* weak digest */
	SIGNED_NO_ESS,			/* no signingCertificateV2 */
	SIGNED_BY_KEY_ID,		/* sid is a subjectKeyIdentifier */
	SIGNED_NO_ATTRIBUTES,		/* signature over the content itself */
	SIGNED_TWO_SIGNERS,
	SIGNED_PKCS1,			/* RSA PKCS#1 v1.5 */
	SIGNED_PSS_MAX_SALT,
	SIGNED_STRIPPED,		/* attributes become the content */
	SIGNED_SMIMECAP,		/* one attribute more, signed */
	SIGNED_WITH_CRL,
	SIGNED_FORGED,			/* by a key of our own, under a name that
					 * differs in the case of a letter */
};

/* Envelopes that our own code cannot make (variants.c). */
enum envelope_variant {
	ENVELOPE_USUAL,
	ENVELOPE_PKCS1,			/* ktri with PKCS#1 v1.5 */
	ENVELOPE_OAEP_SHA1,
	ENVELOPE_KDF_SHA1,
	ENVELOPE_BY_SERIAL,		/* recipient by issuer and serial */
	ENVELOPE_CBC,			/* EnvelopedData, AES-256-CBC */
	ENVELOPE_AES128,
};

/*
 * A mandate that is enclosed: by exempelkoping, whose the answers are, for
 * exempelregionen, from the day before the vectors' time until the day after;
 * except for what is said here.
 */
struct mandate_recipe {
	const char *by;			/* NULL: exempelkoping */
	const char *extra_cert;		/* enclosed without need */
	enum signed_kind kind;		/* SIGNED_MANDATE is the right one */
	void (*change)(struct mandate *m);
	/* As those of struct recipe, in the mandate's CBOR. */
	const char *find, *put, *append;
	struct edit edits[EDITS_MAX];
};

struct recipe {
	const char *name;
	enum err_code code;	/* that must refuse it; ERR_OK: a good file */
	enum verifier verifier;

	/* Who: file names in certs-sample, without ending. */
	const char *signer;		/* NULL: exempelkoping */
	const char *outer_signer;	/* NULL: the same */
	const char *extra_cert;		/* enclosed without need in the outer
					 * layer */
	const char *inner_extra_cert;	/* the same, in the inner one */
	bool no_chain;			/* leave the intermediate out */
	const char *recipients[3];	/* NULL: intake-p256 and intake-rsa */

	/* What it says. */
	const struct mandate_recipe *mandate;	/* or NULL */
	void (*change)(struct submission *s);
	/* The submission's CBOR: the first `find` becomes `put` (hexadecimal),
	 * and `append` follows. */
	const char *find, *put, *append;

	/* The zlib stream. */
	void (*zlib)(struct buf *stream);

	/* The layers. */
	struct edit compressed[EDITS_MAX];
	enum signed_variant inner_variant;
	struct edit inner[EDITS_MAX];
	enum envelope_variant envelope_variant;
	struct edit envelope[EDITS_MAX];
	enum signed_variant outer_variant;
	struct edit outer[EDITS_MAX];
	void (*file)(struct buf *sealed);	/* the finished file */
};

/* recipes_cms.c, recipes_content.c, recipes_reply.c, recipes_mandate.c; each
 * ends with name NULL. */
extern const struct recipe recipes_cms[], recipes_content[],
    recipes_reply[], recipes_mandate[];

#endif
