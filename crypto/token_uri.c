/* SPDX-License-Identifier: EUPL-1.2 */
#include "crypto/token_uri.h"

#include <string.h>
#include <strings.h>

#include "base/wipe.h"

static const char scheme[] = "pkcs11:";

bool
token_is_uri(const char *s)
{
	/* RFC 3986 §3.1: schemes in either case. */
	return strncasecmp(s, scheme, sizeof(scheme) - 1) == 0;
}

static enum err_code
refuse(const char *what, const char *s, size_t len, struct err *e)
{
	return err_set(e, ERR_CONFIG, NULL, 0, "%s: %.*s", what,
	    (int)(len > 40 ? 40 : len), s);
}

static int
digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* RFC 7512 §2.3: pk11-res-avail and unreserved characters, or %XX. */
static bool
unescape(const char *s, size_t len, struct buf *out)
{
	static const char plain[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "0123456789-._~:[]@!$'()*+,=&";
	int high, low;

	for (size_t i = 0; i < len; i++) {
		if (s[i] != '%') {
			if (s[i] == '\0' || strchr(plain, s[i]) == NULL)
				return false;
			buf_add_u8(out, (uint8_t)s[i]);
			continue;
		}
		if (len - i < 3 || (high = digit(s[i + 1])) == -1 ||
		    (low = digit(s[i + 2])) == -1)
			return false;
		buf_add_u8(out, (uint8_t)(high * 16 + low));
		i += 2;
	}
	return true;
}

/* Where a text attribute goes; NULL when it is not one that we take. */
static char **
text_of(struct token_uri *uri, const char *name, size_t len)
{
	const struct {
		const char *name;
		char **to;
	} texts[] = {
		{ "token", &uri->token },
		{ "manufacturer", &uri->manufacturer },
		{ "serial", &uri->serial }, { "model", &uri->model },
		{ "object", &uri->object },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (strlen(texts[i].name) == len &&
		    memcmp(texts[i].name, name, len) == 0)
			return texts[i].to;
	return NULL;
}

static bool
is(const char *name, const char *s, size_t len)
{
	return strlen(name) == len && memcmp(name, s, len) == 0;
}

/* One NAME=VALUE of the path. */
static enum err_code
take(struct token_uri *uri, const char *s, size_t len, bool *typed,
    struct err *e)
{
	const char *equals = memchr(s, '=', len);
	size_t name = equals != NULL ? (size_t)(equals - s) : 0;
	struct buf value = { 0 };
	char **text = text_of(uri, s, name);
	enum err_code code = ERR_OK;

	if (name == 0)
		return refuse("this is not NAME=VALUE", s, len, e);
	if (!unescape(equals + 1, len - name - 1, &value))
		code = refuse("a character must be written as %XX", s, len,
		    e);
	else if (value.len == 0)
		code = refuse("it has no value", s, len, e);
	else if (is("id", s, name) && !uri->has_id) {
		uri->has_id = true;
		buf_move(&uri->id, &value);
	} else if (is("type", s, name) && !*typed) {
		*typed = true;
		if (!buf_equal(&value, "private", 7))
			code = refuse("only a private key will do", s, len,
			    e);
	} else if (text != NULL && *text == NULL) {
		if (memchr(value.data, 0, value.len) != NULL)
			code = refuse("it has a NUL", s, len, e);
		else if (buf_str(&value) == NULL || (*text =
		    wipe_strdup((const char *)value.data)) == NULL)
			code = err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	} else if (text != NULL || is("id", s, name) || is("type", s, name))
		code = refuse("it is there twice", s, name, e);
	else
		code = refuse("this attribute is not known here", s, name, e);
	buf_wipe(&value);
	return code;
}

enum err_code
token_uri_parse(const char *s, struct token_uri *out, struct err *e)
{
	const char *query = strchr(s, '?');
	enum err_code code = ERR_OK;
	bool typed = false;
	size_t len;

	if (!token_is_uri(s))
		return refuse("this is no PKCS#11 URI", s, strlen(s), e);
	/* The value stays out of the message: it may be a PIN. */
	if (query != NULL)
		return err_set(e, ERR_CONFIG, NULL, 0, "what follows the "
		    "question mark is not taken: the library is [pkcs11] "
		    "module, and the PIN comes from passphrase_file or "
		    "--passphrase-fd");
	s += sizeof(scheme) - 1;
	while (code == ERR_OK && *s != '\0') {
		len = strcspn(s, ";");
		code = take(out, s, len, &typed, e);
		s += len;
		if (*s == ';' && *++s == '\0' && code == ERR_OK)
			code = refuse("it ends with a semicolon", ";", 1, e);
	}
	/* Any key of any token would do otherwise. */
	if (code == ERR_OK && !out->has_id && out->object == NULL)
		code = err_set(e, ERR_CONFIG, NULL, 0,
		    "it must name the key: object=LABEL or id=%%XX…");
	if (code != ERR_OK)
		token_uri_wipe(out);
	return code;
}

void
token_uri_wipe(struct token_uri *uri)
{
	wipe_free(uri->token);
	wipe_free(uri->manufacturer);
	wipe_free(uri->serial);
	wipe_free(uri->model);
	wipe_free(uri->object);
	buf_wipe(&uri->id);
	memset(uri, 0, sizeof(*uri));
}
