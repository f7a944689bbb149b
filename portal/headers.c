/* SPDX-License-Identifier: EUPL-1.2 */
#include "portal/headers.h"

#include <string.h>
#include <strings.h>

/* Whole numbers of at most 15 digits: exact in every language's numbers. */
#define MAX_DIGITS	15

struct seen {
	size_t size;		/* of the field lines as we would write them */
	unsigned lengths;	/* Content-Length fields */
	unsigned encodings;	/* Transfer-Encoding fields */
	unsigned hosts;		/* Host fields */
	const char *length;
	const char *host;
	const char *next;	/* where the next line begins, if it is plain */
	bool bad;		/* a character that does not belong */
};

/* A name's characters (RFC 9110 §5.6.2). */
static bool
is_token(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (s[i] <= ' ' || s[i] >= 0x7f ||
		    strchr("\"(),/:;<=>?@[\\]{}", s[i]) != NULL)
			return false;
	return len != 0;
}

static enum MHD_Result
see(void *arg, enum MHD_ValueKind kind, const char *name, size_t name_len,
    const char *value, size_t value_len)
{
	struct seen *seen = arg;

	(void)kind;
	if (value == NULL)
		value_len = 0;
	seen->size += name_len + 2 + value_len + 2;
	if (name != seen->next || value != name + name_len + 2)
		seen->bad = true;
	else
		seen->next = value + value_len + 2;
	if (!is_token(name, name_len))
		seen->bad = true;
	for (size_t i = 0; i < value_len; i++)
		if (((unsigned char)value[i] < ' ' && value[i] != '\t') ||
		    value[i] == 0x7f)
			seen->bad = true;
	if (strcasecmp(name, "Content-Length") == 0) {
		seen->lengths++;
		seen->length = value;
	} else if (strcasecmp(name, "Transfer-Encoding") == 0)
		seen->encodings++;
	else if (strcasecmp(name, "Host") == 0) {
		seen->hosts++;
		seen->host = value != NULL ? value : "";
	}
	return MHD_YES;
}

/* A name, an IPv4 address or an address in brackets, and perhaps a port (RFC
 * 9110 §7.2, RFC 3986 §3.2.2). */
static bool
is_host(const char *s)
{
	static const char digits[] = "0123456789";
	static const char others[] = "0123456789%-._~!$&'()*+,;="
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	size_t len;

	if (*s == '[') {
		len = strspn(++s, "0123456789abcdefABCDEF:.");
		if (len == 0 || s[len] != ']')
			return false;
		s += len + 1;
	} else if ((len = strspn(s, others)) == 0)
		return false;
	else
		s += len;
	return *s == '\0' || (*s == ':' &&
	    s[1 + strspn(s + 1, digits)] == '\0');
}

/* Digits only: no sign, no space, nothing after them. */
static bool
parse_number(const char *s, uint64_t *out)
{
	size_t len = s != NULL ? strspn(s, "0123456789") : 0;
	uint64_t n = 0;

	if (len == 0 || len > MAX_DIGITS || s[len] != '\0')
		return false;
	for (size_t i = 0; i < len; i++)
		n = n * 10 + (uint64_t)(s[i] - '0');
	*out = n;
	return true;
}

enum err_code
headers_check_framing(struct MHD_Connection *connection, const char *method,
    const char *uri, const char *version, uint64_t *length, struct err *e)
{
	const union MHD_ConnectionInfo *info;
	struct seen seen = { 0 };
	size_t line;

	line = strlen(method) + 1 + strlen(uri) + 1 + strlen(version) + 2;
	seen.next = method + line;
	*length = 0;
	if (strcmp(version, "HTTP/1.1") != 0)
		return err_set(e, ERR_HTTP_BAD_REQUEST, NULL, 0,
		    "HTTP/1.1 is required");
	(void)MHD_get_connection_values_n(connection, MHD_HEADER_KIND, see,
	    &seen);
	if (seen.encodings != 0)
		return err_set(e, ERR_HTTP_BAD_REQUEST, NULL, 0,
		    "Transfer-Encoding is not accepted; send Content-Length");
	if (seen.lengths > 1)
		return err_set(e, ERR_HTTP_BAD_REQUEST, NULL, 0,
		    "Content-Length is given twice");
	if (seen.lengths == 1 && !parse_number(seen.length, length))
		return err_set(e, ERR_HTTP_BAD_REQUEST, NULL, 0,
		    "Content-Length is not a number");
	if (seen.hosts > 1)
		return err_set(e, ERR_HTTP_BAD_REQUEST, NULL, 0,
		    "Host is given twice");
	if (seen.hosts == 1 && !is_host(seen.host))
		return err_set(e, ERR_HTTP_BAD_REQUEST, NULL, 0,
		    "Host is not a name or an address with perhaps a port");
	/*
	 * The library joins folded lines, ends values at a NUL and takes bare
	 * line feeds, and does not tell.  But its strings lie where they were
	 * read, so that each must follow upon the one before; and it tells how
	 * long the header was, which leaves nothing after the last.
	 */
	info = MHD_get_connection_info(connection,
	    MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
	if (seen.bad || info == NULL ||
	    info->header_size != line + seen.size + 2)
		return err_set(e, ERR_HTTP_BAD_REQUEST, NULL, 0,
		    "each header line must be 'Name: value' and end with CRLF");
	return ERR_OK;
}

struct wanted {
	const char *name;
	const char *value;
	unsigned count;
};

static enum MHD_Result
pick(void *arg, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct wanted *w = arg;

	(void)kind;
	if (strcasecmp(name, w->name) == 0) {
		w->value = value != NULL ? value : "";
		w->count++;
	}
	return MHD_YES;
}

enum err_code
headers_get(struct MHD_Connection *connection, const char *name,
    const char **value, struct err *e)
{
	struct wanted w = { .name = name };

	(void)MHD_get_connection_values(connection, MHD_HEADER_KIND, pick, &w);
	*value = w.value;
	return w.count <= 1 ? ERR_OK : err_set(e, ERR_HTTP_BAD_REQUEST, NULL,
	    0, "%s is given twice", name);
}

enum err_code
headers_number(struct MHD_Connection *connection, const char *name,
    enum err_code missing, uint64_t *out, struct err *e)
{
	enum err_code code;
	const char *value;

	if ((code = headers_get(connection, name, &value, e)) != ERR_OK)
		return code;
	if (value == NULL)
		return err_set(e, missing, NULL, 0, "there is no %s", name);
	if (!parse_number(value, out))
		return err_set(e, missing, NULL, 0, "%s is not a number",
		    name);
	return ERR_OK;
}

/* The next member of a list with commas, without the spaces around it. */
static bool
next_member(const char **rest, const char **member, size_t *len)
{
	const char *s = *rest + strspn(*rest, ", \t");

	if (*s == '\0')
		return false;
	*member = s;
	*len = strcspn(s, ",");
	*rest = s + *len;
	while (*len > 0 && (s[*len - 1] == ' ' || s[*len - 1] == '\t'))
		--*len;
	return true;
}

enum err_code
headers_digest(struct MHD_Connection *connection,
    uint8_t out[static DIGEST_LEN], struct err *e)
{
	static const char prefix[] = "sha-256=:";
	const size_t skip = sizeof(prefix) - 1;
	char base64[DIGEST_BASE64_LEN];
	const char *value, *member;
	enum err_code code;
	bool found = false;
	size_t len;

	code = headers_get(connection, "Repr-Digest", &value, e);
	if (code != ERR_OK)
		return code;
	while (value != NULL && next_member(&value, &member, &len)) {
		if (len < skip || strncasecmp(member, prefix, skip) != 0)
			continue;
		if (found || len != skip + DIGEST_BASE64_LEN - 1 + 1 ||
		    member[len - 1] != ':')
			return err_set(e, ERR_HTTP_DIGEST, NULL, 0, NULL);
		memcpy(base64, member + skip, DIGEST_BASE64_LEN - 1);
		base64[DIGEST_BASE64_LEN - 1] = '\0';
		if (!digest_from_base64(base64, out))
			return err_set(e, ERR_HTTP_DIGEST, NULL, 0, NULL);
		found = true;
	}
	return found ? ERR_OK : err_set(e, ERR_HTTP_DIGEST, NULL, 0, NULL);
}

enum err_code
headers_tus(struct MHD_Connection *connection, struct err *e)
{
	enum err_code code;
	const char *value;

	code = headers_get(connection, "Tus-Resumable", &value, e);
	if (code == ERR_OK && (value == NULL || strcmp(value, "1.0.0") != 0))
		code = err_set(e, ERR_HTTP_TUS_VERSION, NULL, 0, NULL);
	return code;
}

enum err_code
headers_content_type(struct MHD_Connection *connection, struct err *e)
{
	enum err_code code;
	const char *value;

	code = headers_get(connection, "Content-Type", &value, e);
	if (code == ERR_OK && (value == NULL ||
	    strcasecmp(value, "application/offset+octet-stream") != 0))
		code = err_set(e, ERR_HTTP_MEDIA_TYPE, NULL, 0, NULL);
	return code;
}

static enum MHD_Result
find_representation(void *arg, enum MHD_ValueKind kind, const char *name,
    const char *value)
{
	static const char wish[] = "return=representation";
	const char *member;
	size_t len;

	(void)kind;
	if (strcasecmp(name, "Prefer") == 0 && value != NULL)
		while (next_member(&value, &member, &len))
			if (len == sizeof(wish) - 1 &&
			    strncasecmp(member, wish, len) == 0)
				*(bool *)arg = true;
	return MHD_YES;
}

bool
headers_prefer_representation(struct MHD_Connection *connection)
{
	bool found = false;

	(void)MHD_get_connection_values(connection, MHD_HEADER_KIND,
	    find_representation, &found);
	return found;
}

bool
headers_expects_continue(struct MHD_Connection *connection)
{
	const char *value = MHD_lookup_connection_value(connection,
	    MHD_HEADER_KIND, "Expect");

	return value != NULL && strcasecmp(value, "100-continue") == 0;
}
