/* SPDX-License-Identifier: EUPL-1.2 */
/* What a worker may say: what parses as facts is encoded to the same bytes
 * again. */
#include <stdlib.h>

#include "intake/facts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct facts f = { 0 };
	struct buf again = { 0 };
	struct err e = { 0 };

	if (facts_parse(data, len, &f, &e) == ERR_OK) {
		if (facts_encode(&f, &again, &e) != ERR_OK ||
		    !buf_equal(&again, data, len))
			abort();
		json_decref(facts_json(&f));
	} else if (f.step != NULL || f.mistakes.v != NULL || f.name != NULL)
		abort();
	facts_wipe(&f);
	buf_wipe(&again);
	return 0;
}
