/* SPDX-License-Identifier: EUPL-1.2 */
#include "verifier/entitled.h"

#include <stdio.h>
#include <string.h>

#include "crypto/mandate_sig.h"
#include "crypto/trust.h"
#include "format/mandate.h"
#include "format/member.h"

/* The place, and words of ours: what stands in a mandate is not told. */
static enum err_code
refuse(struct err *e, const char *where, const char *what)
{
	return err_set(e, ERR_MANDATE, where, 0, "%s", what);
}

/* A failure that is no fault of the file stays what it is. */
static enum err_code
refuse_unless_ours(struct err *e, enum err_code code, const char *where,
    const char *what)
{
	if (err_status(code) != 65 && err_status(code) != 77)
		return err_set(e, code, where, 0, NULL);
	return refuse(e, where, what);
}

/* Of its outer form only our own words are in the error. */
static enum err_code
refuse_form(const struct err *found, struct err *e)
{
	char what[ERR_MSG_LEN];

	if (found->msg[0] == '\0')
		return refuse_unless_ours(e, found->code, "mandate",
		    "its signature does not fit its content");
	(void)snprintf(what, sizeof(what), "%.100s%s%.200s", found->where,
	    found->where[0] != '\0' ? ": " : "", found->msg);
	return refuse_unless_ours(e, found->code, "mandate", what);
}

/*
 * By the rules for all who sign (trust_check), at the time of verification: a
 * mandate ends with the certificate that signed it, and with its revocation.
 */
static enum err_code
check_signer(const struct verifier *v, const struct signed_data *opened,
    struct err *e)
{
	enum err_code code;

	code = trust_check(v->senders, opened->cert, &opened->chain, v->now,
	    NULL);
	if (code == ERR_OK)
		return ERR_OK;
	return refuse_unless_ours(e, code, "mandate.signer",
	    err_sentence(code));
}

static enum err_code
check_content(const struct verifier *v, const struct submission *s,
    const char *submitter, const struct signed_data *opened,
    const char *signer, int64_t *expires, struct err *e)
{
	const struct mandate_use use = {
		.organisation = s->statement.number,
		.submitter = submitter,
		.questionnaire = s->statement.questionnaire,
		.round = s->statement.round,
		.environment = s->environment,
		.time = v->arrived,
	};
	struct mandate m = { 0 };
	enum err_code code;

	code = mandate_parse(opened->content, opened->len, &m, NULL);
	if (code != ERR_OK)
		code = refuse_unless_ours(e, code, "mandate",
		    "it does not have the content of a mandate");
	else if (strcmp(m.organisation, signer) != 0)
		code = refuse(e, "mandate.signer",
		    "the organisation has not signed it itself");
	else
		code = mandate_check(&m, &use, e);
	*expires = m.expires;
	mandate_wipe(&m);
	return code;
}

static enum err_code
check_mandate(const struct verifier *v, const struct submission *s,
    const char *submitter, struct verdict *verdict, struct err *e)
{
	struct signed_data opened = { 0 };
	struct err found = { 0 };
	uint8_t digest[DIGEST_LEN];
	char organisation[ORGNR_LEN];
	int64_t expires = 0;
	enum err_code code;

	if (mandate_sig_open(s->mandate.data, s->mandate.len, &opened, digest,
	    organisation, &found) != ERR_OK)
		return refuse_form(&found, e);
	if ((code = check_signer(v, &opened, e)) == ERR_OK &&
	    (code = check_content(v, s, submitter, &opened, organisation,
	    &expires, e)) == ERR_OK) {
		verdict->has_mandate = true;
		memcpy(verdict->mandate, digest, DIGEST_LEN);
		verdict->mandate_expires = expires;
	}
	signed_wipe(&opened);
	return code;
}

enum err_code
entitled_check(const struct verifier *v, const struct submission *s,
    const struct cert *signer, struct verdict *verdict, struct err *e)
{
	char number[ORGNR_LEN], checked[ORGNR_LEN];
	enum err_code code;
	bool itself;

	code = cert_organisation(signer, number, NULL);
	if (code == ERR_CERT || (code == ERR_OK &&
	    !orgnr_parse(number, checked)))
		return err_set(e, ERR_ORGANISATION_MISMATCH, "organisation",
		    0, "the certificate has no correct organisation number");
	if (code != ERR_OK)
		return err_set(e, code, NULL, 0, NULL);
	itself = strcmp(number, s->statement.number) == 0;
	if (s->mandate.len == 0)
		return itself ? ERR_OK : err_set(e,
		    ERR_ORGANISATION_MISMATCH, "organisation", 0, NULL);
	/* One meaning, one form: and whoever encloses one without need may
	 * have meant another organisation. */
	if (itself)
		return refuse(e, "mandate",
		    "the organisation has signed the answers itself");
	return check_mandate(v, s, number, verdict, e);
}

json_t *
entitled_json(const struct verdict *verdict)
{
	return json_pack("{s:o, s:o}",
	    "sha256", member_hex(verdict->mandate, DIGEST_LEN),
	    "expires", member_time(verdict->mandate_expires));
}
