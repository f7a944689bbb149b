/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/doctor/doctor_certs.h"

#include "base/limits.h"
#include "base/message.h"
#include "base/report.h"
#include "client/doctor/checkup.h"
#include "client/seal.h"
#include "crypto/usage.h"
#include "format/orgnr.h"

#define NAME_LEN	160	/* of a subject */

/* --- one's own ----------------------------------------------------------- */

/* Adds what a check of the certificate has found, with its file. */
static bool
bad_certificate(struct checkup *c, const char *path, struct err *found,
    json_t *facts, const char *advice)
{
	struct err e = { 0 };

	if (found->code == ERR_OK)
		return false;
	report_place(&e, found, path);
	err_clear(found);
	checkup_problem(c, &e, json_incref(facts), advice);
	return true;
}

/* All that is wrong with it, not only the first. */
static bool
judge_certificate(struct checkup *c, const char *path, json_t *facts,
    char number[static ORGNR_LEN])
{
	const struct cert *cert = c->identity.cert;
	char checked[ORGNR_LEN];
	struct err found = { 0 };
	bool bad = false;

	(void)seal_check_dates(cert, c->now, &found);
	bad |= bad_certificate(c, path, &found, facts, _("get a new one from "
	    "your issuer; if the dates look right, check this machine's "
	    "clock"));
	if (c->settings.environment == ENVIRONMENT_PRODUCTION &&
	    cert_is_test(cert))
		err_set(&found, ERR_TEST_CERTIFICATE, NULL, 0, NULL);
	bad |= bad_certificate(c, path, &found, facts, _("configure your "
	    "organisation's own certificate"));
	(void)usage_check(TRUST_SENDER, cert, &found);
	bad |= bad_certificate(c, path, &found, facts, _("ask your issuer for "
	    "one that is meant for signing"));
	(void)usage_check_tls(cert, &found);
	bad |= bad_certificate(c, path, &found, facts, _("ask your issuer for "
	    "one that is also meant for TLS clients; the portal demands it"));
	if (cert_organisation(cert, number, &found) == ERR_OK &&
	    !orgnr_parse(number, checked))
		err_set(&found, ERR_ORGANISATION_NUMBER, NULL, 0, "%s",
		    number);
	bad |= bad_certificate(c, path, &found, facts, _("ask your issuer for "
	    "one with your organisation's number in it"));
	return bad;
}

void
doctor_certificate(struct checkup *c)
{
	char name[NAME_LEN], number[ORGNR_LEN] = "", shown[12], day[11];
	const char *path;
	struct err e = { 0 };
	const struct cert *cert;
	json_t *facts;

	if (!checkup_need(c, "identity", "certificate", &path))
		return;
	if (settings_certificate(&c->settings, &c->identity.cert, &e) !=
	    ERR_OK) {
		checkup_problem(c, &e, NULL, NULL);
		return;
	}
	cert = c->identity.cert;
	cert_subject(cert, name, sizeof(name));
	(void)cert_organisation(cert, number, NULL);
	facts = json_pack("{s:o, s:s, s:s, s:o, s:o}", "file",
	    report_text(path), "subject", name, "organisation", number,
	    "not_before", checkup_time(cert_not_before(cert)),
	    "not_after", checkup_time(cert_not_after(cert)));
	if (judge_certificate(c, path, facts, number))
		goto out;
	orgnr_format(number, shown);
	(void)checkup_day(cert_not_after(cert), day);
	if (checkup_ends_soon(c, cert_not_after(cert)))
		checkup_warning(c, ERR_SIGNER_EXPIRED, json_incref(facts),
		    _("ask your issuer for a new one now"),
		    _("%s, organisation %s, but it ends on %s"), path, shown,
		    day);
	else
		checkup_ok(c, json_incref(facts),
		    _("%s, organisation %s, valid until %s"), path, shown,
		    day);
out:
	json_decref(facts);
}

/* Did one of the chain issue our certificate?  To a trust that has the chain
 * for its anchors, no other answer is left than that one. */
static void
check_issuer(const struct checkup *c, const char *path, struct err *e)
{
	struct trust *trust = NULL;

	if (c->identity.cert == NULL)
		return;
	if (trust_load(TRUST_SENDER, path, NULL, true, &trust, e) == ERR_OK &&
	    trust_check(trust, c->identity.cert, NULL, c->now, NULL) ==
	    ERR_SIGNER_UNTRUSTED)
		err_set(e, ERR_SIGNER_UNTRUSTED, path, 0, "%s",
		    _("your certificate was not issued by any of these"));
	trust_free(trust);
}

/* When the first of them ends. */
static int64_t
first_end(const struct cert_list *list)
{
	int64_t first = INT64_MAX, end;

	for (size_t i = 0; i < list->len; i++)
		if ((end = cert_not_after(list->v[i])) < first)
			first = end;
	return first;
}

void
doctor_chain(struct checkup *c)
{
	const struct cert_list *chain = &c->identity.chain;
	struct err e = { 0 };
	const char *path;
	json_t *facts;
	char day[11];

	if (c->settings.config != NULL && config_get(c->settings.config,
	    "identity", "chain") == NULL) {
		checkup_ok(c, NULL, "%s", _("no intermediate certificates are "
		    "configured"));
		return;
	}
	if (!checkup_need(c, "identity", "chain", &path))
		return;
	if (cert_load_list(path, &c->identity.chain, &e) == ERR_OK) {
		if (chain->len >= LIMIT_CERTIFICATES)
			err_set(&e, ERR_CERT, path, 0,
			    _("%zu certificates; at most %u can go with a "
			    "signature"), chain->len, LIMIT_CERTIFICATES - 1);
		for (size_t i = 0; i < chain->len && e.code == ERR_OK; i++)
			(void)seal_check_dates(chain->v[i], c->now, &e);
		if (e.code == ERR_OK)
			check_issuer(c, path, &e);
	}
	if (bad_certificate(c, path, &e, NULL, _("ask your issuer for its "
	    "current intermediate certificates")))
		return;
	facts = json_pack("{s:o, s:I, s:o}", "file", report_text(path),
	    "certificates", (json_int_t)chain->len, "not_after",
	    checkup_time(first_end(chain)));
	(void)checkup_day(first_end(chain), day);
	if (checkup_ends_soon(c, first_end(chain)))
		checkup_warning(c, ERR_SIGNER_EXPIRED, facts, _("ask your "
		    "issuer for its current intermediate certificates"),
		    _("%s: one of them ends on %s"), path, day);
	else
		checkup_ok(c, facts, _("%s, valid until %s"), path, day);
}

void
doctor_key(struct checkup *c)
{
	struct identity *i = &c->identity;
	struct err e = { 0 };
	const char *path;

	if (!checkup_need(c, "identity", "key", &path))
		return;
	if (settings_key(&c->settings, c->options, &i->key, &e) == ERR_OK &&
	    i->cert != NULL)
		c->identity_good = key_matches(i->key, i->cert, &e) == ERR_OK;
	if (e.code != ERR_OK)
		checkup_problem(c, &e, NULL, NULL);
	else if (i->cert == NULL)
		checkup_ok(c, NULL, _("%s; it could not be compared with a "
		    "certificate"), path);
	else
		checkup_ok(c, NULL, _("%s, of the same pair as the "
		    "certificate"), path);
}

/* --- the authority's ----------------------------------------------------- */

void
doctor_recipients(struct checkup *c)
{
	struct recipients recipients = { 0 };
	struct err found = { 0 }, e = { 0 };
	const char *path, *anchors;
	json_t *facts;
	int64_t end;
	char day[11];

	if (!checkup_need(c, "authority", "recipients", &path) ||
	    !checkup_need(c, "authority", "anchors", &anchors))
		return;
	if (settings_recipients(&c->settings, &recipients, &e) == ERR_OK &&
	    seal_check_recipients(&recipients.certs, recipients.trust, c->now,
	    &found) != ERR_OK)
		report_place(&e, &found, path);
	if (e.code != ERR_OK) {
		checkup_problem(c, &e, NULL, _("fetch the authority's current "
		    "certificates; if their dates look right, check this "
		    "machine's clock"));
		goto out;
	}
	end = first_end(&recipients.certs);
	facts = json_pack("{s:o, s:I, s:o}", "file", report_text(path),
	    "certificates", (json_int_t)recipients.certs.len, "not_after",
	    checkup_time(end));
	(void)checkup_day(end, day);
	if (checkup_ends_soon(c, end))
		checkup_warning(c, ERR_RECIPIENT_CERT, facts, _("fetch the "
		    "authority's current certificates before you seal"),
		    _("%s: one of them ends on %s"), path, day);
	else
		checkup_ok(c, facts, _("%s: %zu, valid until %s"), path,
		    recipients.certs.len, day);
out:
	recipients_wipe(&recipients);
}

/*
 * When the last one of a list ends: with that day the list has served.  One
 * that has ended is no fault beside one that is valid, since receipts from its
 * time are still judged by it; nor is one that is still to come.
 */
static int64_t
last_end(const struct cert_list *list)
{
	int64_t last = INT64_MIN, end;

	for (size_t i = 0; i < list->len; i++)
		if ((end = cert_not_after(list->v[i])) > last)
			last = end;
	return last;
}

static bool
is_valid(const struct checkup *c, const struct cert *cert)
{
	return cert_not_before(cert) <= c->now &&
	    c->now <= cert_not_after(cert);
}

/* A list of which one certificate that is valid now is enough; *found: what
 * else is wrong with it. */
static void
say_list(struct checkup *c, enum err_code code, const char *path,
    const struct cert_list *list, struct err *found)
{
	int64_t end = last_end(list);
	struct err e = { 0 };
	bool valid = false;
	json_t *facts;
	char day[11];

	facts = json_pack("{s:o, s:I, s:o}", "file", report_text(path),
	    "certificates", (json_int_t)list->len, "not_after",
	    checkup_time(end));
	(void)checkup_day(end, day);
	for (size_t i = 0; i < list->len && !valid; i++)
		valid = is_valid(c, list->v[i]);
	if (!valid)
		err_set(found, code, NULL, 0, _("none of them is valid now; "
		    "the last one ends on %s"), day);
	report_place(&e, found, path);
	if (e.code != ERR_OK)
		checkup_problem(c, &e, facts, _("fetch the authority's "
		    "current certificates; if their dates look right, check "
		    "this machine's clock"));
	else if (checkup_ends_soon(c, end))
		checkup_warning(c, code, facts, _("fetch the authority's "
		    "current certificates"), _("%s: it ends on %s"), path,
		    day);
	else
		checkup_ok(c, facts, _("%s, valid until %s"), path, day);
}

/* May they sign receipts, those that are valid now? */
static void
say_signers(struct checkup *c, const char *key, const struct cert_list *list,
    const struct trust *trust)
{
	struct err found = { 0 };

	for (size_t i = 0; i < list->len; i++)
		if (is_valid(c, list->v[i]))
			(void)trust_check(trust, list->v[i], NULL, c->now,
			    &found);
	say_list(c, ERR_RECEIPT_SIGNER, config_get(c->settings.config,
	    "authority", key), list, &found);
}

void
doctor_receipt_signers(struct checkup *c)
{
	static const char *const keys[] = {
		"anchors", "portal_signers", "intake_signers",
	};
	struct receipt_signers signers = { 0 };
	struct err e = { 0 };
	const char *path;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (!checkup_need(c, "authority", keys[i], &path))
			return;
	if (settings_receipt_signers(&c->settings, &signers, &e) != ERR_OK) {
		checkup_problem(c, &e, NULL, _("fetch the authority's current "
		    "certificates"));
		return;
	}
	say_signers(c, "portal_signers", &signers.portal, signers.trust);
	say_signers(c, "intake_signers", &signers.intake, signers.trust);
	receipt_signers_wipe(&signers);
}

static void
say_anchors(struct checkup *c, const char *key)
{
	struct cert_list list = { 0 };
	struct err e = { 0 };
	const char *path;

	if (!checkup_need(c, "authority", key, &path))
		return;
	if (cert_load_list(path, &list, &e) != ERR_OK)
		checkup_problem(c, &e, NULL, _("fetch the authority's current "
		    "certificates"));
	else
		say_list(c, ERR_CERT, path, &list, &e);
	cert_list_wipe(&list);
}

void
doctor_anchors(struct checkup *c)
{
	say_anchors(c, "anchors");
	say_anchors(c, "portal_anchors");
}
