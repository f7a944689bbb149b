/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/doctor/doctor_network.h"

#include <string.h>

#include "base/message.h"
#include "base/report.h"
#include "client/delivery/resolve.h"
#include "client/doctor/checkup.h"

void
doctor_proxy(struct checkup *c)
{
	const struct proxy *proxy = &c->proxy;
	struct err e = { 0 };
	const char *portal;
	json_t *facts;

	if (!checkup_need(c, "authority", "portal", &portal))
		return;
	if (proxy_choose(&c->settings, portal, &c->proxy, &e) != ERR_OK) {
		checkup_problem(c, &e, NULL, NULL);
		return;
	}
	c->proxy_known = true;
	if (proxy->address[0] == '\0') {
		checkup_ok(c, NULL, "%s", _("none; the portal is reached "
		    "directly"));
		return;
	}
	facts = json_pack("{s:o, s:s}", "proxy", report_text(proxy->address),
	    "source", proxy->source);
	if (proxy->user.len != 0)
		checkup_ok(c, facts, _("%s, as %s, from %s"), proxy->address,
		    (const char *)proxy->user.data, proxy->source);
	else
		checkup_ok(c, facts, _("%s, from %s"), proxy->address,
		    proxy->source);
}

/* One host's addresses.  False when there are none. */
static bool
look_up(struct checkup *c, const char *url, const char *advice)
{
	struct resolved found = { 0 };
	struct err e = { 0 };
	json_t *list, *facts;

	if (resolve_host_of(url, &found, &e) != ERR_OK) {
		checkup_problem(c, &e, NULL, advice);
		return false;
	}
	list = json_array();
	for (size_t i = 0; i < found.n; i++)
		if (json_array_append_new(list, json_string(
		    found.addresses[i])) != 0)
			c->report->failed = true;
	facts = json_pack("{s:o, s:o}", "host", report_text(found.host),
	    "addresses", list);
	checkup_ok(c, facts, "%s: %s%s%s%s", found.host, found.addresses[0],
	    found.n > 1 ? ", " : "", found.n > 1 ? found.addresses[1] : "",
	    found.n > 2 ? ", ..." : "");
	return true;
}

/* Behind a proxy it is the proxy that looks up the portal's name, unless it
 * speaks SOCKS 5 and was not asked to. */
void
doctor_name(struct checkup *c)
{
	const char *proxy = c->proxy.address, *portal;
	bool known = true;

	if (!checkup_need(c, "authority", "portal", &portal))
		return;
	if (!c->proxy_known) {
		checkup_skipped(c, "%s", _("it is not clear which proxy to "
		    "use"));
		return;
	}
	if (proxy[0] != '\0')
		known &= look_up(c, proxy, _("check the proxy's address in "
		    "sigill.conf or the environment, and the network"));
	if (proxy[0] == '\0' || strncmp(proxy, "socks5:", 7) == 0)
		known &= look_up(c, portal, _("check the network, and "
		    "[authority] portal in sigill.conf; ask your network "
		    "staff whether a proxy is needed"));
	c->name_known = known;
}
