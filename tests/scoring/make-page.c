/* SPDX-License-Identifier: EUPL-1.2 */
/*
 *	make-page report|nobody|own|score|authority sv|en <DOCUMENT >PAGE
 *
 * A page of a document that nothing has made or checked before, for the tests.
 */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/message.h"
#include "scoring/feedback/feedback_page.h"
#include "scoring/report/report_page.h"

static const char *const voices[] = {
	[VOICE_NOBODY] = "nobody", [VOICE_OWN] = "own",
	[VOICE_SCORE] = "score", [VOICE_AUTHORITY] = "authority",
};
#define VOICES	(int)(sizeof(voices) / sizeof(*voices))

int
main(int argc, char **argv)
{
	struct buf out = { 0 };
	struct err e = { 0 };
	enum err_code code;
	int voice = 0;
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
	while (voice < VOICES && strcmp(argv[1], voices[voice]) != 0)
		voice++;
	code = voice == VOICES ? report_page(doc, &out, &e) :
	    feedback_page(doc, (enum feedback_voice)voice, &out, &e);
	if (code == ERR_OK && fwrite(out.data, 1, out.len, stdout) == out.len &&
	    fflush(stdout) == 0)
		status = 0;
	else
		(void)fprintf(stderr, "%s %s\n", err_name(code), e.msg);
	buf_wipe(&out);
	json_decref(doc);
	return status;
}
