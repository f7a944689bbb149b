/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * X.509 certificates (RFC 5280): reading, what they say, and requests for
 * new ones (RFC 2986).
 */
#ifndef SIGILL_CRYPTO_CERT_H
#define SIGILL_CRYPTO_CERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "crypto/digest.h"

struct cert;			/* opaque, counted */
struct key;

struct cert_list {
	struct cert **v;	/* owned references */
	size_t len;
};

/* One or more certificates, PEM or one in DER.  ERR_NO_INPUT, ERR_CERT. */
enum err_code cert_load_list(const char *path, struct cert_list *out,
    struct err *e);
/* The same from memory; name is for messages. */
enum err_code cert_parse_list(const struct buf *file, const char *name,
    struct cert_list *out, struct err *e);
/* From DER in memory, with no byte left over. */
enum err_code cert_parse(const uint8_t *der, size_t len, struct cert **out,
    struct err *e);
/* Adds another reference to cert; false without memory. */
bool cert_list_add(struct cert_list *list, struct cert *cert);
bool cert_list_has(const struct cert_list *list, const struct cert *cert);
void cert_list_wipe(struct cert_list *list);

struct cert *cert_ref(struct cert *cert);
void cert_free(struct cert *cert);	/* NULL-safe */
bool cert_equal(const struct cert *a, const struct cert *b);

/*
 * The ten digits of the organisation number: organizationIdentifier
 * (2.5.4.97) "NTRSE-" and ten digits (ETSI EN 319 412-1 §5.1.4), or
 * serialNumber as 10 digits or 12 that begin with 16.  ERR_CERT when there
 * is none, or two that differ.  The check digit is not looked at here.
 */
enum err_code cert_organisation(const struct cert *cert, char out[static 11],
    struct err *e);

/* "CN=…,O=…" (RFC 4514), cut to fit, printable UTF-8. */
void cert_subject(const struct cert *cert, char *out, size_t size);
void cert_issuer(const struct cert *cert, char *out, size_t size);
/* SHA-256 of the DER. */
enum err_code cert_digest(const struct cert *cert,
    uint8_t out[static DIGEST_LEN], struct err *e);
/* Validity, UTC seconds. */
int64_t cert_not_before(const struct cert *cert);
int64_t cert_not_after(const struct cert *cert);
/* "P-256", "P-384", "RSA-3072" …; "other" for what we do not use.  Static. */
const char *cert_key_kind(const struct cert *cert);
/* Is it marked as a test certificate (TEST ONLY in subject or issuer)? */
bool cert_is_test(const struct cert *cert);

/*
 * A PEM PKCS#10 request for key: C=SE, O=name, organizationIdentifier
 * NTRSE-number, CN=common_name; asks for digitalSignature.
 */
enum err_code cert_request(const struct key *key,
    const char number[static 11], const char *name, const char *common_name,
    struct buf *pem, struct err *e);

#endif
