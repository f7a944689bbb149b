/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/doctor/doctor.h"

#include "base/message.h"
#include "base/report.h"
#include "base/timestamp.h"
#include "client/doctor/checkup.h"
#include "client/doctor/doctor_certs.h"
#include "client/doctor/doctor_local.h"
#include "client/doctor/doctor_network.h"
#include "client/doctor/doctor_portal.h"
#include "client/doctor/doctor_rounds.h"

/* In the order in which a delivery would meet them.  The names are for
 * programs and stay as they are. */
static const struct {
	const char *name, *title;
	void (*run)(struct checkup *c);
} checks[] = {
	{ "configuration", N_("Configuration"), doctor_configuration },
	{ "certificate", N_("Your certificate"), doctor_certificate },
	{ "chain", N_("Its issuers"), doctor_chain },
	{ "key", N_("Your key"), doctor_key },
	{ "recipients", N_("Recipients"), doctor_recipients },
	{ "receipt-signers", N_("Receipt signers"), doctor_receipt_signers },
	{ "anchors", N_("Anchors"), doctor_anchors },
	{ "questionnaires", N_("Questionnaires"), doctor_questionnaires },
	{ "outbox", N_("Outbox"), doctor_outbox },
	{ "rounds", N_("Deadlines"), doctor_rounds },
	{ "disk", N_("Free space"), doctor_disk },
	{ "proxy", N_("Proxy"), doctor_proxy },
	{ "name", N_("Name look-up"), doctor_name },
	{ "connection", N_("Connection"), doctor_connection },
	{ "clock", N_("Clock"), doctor_clock },
	{ "health", N_("Portal"), doctor_health },
	{ "access", N_("Access"), doctor_access },
};

static void
summarise(const struct checkup *c)
{
	report_say(c->report, "%s", "");
	if (c->settings.config == NULL)
		report_say(c->report, "%s", _("Without a configuration "
		    "nothing else can be tried."));
	else if (c->problems != 0)
		report_say(c->report, _("Problems: %zu, warnings: %zu. The "
		    "problems must be solved before answers can be "
		    "delivered."), c->problems, c->warnings);
	else if (c->warnings != 0)
		report_say(c->report, _("Warnings: %zu. Answers can be "
		    "delivered."), c->warnings);
	else
		report_say(c->report, "%s", _("Everything is in order: "
		    "answers can be delivered."));
}

enum err_code
doctor_run(const struct options *o, struct report *r)
{
	struct checkup c = {
		.options = o, .report = r, .now = timestamp_now(),
	};

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		c.check = checks[i].name;
		c.title = _(checks[i].title);
		checks[i].run(&c);
	}
	summarise(&c);
	report_set(r, "checks", json_incref(c.list));
	r->told = true;
	checkup_wipe(&c);
	return r->errors.len != 0 ? r->errors.v[0].code : ERR_OK;
}
