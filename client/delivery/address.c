/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/delivery/address.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/message.h"

static bool
url_part(const struct libcurl *lib, CURLU *url, CURLUPart part, char **out)
{
	*out = NULL;
	return lib->url_get(url, part, out, CURLU_DEFAULT_PORT) == CURLUE_OK;
}

static bool
same_part(const struct libcurl *lib, CURLU *a, CURLU *b, CURLUPart part)
{
	char *x, *y;
	bool has_x = url_part(lib, a, part, &x);
	bool has_y = url_part(lib, b, part, &y);
	bool same = has_x && has_y && strcasecmp(x, y) == 0;

	lib->free(x);
	lib->free(y);
	return same;
}

static bool
has_part(const struct libcurl *lib, CURLU *url, CURLUPart part)
{
	char *s;
	bool has = url_part(lib, url, part, &s);

	lib->free(s);
	return has;
}

static bool
copy_url(const struct libcurl *lib, CURLU *url,
    char out[static UPLOAD_URL_LEN])
{
	char *s = NULL;
	bool fits;

	fits = lib->url_get(url, CURLUPART_URL, &s, 0) == CURLUE_OK &&
	    strlen(s) < UPLOAD_URL_LEN;
	if (fits)
		strcpy(out, s);
	lib->free(s);
	return fits;
}

enum err_code
address_resolve(const struct libcurl *lib, const char *root,
    const char *base, const char *reference, char out[static UPLOAD_URL_LEN],
    struct err *e)
{
	CURLU *home = lib->url(), *url = lib->url();
	enum err_code code = ERR_OK;

	if (home == NULL || url == NULL)
		code = err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	else if (lib->url_set(home, CURLUPART_URL, root, 0) != CURLUE_OK ||
	    lib->url_set(url, CURLUPART_URL, base, 0) != CURLUE_OK ||
	    lib->url_set(url, CURLUPART_URL, reference, 0) != CURLUE_OK ||
	    !same_part(lib, home, url, CURLUPART_SCHEME) ||
	    !same_part(lib, home, url, CURLUPART_HOST) ||
	    !same_part(lib, home, url, CURLUPART_PORT) ||
	    has_part(lib, url, CURLUPART_USER) || !copy_url(lib, url, out))
		code = err_set(e, ERR_PROTOCOL, NULL, 0,
		    _("it points to '%.200s', outside the portal"), reference);
	lib->url_cleanup(home);
	lib->url_cleanup(url);
	return code;
}

enum err_code
address_root(const struct libcurl *lib, const char *portal,
    char out[static UPLOAD_URL_LEN], struct err *e)
{
	size_t len = strlen(portal);
	CURLU *url = lib->url();
	enum err_code code = ERR_OK;

	if (url == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	if (strncasecmp(portal, "https://", 8) != 0 ||
	    len + 2 > UPLOAD_URL_LEN ||
	    lib->url_set(url, CURLUPART_URL, portal, 0) != CURLUE_OK ||
	    has_part(lib, url, CURLUPART_USER) ||
	    has_part(lib, url, CURLUPART_QUERY) ||
	    has_part(lib, url, CURLUPART_FRAGMENT))
		code = err_set(e, ERR_CONFIG, NULL, 0, _("[authority] portal "
		    "must be an address as https://portal.example.se"));
	else {
		memcpy(out, portal, len + 1);
		if (out[len - 1] != '/')
			memcpy(out + len, "/", 2);
	}
	lib->url_cleanup(url);
	return code;
}

bool
address_host(const struct libcurl *lib, const char *address,
    char host[static ADDRESS_HOST_LEN], uint16_t *port)
{
	char *name = NULL, *number = NULL;
	CURLU *url = lib->url();
	size_t len = 0;

	/* A proxy's scheme need not be one that curl fetches from. */
	if (url != NULL &&
	    lib->url_set(url, CURLUPART_URL, address,
	    CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK &&
	    url_part(lib, url, CURLUPART_HOST, &name) &&
	    url_part(lib, url, CURLUPART_PORT, &number))
		len = strlen(name);
	if (len >= ADDRESS_HOST_LEN)
		len = 0;
	if (len > 2 && name[0] == '[' && name[len - 1] == ']')
		memcpy(host, name + 1, (len -= 2));
	else if (len != 0)
		memcpy(host, name, len);
	host[len] = '\0';
	if (len != 0)
		*port = (uint16_t)strtoul(number, NULL, 10);
	lib->free(name);
	lib->free(number);
	lib->url_cleanup(url);
	return len != 0;
}
