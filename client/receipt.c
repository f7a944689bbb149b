/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/receipt.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/message.h"
#include "base/report.h"
#include "base/timestamp.h"
#include "client/kept.h"
#include "client/log_proof.h"
#include "client/options.h"
#include "client/outbox/outbox.h"
#include "client/reason.h"
#include "client/settings.h"
#include "client/sniff.h"
#include "crypto/receipt_sig.h"
#include "format/fingerprint.h"

static enum err_code
judge(const struct receipt_signers *signers, const struct buf *der,
    struct receipt *out, struct err *e)
{
	struct signed_data opened = { 0 };
	enum err_code code;

	if ((code = receipt_sig_open(der->data, der->len, &opened, e)) !=
	    ERR_OK ||
	    (code = receipt_parse(opened.content, opened.len, out, e)) !=
	    ERR_OK ||
	    (code = receipt_sig_trust(&opened, signers->trust,
	    out->stage == STAGE_STORED ? &signers->portal : &signers->intake,
	    out->time, e)) != ERR_OK)
		goto out;
	if (out->environment != signers->environment)
		code = err_set(e, ERR_ENVIRONMENT, NULL, 0,
		    _("the receipt is from the environment '%s'"),
		    environment_name(out->environment));
	else if (signers->authority != NULL &&
	    strcmp(out->authority, signers->authority) != 0)
		code = err_set(e, ERR_RECEIPT_SIGNER, NULL, 0,
		    _("it is from '%s'"), out->authority);
	else
		code = log_proof_check(out, e);
out:
	signed_wipe(&opened);
	if (code != ERR_OK)
		receipt_wipe(out);
	return code;
}

enum err_code
receipt_judge(const struct receipt_signers *signers, const struct buf *der,
    const char *name, struct receipt *out, struct err *e)
{
	struct err found = { 0 };

	memset(out, 0, sizeof(*out));
	(void)judge(signers, der, out, &found);
	return report_place(e, &found, name);
}

enum err_code
receipt_check_sealed(const struct receipt *r,
    const uint8_t digest[static DIGEST_LEN], size_t size, const char *name,
    struct err *e)
{
	if (r->size == size && memcmp(r->sealed, digest, DIGEST_LEN) == 0)
		return ERR_OK;
	return err_set(e, ERR_RECEIPT_DIGEST, name, 0, NULL);
}

static void
report_stage(const struct receipt *receipt, struct report *r)
{
	char printed[FINGERPRINT_LEN], hex[DIGEST_HEX_LEN], number[12];

	switch (receipt->stage) {
	case STAGE_STORED:
		report_line(r, _("Receipt"), "%s",
		    _("stored: the portal has the whole file"));
		break;
	case STAGE_ACCEPTED:
		orgnr_format(receipt->organisation, number);
		fingerprint_format(receipt->fingerprint, printed);
		report_line(r, _("Receipt"), "%s",
		    _("accepted: the authority has verified the answers"));
		report_line(r, _("Organisation"), "%s", number);
		report_line(r, _("Round"), "%s", receipt->round);
		report_line(r, _("Fingerprint"), "%s", printed);
		break;
	case STAGE_REJECTED:
		report_line(r, _("Receipt"), "%s",
		    _("rejected: the authority did not take the answers"));
		reason_report(receipt, r);
		break;
	case STAGE_SCORED:
		digest_hex(receipt->feedback, hex);
		report_line(r, _("Receipt"), "%s",
		    _("scored: the feedback is ready"));
		report_line(r, _("Feedback"), "SHA-256 %s", hex);
		break;
	}
}

void
receipt_report(const struct receipt *receipt, struct report *r)
{
	char when[TIMESTAMP_LOCAL_LEN], hex[DIGEST_HEX_LEN];

	timestamp_format_local(receipt->time, when);
	digest_hex(receipt->sealed, hex);
	report_stage(receipt, r);
	report_line(r, _("Time"), "%s", when);
	report_line(r, _("Authority"), "%s%s", receipt->authority,
	    receipt->environment == ENVIRONMENT_TEST ? _(" (TEST)") : "");
	report_line(r, _("Sealed file"), _("%ju bytes, SHA-256 %s"),
	    (uintmax_t)receipt->size, hex);
	log_proof_report(receipt, r);
	report_set(r, "receipt", receipt_json(receipt));
}

/* The sealed file that a receipt lies beside: its name without the ending
 * that send gave it.  False when there is none. */
static bool
find_sealed(const char *path, char out[static 4096])
{
	char ending[32];
	size_t len = strlen(path), n;

	for (int stage = STAGE_STORED; stage <= STAGE_SCORED; stage++) {
		(void)snprintf(ending, sizeof(ending), ".%s.p7s",
		    receipt_stage_name((enum receipt_stage)stage));
		n = strlen(ending);
		if (len <= n || len >= 4096 ||
		    strcmp(path + len - n, ending) != 0)
			continue;
		memcpy(out, path, len - n);
		out[len - n] = '\0';
		return access(out, F_OK) == 0;
	}
	return false;
}

/* It is no file: which submission in the outbox is meant? */
static enum err_code
find_entry(const char *what, const struct outbox_list *list,
    struct outbox_entry **out, struct err *e)
{
	struct err found = { 0 };

	/* Four are needed, and more than those may begin so. */
	if (outbox_find(list, what, out, &found) == ERR_OK ||
	    found.code != ERR_OUTBOX_ENTRY ||
	    (strlen(what) >= 4 && found.msg[0] != '\0'))
		return err_set(e, found.code, what, 0, "%s", found.msg);
	return err_set(e, ERR_NO_INPUT, what, 0, _("no file and no "
	    "submission in the outbox has that name"));
}

/* What is to be judged: a file, or of a submission in the outbox the receipt
 * that tells most. */
static enum err_code
find_receipt(const struct options *o, const struct settings *s,
    char out[static 4096], struct err *e)
{
	static const enum receipt_stage stages[] = {
		[OUTBOX_WAITING] = STAGE_STORED,
		[OUTBOX_STORED] = STAGE_STORED,
		[OUTBOX_REJECTED] = STAGE_REJECTED,
		[OUTBOX_ACCEPTED] = STAGE_ACCEPTED,
		/* The log and the fingerprint are in that one. */
		[OUTBOX_SCORED] = STAGE_ACCEPTED,
	};
	struct outbox_list list = { 0 };
	struct err_list broken = { 0 };
	struct outbox *outbox = NULL;
	struct outbox_entry *entry;

	if (access(o->operand, F_OK) != 0 && strchr(o->operand, '/') == NULL &&
	    outbox_look(s, &outbox, NULL) == ERR_OK &&
	    outbox_read(outbox, &list, &broken, NULL) == ERR_OK) {
		if (find_entry(o->operand, &list, &entry, e) == ERR_OK)
			(void)kept_path(entry->sealed, stages[entry->state],
			    out, e);
	} else if (snprintf(out, 4096, "%s", o->operand) >= 4096)
		err_set(e, ERR_NO_INPUT, o->operand, 0, NULL);
	err_list_wipe(&broken);
	outbox_list_wipe(&list);
	outbox_close(outbox);
	return e->code;
}

static enum err_code
compare(const struct options *o, const char *name,
    const struct receipt *receipt, struct report *r, struct err *e)
{
	char beside[4096];
	const char *path = o->sealed;
	uint8_t digest[DIGEST_LEN];
	struct buf file = { 0 };
	enum err_code code;

	if (path == NULL && find_sealed(name, beside))
		path = beside;
	if (path == NULL) {
		report_set(r, "sealed_file", json_null());
		report_say(r, "%s", _("It has not been compared with a "
		    "sealed file; --sealed names one."));
		return ERR_OK;
	}
	report_set_text(r, "sealed_file", path);
	if ((code = file_read(path, LIMIT_SEALED, &file, e)) == ERR_OK &&
	    (code = digest_sha256(file.data, file.len, digest, e)) == ERR_OK)
		code = receipt_check_sealed(receipt, digest, file.len, name,
		    e);
	if (code == ERR_OK)
		report_say(r, _("It is for the file %s, byte for byte."),
		    path);
	buf_wipe(&file);
	return code;
}

enum err_code
receipt_run(const struct options *o, struct report *r)
{
	struct receipt_signers signers = { 0 };
	struct settings settings = { 0 };
	struct receipt receipt = { 0 };
	struct buf der = { 0 };
	struct err e = { 0 };
	char path[4096];
	enum err_code code;

	if ((code = settings_load(o, false, &settings, &e)) != ERR_OK ||
	    (code = find_receipt(o, &settings, path, &e)) != ERR_OK ||
	    (code = file_read(path, LIMIT_SEALED, &der, &e)) != ERR_OK ||
	    (code = sniff_expect(SNIFF_RECEIPT, der.data, der.len,
	    ERR_RECEIPT_STRUCTURE, path, &e)) != ERR_OK ||
	    (code = settings_receipt_signers(&settings, &signers, &e)) !=
	    ERR_OK ||
	    (code = receipt_judge(&signers, &der, path, &receipt, &e)) !=
	    ERR_OK)
		goto out;
	receipt_report(&receipt, r);
	if ((code = compare(o, path, &receipt, r, &e)) == ERR_OK)
		code = log_proof_compare(o, &settings, &signers, path, &der,
		    &receipt, r, &e);
out:
	report_err(r, &e);
	receipt_wipe(&receipt);
	receipt_signers_wipe(&signers);
	settings_wipe(&settings);
	buf_wipe(&der);
	return code;
}
