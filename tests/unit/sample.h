/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Keys and certificates of certs-sample/ for unit tests.  Whatever is
 * missing ends the test.
 */
#ifndef SIGILL_TESTS_UNIT_SAMPLE_H
#define SIGILL_TESTS_UNIT_SAMPLE_H

#include "base/buf.h"
#include "crypto/cert.h"
#include "crypto/enveloped.h"
#include "crypto/key.h"
#include "crypto/signed.h"

struct sample {
	struct key *key;	/* NULL when only the certificate was loaded */
	struct cert *cert;
};

/* certs-sample/NAME.pem, and NAME.key (through a private copy: git does not
 * keep its mode). */
struct sample sample_load(const char *name);
struct cert *sample_cert(const char *name);
void sample_free(struct sample *s);

/* Senders: P-256, P-384, RSA. Recipients: the same. */
extern const char *const sample_senders[3], *const sample_recipients[3];

struct signer sample_signer(const struct sample *s);

/*
 * An edited copy of DER: goes down to a value by the indexes in path
 * ("1.0.4" is the fifth in the first in the second of the outermost value),
 * and there
 *	=  puts hex in its place
 *	+  puts hex before it (one past the last: after it)
 *	-  leaves it out
 *	*  writes it twice
 *	~  gives it other contents: hex
 * All lengths around it are written anew.  False if there is no such place.
 */
bool sample_edit(const uint8_t *der, size_t len, const char *path, char op,
    const char *hex, struct buf *out);
/* Appends hex's octets; blanks are skipped. */
void sample_hex(const char *hex, struct buf *out);

#endif
