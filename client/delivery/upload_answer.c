/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/delivery/upload_answer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "base/timestamp.h"

/* A Retry-After beyond this is not worth keeping exactly. */
#define RETRY_AFTER_MAX	86400u

static bool
parse_whole(const char *s, uint64_t *out)
{
	char *end;

	if (*s < '0' || *s > '9')
		return false;
	errno = 0;
	*out = strtoull(s, &end, 10);
	return errno == 0 && *end == '\0';
}

static bool
take_text(bool *has, char *to, size_t size, const char *value)
{
	if (*has || strlen(value) >= size)
		return false;
	*has = true;
	memcpy(to, value, strlen(value) + 1);
	return true;
}

static bool
take_whole(bool *has, uint64_t *to, const char *value)
{
	if (*has)
		return false;
	*has = true;
	return parse_whole(value, to);
}

/* A date that cannot be read is as good as none. */
static bool
take_date(bool *has, int64_t *to, const char *value)
{
	if (*has)
		return false;
	*has = true;
	if (!timestamp_parse_imf(value, to))
		*to = 0;
	return true;
}

/* RFC 9110 §10.2.3: seconds, or a date. */
static bool
take_retry_after(struct upload_answer *a, const char *value)
{
	uint64_t n;

	if (!parse_whole(value, &n))
		return take_date(&a->has_retry_after, &a->retry_at, value);
	if (a->has_retry_after)
		return false;
	a->has_retry_after = true;
	a->retry_after = n < RETRY_AFTER_MAX ? (unsigned)n : RETRY_AFTER_MAX;
	return true;
}

static bool
take_field(struct upload_answer *a, const char *name, char *value)
{
	if (strcasecmp(name, "Location") == 0)
		return take_text(&a->has_location, a->location,
		    sizeof(a->location), value);
	if (strcasecmp(name, "Content-Type") == 0) {
		value[strcspn(value, "; \t")] = '\0';
		return take_text(&a->has_type, a->type, sizeof(a->type),
		    value);
	}
	if (strcasecmp(name, "Retry-After") == 0)
		return take_retry_after(a, value);
	if (strcasecmp(name, "Date") == 0)
		return take_date(&a->has_date, &a->date, value);
	if (strcasecmp(name, "Upload-Expires") == 0)
		return take_date(&a->has_expires, &a->expires, value);
	if (strcasecmp(name, "Upload-Offset") == 0)
		return take_whole(&a->has_offset, &a->offset, value);
	if (strcasecmp(name, "Tus-Version") == 0)
		return take_text(&a->has_tus_version, a->tus_version,
		    sizeof(a->tus_version), value);
	if (strcasecmp(name, "Tus-Extension") == 0)
		return take_text(&a->has_tus_extension, a->tus_extension,
		    sizeof(a->tus_extension), value);
	if (strcasecmp(name, "Tus-Max-Size") == 0)
		return take_whole(&a->has_tus_max_size, &a->tus_max_size,
		    value);
	return true;
}

bool
upload_answer_header(struct upload_answer *a, const char *data, size_t len)
{
	char line[UPLOAD_URL_LEN + 64], *value;

	while (len != 0 && memchr("\r\n \t", data[len - 1], 4) != NULL)
		len--;
	/* Longer ones are none that we read. */
	if (len >= sizeof(line))
		return true;
	memcpy(line, data, len);
	line[len] = '\0';
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)line[i] < 0x20 && line[i] != '\t')
			return false;
	if (strncmp(line, "HTTP/", 5) == 0) {
		const size_t most = a->most;

		/* An interim answer may have come before. */
		upload_answer_wipe(a);
		a->most = most;
		return true;
	}
	if ((value = strchr(line, ':')) == NULL)
		return len == 0;
	*value++ = '\0';
	value += strspn(value, " \t");
	return take_field(a, line, value);
}

bool
upload_answer_body(struct upload_answer *a, const char *data, size_t len)
{
	const size_t most = a->most != 0 ? a->most : LIMIT_RECEIPT;

	if (len > most - a->body.len)
		return false;
	buf_add(&a->body, data, len);
	return !a->body.failed;
}

void
upload_answer_settle(struct upload_answer *a)
{
	int64_t left = a->retry_at - a->date;

	/* By the other end's clock, which need not be ours. */
	if (a->retry_at == 0 || a->date == 0 || left <= 0)
		return;
	a->retry_after = left < RETRY_AFTER_MAX ? (unsigned)left :
	    RETRY_AFTER_MAX;
}

void
upload_answer_wipe(struct upload_answer *a)
{
	buf_wipe(&a->body);
	memset(a, 0, sizeof(*a));
}
