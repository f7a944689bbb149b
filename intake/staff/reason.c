/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/staff/reason.h"

#include <string.h>

#include "base/limits.h"
#include "base/wipe.h"
#include "format/text.h"

enum err_code
reason_take(const struct options *o, const char *command, const char *needed,
    char **out, struct err *e)
{
	const char *text = o->reason != NULL ? o->reason : "";
	struct err found = { 0 };

	if (text_block(text, strlen(text), LIMIT_ADVICE, "--reason", out,
	    &found) != ERR_OK)
		return err_set(e, ERR_USAGE, "--reason", 0, "%s%s%s",
		    err_sentence(found.code), found.msg[0] != '\0' ? ": " :
		    "", found.msg);
	if (**out != '\0')
		return ERR_OK;
	wipe_free(*out);
	*out = NULL;
	return needed == NULL ? ERR_OK :
	    err_set(e, ERR_USAGE, command, 0, "%s", needed);
}
