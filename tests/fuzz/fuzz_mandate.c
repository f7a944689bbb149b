/* SPDX-License-Identifier: EUPL-1.2 */
/* What parses as a mandate is encoded to the same bytes again. */
#include <stdlib.h>

#include "format/mandate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct mandate m = { 0 };
	struct buf again = { 0 };
	struct err e = { 0 };

	if (mandate_parse(data, len, &m, &e) == ERR_OK) {
		if (mandate_encode(&m, &again, &e) != ERR_OK ||
		    !buf_equal(&again, data, len))
			abort();
		json_decref(mandate_json(&m));
	}
	mandate_wipe(&m);
	buf_wipe(&again);
	return 0;
}
