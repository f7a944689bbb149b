/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/mandate.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/message.h"
#include "base/report.h"
#include "base/timestamp.h"
#include "base/wipe.h"
#include "client/mandate_file.h"
#include "client/options.h"
#include "client/seal.h"
#include "client/settings.h"
#include "crypto/mandate_sig.h"
#include "format/orgnr.h"
#include "format/text.h"

/* What is to be signed, and by whom. */
struct making {
	const struct options *o;
	struct settings settings;
	struct identity identity;
	struct mandate content;		/* its texts are owned */
	int64_t now;
	char path[4096];
};

static void
making_wipe(struct making *m)
{
	mandate_wipe(&m->content);
	identity_wipe(&m->identity);
	settings_wipe(&m->settings);
}

static enum err_code
take_expires(struct making *m, struct err *e)
{
	const char *given = m->o->expires;

	if (!timestamp_parse_until(given, &m->content.expires))
		return err_set(e, ERR_USAGE, "--expires", 0,
		    _("'%s' is no date, such as 2027-03-31"), given);
	if (m->content.expires <= m->now)
		return err_set(e, ERR_USAGE, "--expires", 0,
		    _("'%s' has passed"), given);
	if (m->content.expires - m->now >
	    LIMIT_MANDATE_DAYS * INT64_C(86400))
		return err_set(e, ERR_USAGE, "--expires", 0,
		    _("'%s' is too far away; a mandate holds for %d days at "
		    "most"), given, LIMIT_MANDATE_DAYS);
	return ERR_OK;
}

/* The id, also where the definition's file is named; a definition that is not
 * at hand is no error, for the submitter will have it. */
static enum err_code
take_questionnaire(struct making *m, struct report *r, struct err *e)
{
	const char *given = m->o->questionnaire;
	const bool is_file = access(given, F_OK) == 0;
	struct questionnaire *q = NULL;
	struct err found = { 0 };
	enum err_code code;

	if (!is_file && !text_id_valid(given, strlen(given)))
		return err_set(e, ERR_USAGE, "--questionnaire", 0,
		    _("'%s' is no questionnaire's name, such as "
		    "infosakkollen-2023"), given);
	code = settings_questionnaire(&m->settings, is_file ? given : NULL,
	    given, &q, &found);
	if (code == ERR_QUESTIONNAIRE_UNKNOWN) {
		report_say(r, _("No questionnaire '%s' is installed here: "
		    "check that this is its name."), given);
		code = ERR_OK;
	} else if (code != ERR_OK)
		return err_set(e, code, found.where, found.at, "%s",
		    found.msg);
	m->content.questionnaire = wipe_strdup(q != NULL ? q->id : given);
	questionnaire_free(q);
	return m->content.questionnaire != NULL ? ERR_OK :
	    err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
}

/* All that the line says, before a passphrase is asked for. */
static enum err_code
take_terms(struct making *m, struct report *r, struct err *e)
{
	const struct options *o = m->o;
	enum err_code code;

	if (o->submitter == NULL || o->questionnaire == NULL ||
	    o->round == NULL || o->expires == NULL)
		return err_set(e, ERR_USAGE, "mandate", 0,
		    _("--submitter, --questionnaire, --round and --expires "
		    "make a mandate; a file's name shows one"));
	if (!orgnr_parse(o->submitter, m->content.submitter))
		return err_set(e, ERR_ORGANISATION_NUMBER, "--submitter", 0,
		    "'%s'", o->submitter);
	if (!text_id_valid(o->round, strlen(o->round)))
		return err_set(e, ERR_USAGE, "--round", 0,
		    _("'%s' is no round's name, such as 2027"), o->round);
	if ((code = take_expires(m, e)) != ERR_OK ||
	    (code = take_questionnaire(m, r, e)) != ERR_OK)
		return code;
	m->content.environment = m->settings.environment;
	m->content.created = m->now;
	if ((m->content.round = wipe_strdup(o->round)) == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	return ERR_OK;
}

/* Would the authority trust the certificate?  As seal_check_signer. */
static enum err_code
take_signer(struct making *m, struct err *e)
{
	const char *path = NULL;
	struct err found = { 0 };
	struct cert *cert = NULL;
	char number[ORGNR_LEN];
	enum err_code code;

	if ((code = settings_need(&m->settings, "identity", "certificate",
	    &path, e)) != ERR_OK ||
	    (code = settings_certificate(&m->settings, &cert, e)) != ERR_OK)
		return code;
	if ((code = seal_check_certificate(cert, m->settings.environment,
	    m->now, &found)) == ERR_OK)
		code = cert_organisation(cert, number, &found);
	cert_free(cert);
	if (code != ERR_OK)
		return report_place(e, &found, path);
	if (!orgnr_parse(number, m->content.organisation))
		return err_set(e, ERR_ORGANISATION_NUMBER, path, 0, "%s",
		    number);
	if (strcmp(m->content.organisation, m->content.submitter) == 0)
		return err_set(e, ERR_USAGE, "--submitter", 0,
		    _("that is your own organisation, which needs no "
		    "mandate"));
	return ERR_OK;
}

static enum err_code
take_path(struct making *m, struct err *e)
{
	const struct mandate *c = &m->content;
	int n;

	if (m->o->output != NULL)
		n = snprintf(m->path, sizeof(m->path), "%s", m->o->output);
	else
		n = snprintf(m->path, sizeof(m->path), "%s-%s-%s.mandate",
		    c->organisation, c->questionnaire, c->round);
	if (n < 0 || (size_t)n >= sizeof(m->path))
		return err_set(e, ERR_IO, "--output", 0,
		    _("the name is too long"));
	if (strcmp(m->path, "-") == 0)
		return err_set(e, ERR_USAGE, "--output", 0,
		    _("a mandate goes to a file"));
	if (access(m->path, F_OK) == 0)
		return err_set(e, ERR_OUTPUT_EXISTS, m->path, 0, NULL);
	return ERR_OK;
}

static enum err_code
sign(struct making *m, struct buf *der, struct err *e)
{
	const struct signer signer = { m->identity.key, m->identity.cert,
	    &m->identity.chain };
	struct buf content = { 0 };
	enum err_code code;

	if ((code = mandate_encode(&m->content, &content, e)) == ERR_OK)
		code = mandate_sig_make(content.data, content.len, &signer,
		    m->now, der, e);
	buf_wipe(&content);
	return code;
}

/* What may surprise whoever relies on it. */
static void
report_limits(const struct making *m, struct report *r)
{
	const int64_t closes = settings_closes(&m->settings,
	    m->content.round);
	const int64_t ends = cert_not_after(m->identity.cert);
	char when[TIMESTAMP_LOCAL_LEN];

	if (ends < m->content.expires) {
		timestamp_format_local(ends, when);
		report_say(r, _("Your certificate ends %s; the mandate holds "
		    "no longer than that."), when);
	}
	if (m->content.expires < closes) {
		timestamp_format_local(closes, when);
		report_say(r, _("The round closes %s, after the mandate has "
		    "expired."), when);
	}
}

static enum err_code
make(struct making *m, struct report *r, struct err *e)
{
	struct mandate_file file = { 0 };
	struct buf der = { 0 };
	enum err_code code;

	if ((code = settings_load(m->o, false, &m->settings, e)) != ERR_OK ||
	    (code = take_terms(m, r, e)) != ERR_OK ||
	    (code = take_signer(m, e)) != ERR_OK ||
	    (code = take_path(m, e)) != ERR_OK ||
	    (code = settings_identity(&m->settings, m->o, &m->identity, e)) !=
	    ERR_OK ||
	    (code = sign(m, &der, e)) != ERR_OK ||
	    (code = mandate_file_parse(&der, m->path, &file, e)) != ERR_OK ||
	    (code = file_write_new(m->path, der.data, der.len, 0644, e)) !=
	    ERR_OK)
		goto out;
	mandate_file_report(&file, NULL, r);
	report_line(r, _("File"), "%s", m->path);
	report_set_text(r, "mandate_file", m->path);
	report_limits(m, r);
	report_say(r, _("Send it to the submitter, who encloses it: sigill "
	    "submit ANSWERS --mandate %s"), file_base_name(m->path));
	report_say(r, "%s", _("Keep the digest: by it the authority can "
	    "revoke the mandate, if you ask for that."));
out:
	mandate_file_wipe(&file);
	buf_wipe(&der);
	return code;
}

static enum err_code
show(const struct options *o, struct report *r, struct err *e)
{
	struct mandate_file file = { 0 };
	enum err_code code;

	if (o->n_operands > 1)
		return err_set(e, ERR_USAGE, "mandate", 0,
		    _("unexpected operand '%s'"), o->operands[1]);
	if (o->submitter != NULL || o->questionnaire != NULL ||
	    o->round != NULL || o->expires != NULL || o->output != NULL)
		return err_set(e, ERR_USAGE, "mandate", 0,
		    _("a file is shown, and nothing is made of it; leave out "
		    "'%s', or the other options"), o->operand);
	if ((code = mandate_file_read(o->operand, &file, e)) == ERR_OK)
		mandate_file_show(&file, o->operand, timestamp_now(), r);
	mandate_file_wipe(&file);
	return code;
}

enum err_code
mandate_run(const struct options *o, struct report *r)
{
	struct making m = { .o = o, .now = timestamp_now() };
	struct err e = { 0 };
	enum err_code code;

	code = o->operand != NULL ? show(o, r, &e) : make(&m, r, &e);
	report_err(r, &e);
	making_wipe(&m);
	return code;
}
