/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/staff/table.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/tame.h"
#include "base/timestamp.h"
#include "base/wipe.h"
#include "format/text.h"

/* A tame copy for wipe_free; notes a lack of memory. */
static char *
tamed(struct report *r, const char *text)
{
	char *copy = wipe_strdup(text);

	if (copy == NULL)
		r->failed = true;
	else
		tame(copy);
	return copy;
}

/* Octets of the first n characters. */
static size_t
octets(const char *s, size_t n)
{
	size_t i = 0;

	for (; s[i] != '\0'; i++)
		if (((unsigned char)s[i] & 0xc0) != 0x80 && n-- == 0)
			break;
	return i;
}

void
table_cell(struct report *r, const char *text, size_t width)
{
	char *copy = tamed(r, text);

	if (copy == NULL)
		return;
	if (text_length(copy) > width) {
		buf_add(&r->text, copy, octets(copy, width - 1));
		buf_add_str(&r->text, "… ");
	} else
		report_column(r, copy, width + 1);
	wipe_free(copy);
}

void
table_last(struct report *r, const char *text)
{
	char *copy = tamed(r, text);

	if (copy != NULL)
		buf_add_str(&r->text, copy);
	wipe_free(copy);
	table_end(r);
}

size_t
table_room(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == -1 ||
	    size.ws_col <= TABLE_WIDTH)
		return 0;
	return (size_t)size.ws_col - TABLE_WIDTH;
}

void
table_end(struct report *r)
{
	while (r->text.len != 0 && r->text.data[r->text.len - 1] == ' ')
		r->text.len--;
	buf_add_str(&r->text, "\n");
}

/* Between fields, but not before the first one of a row. */
static void
separate(struct report *r)
{
	if (r->text.len != 0 && r->text.data[r->text.len - 1] != '\n')
		buf_add_str(&r->text, ",");
}

static void
put_field(struct report *r, const char *text)
{
	if (strpbrk(text, ",;\"\t") == NULL && text[0] != ' ') {
		buf_add_str(&r->text, text);
		return;
	}
	buf_add_str(&r->text, "\"");
	for (; *text != '\0'; text++)
		buf_add_str(&r->text, *text == '"' ? "\"\"" :
		    (const char[]){ *text, '\0' });
	buf_add_str(&r->text, "\"");
}

void
csv_cell(struct report *r, const char *text)
{
	char *copy = tamed(r, text);
	const size_t before = r->text.len;

	separate(r);
	/* An empty first field would look like no field. */
	if (copy != NULL && *copy == '\0' && r->text.len == before)
		buf_add_str(&r->text, "\"\"");
	else if (copy != NULL)
		put_field(r, copy);
	wipe_free(copy);
}

void
csv_foreign(struct report *r, const char *text)
{
	char *quoted = NULL;

	if (*text == '\0' || strchr("=+-@'", *text) == NULL)
		csv_cell(r, text);
	else if (asprintf(&quoted, "'%s", text) == -1)
		r->failed = true;
	else {
		csv_cell(r, quoted);
		wipe_free(quoted);
	}
}

void
csv_number(struct report *r, uint64_t n)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%" PRIu64, n);
	csv_cell(r, text);
}

void
csv_time(struct report *r, int64_t t)
{
	char text[TIMESTAMP_LEN] = "";

	if (t != 0)
		timestamp_format(t, text);
	csv_cell(r, text);
}

void
csv_end(struct report *r)
{
	buf_add_str(&r->text, "\n");
}

void
table_span(int64_t seconds, char out[static TABLE_SPAN_LEN])
{
	const int64_t s = seconds < 0 ? 0 : seconds;

	if (s < 100)
		(void)snprintf(out, TABLE_SPAN_LEN, "%" PRId64 "s", s);
	else if (s < 100 * 60)
		(void)snprintf(out, TABLE_SPAN_LEN, "%" PRId64 "m", s / 60);
	else if (s < 100 * 3600)
		(void)snprintf(out, TABLE_SPAN_LEN, "%" PRId64 "h", s / 3600);
	else if (s < 1000 * 86400)
		(void)snprintf(out, TABLE_SPAN_LEN, "%" PRId64 "d",
		    s / 86400);
	else
		(void)snprintf(out, TABLE_SPAN_LEN, "%" PRId64 "y",
		    s / (365 * 86400));
}

void
table_rate(size_t n, size_t of, char out[static TABLE_RATE_LEN])
{
	size_t tenths;

	if (of == 0) {
		(void)snprintf(out, TABLE_RATE_LEN, "%zu of 0", n);
		return;
	}
	tenths = (2000 * n + of) / (2 * of);
	(void)snprintf(out, TABLE_RATE_LEN, "%zu of %zu = %zu.%zu %%", n, of,
	    tenths / 10, tenths % 10);
}
