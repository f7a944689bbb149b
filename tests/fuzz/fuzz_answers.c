/* SPDX-License-Identifier: EUPL-1.2 */
/* Answers that are accepted make a statement that is accepted. */
#include <stdlib.h>

#include "base/file.h"
#include "format/answers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* The definition that the answers are for, read once. */
static const struct questionnaire *
definition(void)
{
	static struct questionnaire *q;
	const uint8_t digest[32] = { 0 };
	struct buf text = { 0 };

	if (q == NULL && (file_read("tests/vectors/questionnaire.json",
	    1u << 20, &text, NULL) != ERR_OK ||
	    questionnaire_parse(text.data, text.len, "q", digest, &q, NULL) !=
	    ERR_OK))
		abort();
	buf_wipe(&text);
	return q;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct err_list mistakes = { 0 };
	struct statement s = { 0 };
	struct answers *a = NULL;
	struct buf out = { 0 };

	if (answers_parse(data, len, "/nowhere/a.json", &a, NULL) == ERR_OK &&
	    answers_statement(a, definition(), &s, &mistakes) == ERR_OK &&
	    statement_encode(&s, &out, NULL) != ERR_OK)
		abort();
	statement_wipe(&s);
	buf_wipe(&out);
	answers_free(a);
	err_list_wipe(&mistakes);
	return 0;
}
