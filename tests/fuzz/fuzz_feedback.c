/* SPDX-License-Identifier: EUPL-1.2 */
/* A feedback document that is accepted, whoever made it, can be shown as a
 * text and as a page, and what is written of it is its one form. */
#include <stdlib.h>

#include "base/report.h"
#include "scoring/feedback/feedback.h"
#include "scoring/feedback/feedback_page.h"
#include "scoring/feedback/feedback_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
show(const json_t *doc)
{
	struct report r = { 0 };
	struct buf page = { 0 };

	feedback_report(doc, VOICE_NOBODY, &r);
	if (r.failed || r.text.len == 0 ||
	    feedback_page(doc, VOICE_NOBODY, &page, NULL) != ERR_OK || page.len == 0)
		abort();
	report_wipe(&r);
	buf_wipe(&page);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct buf text = { 0 }, second = { 0 };
	json_t *doc = NULL, *again = NULL;

	if (feedback_parse(data, len, "f", &doc, NULL) != ERR_OK)
		return 0;
	show(doc);
	if (feedback_write(doc, &text, NULL) == ERR_OK &&
	    (feedback_parse(text.data, text.len, "f", &again, NULL) !=
	    ERR_OK || feedback_write(again, &second, NULL) != ERR_OK ||
	    !buf_equal(&second, text.data, text.len)))
		abort();
	json_decref(again);
	json_decref(doc);
	buf_wipe(&second);
	buf_wipe(&text);
	return 0;
}
