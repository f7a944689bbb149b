/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/send.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/message.h"
#include "base/report.h"
#include "client/kept.h"
#include "client/options.h"
#include "client/reason.h"
#include "client/receipt.h"
#include "client/session.h"
#include "client/sniff.h"
#include "client/ui.h"
#include "crypto/envelope.h"

void
send_report_receipt(const char *sealed, const struct receipt *receipt,
    struct report *r)
{
	char key[48], path[4096];

	receipt_report(receipt, r);
	if (kept_path(sealed, receipt->stage, path, NULL) != ERR_OK)
		return;
	(void)snprintf(key, sizeof(key), "%s_receipt",
	    receipt_stage_name(receipt->stage));
	report_line(r, _("Kept in"), "%s", path);
	report_set_text(r, key, path);
}

enum err_code
send_wait(struct session *s, struct parcel *p, struct report *r,
    struct err *e)
{
	session_wait(s, p, 1, s->o->wait);
	if (p->err.code == ERR_VERDICT_PENDING)
		report_set_text(r, "verdict", "pending");
	if (p->err.code != ERR_OK)
		return err_set(e, p->err.code, p->err.where, p->err.at, "%s",
		    p->err.msg);
	report_set_text(r, "verdict", receipt_stage_name(p->verdict.stage));
	send_report_receipt(p->path, &p->verdict, r);
	return p->verdict.stage == STAGE_ACCEPTED ? ERR_OK :
	    reason_err(&p->verdict, p->path, e);
}

/* Until there is a stored receipt. */
static enum err_code
deliver(struct session *s, const struct parcel *p, const struct buf *file,
    struct report *r, struct err *e)
{
	struct receipt receipt = { 0 };
	unsigned retry_after;
	enum err_code code;
	bool found;

	if ((code = session_kept(s, p, STAGE_STORED, &found, &receipt, e)) !=
	    ERR_OK)
		return code;
	report_set(r, "already_delivered", json_boolean(found));
	if (!found && !s->o->json)
		ui_on_interrupt(_("interrupted; the same command goes on "
		    "where it stopped"));
	if (!found)
		code = session_deliver(s, p, file, &delivery_usual,
		    &retry_after, &receipt, e);
	ui_on_interrupt(NULL);
	if (code == ERR_OK && found)
		report_say(r, "%s", _("It has been handed in already; "
		    "nothing was sent."));
	if (code == ERR_OK)
		send_report_receipt(p->path, &receipt, r);
	receipt_wipe(&receipt);
	return code;
}

enum err_code
send_check_sealed(const char *path, const struct buf *file, struct err *e)
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

static enum err_code
read_sealed(const char *path, struct parcel *p, struct buf *file,
    struct err *e)
{
	enum err_code code;

	if (strcmp(path, "-") == 0)
		return err_set(e, ERR_USAGE, "send", 0, _("it needs a file: "
		    "the receipts are kept beside it"));
	if ((code = file_read(path, LIMIT_SEALED, file, e)) != ERR_OK ||
	    (code = send_check_sealed(path, file, e)) != ERR_OK)
		return code;
	p->path = path;
	p->size = file->len;
	return digest_sha256(file->data, file->len, p->digest, e);
}

enum err_code
send_run(const struct options *o, struct report *r)
{
	struct settings settings = { 0 };
	struct session session = { .o = o, .settings = &settings };
	struct parcel parcel = { 0 };
	struct buf file = { 0 };
	struct err e = { 0 };
	enum err_code code;

	if ((code = read_sealed(o->operand, &parcel, &file, &e)) != ERR_OK ||
	    (code = settings_load(o, false, &settings, &e)) != ERR_OK)
		goto out;
	report_set_text(r, "sealed", o->operand);
	if ((code = session_open(&session, &e)) == ERR_OK &&
	    (code = deliver(&session, &parcel, &file, r, &e)) == ERR_OK &&
	    o->wait >= 0)
		code = send_wait(&session, &parcel, r, &e);
out:
	report_err(r, &e);
	session_close(&session);
	parcel_wipe(&parcel);
	settings_wipe(&settings);
	buf_wipe(&file);
	return code;
}
