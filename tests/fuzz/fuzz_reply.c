/* SPDX-License-Identifier: EUPL-1.2 */
/* The certificate that feedback is to be sealed for: what passes is those very
 * octets, with a key that can receive, and passes again. */
#include <stdlib.h>
#include <string.h>

#include "crypto/algorithms.h"
#include "crypto/crypto.h"
#include "crypto/digest.h"
#include "crypto/reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	uint8_t ours[DIGEST_LEN], theirs[DIGEST_LEN];
	struct cert *cert = NULL;
	struct err e = { 0 };

	if (crypto_init(NULL) != ERR_OK)
		abort();
	if (reply_check(data, len, &cert, &e) != ERR_OK) {
		if (cert != NULL || e.code != ERR_REPLY_CERT)
			abort();
		return 0;
	}
	if (digest_sha256(data, len, ours, NULL) != ERR_OK ||
	    cert_digest(cert, theirs, NULL) != ERR_OK ||
	    memcmp(ours, theirs, DIGEST_LEN) != 0 ||
	    algorithm_to_receive(cert) == NULL ||
	    cert_not_before(cert) > cert_not_after(cert))
		abort();
	cert_free(cert);
	return 0;
}
