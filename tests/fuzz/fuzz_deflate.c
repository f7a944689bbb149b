/* SPDX-License-Identifier: EUPL-1.2 */
/* What inflates, inflates to the same after it has been packed again. */
#include <stdlib.h>

#include "format/deflate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct buf out = { 0 }, packed = { 0 }, again = { 0 };
	struct err e = { 0 };

	if (deflate_unpack(data, len, 1u << 20, &out, &e) == ERR_OK &&
	    (deflate_pack(out.data, out.len, &packed, &e) != ERR_OK ||
	    deflate_unpack(packed.data, packed.len, 1u << 20, &again, &e) !=
	    ERR_OK || !buf_equal(&again, out.data, out.len)))
		abort();
	buf_wipe(&out);
	buf_wipe(&packed);
	buf_wipe(&again);
	return 0;
}
