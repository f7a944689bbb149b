/* SPDX-License-Identifier: EUPL-1.2 */
#include "crypto/mandate_sig.h"

#include <string.h>

#include "base/limits.h"

enum err_code
mandate_sig_make(const void *content, size_t len, const struct signer *signer,
    int64_t now, struct buf *out, struct err *e)
{
	size_t start = out->len;
	enum err_code code;

	code = signed_make(SIGNED_MANDATE, content, len, signer, now, out, e);
	if (code == ERR_OK && out->len - start > LIMIT_MANDATE) {
		out->len = start;
		code = err_set(e, ERR_TOO_LARGE, NULL, 0, NULL);
	}
	return code;
}

enum err_code
mandate_sig_open(const uint8_t *der, size_t len, struct signed_data *out,
    uint8_t digest[static DIGEST_LEN], char organisation[static 11],
    struct err *e)
{
	enum err_code code;

	memset(out, 0, sizeof(*out));
	if (len > LIMIT_MANDATE)
		return err_set(e, ERR_MANDATE, NULL, 0,
		    "it is larger than a mandate can be");
	if ((code = signed_open(SIGNED_MANDATE, der, len, out, e)) != ERR_OK)
		return code;
	code = cert_organisation(out->cert, organisation, NULL);
	if (code == ERR_CERT)
		code = err_set(e, ERR_MANDATE, "mandate.signer", 0,
		    "the certificate has no organisation number");
	else if (code != ERR_OK)
		(void)err_set(e, code, NULL, 0, NULL);
	else
		code = digest_sha256(out->content, out->len, digest, e);
	if (code != ERR_OK)
		signed_wipe(out);
	return code;
}
