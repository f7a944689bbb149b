/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/seal_command.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/message.h"
#include "base/report.h"
#include "client/check.h"
#include "client/kept.h"
#include "client/mandate_file.h"
#include "client/options.h"
#include "client/prepare.h"
#include "client/settings.h"
#include "client/ui.h"

/* The sealed file's name: -o, or the answers' with .sigill for .json. */
static enum err_code
output_path(const struct options *o, char out[static 4096], struct err *e)
{
	const char *in = o->operand;
	size_t len = strlen(in);
	int n;

	if (o->output != NULL && strcmp(o->output, "-") == 0) {
		if (o->json)
			return err_set(e, ERR_USAGE, "--output", 0,
			    _("the sealed file and --json cannot both go to "
			    "standard output"));
		if (ui_stdout_is_terminal())
			return err_set(e, ERR_USAGE, "--output", 0,
			    _("a sealed file is not written to a terminal"));
	}
	if (o->output != NULL)
		n = snprintf(out, 4096, "%s", o->output);
	else if (strcmp(in, "-") == 0)
		return err_set(e, ERR_USAGE, "--output", 0,
		    _("answers from standard input need a name for the "
		    "sealed file"));
	else {
		if (len > 5 && strcmp(in + len - 5, ".json") == 0)
			len -= 5;
		n = snprintf(out, 4096, "%.*s.sigill",
		    len < 4096 ? (int)len : 4096, in);
	}
	if (n < 0 || n >= 4096)
		return err_set(e, ERR_IO, in, 0, _("the name is too long"));
	return ERR_OK;
}

/* Said before a passphrase is asked for. */
static enum err_code
check_output(const char *path, const struct settings *s, struct err *e)
{
	if (strcmp(path, "-") == 0)
		return ERR_OK;
	if (access(path, F_OK) != 0)
		return s->feedback ? kept_check_reply(path, e) : ERR_OK;
	return err_set(e, ERR_OUTPUT_EXISTS, path, 0,
	    _("if it is what you want to hand in, use 'sigill send'"));
}

/* The key first: a sealed file whose key has got lost would be taken for one
 * that is in order.  A key alone, after a crash, does no harm. */
static enum err_code
write_files(const struct sealed *sealed, const char *path, struct report *r,
    struct err *e)
{
	char key[4096];
	enum err_code code;

	if (sealed->reply.len != 0 && (code = kept_write_reply(path,
	    &sealed->reply, e)) != ERR_OK)
		return code;
	code = file_write_new(path, sealed->data.data, sealed->data.len, 0600,
	    e);
	if (sealed->reply.len == 0 ||
	    kept_beside(path, KEPT_REPLY, key, NULL) != ERR_OK)
		return code;
	if (code != ERR_OK) {
		(void)unlink(key);
		return code;
	}
	report_line(r, _("Key for feedback"), "%s", key);
	report_set_text(r, "reply_key", key);
	return ERR_OK;
}

/* Where the sealed file goes: to its name, durable, or to standard output. */
static enum err_code
write_sealed(const struct sealed *sealed, const char *path, struct report *r,
    struct err *e)
{
	enum err_code code;

	if (strcmp(path, "-") == 0) {
		r->has_output = true;
		buf_add(&r->output, sealed->data.data, sealed->data.len);
		return buf_check(&r->output, e);
	}
	if ((code = write_files(sealed, path, r, e)) != ERR_OK)
		return code;
	prepare_report(path, sealed->digest, sealed->data.len, r);
	report_say(r, _("Next: sigill send %s"), path);
	return ERR_OK;
}

enum err_code
seal_run(const struct options *o, struct report *r)
{
	struct settings settings = { 0 };
	struct checked checked = { 0 };
	struct identity identity = { 0 };
	struct sealed sealed = { 0 };
	struct mandate_file mandate = { 0 };
	struct prepare_extras extras = { .mandate = &mandate };
	uint8_t supersedes[DIGEST_LEN];
	struct err e = { 0 };
	char path[4096];
	enum err_code code;
	bool given;

	if ((code = output_path(o, path, &e)) != ERR_OK ||
	    (code = settings_load(o, false, &settings, &e)) != ERR_OK ||
	    (code = check_answers(o, &settings, &checked, r)) != ERR_OK ||
	    (code = check_output(path, &settings, &e)) != ERR_OK ||
	    (code = prepare_mandate(o, &settings, &checked, &mandate, &e)) !=
	    ERR_OK ||
	    (code = settings_identity(&settings, o, &identity, &e)) !=
	    ERR_OK)
		goto out;
	prepare_report_checked(&checked, &settings, r);
	if ((code = prepare_supersedes(o, &settings, &checked, &given,
	    supersedes, &e)) != ERR_OK)
		goto out;
	if (given)
		extras.supersedes = supersedes;
	extras.reply = strcmp(path, "-") != 0;
	if ((code = prepare_sealed(o, &settings, &checked, &identity,
	    &extras, &sealed, r, &e)) != ERR_OK)
		goto out;
	code = write_sealed(&sealed, path, r, &e);
out:
	report_err(r, &e);
	sealed_wipe(&sealed);
	mandate_file_wipe(&mandate);
	identity_wipe(&identity);
	checked_wipe(&checked);
	settings_wipe(&settings);
	return code;
}
