/* SPDX-License-Identifier: EUPL-1.2 */
/*
 *	make-page feedback|report sv|en <DOCUMENT >PAGE
 *
 * A page of a document that nothing has made or checked before, for the tests.
 */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/message.h"
#include "scoring/feedback/feedback_page.h"
#include "scoring/report/report_page.h"

int
main(int argc, char **argv)
{
	struct buf out = { 0 };
	struct err e = { 0 };
	enum err_code code;
	json_error_t where;
	json_t *doc;
	int status = 1;

	if (argc != 3)
		return 64;
	message_init(true);
	if ((doc = json_loadf(stdin, JSON_REJECT_DUPLICATES, &where)) == NULL ||
	    !message_language(argv[2])) {
		(void)fprintf(stderr, "%s\n", where.text);
		json_decref(doc);
		return 65;
	}
	code = strcmp(argv[1], "report") == 0 ? report_page(doc, &out, &e) :
	    feedback_page(doc, &out, &e);
	if (code == ERR_OK && fwrite(out.data, 1, out.len, stdout) == out.len &&
	    fflush(stdout) == 0)
		status = 0;
	else
		(void)fprintf(stderr, "%s %s\n", err_name(code), e.msg);
	buf_wipe(&out);
	json_decref(doc);
	return status;
}
