/* SPDX-License-Identifier: EUPL-1.2 */
#include "format/field.h"

#include <string.h>

#include "base/limits.h"
#include "base/wipe.h"
#include "format/cbor.h"
#include "format/text.h"

static bool
only(const char *s, size_t len, const char *also)
{
	for (size_t i = 0; i < len; i++)
		if (!((s[i] >= 'a' && s[i] <= 'z') ||
		    (s[i] >= '0' && s[i] <= '9') ||
		    (s[i] != '\0' && strchr(also, s[i]) != NULL)))
			return false;
	return true;
}

static bool
letter_or_digit(char c)
{
	return only(&c, 1, "");
}

/* RFC 6838 §4.2: restricted-name / restricted-name. */
static bool
media_type_valid(const char *s, size_t len)
{
	const char *slash = memchr(s, '/', len);
	size_t type;

	if (slash == NULL || len > LIMIT_NAME)
		return false;
	type = (size_t)(slash - s);
	return type != 0 && type + 1 < len && letter_or_digit(s[0]) &&
	    letter_or_digit(slash[1]) && only(s, type, "!#$&-^_.+") &&
	    only(slash + 1, len - type - 1, "!#$&-^_.+");
}

static bool
orgnr_valid(const char *s, size_t len)
{
	char in[ORGNR_LEN], out[ORGNR_LEN];

	if (len != ORGNR_LEN - 1)
		return false;
	memcpy(in, s, len);
	in[len] = '\0';
	return orgnr_parse(in, out) && memcmp(in, out, len) == 0;
}

static bool
file_name_valid(const char *s, size_t len)
{
	return len != 0 && s[0] != '.' && memchr(s, '/', len) == NULL &&
	    memchr(s, '\\', len) == NULL;
}

enum err_code
field_check(enum field kind, const char *s, size_t len)
{
	bool valid = false;

	switch (kind) {
	case FIELD_ID:
		valid = text_id_valid(s, len);
		break;
	case FIELD_VERSION:
		return text_line_check(s, len, LIMIT_ID);
	case FIELD_NAME:
		return text_line_check(s, len, LIMIT_NAME);
	case FIELD_TEXT:
		return text_block_check(s, len, LIMIT_TEXT);
	case FIELD_ADVICE:
		return text_block_check(s, len, LIMIT_ADVICE);
	case FIELD_FILE_NAME:
		if (file_name_valid(s, len))
			return text_line_check(s, len, LIMIT_NAME);
		break;
	case FIELD_MEDIA_TYPE:
		valid = media_type_valid(s, len);
		break;
	case FIELD_ORGNR:
		valid = orgnr_valid(s, len);
		break;
	case FIELD_REASON:
		valid = len != 0 && len <= LIMIT_ID && only(s, len, "-");
		break;
	}
	return valid ? ERR_OK : ERR_SCHEMA;
}

/* What was wrong, without the text itself: it may be confidential. */
static const char *
fault(enum err_code code)
{
	switch (code) {
	case ERR_NOT_CANONICAL:
		return "a text that is not in its normal form";
	case ERR_NO_MEMORY:
		return "not enough memory";
	default:
		return "a text that is not allowed here";
	}
}

enum err_code
field_put_fail(struct field_writer *w, enum err_code code, const char *where,
    const char *what)
{
	if (w->code == ERR_OK) {
		(void)err_set(w->e, code, where, 0, "%s", what);
		w->code = code;
	}
	return w->code;
}

void
field_put(struct field_writer *w, const char *key, enum field kind,
    const char *s)
{
	enum err_code code;

	if (w->code != ERR_OK)
		return;
	if (s == NULL) {
		(void)field_put_fail(w, ERR_SCHEMA, key, "it is missing");
		return;
	}
	if ((code = field_check(kind, s, strlen(s))) != ERR_OK) {
		(void)field_put_fail(w, code, key, fault(code));
		return;
	}
	if (key != NULL)
		cbor_put_text(w->out, key);
	cbor_put_text(w->out, s);
}

char *
field_get(struct cbor_reader *r, const char *key, enum field kind)
{
	enum err_code code;
	const char *p;
	size_t len;
	char *s;

	if (key != NULL)
		cbor_expect_key(r, key);
	if ((p = cbor_get_text(r, &len)) == NULL)
		return NULL;
	if ((code = field_check(kind, p, len)) != ERR_OK) {
		(void)cbor_fail(r, code, "%s", fault(code));
		return NULL;
	}
	if ((s = wipe_malloc(len + 1)) == NULL) {
		(void)cbor_fail(r, ERR_NO_MEMORY, "%s", fault(ERR_NO_MEMORY));
		return NULL;
	}
	/* No kind of text may hold a NUL. */
	memcpy(s, p, len);
	s[len] = '\0';
	return s;
}

void
field_get_orgnr(struct cbor_reader *r, const char *key,
    char out[static ORGNR_LEN])
{
	char *s = field_get(r, key, FIELD_ORGNR);

	if (s != NULL)
		memcpy(out, s, ORGNR_LEN);
	wipe_free(s);
}

int
field_get_enum(struct cbor_reader *r, const char *key,
    int (*parse)(const char *))
{
	char *s = field_get(r, key, FIELD_ID);
	int n = -1;

	if (s != NULL && (n = parse(s)) < 0)
		(void)cbor_fail(r, ERR_SCHEMA, "%s is not known", s);
	wipe_free(s);
	return n < 0 ? 0 : n;
}

void
field_get_tag(struct cbor_reader *r, const char *key, const char *tag)
{
	cbor_expect_key(r, key);
	if (!cbor_get_text_is(r, tag))
		(void)cbor_fail(r, ERR_SCHEMA, "not %s", tag);
}

void
field_get_version(struct cbor_reader *r, const char *key, uint64_t version)
{
	cbor_expect_key(r, key);
	if (cbor_get_uint(r, UINT64_MAX) != version)
		(void)cbor_fail(r, ERR_SCHEMA, "a version other than %ju",
		    (uintmax_t)version);
}
