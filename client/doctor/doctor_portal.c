/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/doctor/doctor_portal.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/message.h"
#include "base/report.h"
#include "base/timestamp.h"
#include "client/delivery/delivery.h"
#include "client/delivery/upload.h"
#include "client/doctor/checkup.h"

/* For a connection, and for an answer.  When nothing answers the whole run
 * takes no longer than that and RESOLVE_SECONDS; when everything is as slow as
 * it may be, both requests take twice as long. */
#define REQUEST_SECONDS	7
/* How far the clock may be off.  The portal's receipts and our signatures
 * carry the time; a few minutes are what others allow for. */
#define CLOCK_WARNING	30	/* seconds */
#define CLOCK_PROBLEM	300
#define MB		1000000u

/* Does the answer come to the check?  Said when not. */
static bool
has_answer(struct checkup *c)
{
	if (!c->answered)
		checkup_skipped(c, "%s", _("the portal has not answered"));
	return c->answered;
}

/* --- the connection ------------------------------------------------------- */

static int64_t
milliseconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* One request, on a connection of its own; *not_after: of the portal's
 * certificate, 0 when it is not known. */
static enum err_code
ask(struct checkup *c, const struct identity *identity, const char *method,
    const char *path, struct upload_answer *out, int64_t *not_after,
    struct err *e)
{
	struct upload_config config = {
		.identity = identity, .seconds = REQUEST_SECONDS,
		.proxy = c->proxy.address[0] != '\0' ? &c->proxy : NULL,
	};
	char url[UPLOAD_URL_LEN];
	const struct upload_request request = {
		.method = method, .url = url,
	};
	struct upload *u = NULL;
	enum err_code code;

	if ((code = settings_need(&c->settings, "authority", "portal",
	    &config.portal, e)) != ERR_OK ||
	    (code = settings_need(&c->settings, "authority",
	    "portal_anchors", &config.anchors, e)) != ERR_OK ||
	    (code = upload_new(&config, &u, e)) != ERR_OK ||
	    (code = upload_url(u, NULL, path, url, e)) != ERR_OK)
		goto out;
	c->asked_at = milliseconds();
	code = upload_perform(u, &request, out, e);
	c->answered_at = milliseconds();
	if (code == ERR_OK)
		*not_after = upload_peer_not_after(u);
	/* Was it our certificate, or that we have shown none? */
	else if (code == ERR_INTERRUPTED && !upload_was_silent(u))
		code = upload_ask_why(u, e);
out:
	upload_free(u);
	return code;
}

/* What helps, where the code's own hint speaks of a file on its way; NULL:
 * that hint. */
static const char *
advice_for(const struct err *e, char room[static 200])
{
	char when[TIMESTAMP_LEN];

	switch (e->code) {
	case ERR_NO_NETWORK:
		return _("check the network; if other sites can be reached, "
		    "ask your network staff to allow this connection, or "
		    "which proxy to use");
	case ERR_INTERRUPTED:
		return _("try again; if it stays so, ask your network staff "
		    "what cuts the connection");
	case ERR_PORTAL_BUSY:
		return _("try again in a while; what is submitted now waits "
		    "in the outbox");
	case ERR_PORTAL_CERT:
		/* OpenSSL's words, which are not translated. */
		if (strstr(e->msg, "expired") == NULL &&
		    strstr(e->msg, "not yet valid") == NULL)
			return NULL;
		timestamp_format(timestamp_now(), when);
		(void)snprintf(room, 200, _("this machine believes that it is "
		    "%s; if that is wrong, set its clock, else tell the "
		    "authority"), when);
		return room;
	default:
		return NULL;
	}
}

void
doctor_connection(struct checkup *c)
{
	const char *portal, *anchors;
	int64_t not_after = 0;
	struct err e = { 0 };
	char room[200], day[11];
	json_t *facts;

	if (!checkup_need(c, "authority", "portal", &portal) ||
	    !checkup_need(c, "authority", "portal_anchors", &anchors))
		return;
	if (!c->name_known) {
		checkup_skipped(c, "%s", _("there is no address to connect "
		    "to"));
		return;
	}
	if (ask(c, NULL, "GET", "v1/health", &c->health, &not_after, &e) !=
	    ERR_OK) {
		checkup_problem(c, &e, NULL, advice_for(&e, room));
		return;
	}
	c->answered = true;
	facts = json_pack("{s:I}", "milliseconds",
	    (json_int_t)(c->answered_at - c->asked_at));
	if (not_after == 0) {
		checkup_ok(c, facts, "%s", _("TLS 1.3, and the portal's "
		    "certificate is the pinned one"));
		return;
	}
	if (json_object_set_new(facts, "not_after",
	    checkup_time(not_after)) != 0)
		c->report->failed = true;
	(void)checkup_day(not_after, day);
	if (checkup_ends_soon(c, not_after))
		checkup_warning(c, ERR_PORTAL_CERT, facts, _("tell the "
		    "authority, if it is not renewed in time"),
		    _("TLS 1.3, but the portal's certificate ends on %s"),
		    day);
	else
		checkup_ok(c, facts, _("TLS 1.3, and the portal's certificate "
		    "is from the pinned issuer, valid until %s"), day);
}

/* What an answer that is no success means here, where no file was sent. */
static void
refuse(const struct upload_answer *a, bool with_certificate, struct err *e)
{
	enum err_code reason, code;

	code = delivery_refused(a, &reason, e);
	/* Who refuses without a problem document is a server in front of the
	 * portal, and there it can only be the certificate. */
	if (with_certificate && reason == ERR_OK &&
	    (a->status == 400 || a->status == 403))
		e->code = ERR_CLIENT_CERT;
	else if (code == ERR_PORTAL_REFUSED)
		e->code = ERR_PROTOCOL;
}

/* --- its answer ---------------------------------------------------------- */

void
doctor_clock(struct checkup *c)
{
	/* Date has whole seconds, and was set at some time in between. */
	const int64_t doubt = (c->answered_at - c->asked_at) / 2 + 500;
	int64_t offset, off;
	struct err e = { 0 };
	json_t *facts;

	if (!has_answer(c))
		return;
	if (c->health.date == 0) {
		checkup_skipped(c, "%s", _("the portal's answer does not tell "
		    "the time"));
		return;
	}
	offset = (c->asked_at + c->answered_at) / 2 -
	    (c->health.date * 1000 + 500);
	off = (offset < 0 ? -offset : offset) - doubt;
	off = off < 0 ? 0 : off / 1000;
	facts = json_pack("{s:I}", "offset_seconds",
	    (json_int_t)(offset < 0 ? -off : off));
	if (off >= CLOCK_PROBLEM) {
		err_set(&e, ERR_CLOCK, NULL, 0, offset < 0 ?
		    _("%jd seconds behind the portal's") :
		    _("%jd seconds ahead of the portal's"), (intmax_t)off);
		checkup_problem(c, &e, facts, NULL);
	} else if (off >= CLOCK_WARNING)
		checkup_warning(c, ERR_CLOCK, facts, _("set it, and let it be "
		    "kept right by time synchronisation"), offset < 0 ?
		    _("%jd seconds behind the portal's") :
		    _("%jd seconds ahead of the portal's"), (intmax_t)off);
	else
		checkup_ok(c, facts, "%s", _("right, by the portal's"));
}

static bool
says_up(const struct upload_answer *a)
{
	json_t *o = json_loadb((const char *)a->body.data, a->body.len,
	    JSON_REJECT_DUPLICATES, NULL);
	const char *s = json_string_value(json_object_get(o, "status"));
	bool up = s != NULL && strcmp(s, "up") == 0;

	json_decref(o);
	return up;
}

void
doctor_health(struct checkup *c)
{
	const struct upload_answer *a = &c->health;
	struct err e = { 0 };
	char room[200];

	if (!has_answer(c))
		return;
	if (a->status != 200)
		refuse(a, false, &e);
	else if (!says_up(a))
		err_set(&e, ERR_PROTOCOL, NULL, 0, "%s", _("it does not say "
		    "that it is up"));
	if (e.code != ERR_OK)
		checkup_problem(c, &e, NULL, advice_for(&e, room));
	else
		checkup_ok(c, NULL, "%s", _("up"));
}

/* --- with our certificate ------------------------------------------------ */

/* Is a word in a list that is separated by commas? */
static bool
has_word(const char *list, const char *word)
{
	const size_t len = strlen(word);
	size_t n;

	while (*list != '\0') {
		list += strspn(list, ", \t");
		n = strcspn(list, ", \t");
		if (n == len && strncmp(list, word, n) == 0)
			return true;
		list += n;
	}
	return false;
}

/* What a delivery uses and the portal does not say that it has; NULL: it has
 * everything. */
static const char *
lacks(const struct upload_answer *a)
{
	static const char *const extensions[] = {
		"creation", "creation-with-upload", "expiration",
		"termination",
	};

	if (!has_word(a->tus_version, "1.0.0"))
		return "Tus-Version: 1.0.0";
	for (size_t i = 0; i < sizeof(extensions) / sizeof(extensions[0]);
	    i++)
		if (!has_word(a->tus_extension, extensions[i]))
			return extensions[i];
	return NULL;
}

static void
say_access(struct checkup *c, const struct upload_answer *a)
{
	const char *missing = lacks(a);
	json_t *facts = json_object();

	if (a->tus_max_size != 0 && json_object_set_new(facts, "max_size",
	    json_integer((json_int_t)a->tus_max_size)) != 0)
		c->report->failed = true;
	if (missing != NULL)
		checkup_warning(c, ERR_PROTOCOL, facts, _("ask the authority; "
		    "deliveries may fail"), _("the portal takes your "
		    "certificate, but does not know '%s'"), missing);
	else if (a->tus_max_size != 0)
		checkup_ok(c, facts, _("the portal takes your certificate, "
		    "and files of up to %ju MB"),
		    (uintmax_t)(a->tus_max_size / MB));
	else
		checkup_ok(c, facts, "%s", _("the portal takes your "
		    "certificate"));
}

void
doctor_access(struct checkup *c)
{
	struct upload_answer a = { 0 };
	int64_t not_after;
	struct err e = { 0 };
	char room[200];

	if (c->settings.config != NULL && !c->identity_good) {
		checkup_skipped(c, "%s", _("it needs your key and your "
		    "certificate"));
		return;
	}
	if (!has_answer(c))
		return;
	if (ask(c, &c->identity, "OPTIONS", "v1/uploads", &a, &not_after,
	    &e) == ERR_OK && a.status != 204 && a.status != 200)
		refuse(&a, true, &e);
	if (e.code == ERR_CLIENT_CERT && c->identity.chain.len == 0)
		checkup_problem(c, &e, NULL, _("check that it is valid and "
		    "from an issuer that the authority accepts; if your "
		    "issuer gave you intermediate certificates, set "
		    "[identity] chain"));
	else if (e.code != ERR_OK)
		checkup_problem(c, &e, NULL, advice_for(&e, room));
	else
		say_access(c, &a);
	upload_answer_wipe(&a);
}
