/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/delivery/proxy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/passphrase.h"
#include "client/delivery/address.h"
#include "client/delivery/libcurl.h"
#include "client/delivery/no_proxy.h"
#include "client/settings.h"

/* What we can speak to.  A proxy that is itself spoken to over TLS would need
 * anchors of its own, because the system's are never used. */
static const struct {
	const char *scheme;
	const char *port;	/* when the address has none */
} kinds[] = {
	{ "http", "80" },
	{ "socks5", "1080" },	/* our side looks names up */
	{ "socks5h", "1080" },	/* the proxy does */
};

static const char *
config_value(const struct settings *s, const char *key)
{
	const char *value = NULL;

	if (s->config != NULL)
		value = config_get(s->config, "network", key);
	return value != NULL && *value != '\0' ? value : NULL;
}

/* The first of the variables that says anything; *name tells which. */
static const char *
from_environment(const char *const names[], const char **name)
{
	const char *value;

	for (; *names != NULL; names++)
		if ((value = getenv(*names)) != NULL && *value != '\0') {
			*name = *names;
			return value;
		}
	return NULL;
}

/* Keeps a part of url, decoded, in *out with its NUL; a part that is not
 * there is no fault. */
static bool
take_secret(const struct libcurl *lib, CURLU *url, CURLUPart part,
    CURLUcode absent, struct buf *out)
{
	char *s = NULL;
	CURLUcode rc = lib->url_get(url, part, &s, CURLU_URLDECODE);

	if (rc == CURLUE_OK)
		buf_add(out, s, strlen(s) + 1);
	lib->free(s);
	return (rc == CURLUE_OK && !out->failed) || rc == absent;
}

/* Is there nothing behind host and port? */
static bool
ends_there(const struct libcurl *lib, CURLU *url)
{
	char *path = NULL, *query = NULL, *fragment = NULL;
	bool ends;

	(void)lib->url_get(url, CURLUPART_QUERY, &query, 0);
	(void)lib->url_get(url, CURLUPART_FRAGMENT, &fragment, 0);
	ends = lib->url_get(url, CURLUPART_PATH, &path, 0) == CURLUE_OK &&
	    strcmp(path, "/") == 0 && query == NULL && fragment == NULL;
	lib->free(path);
	lib->free(query);
	lib->free(fragment);
	return ends;
}

/* Scheme, host and port of url into out->address. */
static bool
take_address(const struct libcurl *lib, CURLU *url, struct proxy *out)
{
	char *scheme = NULL, *host = NULL, *port = NULL;
	const char *usual = NULL;
	int n = 0;

	if (lib->url_get(url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
	    lib->url_get(url, CURLUPART_HOST, &host, 0) == CURLUE_OK)
		for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
			if (strcmp(scheme, kinds[i].scheme) == 0)
				usual = kinds[i].port;
	(void)lib->url_get(url, CURLUPART_PORT, &port, 0);
	if (usual != NULL)
		n = snprintf(out->address, sizeof(out->address), "%s://%s:%s",
		    scheme, host, port != NULL ? port : usual);
	lib->free(scheme);
	lib->free(host);
	lib->free(port);
	return n > 0 && (size_t)n < sizeof(out->address);
}

/* Reads scheme://user:password@host:port. */
static bool
parse(const struct libcurl *lib, const char *value, struct proxy *out)
{
	CURLU *url = lib->url();
	struct buf whole = { 0 };
	bool good;

	if (strstr(value, "://") == NULL)
		buf_add_str(&whole, "http://");
	buf_add_str(&whole, value);
	good = url != NULL && buf_str(&whole) != NULL &&
	    lib->url_set(url, CURLUPART_URL, (char *)whole.data,
	    CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK &&
	    ends_there(lib, url) && take_address(lib, url, out) &&
	    take_secret(lib, url, CURLUPART_USER, CURLUE_NO_USER,
	    &out->user) &&
	    take_secret(lib, url, CURLUPART_PASSWORD, CURLUE_NO_PASSWORD,
	    &out->password);
	lib->url_cleanup(url);
	buf_wipe(&whole);
	return good;
}

/* Is the portal's host among those that need no proxy? */
static bool
is_exempt(const struct libcurl *lib, const char *portal)
{
	static const char *const names[] = { "no_proxy", "NO_PROXY", NULL };
	char host[ADDRESS_HOST_LEN];
	const char *list, *name;
	uint16_t port;

	return (list = from_environment(names, &name)) != NULL &&
	    address_host(lib, portal, host, &port) &&
	    no_proxy_has(list, host, port);
}

/* [network] proxy_user and proxy_password_file, which go before what stands
 * in an address. */
static enum err_code
take_credentials(const struct settings *s, struct proxy *out, struct err *e)
{
	const char *user = config_value(s, "proxy_user");
	struct passphrase_source source = {
		.fd = -1, .file = config_value(s, "proxy_password_file"),
	};
	struct err found = { 0 };
	enum err_code code;

	if (user == NULL && source.file == NULL)
		return ERR_OK;
	if (user == NULL)
		return err_set(e, ERR_CONFIG, config_path(s->config), 0,
		    _("[network] proxy_password_file is of no use without "
		    "proxy_user"));
	buf_wipe(&out->user);
	buf_wipe(&out->password);
	buf_add(&out->user, user, strlen(user) + 1);
	if (source.file != NULL) {
		code = passphrase_get(&source, false, &out->password, &found);
		if (code == ERR_PASSPHRASE || code == ERR_TOO_LARGE)
			code = ERR_CONFIG;
		if (code != ERR_OK)
			return err_set(e, code, found.where, found.at, "%s",
			    found.msg);
		buf_add_u8(&out->password, '\0');
	}
	if (buf_check(&out->user, e) != ERR_OK)
		return e->code;
	return buf_check(&out->password, e);
}

/* What is wrong is told without the address: a password may be in it. */
static enum err_code
choose(const struct libcurl *lib, const struct settings *s,
    const char *portal, struct proxy *out, struct err *e)
{
	static const char *const names[] = {
		"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", NULL,
	};
	const char *value;

	if ((value = config_value(s, "proxy")) != NULL) {
		if (strcmp(value, "none") == 0)
			return ERR_OK;
		out->source = "sigill.conf";
		if (!parse(lib, value, out) || out->user.len != 0 ||
		    out->password.len != 0)
			return err_set(e, ERR_CONFIG, config_path(s->config),
			    0, _("[network] proxy must be 'none' or an "
			    "address as http://proxy.example.se:8080, without "
			    "a user and a password"));
	} else {
		if ((value = from_environment(names, &out->source)) == NULL ||
		    is_exempt(lib, portal))
			return ERR_OK;
		if (!parse(lib, value, out))
			return err_set(e, ERR_CONFIG, out->source, 0,
			    _("the proxy's address is malformed, or of a "
			    "kind that is not supported"));
	}
	return take_credentials(s, out, e);
}

enum err_code
proxy_choose(const struct settings *s, const char *portal,
    struct proxy *out, struct err *e)
{
	const struct libcurl *lib;
	enum err_code code;

	memset(out, 0, sizeof(*out));
	if ((code = libcurl_load(&lib, e)) != ERR_OK)
		return code;
	code = choose(lib, s, portal, out, e);
	if (code != ERR_OK)
		proxy_wipe(out);
	else if (out->address[0] == '\0')
		out->source = NULL;
	return code;
}

void
proxy_wipe(struct proxy *p)
{
	buf_wipe(&p->user);
	buf_wipe(&p->password);
	memset(p, 0, sizeof(*p));
}
