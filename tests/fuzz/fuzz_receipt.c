/* SPDX-License-Identifier: EUPL-1.2 */
/* What parses as a receipt is encoded to the same bytes again. */
#include <stdlib.h>

#include "format/receipt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct receipt r = { 0 };
	struct buf again = { 0 };
	struct err e = { 0 };

	if (receipt_parse(data, len, &r, &e) == ERR_OK) {
		if (receipt_encode(&r, &again, &e) != ERR_OK ||
		    !buf_equal(&again, data, len))
			abort();
		json_decref(receipt_json(&r));
	}
	receipt_wipe(&r);
	buf_wipe(&again);
	return 0;
}
