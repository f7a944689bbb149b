/* SPDX-License-Identifier: EUPL-1.2 */
/* What parses as a submission is encoded to the same bytes again. */
#include <stdlib.h>

#include "format/submission.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct submission s = { 0 };
	struct buf again = { 0 };
	struct err e = { 0 };

	if (submission_parse(data, len, &s, &e) == ERR_OK) {
		if (submission_encode(&s, &again, &e) != ERR_OK ||
		    !buf_equal(&again, data, len))
			abort();
		json_decref(submission_json(&s));
	}
	submission_wipe(&s);
	buf_wipe(&again);
	return 0;
}
