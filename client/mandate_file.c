/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/mandate_file.h"

#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/message.h"
#include "base/report.h"
#include "base/timestamp.h"
#include "client/seal.h"
#include "client/sniff.h"
#include "crypto/mandate_sig.h"
#include "format/orgnr.h"

void
mandate_file_wipe(struct mandate_file *m)
{
	signed_wipe(&m->opened);
	mandate_wipe(&m->content);
	buf_wipe(&m->der);
	memset(m, 0, sizeof(*m));
}

/* --- reading ----------------------------------------------------------- */

static enum err_code
open_file(struct mandate_file *m, struct err *e)
{
	char signer[ORGNR_LEN];
	struct err found = { 0 };
	enum err_code code;

	if ((code = mandate_sig_open(m->der.data, m->der.len, &m->opened,
	    m->digest, signer, e)) != ERR_OK)
		return code;
	code = mandate_parse(m->opened.content, m->opened.len, &m->content,
	    &found);
	if (code == ERR_NO_MEMORY)
		return err_set(e, code, NULL, 0, NULL);
	if (code != ERR_OK)
		return err_set(e, ERR_MANDATE, found.where, found.at,
		    _("it does not have the content of a mandate"));
	if (strcmp(signer, m->content.organisation) != 0)
		return err_set(e, ERR_MANDATE, "mandate.signer", 0,
		    _("the organisation has not signed it itself"));
	return ERR_OK;
}

enum err_code
mandate_file_parse(const struct buf *der, const char *path,
    struct mandate_file *out, struct err *e)
{
	struct err found = { 0 };
	enum err_code code;

	memset(out, 0, sizeof(*out));
	buf_add(&out->der, der->data, der->len);
	if ((code = buf_check(&out->der, &found)) == ERR_OK)
		code = open_file(out, &found);
	if (code != ERR_OK)
		mandate_file_wipe(out);
	return report_place(e, &found, path);
}

enum err_code
mandate_file_read(const char *path, struct mandate_file *out, struct err *e)
{
	struct buf der = { 0 };
	enum err_code code;

	memset(out, 0, sizeof(*out));
	if ((code = file_read(path, LIMIT_SEALED, &der, e)) == ERR_OK &&
	    (code = sniff_expect(SNIFF_MANDATE, der.data, der.len,
	    ERR_MANDATE, path, e)) == ERR_OK)
		code = mandate_file_parse(&der, path, out, e);
	buf_wipe(&der);
	return code;
}

/* --- use --------------------------------------------------------------- */

/* The two sides of what does not fit, where mandate_check has found it. */
static enum err_code
explain(const struct mandate *m, const struct mandate_use *use,
    const struct err *found, struct err *e)
{
	char theirs[TIMESTAMP_LOCAL_LEN], ours[12];
	const char *where = found->where;

	if (strcmp(where, "mandate.organisation") == 0) {
		orgnr_format(m->organisation, theirs);
		orgnr_format(use->organisation, ours);
		return err_set(e, ERR_MANDATE, where, 0, _("it is from %s, "
		    "and the answers are for %s"), theirs, ours);
	}
	if (strcmp(where, "mandate.submitter") == 0) {
		orgnr_format(m->submitter, theirs);
		orgnr_format(use->submitter, ours);
		return err_set(e, ERR_MANDATE, where, 0, _("it is for %s, "
		    "and the certificate is for %s"), theirs, ours);
	}
	if (strcmp(where, "mandate.questionnaire") == 0)
		return err_set(e, ERR_MANDATE, where, 0, _("it is for '%s', "
		    "and the answers are for '%s'"), m->questionnaire,
		    use->questionnaire);
	if (strcmp(where, "mandate.round") == 0)
		return err_set(e, ERR_MANDATE, where, 0, _("it is for '%s', "
		    "and the answers are for '%s'"), m->round, use->round);
	if (strcmp(where, "mandate.environment") == 0)
		return err_set(e, ERR_MANDATE, where, 0, _("it is for '%s', "
		    "and sigill.conf says '%s'"),
		    environment_name(m->environment),
		    environment_name(use->environment));
	if (strcmp(where, "mandate.created") == 0) {
		timestamp_format_local(m->created, theirs);
		return err_set(e, ERR_MANDATE, where, 0, _("it was made %s, "
		    "which is not yet; check the clock"), theirs);
	}
	timestamp_format_local(m->expires, theirs);
	return err_set(e, ERR_MANDATE, where, 0, _("it expired %s"), theirs);
}

/* What the signer's certificate tells by itself. */
static enum err_code
check_signer(const struct cert *cert, enum environment environment,
    int64_t now, struct err *e)
{
	struct err found = { 0 };
	enum err_code code;

	code = seal_check_certificate(cert, environment, now, &found);
	if (code == ERR_OK)
		return ERR_OK;
	return err_set(e, code == ERR_NO_MEMORY ? code : ERR_MANDATE,
	    "mandate.signer", 0, "%s%s%s", _(err_sentence(code)),
	    found.msg[0] != '\0' ? ": " : "", found.msg);
}

enum err_code
mandate_file_fits(const struct mandate_file *m, const struct statement *s,
    const char *submitter, enum environment environment, int64_t now,
    struct err *e)
{
	const struct mandate_use use = {
		.organisation = s->number,
		.submitter = submitter,
		.questionnaire = s->questionnaire,
		.round = s->round,
		.environment = environment,
		.time = now,
	};
	struct err found = { 0 };

	if (strcmp(s->number, submitter) == 0)
		return err_set(e, ERR_MANDATE, NULL, 0,
		    _("the answers are for the certificate's own "
		    "organisation, which needs none: leave out --mandate"));
	if (mandate_check(&m->content, &use, &found) != ERR_OK)
		return explain(&m->content, &use, &found, e);
	return check_signer(m->opened.cert, environment, now, e);
}

/* --- showing ----------------------------------------------------------- */

void
mandate_file_report(const struct mandate_file *m,
    const struct statement *answers, struct report *r)
{
	const struct mandate *c = &m->content;
	char organisation[12], submitter[12], hex[DIGEST_HEX_LEN];
	char until[TIMESTAMP_LOCAL_LEN];

	orgnr_format(c->organisation, organisation);
	orgnr_format(c->submitter, submitter);
	timestamp_format_local(c->expires, until);
	digest_hex(m->digest, hex);
	report_line(r, _("Mandate"), _("%s lets %s answer for it"),
	    organisation, submitter);
	if (answers == NULL) {
		report_line(r, _("Survey"), "%s", c->questionnaire);
		report_line(r, _("Round"), "%s", c->round);
		if (c->environment == ENVIRONMENT_TEST)
			report_line(r, _("Environment"), "%s", _("TEST"));
	}
	report_line(r, _("Holds until"), "%s", until);
	report_line(r, _("Digest"), "%s", hex);
	report_set(r, "mandate", mandate_json(c));
	report_set_text(r, "mandate_digest", hex);
}

void
mandate_file_show(const struct mandate_file *m, const char *path, int64_t now,
    struct report *r)
{
	const struct cert *cert = m->opened.cert;
	char subject[256], issuer[256], ends[TIMESTAMP_LOCAL_LEN];
	char not_after[TIMESTAMP_LEN];

	cert_subject(cert, subject, sizeof(subject));
	cert_issuer(cert, issuer, sizeof(issuer));
	timestamp_format(cert_not_after(cert), not_after);
	mandate_file_report(m, NULL, r);
	report_set_text(r, "mandate_file", path);
	report_line(r, _("Signed by"), "%s", subject);
	report_line(r, _("Issued by"), "%s", issuer);
	report_set(r, "signer", json_pack("{s:s, s:s, s:s, s:s, s:b}",
	    "subject", subject, "issuer", issuer,
	    "organisation", m->content.organisation,
	    "not_after", not_after, "test", cert_is_test(cert)));
	report_set(r, "expired", json_boolean(now > m->content.expires));
	if (now > m->content.expires)
		report_say(r, "%s", _("It has expired."));
	if (cert_not_after(cert) < m->content.expires) {
		timestamp_format_local(cert_not_after(cert), ends);
		report_say(r, _("Its signer's certificate ends %s; the "
		    "mandate holds no longer than that."), ends);
	}
	report_say(r, "%s", _("The signature fits the file; whether its "
	    "signer is to be trusted, and whether"));
	report_say(r, "%s", _("the mandate has been revoked, is for the "
	    "authority to judge."));
}
