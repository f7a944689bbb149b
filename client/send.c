/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/send.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/message.h"
#include "client/delivery.h"
#include "client/kept.h"
#include "client/options.h"
#include "client/receipt.h"
#include "client/report.h"
#include "client/settings.h"
#include "client/sniff.h"
#include "client/ui.h"
#include "client/upload.h"
#include "crypto/digest.h"
#include "crypto/envelope.h"

/* Between two questions for a verdict, unless the portal says otherwise. */
#define ASK_SECONDS	5u
#define ASK_SECONDS_MAX	60u

/* One file on its way. */
struct sending {
	const struct options *o;
	const struct settings *settings;
	const struct identity *identity;	/* NULL until it is needed */
	struct identity own;			/* when it was loaded here */
	struct receipt_signers signers;
	struct upload *upload;			/* NULL until it is needed */
	const char *path;
	const struct buf *file;
	uint8_t digest[DIGEST_LEN];
	struct report *r;
};

enum err_code
send_check(const struct settings *s, struct err *e)
{
	static const char *const needed[] = {
		"portal", "portal_anchors", "anchors", "portal_signers",
		"intake_signers",
	};
	const char *value;
	enum err_code code = ERR_OK;

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]) &&
	    code == ERR_OK; i++)
		code = settings_need(s, "authority", needed[i], &value, e);
	/* libcurl judges the rest of it, when it is loaded. */
	if (code == ERR_OK && strncasecmp(config_get(s->config, "authority",
	    "portal"), "https://", 8) != 0)
		code = err_set(e, ERR_CONFIG, config_path(s->config), 0,
		    _("[authority] portal must be an address as "
		    "https://portal.example.se"));
	return code;
}

/* Key, certificate and connection, once. */
static enum err_code
connect_portal(struct sending *s, struct err *e)
{
	struct upload_config config = {
		.progress = s->o->json ? NULL : ui_progress,
	};
	struct err found = { 0 };
	enum err_code code;

	if (s->upload != NULL)
		return ERR_OK;
	if ((code = settings_need(s->settings, "authority", "portal",
	    &config.portal, e)) != ERR_OK ||
	    (code = settings_need(s->settings, "authority", "portal_anchors",
	    &config.anchors, e)) != ERR_OK)
		return code;
	if (s->identity == NULL) {
		if ((code = settings_identity(s->settings, s->o, &s->own,
		    e)) != ERR_OK)
			return code;
		s->identity = &s->own;
	}
	config.identity = s->identity;
	(void)upload_new(&config, &s->upload, &found);
	return report_place(e, &found, config_path(s->settings->config));
}

/* Judges a receipt and that it is for this file and stage. */
static enum err_code
judge(const struct sending *s, const struct buf *der, const char *name,
    enum receipt_stage stage, struct receipt *out, struct err *e)
{
	enum err_code code;

	if ((code = receipt_judge(&s->signers, der, name, out, e)) != ERR_OK)
		return code;
	code = receipt_check_sealed(out, s->digest, s->file->len, name, e);
	if (code == ERR_OK && out->stage != stage)
		code = err_set(e, ERR_RECEIPT_DIGEST, name, 0,
		    _("it is of the stage '%s'"),
		    receipt_stage_name(out->stage));
	if (code != ERR_OK)
		receipt_wipe(out);
	return code;
}

/* The receipt that lies beside the file; *found says whether there is one. */
static enum err_code
look_beside(const struct sending *s, enum receipt_stage stage, bool *found,
    struct receipt *out, struct err *e)
{
	struct buf der = { 0 };
	char path[4096];
	enum err_code code;

	if ((code = kept_path(s->path, stage, path, e)) == ERR_OK &&
	    (code = kept_read(s->path, stage, found, &der, e)) == ERR_OK &&
	    *found)
		code = judge(s, &der, path, stage, out, e);
	if (code != ERR_OK)
		*found = false;
	buf_wipe(&der);
	return code;
}

/* Judges a receipt that has come and files it. */
static enum err_code
file_receipt(struct sending *s, enum receipt_stage stage,
    const struct buf *der, struct receipt *out, struct err *e)
{
	struct err why = { 0 };
	enum err_code code;
	bool found = false;

	if ((code = judge(s, der, _("the portal's receipt"), stage, out,
	    e)) != ERR_OK ||
	    (code = kept_write(s->path, stage, der, &why)) == ERR_OK)
		return code;
	receipt_wipe(out);
	/* Another run was faster: its receipt is as good. */
	if (code == ERR_OUTPUT_EXISTS &&
	    ((code = look_beside(s, stage, &found, out, e)) != ERR_OK ||
	    found))
		return code;
	return err_set(e, why.code, why.where, 0, _("the file has been "
	    "delivered, but its receipt could not be kept: %s"), why.msg);
}

static void
report_receipt(const struct sending *s, const struct receipt *receipt)
{
	char key[48], path[4096];

	receipt_report(receipt, s->r);
	if (kept_path(s->path, receipt->stage, path, NULL) != ERR_OK)
		return;
	(void)snprintf(key, sizeof(key), "%s_receipt",
	    receipt_stage_name(receipt->stage));
	report_line(s->r, _("Kept in"), "%s", path);
	report_set_text(s->r, key, path);
}

/* Until there is a stored receipt. */
static enum err_code
deliver(struct sending *s, struct err *e)
{
	struct receipt receipt = { 0 };
	unsigned retry_after = 0;
	struct buf der = { 0 };
	enum err_code code;
	bool found;

	if ((code = look_beside(s, STAGE_STORED, &found, &receipt, e)) !=
	    ERR_OK)
		return code;
	report_set(s->r, "already_delivered", json_boolean(found));
	if (!found) {
		if ((code = kept_check(s->path, e)) == ERR_OK &&
		    (code = connect_portal(s, e)) == ERR_OK &&
		    (code = delivery_put(s->upload, s->file, s->digest,
		    &delivery_usual, &der, &retry_after, e)) == ERR_OK)
			code = file_receipt(s, STAGE_STORED, &der, &receipt,
			    e);
	}
	if (code == ERR_OK)
		report_receipt(s, &receipt);
	receipt_wipe(&receipt);
	buf_wipe(&der);
	return code;
}

/* The verdict is there: a rejection is an error of its own. */
static enum err_code
conclude(const struct sending *s, const struct receipt *receipt,
    struct err *e)
{
	enum err_code reason;

	report_set_text(s->r, "verdict", receipt_stage_name(receipt->stage));
	report_receipt(s, receipt);
	if (receipt->stage == STAGE_ACCEPTED)
		return ERR_OK;
	reason = err_by_name(receipt->reason);
	return err_set(e, ERR_REJECTED, s->path, 0, "%s [%s]",
	    reason != ERR_OK ? _(err_sentence(reason)) : receipt->advice,
	    receipt->reason);
}

/* Asks once for both verdicts, here and at the portal, with left seconds to
 * go.  *done: there is one, and *e tells if it is a rejection. */
static enum err_code
ask_verdict(struct sending *s, int64_t left, bool *done,
    unsigned *retry_after, struct err *e)
{
	static const enum receipt_stage stages[] = {
		STAGE_ACCEPTED, STAGE_REJECTED,
	};
	struct receipt receipt = { 0 };
	struct buf der = { 0 };
	enum err_code code = ERR_OK;

	for (size_t i = 0; i < 2 && !*done && code == ERR_OK; i++)
		code = look_beside(s, stages[i], done, &receipt, e);
	if (code == ERR_OK && !*done)
		code = connect_portal(s, e);
	if (s->upload != NULL)
		upload_set_patience(s->upload, left);
	for (size_t i = 0; i < 2 && !*done && code == ERR_OK; i++) {
		code = delivery_receipt(s->upload, s->digest,
		    receipt_stage_name(stages[i]), &der, retry_after, e);
		if (code != ERR_OK || der.len == 0)
			continue;
		code = file_receipt(s, stages[i], &der, &receipt, e);
		*done = code == ERR_OK;
	}
	if (*done)
		code = conclude(s, &receipt, e);
	receipt_wipe(&receipt);
	buf_wipe(&der);
	return code;
}

static int64_t
seconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

/* Until there is a verdict or the time is over. */
static enum err_code
wait_verdict(struct sending *s, struct err *e)
{
	const int64_t end = seconds() + s->o->wait;
	unsigned pause, retry_after = 0;
	struct err found = { 0 };
	enum err_code code;
	bool done = false, told = false;
	int64_t left;

	for (;;) {
		err_clear(&found);
		code = ask_verdict(s, end - seconds(), &done, &retry_after,
		    &found);
		left = end - seconds();
		if (done)
			break;
		/* A line that is down for a while is waited out as well. */
		if (code != ERR_OK && code != ERR_NO_NETWORK &&
		    code != ERR_INTERRUPTED && code != ERR_PORTAL_BUSY)
			break;
		if (left <= 0)
			break;
		pause = retry_after != 0 ? retry_after : ASK_SECONDS;
		if (pause > ASK_SECONDS_MAX)
			pause = ASK_SECONDS_MAX;
		if (!told && !s->o->json)
			ui_progress(0, 0);
		told = true;
		(void)sleep((int64_t)pause < left ? pause : (unsigned)left);
	}
	if (!done && code == ERR_OK) {
		report_set_text(s->r, "verdict", "pending");
		return err_set(e, ERR_VERDICT_PENDING, s->path, 0, NULL);
	}
	if (code != ERR_OK && e->code == ERR_OK)
		*e = found;
	return code;
}

enum err_code
send_file(const struct options *o, const struct settings *settings,
    const struct identity *identity, const char *path,
    const struct buf *file, struct report *r)
{
	struct sending s = {
		.o = o, .settings = settings, .identity = identity,
		.path = path, .file = file, .r = r,
	};
	struct err e = { 0 };
	enum err_code code;

	if ((code = send_check(settings, &e)) == ERR_OK &&
	    (code = settings_receipt_signers(settings, &s.signers, &e)) ==
	    ERR_OK &&
	    (code = digest_sha256(file->data, file->len, s.digest, &e)) ==
	    ERR_OK &&
	    (code = deliver(&s, &e)) == ERR_OK && o->wait >= 0)
		code = wait_verdict(&s, &e);
	report_err(r, &e);
	upload_free(s.upload);
	identity_wipe(&s.own);
	receipt_signers_wipe(&s.signers);
	return code;
}

/* A file that the portal would refuse is refused here. */
static enum err_code
check_sealed(const char *path, const struct buf *file, struct err *e)
{
	struct signed_data outer = { 0 };
	struct err found = { 0 };

	if (sniff_expect(SNIFF_SEALED, file->data, file->len,
	    ERR_OUTER_STRUCTURE, path, e) != ERR_OK)
		return e->code;
	if (envelope_open_outer(file->data, file->len, &outer, &found) ==
	    ERR_OK)
		signed_wipe(&outer);
	return report_place(e, &found, path);
}

enum err_code
send_run(const struct options *o, struct report *r)
{
	struct settings settings = { 0 };
	struct buf file = { 0 };
	struct err e = { 0 };
	enum err_code code;

	if (strcmp(o->operand, "-") == 0)
		code = err_set(&e, ERR_USAGE, "send", 0, _("it needs a file: "
		    "the receipts are kept beside it"));
	else if ((code = file_read(o->operand, LIMIT_SEALED, &file, &e)) ==
	    ERR_OK &&
	    (code = check_sealed(o->operand, &file, &e)) == ERR_OK)
		code = settings_load(o, false, &settings, &e);
	if (code == ERR_OK) {
		report_set_text(r, "sealed", o->operand);
		code = send_file(o, &settings, NULL, o->operand, &file, r);
	}
	report_err(r, &e);
	settings_wipe(&settings);
	buf_wipe(&file);
	return code;
}
