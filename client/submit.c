/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/submit.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/message.h"
#include "base/timestamp.h"
#include "client/check.h"
#include "client/options.h"
#include "client/receipt.h"
#include "client/report.h"
#include "client/seal.h"
#include "client/send.h"
#include "client/settings.h"
#include "client/ui.h"

/* The sealed file's name: -o, or the answers' with .sigill for .json. */
static enum err_code
output_path(const struct options *o, bool stdout_too, char out[static 4096],
    struct err *e)
{
	const char *in = o->operand;
	size_t len = strlen(in);
	int n;

	if (o->output != NULL && strcmp(o->output, "-") == 0) {
		if (!stdout_too)
			return err_set(e, ERR_USAGE, "--output", 0,
			    _("submit keeps the sealed file; name one"));
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
check_output(const char *path, struct err *e)
{
	if (strcmp(path, "-") == 0 || access(path, F_OK) != 0)
		return ERR_OK;
	return err_set(e, ERR_OUTPUT_EXISTS, path, 0,
	    _("if it is what you want to hand in, use 'sigill send'"));
}

/* --supersedes: 64 hexadecimal digits, or the file of an accepted receipt. */
static enum err_code
read_supersedes(const struct options *o, const struct settings *s,
    uint8_t out[static DIGEST_LEN], struct err *e)
{
	struct receipt_signers signers = { 0 };
	struct receipt receipt = { 0 };
	struct buf der = { 0 };
	enum err_code code;

	if (digest_from_hex(o->supersedes, out))
		return ERR_OK;
	if (access(o->supersedes, F_OK) != 0)
		return err_set(e, ERR_USAGE, o->supersedes, 0, _("it is neither "
		    "a file nor 64 hexadecimal digits; name the accepted "
		    "receipt of what is replaced"));
	if ((code = file_read(o->supersedes, LIMIT_RECEIPT, &der, e)) !=
	    ERR_OK ||
	    (code = settings_receipt_signers(s, &signers, e)) != ERR_OK ||
	    (code = receipt_judge(&signers, &der, o->supersedes, &receipt,
	    e)) != ERR_OK)
		goto out;
	if (receipt.stage == STAGE_ACCEPTED)
		memcpy(out, receipt.fingerprint, DIGEST_LEN);
	else
		code = err_set(e, ERR_USAGE, o->supersedes, 0,
		    _("only an accepted receipt tells the fingerprint; this "
		    "one is of the stage '%s'"),
		    receipt_stage_name(receipt.stage));
out:
	receipt_wipe(&receipt);
	receipt_signers_wipe(&signers);
	buf_wipe(&der);
	return code;
}

/* Names the file that is to blame: the answers or the certificate. */
static enum err_code
check_signer(const struct options *o, const struct settings *settings,
    const struct statement *statement, const struct sealing *how,
    struct err *e)
{
	const char *cert = NULL;
	struct err found = { 0 };
	enum err_code code;

	if ((code = settings_need(settings, "identity", "certificate", &cert,
	    e)) != ERR_OK ||
	    seal_check_signer(statement, how, &found) == ERR_OK)
		return code;
	return report_place(e, &found, found.code ==
	    ERR_ORGANISATION_MISMATCH ? o->operand : cert);
}

static enum err_code
seal_answers(const struct options *o, const struct settings *settings,
    const struct checked *checked, const struct identity *identity,
    struct sealed *out, struct report *r, struct err *e)
{
	struct recipients recipients = { 0 };
	uint8_t supersedes[DIGEST_LEN];
	struct err found = { 0 };
	struct sealing how = {
		.signer = { identity->key, identity->cert, &identity->chain },
		.environment = settings->environment,
		.now = timestamp_now(),
	};
	char subject[256];
	enum err_code code;

	if ((code = check_signer(o, settings, &checked->statement, &how,
	    e)) != ERR_OK ||
	    (code = settings_recipients(settings, &recipients, e)) != ERR_OK)
		return code;
	how.recipients = &recipients.certs;
	how.recipient_trust = recipients.trust;
	if (o->supersedes != NULL) {
		if ((code = read_supersedes(o, settings, supersedes, e)) !=
		    ERR_OK)
			goto out;
		how.supersedes = supersedes;
	}
	code = seal_statement(&checked->statement, &how, out, &found);
	if (code == ERR_RECIPIENT_CERT || code == ERR_TEST_CERTIFICATE)
		(void)report_place(e, &found, config_get(settings->config,
		    "authority", "recipients"));
	else if (code != ERR_OK)
		(void)report_place(e, &found, o->operand);
	if (code != ERR_OK)
		goto out;
	for (size_t i = 0; i < recipients.certs.len; i++) {
		cert_subject(recipients.certs.v[i], subject, sizeof(subject));
		report_line(r, i == 0 ? _("Sealed for") : "", "%s", subject);
	}
out:
	recipients_wipe(&recipients);
	return code;
}

/* Where the sealed file goes: to its name, durable, or to standard output. */
static enum err_code
write_sealed(struct sealed *sealed, const char *path, struct report *r,
    struct err *e)
{
	char hex[DIGEST_HEX_LEN];
	enum err_code code;

	if (strcmp(path, "-") == 0) {
		r->has_output = true;
		buf_add(&r->output, sealed->data.data, sealed->data.len);
		return buf_check(&r->output, e);
	}
	if ((code = file_write_new(path, sealed->data.data, sealed->data.len,
	    0600, e)) != ERR_OK)
		return code;
	digest_hex(sealed->digest, hex);
	report_line(r, _("Sealed file"), _("%s, %zu bytes"), path,
	    sealed->data.len);
	report_set_text(r, "sealed", path);
	report_set_text(r, "sealed_digest", hex);
	report_set(r, "sealed_size",
	    json_integer((json_int_t)sealed->data.len));
	return ERR_OK;
}

static enum err_code
seal_and_maybe_send(const struct options *o, bool send, struct report *r)
{
	struct settings settings = { 0 };
	struct checked checked = { 0 };
	struct identity identity = { 0 };
	struct sealed sealed = { 0 };
	struct err e = { 0 };
	char path[4096];
	enum err_code code;

	if ((code = output_path(o, !send, path, &e)) != ERR_OK ||
	    (code = settings_load(o, false, &settings, &e)) != ERR_OK ||
	    (send && (code = send_check(&settings, &e)) != ERR_OK) ||
	    (code = check_answers(o, &settings, &checked, r)) != ERR_OK ||
	    (code = check_output(path, &e)) != ERR_OK ||
	    (code = settings_identity(&settings, o, &identity, &e)) !=
	    ERR_OK)
		goto out;
	check_report(&checked, r);
	if (settings.environment == ENVIRONMENT_TEST)
		report_line(r, _("Environment"), "%s", _("TEST"));
	report_set_text(r, "environment",
	    environment_name(settings.environment));
	if ((code = seal_answers(o, &settings, &checked, &identity, &sealed,
	    r, &e)) != ERR_OK ||
	    (code = write_sealed(&sealed, path, r, &e)) != ERR_OK)
		goto out;
	if (send)
		code = send_file(o, &settings, &identity, path, &sealed.data,
		    r);
	if (send && code != ERR_OK && code != ERR_REJECTED &&
	    code != ERR_VERDICT_PENDING)
		report_say(r, _("The sealed file is kept; this goes on with "
		    "it: sigill send %s"), path);
	else if (!send && strcmp(path, "-") != 0)
		report_say(r, _("Next: sigill send %s"), path);
out:
	report_err(r, &e);
	sealed_wipe(&sealed);
	identity_wipe(&identity);
	checked_wipe(&checked);
	settings_wipe(&settings);
	return code;
}

enum err_code
seal_run(const struct options *o, struct report *r)
{
	return seal_and_maybe_send(o, false, r);
}

enum err_code
submit_run(const struct options *o, struct report *r)
{
	return seal_and_maybe_send(o, true, r);
}
