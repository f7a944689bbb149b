/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/prepare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/message.h"
#include "base/report.h"
#include "base/timestamp.h"
#include "client/check.h"
#include "client/mandate_file.h"
#include "client/options.h"
#include "client/outbox/outbox.h"
#include "client/receipt.h"
#include "client/settings.h"

/* The fingerprint of an entry in the outbox that the answers can replace. */
static enum err_code
find_replaced(const char *id, const struct settings *s,
    const struct checked *checked, uint8_t out[static DIGEST_LEN],
    struct err *e)
{
	const struct statement *ours = &checked->statement;
	struct err_list broken = { 0 };
	struct outbox_list list = { 0 };
	struct outbox_entry *entry = NULL;
	struct outbox *outbox = NULL;
	enum err_code code = ERR_OK;

	/* Where there is no outbox, there is no such id in it. */
	if (outbox_look(s, &outbox, NULL) == ERR_OK &&
	    (code = outbox_read(outbox, &list, &broken, e)) != ERR_OK)
		goto out;
	if (outbox_find(&list, id, &entry, NULL) != ERR_OK)
		code = err_set(e, ERR_USAGE, id, 0, _("it is no accepted "
		    "receipt's file, no id in the outbox and not 64 "
		    "hexadecimal digits"));
	else if (entry->environment != s->environment ||
	    strcmp(entry->organisation, ours->number) != 0 ||
	    strcmp(entry->questionnaire, ours->questionnaire) != 0 ||
	    strcmp(entry->round, ours->round) != 0)
		code = err_set(e, ERR_USAGE, entry->id, 0, _("it is for "
		    "another organisation, questionnaire, round or "
		    "environment than these answers"));
	else if (memcmp(entry->fingerprint, checked->fingerprint,
	    DIGEST_LEN) == 0)
		code = err_set(e, ERR_USAGE, entry->id, 0,
		    _("these are the same answers"));
	else
		memcpy(out, entry->fingerprint, DIGEST_LEN);
out:
	err_list_wipe(&broken);
	outbox_list_wipe(&list);
	outbox_close(outbox);
	return code;
}

enum err_code
prepare_supersedes(const struct options *o, const struct settings *s,
    const struct checked *checked, bool *given,
    uint8_t out[static DIGEST_LEN], struct err *e)
{
	struct receipt_signers signers = { 0 };
	struct receipt receipt = { 0 };
	struct buf der = { 0 };
	enum err_code code;

	*given = o->supersedes != NULL;
	if (!*given || digest_from_hex(o->supersedes, out))
		return ERR_OK;
	if (access(o->supersedes, F_OK) != 0)
		return find_replaced(o->supersedes, s, checked, out, e);
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

/* Names the file that is to blame: the answers, the certificate or the
 * mandate. */
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
	if (found.code == ERR_MANDATE)
		return report_place(e, &found, o->mandate);
	return report_place(e, &found, found.code ==
	    ERR_ORGANISATION_MISMATCH ? o->operand : cert);
}

enum err_code
prepare_mandate(const struct options *o, const struct settings *settings,
    const struct checked *checked, struct mandate_file *out, struct err *e)
{
	struct cert *cert = NULL;
	struct err found = { 0 };
	char number[ORGNR_LEN];
	enum err_code code;

	if (o->mandate == NULL)
		return ERR_OK;
	if ((code = mandate_file_read(o->mandate, out, e)) != ERR_OK ||
	    (code = settings_certificate(settings, &cert, e)) != ERR_OK)
		return code;
	/* Without a number in it, that is what prepare_sealed tells. */
	if (cert_organisation(cert, number, NULL) == ERR_OK)
		code = mandate_file_fits(out, &checked->statement, number,
		    settings->environment, timestamp_now(), &found);
	cert_free(cert);
	return report_place(e, &found, o->mandate);
}

enum err_code
prepare_sealed(const struct options *o, const struct settings *settings,
    const struct checked *checked, const struct identity *identity,
    const struct prepare_extras *extras, struct sealed *out,
    struct report *r, struct err *e)
{
	struct recipients recipients = { 0 };
	struct err found = { 0 };
	struct sealing how = {
		.signer = { identity->key, identity->cert, &identity->chain },
		.environment = settings->environment,
		.supersedes = extras->supersedes,
		.mandate = extras->mandate->der.len != 0 ? extras->mandate :
		    NULL,
		.reply = extras->reply && settings->feedback,
		.now = timestamp_now(),
	};
	char subject[256];
	enum err_code code;

	if ((code = check_signer(o, settings, &checked->statement, &how,
	    e)) != ERR_OK ||
	    (code = settings_recipients(settings, &recipients, e)) != ERR_OK)
		goto out;
	how.recipients = &recipients.certs;
	how.recipient_trust = recipients.trust;
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
	if (how.mandate != NULL)
		mandate_file_report(how.mandate, &checked->statement, r);
out:
	recipients_wipe(&recipients);
	return code;
}

static int
by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, DIGEST_LEN);
}

enum err_code
prepare_recipients(const struct settings *settings,
    uint8_t out[static DIGEST_LEN], struct err *e)
{
	uint8_t digests[LIMIT_RECIPIENTS][DIGEST_LEN];
	struct recipients recipients = { 0 };
	enum err_code code;
	size_t n = 0;

	if ((code = settings_recipients(settings, &recipients, e)) != ERR_OK)
		return code;
	for (; n < recipients.certs.len && n < LIMIT_RECIPIENTS &&
	    code == ERR_OK; n++)
		code = cert_digest(recipients.certs.v[n], digests[n], e);
	if (code == ERR_OK) {
		qsort(digests, n, DIGEST_LEN, by_bytes);
		code = digest_sha256(digests, n * DIGEST_LEN, out, e);
	}
	recipients_wipe(&recipients);
	return code;
}

void
prepare_report(const char *path, const uint8_t digest[static DIGEST_LEN],
    uint64_t size, struct report *r)
{
	char hex[DIGEST_HEX_LEN];

	digest_hex(digest, hex);
	report_line(r, _("Sealed file"), _("%s, %zu bytes"), path,
	    (size_t)size);
	report_set_text(r, "sealed", path);
	report_set_text(r, "sealed_digest", hex);
	report_set(r, "sealed_size", json_integer((json_int_t)size));
}

void
prepare_report_checked(const struct checked *checked, const struct settings *s,
    struct report *r)
{
	check_report(checked, r);
	if (s->environment == ENVIRONMENT_TEST)
		report_line(r, _("Environment"), "%s", _("TEST"));
	report_set_text(r, "environment", environment_name(s->environment));
}
