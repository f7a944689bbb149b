/* SPDX-License-Identifier: EUPL-1.2 */
/* A benchmark that is read is written, and read and written again, the same. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "format/json.h"
#include "scoring/benchmark.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Of the definition that the seeds are for, made once. */
static const struct sheet_layout *
layout(void)
{
	static struct sheet_layout l;
	static struct questionnaire *q;
	const uint8_t digest[32] = { 0 };
	struct buf text = { 0 };

	if (q != NULL)
		return &l;
	json_init();
	if (file_read("tests/vectors/questionnaire.json", 1u << 20, &text,
	    NULL) != ERR_OK || questionnaire_parse(text.data, text.len, "q",
	    digest, &q, NULL) != ERR_OK ||
	    sheet_layout_make(q, &l, NULL) != ERR_OK)
		abort();
	buf_wipe(&text);
	return &l;
}

static void
write_down(const struct benchmark *b, struct buf *out)
{
	if (benchmark_write(layout(), b, out, NULL) != ERR_OK)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct benchmark b = { 0 }, again = { 0 };
	struct buf first = { 0 }, second = { 0 };

	if (benchmark_parse(data, len, "b", layout(), &b, NULL) == ERR_OK) {
		write_down(&b, &first);
		if (benchmark_parse(first.data, first.len, "b", layout(),
		    &again, NULL) != ERR_OK)
			abort();
		write_down(&again, &second);
		if (!buf_equal(&first, second.data, second.len))
			abort();
	}
	benchmark_wipe(&b);
	benchmark_wipe(&again);
	buf_wipe(&first);
	buf_wipe(&second);
	return 0;
}
