/* SPDX-License-Identifier: EUPL-1.2 */
#include "crypto/receipt_sig.h"

#include <string.h>

#include "base/limits.h"

enum err_code
receipt_sig_make(const void *content, size_t len, const struct signer *signer,
    int64_t now, struct buf *out, struct err *e)
{
	size_t start = out->len;
	enum err_code code;

	code = signed_make(SIGNED_RECEIPT, content, len, signer, now, out, e);
	if (code == ERR_OK && out->len - start > LIMIT_RECEIPT) {
		out->len = start;
		code = err_set(e, ERR_TOO_LARGE, NULL, 0, NULL);
	}
	return code;
}

enum err_code
receipt_sig_open(const uint8_t *der, size_t len, struct signed_data *out,
    struct err *e)
{
	memset(out, 0, sizeof(*out));
	if (len > LIMIT_RECEIPT)
		return err_set(e, ERR_RECEIPT_STRUCTURE, NULL, 0,
		    "it is larger than a receipt can be");
	return signed_open(SIGNED_RECEIPT, der, len, out, e);
}

enum err_code
receipt_sig_known(const struct signed_data *opened,
    const struct cert_list *allowed, int64_t time, struct err *e)
{
	if (!cert_list_has(allowed, opened->cert))
		return err_set(e, ERR_RECEIPT_SIGNER, NULL, 0,
		    "the signer is not one of those that are configured");
	if (time < cert_not_before(opened->cert) ||
	    time > cert_not_after(opened->cert))
		return err_set(e, ERR_RECEIPT_SIGNER, NULL, 0,
		    "the signer's certificate was not valid then");
	return ERR_OK;
}

enum err_code
receipt_sig_trust(const struct signed_data *opened, const struct trust *trust,
    const struct cert_list *allowed, int64_t time, struct err *e)
{
	if (!cert_list_has(allowed, opened->cert))
		return err_set(e, ERR_RECEIPT_SIGNER, NULL, 0,
		    "the signer is not one of those that are configured");
	return trust_check(trust, opened->cert, &opened->chain, time, e);
}
