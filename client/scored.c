/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/scored.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/message.h"
#include "base/report.h"
#include "client/delivery/delivery.h"
#include "client/kept.h"
#include "client/outbox/outbox.h"
#include "client/scored_open.h"

/* How many seconds the portal may take for an answer that nobody waits for,
 * and for the document, when it is known that there is one. */
#define PATIENCE	10
#define PATIENCE_LONG	60
#define DAY		INT64_C(86400)

void
scored_wipe(struct scored *s)
{
	receipt_wipe(&s->receipt);
	memset(s, 0, sizeof(*s));
}

/* --- what is here -------------------------------------------------------- */

/* Is there something of that name?  A link counts, wherever it leads. */
static bool
is_beside(const struct parcel *p, const char *ending, char path[static 4096])
{
	struct stat st;

	return kept_beside(p->path, ending, path, NULL) == ERR_OK &&
	    lstat(path, &st) == 0;
}

/* The document that lies there, if any does, must be the receipt's. */
static enum err_code
look_at_document(const struct parcel *p, const struct receipt *receipt,
    bool *found, struct err *e)
{
	uint8_t digest[DIGEST_LEN] = { 0 };
	struct err why = { 0 };
	struct buf text = { 0 };
	char path[4096];
	enum err_code code;
	struct stat st;

	if (!(*found = is_beside(p, KEPT_FEEDBACK, path)))
		return ERR_OK;
	/* A FIFO would wait for a writer. */
	if (stat(path, &st) == -1 || !S_ISREG(st.st_mode))
		code = ERR_TOO_LARGE;
	else if ((code = file_read(path, LIMIT_FEEDBACK, &text, &why)) ==
	    ERR_OK)
		code = digest_sha256(text.data, text.len, digest, &why);
	if (code == ERR_TOO_LARGE || (code == ERR_OK &&
	    memcmp(digest, receipt->feedback, DIGEST_LEN) != 0))
		code = err_set(e, ERR_FEEDBACK_SEALED, path, 0, _("the file "
		    "is another one than the receipt's; move it away"));
	else if (code != ERR_OK)
		(void)err_set(e, code, path, 0, "%s", why.msg);
	buf_wipe(&text);
	return code;
}

enum err_code
scored_look(const struct session *s, const struct parcel *p,
    struct scored *out, struct err *e)
{
	char path[4096];
	bool found = false;
	enum err_code code;

	out->state = SCORED_NONE;
	if ((code = session_kept(s, p, STAGE_SCORED, &found, &out->receipt,
	    e)) != ERR_OK || !found)
		return code;
	out->state = SCORED_PENDING;
	if ((code = look_at_document(p, &out->receipt, &found, e)) != ERR_OK)
		return code;
	if (found)
		out->state = SCORED_HERE;
	else if (!is_beside(p, KEPT_REPLY, path))
		out->state = SCORED_NO_KEY;
	return ERR_OK;
}

bool
scored_may_come(const struct parcel *p, bool made, int64_t since,
    int64_t now)
{
	char path[4096];

	/* Nothing is sealed for a key whose time is over. */
	return (made || is_beside(p, KEPT_REPLY, path)) &&
	    now <= since + (LIMIT_REPLY_DAYS + 1) * DAY;
}

/* --- asking -------------------------------------------------------------- */

/* What the network, the portal or a proxy has to say is no fault of the
 * submission's; and a portal that knows of no feedback has none. */
static void
hear(struct scored *out, const struct err *found)
{
	if (found->code != ERR_OK && found->code != ERR_PORTAL_REFUSED)
		out->unheard = *found;
}

/* The receipt, unless it is kept.  *der is empty when there is none. */
static enum err_code
ask_receipt(struct session *s, const struct parcel *p, struct scored *out,
    struct buf *der, struct err *e)
{
	struct err found = { 0 };
	unsigned retry_after;
	enum err_code code;

	upload_set_patience(s->upload, PATIENCE);
	(void)delivery_receipt(s->upload, p->digest,
	    receipt_stage_name(STAGE_SCORED), der, &retry_after, &found);
	hear(out, &found);
	if (found.code != ERR_OK || der->len == 0)
		return ERR_OK;
	if ((code = session_judge(s, p, der, _("the portal's receipt"),
	    STAGE_SCORED, &out->receipt, e)) == ERR_OK)
		out->state = SCORED_PENDING;
	return code;
}

/* --- keeping ------------------------------------------------------------- */

/*
 * The document first: that the receipt is there says that both are.  What a
 * run that was killed in between has left is the same document.
 */
static enum err_code
keep_both(const struct session *s, const struct parcel *p,
    const struct buf *document, const struct buf *der, struct scored *out,
    struct err *e)
{
	struct receipt same = { 0 };
	struct err why = { 0 };
	char path[4096];
	bool found = false, made = false;
	enum err_code code;

	if ((code = kept_beside(p->path, KEPT_FEEDBACK, path, e)) != ERR_OK ||
	    (code = look_at_document(p, &out->receipt, &found, e)) != ERR_OK)
		return code;
	made = document->len != 0 && !found;
	if (made && (code = file_write_new(path, document->data,
	    document->len, 0600, e)) != ERR_OK)
		return code;
	if (der->len == 0)
		return ERR_OK;
	code = kept_write(p->path, STAGE_SCORED, der, &why);
	/* Another run was faster. */
	if (code == ERR_OUTPUT_EXISTS && session_kept(s, p, STAGE_SCORED,
	    &found, &same, NULL) == ERR_OK && found && memcmp(same.feedback,
	    out->receipt.feedback, DIGEST_LEN) == 0)
		code = ERR_OK;
	receipt_wipe(&same);
	if (code == ERR_OK)
		return ERR_OK;
	if (made)
		(void)unlink(path);
	*e = why;
	return code;
}

/* Another run that works on the entry would take our unfinished file for a
 * dead run's. */
static enum err_code
keep_locked(const struct session *s, const struct parcel *p,
    const struct buf *document, const struct buf *der, struct scored *out,
    struct err *e)
{
	enum err_code code;

	if (p->entry == NULL)
		return keep_both(s, p, document, der, out, e);
	if ((code = outbox_lock(s->outbox, p->entry, e)) != ERR_OK)
		return code;
	code = keep_both(s, p, document, der, out, e);
	outbox_unlock(p->entry);
	return code;
}

/* There is feedback, and nothing here to open it with: that it was made is
 * worth keeping, and nobody need ask again.  Told as an error the first time;
 * where no key has ever been made, it is none. */
static enum err_code
keep_alone(const struct session *s, const struct parcel *p,
    const struct buf *der, struct scored *out, struct err *e)
{
	const struct buf none = { 0 };
	char path[4096];
	enum err_code code;

	out->state = SCORED_NO_KEY;
	if (der->len == 0)
		return ERR_OK;
	if ((code = keep_locked(s, p, &none, der, out, e)) != ERR_OK)
		return code;
	out->news = true;
	if (p->entry != NULL && !p->entry->has_reply)
		return ERR_OK;
	(void)is_beside(p, KEPT_REPLY, path);
	return err_set(e, ERR_REPLY_KEY, path, 0, NULL);
}

/* The feedback for a receipt that is good; der: to be kept, empty when it is
 * already. */
static enum err_code
ask_document(struct session *s, const struct parcel *p, struct scored *out,
    const struct buf *der, struct err *e)
{
	struct buf sealed = { 0 }, document = { 0 };
	struct err found = { 0 };
	char path[4096];
	unsigned retry_after;
	enum err_code code;
	bool here = false;

	if ((code = look_at_document(p, &out->receipt, &here, e)) != ERR_OK)
		return code;
	if (!here && !is_beside(p, KEPT_REPLY, path))
		return keep_alone(s, p, der, out, e);
	if (!here) {
		upload_set_patience(s->upload, PATIENCE_LONG);
		(void)delivery_feedback(s->upload, p->digest, &sealed,
		    &retry_after, &found);
		hear(out, &found);
		if (found.code != ERR_OK || sealed.len == 0)
			goto out;
		code = scored_open(s, p, &out->receipt, &sealed, &document,
		    e);
	}
	if (code == ERR_OK &&
	    (code = keep_locked(s, p, &document, der, out, e)) == ERR_OK) {
		out->state = SCORED_HERE;
		out->news = true;
	}
out:
	buf_wipe(&sealed);
	buf_wipe(&document);
	return code;
}

enum err_code
scored_ask(struct session *s, const struct parcel *p, struct scored *out,
    struct err *e)
{
	struct err found = { 0 };
	struct buf der = { 0 };
	enum err_code code = ERR_OK;

	if (session_connect(s, &found) != ERR_OK) {
		out->unheard = found;
		return ERR_OK;
	}
	if (out->state < SCORED_PENDING)
		code = ask_receipt(s, p, out, &der, e);
	if (code == ERR_OK && out->state >= SCORED_PENDING)
		code = ask_document(s, p, out, &der, e);
	/* Another run has it, or it was dropped just now. */
	if (code == ERR_BUSY || code == ERR_OUTBOX_ENTRY) {
		err_clear(e);
		code = ERR_OK;
	}
	buf_wipe(&der);
	return code;
}

/* --- telling ------------------------------------------------------------- */

void
scored_say(const struct scored *scored, const struct parcel *p,
    const char *id, struct report *r)
{
	char path[4096] = "";

	switch (scored->state) {
	case SCORED_NOT_ASKED:
	case SCORED_NONE:
		break;
	case SCORED_PENDING:
		report_say(r, "    %s", _("scored; the feedback is not there "
		    "yet"));
		break;
	case SCORED_NO_KEY:
		if (p->entry != NULL && !p->entry->has_reply) {
			report_say(r, "    %s", _("scored; when it was sealed "
			    "no key for feedback was made"));
			break;
		}
		(void)kept_beside(p->path, KEPT_REPLY, path, NULL);
		report_say(r, _("    scored; the feedback cannot be opened: "
		    "its key, %s, is not there"), path);
		break;
	case SCORED_HERE:
		if (id == NULL)
			(void)kept_beside(p->path, KEPT_FEEDBACK, path, NULL);
		report_say(r, scored->news ?
		    _("    the feedback has come: sigill feedback %s") :
		    _("    its feedback: sigill feedback %s"),
		    id != NULL ? id : path);
		break;
	}
}

json_t *
scored_json(const struct scored *scored, const struct parcel *p)
{
	static const char *const states[] = {
		[SCORED_NONE] = "none", [SCORED_PENDING] = "pending",
		[SCORED_NO_KEY] = "no-key", [SCORED_HERE] = "here",
	};
	char path[4096] = "";

	if (scored->state == SCORED_NOT_ASKED)
		return NULL;
	(void)kept_beside(p->path, KEPT_FEEDBACK, path, NULL);
	return json_pack("{s:s, s:b, s:s*, s:s*}",
	    "state", states[scored->state], "news", (int)scored->news,
	    "file", scored->state == SCORED_HERE ? path : NULL,
	    "unheard", scored->unheard.code != ERR_OK ?
	    err_name(scored->unheard.code) : NULL);
}
