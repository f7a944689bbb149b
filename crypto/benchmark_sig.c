/* SPDX-License-Identifier: EUPL-1.2 */
#include "crypto/benchmark_sig.h"

#include <string.h>

#include "base/limits.h"
#include "crypto/receipt_sig.h"

/*
 * The same keys sign receipts and tree heads, whose content is CBOR and begins
 * with a map: no content is both.
 */
static bool
is_json_object(const uint8_t *content, size_t len)
{
	return len >= 2 && content[0] == '{';
}

enum err_code
benchmark_sig_make(const void *content, size_t len,
    const struct signer *signer, int64_t now, struct buf *out, struct err *e)
{
	if (!is_json_object(content, len))
		return err_set(e, ERR_BENCHMARK_SIGNATURE, NULL, 0,
		    "it does not have a benchmark's content");
	if (len > LIMIT_BENCHMARK)
		return err_set(e, ERR_TOO_LARGE, NULL, 0, NULL);
	return signed_make(SIGNED_BENCHMARK, content, len, signer, now, out,
	    e);
}

enum err_code
benchmark_sig_open(const uint8_t *der, size_t len, const struct trust *trust,
    const struct cert_list *allowed, struct signed_data *out, struct err *e)
{
	struct err found = { 0 };
	enum err_code code;

	memset(out, 0, sizeof(*out));
	if (len > LIMIT_BENCHMARK + LIMIT_SIGNED_HEAD + LIMIT_SIGNED_TAIL)
		return err_set(e, ERR_BENCHMARK_SIGNATURE, NULL, 0,
		    "it is larger than a benchmark can be");
	if ((code = signed_open(SIGNED_BENCHMARK, der, len, out, e)) != ERR_OK)
		return code;
	if (!is_json_object(out->content, out->len) ||
	    out->len > LIMIT_BENCHMARK)
		code = err_set(e, ERR_BENCHMARK_SIGNATURE, NULL, 0,
		    "it does not have a benchmark's content");
	else if ((code = receipt_sig_trust(out, trust, allowed, out->time,
	    &found)) != ERR_OK)
		code = err_set(e, code == ERR_NO_MEMORY ? code :
		    ERR_BENCHMARK_SIGNATURE, NULL, 0, "%s", found.msg);
	if (code != ERR_OK)
		signed_wipe(out);
	return code;
}
