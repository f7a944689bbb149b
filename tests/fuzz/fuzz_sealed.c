/* SPDX-License-Identifier: EUPL-1.2 */
/* The outer layer of a sealed file, the walk of the envelope in it, and both
 * on bytes that are neither. */
#include <stdlib.h>

#include "crypto/compressed.h"
#include "crypto/crypto.h"
#include "crypto/envelope.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct signed_data outer = { 0 };
	struct envelope_seen seen = { 0 };
	const uint8_t *stream;
	struct err e = { 0 };
	size_t n;

	if (crypto_init(NULL) != ERR_OK)
		abort();
	if (envelope_open_outer(data, len, &outer, &e) == ERR_OK)
		(void)enveloped_look(outer.content, outer.len, &seen, NULL);
	signed_wipe(&outer);
	(void)enveloped_look(data, len, &seen, NULL);
	(void)compressed_unwrap(data, len, &stream, &n, NULL);
	return 0;
}
