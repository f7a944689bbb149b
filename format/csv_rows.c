/* SPDX-License-Identifier: EUPL-1.2 */
#include "format/csv_rows.h"

#include <csv.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/wipe.h"
#include "format/text.h"

/* What libcsv's callbacks work on. */
struct reading {
	void (*each)(void *arg, const struct csv_row *row);
	void *arg;
	struct err *e;
	size_t line;		/* where the reader is */
	struct csv_row row;	/* its line is 0 until it has begun */
};

static void
fail(struct reading *r, enum err_code code, size_t line, const char *found)
{
	err_set(r->e, code, "row", line, found != NULL ? "%s" : NULL, found);
}

/* libcsv calls on after a failure; nothing is done then. */
static void
on_field(void *data, size_t len, void *arg)
{
	struct reading *r = arg;
	char *copy;

	if (r->e->code != ERR_OK)
		return;
	if (r->row.len == CSV_COLUMNS_MAX)
		fail(r, ERR_TOO_LARGE, r->row.line,
		    "it has too many columns");
	/* A NUL would hide what follows it. */
	else if (len != 0 && memchr(data, '\0', len) != NULL)
		fail(r, ERR_TEXT, r->row.line, NULL);
	else if ((copy = wipe_malloc(len + 1)) == NULL)
		fail(r, ERR_NO_MEMORY, 0, NULL);
	else {
		if (len != 0)
			memcpy(copy, data, len);
		copy[len] = '\0';
		r->row.fields[r->row.len++] = copy;
	}
}

static void
drop_row(struct csv_row *row)
{
	for (size_t i = 0; i < row->len; i++)
		wipe_free(row->fields[i]);
	row->len = 0;
	row->line = 0;
}

static bool
is_blank(const struct csv_row *row)
{
	for (size_t i = 0; i < row->len; i++)
		if (*row->fields[i] != '\0')
			return false;
	return true;
}

static void
on_row(int end, void *arg)
{
	struct reading *r = arg;

	(void)end;
	if (r->e->code == ERR_OK && !is_blank(&r->row))
		r->each(r->arg, &r->row);
	drop_row(&r->row);
}

/* Of the first row, outside quotes. */
static unsigned char
separator(const uint8_t *data, size_t len)
{
	static const unsigned char known[] = { ',', ';', '\t' };
	size_t count[sizeof(known)] = { 0 }, best = 0;
	bool quoted = false;

	for (size_t i = 0; i < len; i++) {
		if (data[i] == '"')
			quoted = !quoted;
		if (!quoted && data[i] == '\n')
			break;
		for (size_t j = 0; !quoted && j < sizeof(known); j++)
			count[j] += data[i] == known[j];
	}
	for (size_t j = 1; j < sizeof(known); j++)
		if (count[j] > count[best])
			best = j;
	return known[best];
}

/* Excel's own first line, "sep=;", which is taken off then; or NUL. */
static unsigned char
named_separator(const uint8_t **data, size_t *len, size_t *line)
{
	const uint8_t *p = *data;
	size_t n = 5;

	if (*len < 6 || strncasecmp((const char *)p, "sep=", 4) != 0 ||
	    strchr(",;\t", p[4]) == NULL || p[4] == '\0')
		return '\0';
	n += p[n] == '\r' && *len > n + 1;
	if (p[n] != '\n')
		return '\0';
	*data += n + 1;
	*len -= n + 1;
	++*line;
	return p[4];
}

/* Tabs may separate: libcsv would trim them. */
static int
is_space(unsigned char c)
{
	return c == ' ';
}

/* Octet by octet, because libcsv does not tell lines. */
static void
feed(struct reading *r, struct csv_parser *parser, const uint8_t *data,
    size_t len)
{
	uint8_t last = '\n';

	for (size_t i = 0; i < len && r->e->code == ERR_OK; i++) {
		/* CRLF is one end of a line, CR alone one too. */
		r->line += last == '\n' || (last == '\r' && data[i] != '\n');
		last = data[i];
		if (r->row.line == 0 && data[i] != '\r' && data[i] != '\n')
			r->row.line = r->line;
		if (csv_parse(parser, &data[i], 1, on_field, on_row, r) != 1)
			fail(r, csv_error(parser) == CSV_EPARSE ?
			    ERR_FIELD_VALUE : ERR_NO_MEMORY, r->line,
			    "a quotation mark stands where none may");
	}
	if (r->e->code == ERR_OK &&
	    csv_fini(parser, on_field, on_row, r) != 0)
		fail(r, csv_error(parser) == CSV_EPARSE ? ERR_FIELD_VALUE :
		    ERR_NO_MEMORY, r->row.line,
		    "a quotation mark that begins here has no end");
}

/* A file from a spreadsheet in another encoding has a mistake in each second
 * row: told once. */
static bool
check_encoding(struct reading *r, const uint8_t *data, size_t len)
{
	size_t line = 1, from = 0;

	if (text_utf8_valid(data, len))
		return true;
	for (size_t i = 0; i < len; i++)
		if (data[i] == '\n' || i + 1 == len) {
			if (!text_utf8_valid(data + from, i + 1 - from))
				break;
			from = i + 1;
			line++;
		}
	fail(r, ERR_TEXT, line, "it is not UTF-8; save it from the "
	    "spreadsheet as 'CSV UTF-8'");
	return false;
}

enum err_code
csv_rows(const uint8_t *data, size_t len,
    void (*each)(void *arg, const struct csv_row *row), void *arg,
    struct err *e)
{
	struct reading r = { .each = each, .arg = arg, .e = e };
	struct csv_parser parser;
	unsigned char delim;

	if (len >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0) {
		data += 3;
		len -= 3;
	}
	if (!check_encoding(&r, data, len))
		return e->code;
	if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	delim = named_separator(&data, &len, &r.line);
	csv_set_delim(&parser, delim != '\0' ? delim : separator(data, len));
	csv_set_space_func(&parser, is_space);
	feed(&r, &parser, data, len);
	csv_free(&parser);
	drop_row(&r.row);
	return e->code;
}
