/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/session.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/message.h"
#include "base/report.h"
#include "client/delivery/proxy.h"
#include "client/delivery/upload.h"
#include "client/kept.h"
#include "client/options.h"
#include "client/outbox/outbox.h"
#include "client/receipt.h"
#include "client/ui.h"

/* Between two questions for a verdict while somebody waits: the first are
 * close together, for intake may be quick. */
#define ASK_SECONDS	1u
#define ASK_SECONDS_MAX	15u
/* And when the portal, or the way to it, has no room for us. */
#define BUSY_SECONDS	5u
#define BUSY_SECONDS_MAX	60u

enum err_code
session_check(const struct settings *s, struct err *e)
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

enum err_code
session_open(struct session *s, struct err *e)
{
	enum err_code code;

	if ((code = session_check(s->settings, e)) == ERR_OK)
		code = settings_receipt_signers(s->settings, &s->signers, e);
	return code;
}

void
session_close(struct session *s)
{
	upload_free(s->upload);
	identity_wipe(&s->own);
	receipt_signers_wipe(&s->signers);
	memset(s, 0, sizeof(*s));
}

static enum err_code
prepare_upload(struct session *s, struct err *e)
{
	struct proxy proxy = { 0 };
	struct upload_config config = {
		.progress = s->o->json ? NULL : ui_progress,
		.pausing = s->o->json ? NULL : ui_pausing, .proxy = &proxy,
	};
	struct err found = { 0 };
	enum err_code code;

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
	if ((code = proxy_choose(s->settings, config.portal, &proxy, e)) !=
	    ERR_OK)
		return code;
	(void)upload_new(&config, &s->upload, &found);
	proxy_wipe(&proxy);
	return report_place(e, &found, config_path(s->settings->config));
}

enum err_code
session_connect(struct session *s, struct err *e)
{
	if (s->upload != NULL)
		return ERR_OK;
	err_clear(&s->unable);
	(void)prepare_upload(s, &s->unable);
	if (s->unable.code != ERR_OK)
		*e = s->unable;
	return s->unable.code;
}

/* --- receipts ---------------------------------------------------------- */

enum err_code
session_judge(const struct session *s, const struct parcel *p,
    const struct buf *der, const char *name, enum receipt_stage stage,
    struct receipt *out, struct err *e)
{
	enum err_code code;

	if ((code = receipt_judge(&s->signers, der, name, out, e)) != ERR_OK)
		return code;
	code = receipt_check_sealed(out, p->digest, p->size, name, e);
	if (code == ERR_OK && out->stage != stage)
		code = err_set(e, ERR_RECEIPT_DIGEST, name, 0,
		    _("it is of the stage '%s'"),
		    receipt_stage_name(out->stage));
	if (code != ERR_OK)
		receipt_wipe(out);
	return code;
}

enum err_code
session_kept(const struct session *s, const struct parcel *p,
    enum receipt_stage stage, bool *found, struct receipt *out,
    struct err *e)
{
	struct buf der = { 0 };
	char path[4096];
	enum err_code code;

	if ((code = kept_path(p->path, stage, path, e)) == ERR_OK &&
	    (code = kept_read(p->path, stage, found, &der, e)) == ERR_OK &&
	    *found)
		code = session_judge(s, p, &der, path, stage, out, e);
	if (code != ERR_OK)
		*found = false;
	buf_wipe(&der);
	return code;
}

/* Judges a receipt that has come, and keeps it. */
static enum err_code
keep(const struct session *s, const struct parcel *p,
    enum receipt_stage stage, const struct buf *der, struct receipt *out,
    struct err *e)
{
	struct err why = { 0 };
	enum err_code code;
	bool found = false;

	if ((code = session_judge(s, p, der, _("the portal's receipt"), stage,
	    out, e)) != ERR_OK ||
	    (code = kept_write(p->path, stage, der, &why)) == ERR_OK)
		return code;
	receipt_wipe(out);
	/* Another run was faster: its receipt is as good. */
	if (code == ERR_OUTPUT_EXISTS &&
	    ((code = session_kept(s, p, stage, &found, out, e)) != ERR_OK ||
	    found))
		return code;
	return err_set(e, why.code, why.where, 0, _("the file has been "
	    "delivered, but its receipt could not be kept: %s"), why.msg);
}

/* --- delivery ---------------------------------------------------------- */

enum err_code
session_deliver(struct session *s, const struct parcel *p,
    const struct buf *file, const struct delivery_limits *limits,
    unsigned *retry_after, struct receipt *out, struct err *e)
{
	struct buf der = { 0 };
	enum err_code code;

	*retry_after = 0;
	if ((code = kept_check(p->path, e)) == ERR_OK &&
	    (code = session_connect(s, e)) == ERR_OK &&
	    (code = delivery_put(s->upload, file, p->digest, limits, &der,
	    retry_after, e)) == ERR_OK)
		code = keep(s, p, STAGE_STORED, &der, out, e);
	buf_wipe(&der);
	return code;
}

enum err_code
session_abandon(struct session *s, const struct parcel *p, struct err *e)
{
	struct receipt receipt = { 0 };
	struct buf der = { 0 };
	struct err found = { 0 };
	enum err_code code;

	if ((code = session_connect(s, e)) != ERR_OK)
		return code;
	code = delivery_abandon(s->upload, p->size, p->digest, &der, &found);
	if (code == ERR_DELIVERED && der.len != 0)
		(void)keep(s, p, STAGE_STORED, &der, &receipt, e);
	if (e->code == ERR_OK)
		*e = found;
	receipt_wipe(&receipt);
	buf_wipe(&der);
	return e->code;
}

/* --- verdicts ---------------------------------------------------------- */

static int64_t
clock_seconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

void
parcel_wipe(struct parcel *p)
{
	receipt_wipe(&p->verdict);
	memset(p, 0, sizeof(*p));
}

/* Another run that works on the entry would take our unfinished file for a
 * dead run's. */
static enum err_code
keep_locked(const struct session *s, struct parcel *p,
    enum receipt_stage stage, const struct buf *der, struct err *e)
{
	enum err_code code;

	if (p->entry == NULL)
		return keep(s, p, stage, der, &p->verdict, e);
	if ((code = outbox_lock(s->outbox, p->entry, e)) != ERR_OK)
		return code;
	code = keep(s, p, stage, der, &p->verdict, e);
	outbox_unlock(p->entry);
	return code;
}

/* Asks once for both verdicts, here and at the portal. */
static enum err_code
ask_verdict(struct session *s, struct parcel *p, int64_t end,
    unsigned *retry_after, struct err *e)
{
	static const enum receipt_stage stages[] = {
		STAGE_ACCEPTED, STAGE_REJECTED,
	};
	struct buf der = { 0 };
	enum err_code code = ERR_OK;

	for (size_t i = 0; i < 2 && !p->done && code == ERR_OK; i++)
		code = session_kept(s, p, stages[i], &p->done, &p->verdict,
		    e);
	if (code == ERR_OK && !p->done)
		code = session_connect(s, e);
	for (size_t i = 0; i < 2 && !p->done && code == ERR_OK; i++) {
		upload_set_patience(s->upload, end - clock_seconds());
		code = delivery_receipt(s->upload, p->digest,
		    receipt_stage_name(stages[i]), &der, retry_after, e);
		if (code != ERR_OK || der.len == 0)
			continue;
		code = keep_locked(s, p, stages[i], &der, e);
		p->done = code == ERR_OK;
	}
	buf_wipe(&der);
	return code;
}

/* A line that is down for a while is waited out. */
static bool
may_pass(enum err_code code)
{
	return code == ERR_OK || code == ERR_NO_NETWORK ||
	    code == ERR_INTERRUPTED || code == ERR_PORTAL_BUSY ||
	    code == ERR_BUSY;
}

/* Where one could not be asked for, no other can. */
static bool
is_down(const struct session *s, enum err_code code)
{
	return code == ERR_NO_NETWORK || (code == ERR_INTERRUPTED &&
	    s->upload != NULL && upload_was_silent(s->upload));
}

/* All of them once, but again only while there is time.  *busy: so long the
 * portal wants to be left alone, which could not answer; 0 when it did.  That
 * there is no verdict yet is an answer: when to ask again is then advice to
 * those who do not wait (docs/PROTOCOL.md).  False when none is left to be
 * asked for. */
static bool
ask_all(struct session *s, struct parcel *v, size_t n, int64_t end,
    bool again, unsigned *busy)
{
	const struct err *down = NULL;
	unsigned retry_after;
	bool more = false;

	*busy = 0;
	for (size_t i = 0; i < n; i++) {
		if (v[i].done)
			continue;
		if (again && clock_seconds() >= end)
			return true;
		retry_after = 0;
		err_clear(&v[i].err);
		if (down != NULL)
			v[i].err = *down;
		else
			(void)ask_verdict(s, &v[i], end, &retry_after,
			    &v[i].err);
		if (v[i].err.code != ERR_OK && retry_after < BUSY_SECONDS)
			retry_after = BUSY_SECONDS;
		if (v[i].err.code != ERR_OK && retry_after > *busy)
			*busy = retry_after;
		if (!may_pass(v[i].err.code))
			v[i].done = true;
		if (is_down(s, v[i].err.code))
			down = &v[i].err;
		more |= !v[i].done;
	}
	return more;
}

void
session_wait(struct session *s, struct parcel *v, size_t n, int64_t seconds)
{
	const int64_t end = clock_seconds() + seconds;
	bool told = false, last = false;
	unsigned pause, busy, next = ASK_SECONDS;
	int64_t left;

	if (!s->o->json)
		ui_on_interrupt(_("interrupted; what has been handed in "
		    "stays so; 'sigill status' asks for the verdict"));
	/* told: each has been asked for once.  When the time is over they are
	 * asked for once more. */
	while (ask_all(s, v, n, end, told && !last, &busy) && !last &&
	    (left = end - clock_seconds()) > 0) {
		if (!told && !s->o->json)
			ui_progress(0, 0);
		told = true;
		pause = busy == 0 ? next :
		    busy < BUSY_SECONDS_MAX ? busy : BUSY_SECONDS_MAX;
		next = 2 * next < ASK_SECONDS_MAX ? 2 * next :
		    ASK_SECONDS_MAX;
		last = (int64_t)pause >= left;
		(void)sleep(last ? (unsigned)left : pause);
	}
	ui_on_interrupt(NULL);
	for (size_t i = 0; i < n; i++)
		if (!v[i].done && v[i].err.code == ERR_OK)
			err_set(&v[i].err, ERR_VERDICT_PENDING, v[i].path, 0,
			    NULL);
}
