/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/init.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/message.h"
#include "base/report.h"
#include "client/options.h"
#include "client/settings.h"
#include "crypto/cert.h"
#include "crypto/key.h"
#include "format/orgnr.h"
#include "format/submission.h"

/* What is to be made, once the command line has been understood. */
struct plan {
	char dir[4096], key[4200], request[4200], config[4200];
	char number[ORGNR_LEN];
	enum key_type type;
	enum environment environment;
	bool made_dir;
};

/* The configuration: what init knows is set, the rest is to be filled in. */
static const char *const config_text = N_(
    "# sigill.conf(5).  The lines with no space after their '#' are yours:\n"
    "# complete those that you need, and take away their '#'.\n"
    "\n"
    "[sigill]\n"
    "# test or production; the two never mix\n"
    "environment = %s\n"
    "\n"
    "[identity]\n"
    "# What the issuer sends you for org.csr, in PEM.\n"
    "certificate = org.pem\n"
    "key = org.key\n"
    "# For a machine without people: a file that only its owner can read.\n"
    "#passphrase_file = passphrase\n"
    "# Intermediate certificates, if your issuer gave you any.\n"
    "#chain = chain.pem\n"
    "\n"
    "[authority]\n"
    "# All of this comes from the authority; compare it with what it has\n"
    "# published by another way.\n"
    "#name = Myndigheten Exempel\n"
    "#portal = https://portal.example.se\n"
    "#portal_anchors = portal-root.pem\n"
    "#recipients = recipients.pem\n"
    "#anchors = authority-root.pem\n"
    "#portal_signers = portal-signers.pem\n"
    "#intake_signers = intake-signers.pem\n"
    "\n"
    "# The rounds' last moments, so that the outbox hurries near them: the\n"
    "# name is the one in the answers.\n"
    "#[round 2026]\n"
    "#closes = 2027-03-31T22:00:00Z\n"
    "\n"
    "[outbox]\n"
    "# Where submissions wait and receipts are kept, instead of\n"
    "# ~/.local/state/sigill/outbox.\n"
    "#directory = outbox\n"
    "\n"
    "[questionnaires]\n"
    "# A folder of definitions that are newer than the installed ones.\n"
    "#directory = questionnaires\n");

static void
join(const char *dir, const char *name, char out[static 4200])
{
	(void)snprintf(out, 4200, "%s/%s", dir, name);
}

static enum err_code
plan_make(const struct options *o, struct plan *p, struct err *e)
{
	const char *type = o->key_type != NULL ? o->key_type : "p256";
	const char *environment = o->environment != NULL ? o->environment :
	    "production";
	size_t len;
	int n;

	if (o->organisation == NULL || o->name == NULL)
		return err_set(e, ERR_USAGE, "init", 0,
		    _("--organisation and --name are needed"));
	if (!orgnr_parse(o->organisation, p->number))
		return err_set(e, ERR_ORGANISATION_NUMBER, "--organisation",
		    0, "'%.40s'", o->organisation);
	len = strlen(o->name);
	if (len == 0 || len > 64)
		return err_set(e, ERR_USAGE, "--name", 0,
		    _("it must have 1 to 64 bytes"));
	if ((n = key_type_parse(type)) == -1)
		return err_set(e, ERR_USAGE, "--key-type", 0,
		    _("'%.40s' is none of p256, p384, rsa3072"), type);
	p->type = (enum key_type)n;
	if ((n = environment_parse(environment)) == -1)
		return err_set(e, ERR_USAGE, "--environment", 0,
		    _("'%.40s' is neither test nor production"), environment);
	p->environment = (enum environment)n;
	if (o->dir != NULL)
		n = snprintf(p->dir, sizeof(p->dir), "%s", o->dir);
	else
		n = settings_user_dir(p->dir) ? 0 : -1;
	if (n < 0 || (size_t)n >= sizeof(p->dir))
		return err_set(e, ERR_USAGE, "--dir", 0,
		    _("where should the files go?"));
	join(p->dir, "org.key", p->key);
	join(p->dir, "org.csr", p->request);
	join(p->dir, "sigill.conf", p->config);
	return ERR_OK;
}

static enum err_code
refuse_existing(const struct plan *p, struct err *e)
{
	const char *const files[] = { p->key, p->request, p->config };
	struct stat st;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (lstat(files[i], &st) == 0)
			return err_set(e, ERR_OUTPUT_EXISTS, files[i], 0,
			    NULL);
	return ERR_OK;
}

static enum err_code
write_config(const struct plan *p, struct err *e)
{
	enum err_code code;
	char *text = NULL;
	int n = asprintf(&text, _(config_text),
	    environment_name(p->environment));

	if (n == -1)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	code = file_write_new(p->config, text, (size_t)n, 0600, e);
	free(text);
	return code;
}

/* All three files, or none. */
static enum err_code
write_files(const struct options *o, struct plan *p,
    const struct buf *passphrase, struct err *e)
{
	struct key *key = NULL;
	struct buf pem = { 0 };
	enum err_code code;
	bool wrote_key = false, wrote_request = false;

	if ((code = key_generate(p->type, &key, e)) != ERR_OK ||
	    (code = cert_request(key, p->number, o->name, o->name, &pem,
	    e)) != ERR_OK ||
	    (code = file_make_dirs(p->dir, &p->made_dir, e)) != ERR_OK ||
	    (code = key_write(key, p->key, passphrase, e)) != ERR_OK)
		goto out;
	wrote_key = true;
	if ((code = file_write_new(p->request, pem.data, pem.len, 0600,
	    e)) != ERR_OK)
		goto out;
	wrote_request = true;
	code = write_config(p, e);
out:
	if (code != ERR_OK && wrote_request)
		(void)unlink(p->request);
	if (code != ERR_OK && wrote_key)
		(void)unlink(p->key);
	if (code != ERR_OK && p->made_dir)
		(void)rmdir(p->dir);
	key_free(key);
	buf_wipe(&pem);
	return code;
}

static void
report_plan(const struct options *o, const struct plan *p, struct report *r)
{
	char number[12];

	orgnr_format(p->number, number);
	report_line(r, _("Organisation"), "%s %s", number, o->name);
	report_line(r, _("Private key"), "%s%s", p->key,
	    o->no_passphrase ? _(" (not encrypted)") : "");
	report_line(r, _("Request"), "%s", p->request);
	report_line(r, _("Configuration"), "%s", p->config);
	report_say(r, "%s", _("Next:"));
	report_say(r, _("1. Send org.csr to your certificate issuer. "
	    "Never send org.key to anybody."));
	report_say(r, _("2. Put the certificate that comes back into "
	    "%s/org.pem."), p->dir);
	report_say(r, _("3. Complete sigill.conf with what the authority has "
	    "published."));
	report_set_text(r, "key", p->key);
	report_set_text(r, "request", p->request);
	report_set_text(r, "config", p->config);
	report_set(r, "encrypted", json_boolean(!o->no_passphrase));
}

enum err_code
init_run(const struct options *o, struct report *r)
{
	const struct passphrase_source source = {
		.fd = o->passphrase_fd, .file = o->passphrase_file,
		.may_ask = true,
		.prompt = _("New passphrase for the private key: "),
		.again = _("The same passphrase once more: "),
	};
	struct buf passphrase = { 0 };
	struct plan plan = { 0 };
	struct err e = { 0 };
	enum err_code code;

	if ((code = plan_make(o, &plan, &e)) != ERR_OK ||
	    (code = refuse_existing(&plan, &e)) != ERR_OK ||
	    (!o->no_passphrase && (code = passphrase_get(&source, true,
	    &passphrase, &e)) != ERR_OK) ||
	    (code = write_files(o, &plan, o->no_passphrase ? NULL :
	    &passphrase, &e)) != ERR_OK)
		goto out;
	report_plan(o, &plan, r);
out:
	report_err(r, &e);
	buf_wipe(&passphrase);
	return code;
}
