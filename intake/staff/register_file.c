/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/staff/register_file.h"

#include <csv.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "base/wipe.h"
#include "format/text.h"

enum column { NUMBER, NAME, KIND, CONTACT, COLUMNS };

static const char *const column_names[COLUMNS] = {
	[NUMBER] = "number", [NAME] = "name", [KIND] = "kind",
	[CONTACT] = "contact",
};

static const struct { const char *name; enum column column; } headings[] = {
	{ "number", NUMBER }, { "organisationsnummer", NUMBER },
	{ "orgnr", NUMBER }, { "name", NAME }, { "namn", NAME },
	{ "kind", KIND }, { "typ", KIND }, { "contact", CONTACT },
	{ "kontakt", CONTACT },
};
#define N_HEADINGS	(sizeof(headings) / sizeof(headings[0]))

/* A row that has been read. */
struct row { struct organisation organisation; size_t line; };

/* What libcsv's callbacks work on. */
struct reading {
	struct err_list *mistakes;
	struct buf unused;		/* text */
	size_t line;			/* where the reader is */
	size_t begun;			/* where the row began; 0: it has not */
	bool has_header;
	int columns[REGISTER_COLUMNS];	/* enum column; -1 */
	size_t n_columns;
	char *fields[REGISTER_COLUMNS];	/* of this row, for wipe_free */
	size_t n_fields;		/* of this row */
	struct row *rows;
	size_t n_rows;
	bool failed;			/* out of memory */
};

static void
mistake(struct reading *r, enum err_code code, size_t line,
    const char *column, const char *found)
{
	struct err e = { 0 };

	err_set(&e, code, column, line, found != NULL ? "%s" : NULL, found);
	err_list_add(r->mistakes, &e);
}

/* --- the header --------------------------------------------------------- */

static void
take_heading(struct reading *r, size_t i)
{
	const char *text = r->fields[i];
	char twice[96];

	r->columns[i] = -1;
	for (size_t j = 0; j < N_HEADINGS; j++)
		if (strcasecmp(text, headings[j].name) == 0)
			r->columns[i] = (int)headings[j].column;
	for (size_t j = 0; j < i; j++) {
		if (r->columns[i] == -1 || r->columns[j] != r->columns[i])
			continue;
		(void)snprintf(twice, sizeof(twice),
		    "columns %zu and %zu are both this", j + 1, i + 1);
		mistake(r, ERR_FIELD_VALUE, r->begun,
		    column_names[r->columns[i]], twice);
	}
	if (r->columns[i] != -1 || *text == '\0')
		return;
	if (r->unused.len != 0)
		buf_add_str(&r->unused, ", ");
	buf_add_str(&r->unused, text);
}

static void
take_header(struct reading *r)
{
	bool there[COLUMNS] = { false };

	r->has_header = true;
	r->n_columns = r->n_fields;
	for (size_t i = 0; i < r->n_columns; i++) {
		take_heading(r, i);
		if (r->columns[i] != -1)
			there[r->columns[i]] = true;
	}
	for (size_t i = 0; i < CONTACT; i++)
		if (!there[i])
			mistake(r, ERR_FIELD_MISSING, r->begun,
			    column_names[i],
			    "the first row names no such column");
}

/* --- rows --------------------------------------------------------------- */

static void
take_kind(struct reading *r, const char *text, struct organisation *o)
{
	for (int kind = KIND_KOMMUN; kind <= KIND_ANNAN; kind++)
		if (strcasecmp(text, organisation_kind_name(
		    (enum organisation_kind)kind)) == 0) {
			o->kind = (enum organisation_kind)kind;
			return;
		}
	mistake(r, ERR_FIELD_VALUE, r->begun, column_names[KIND], text);
}

static void
take_line(struct reading *r, enum column column, const char *text, char **out)
{
	struct err e = { 0 };

	if (text_line(text, strlen(text), LIMIT_NAME, column_names[column],
	    out, &e) == ERR_OK)
		return;
	e.at = r->begun;
	err_list_add(r->mistakes, &e);
}

static void
take_field(struct reading *r, enum column column, const char *text,
    struct organisation *o)
{
	if (*text == '\0' && column != CONTACT) {
		mistake(r, ERR_FIELD_MISSING, r->begun, column_names[column],
		    NULL);
		return;
	}
	switch (column) {
	case NUMBER:
		if (!orgnr_parse(text, o->number))
			mistake(r, ERR_ORGANISATION_NUMBER, r->begun,
			    column_names[column], text);
		break;
	case NAME:
		take_line(r, column, text, &o->name);
		break;
	case KIND:
		take_kind(r, text, o);
		break;
	default:
		take_line(r, column, text, &o->contact);
		break;
	}
}

static bool
is_blank(const struct reading *r)
{
	for (size_t i = 0; i < r->n_fields && i < REGISTER_COLUMNS; i++)
		if (*r->fields[i] != '\0')
			return false;
	return true;
}

static void
keep_row(struct reading *r, struct organisation *o)
{
	struct row *rows = r->rows;

	if ((r->n_rows & (r->n_rows - 1)) == 0)
		rows = reallocarray(rows, r->n_rows == 0 ? 1 : 2 * r->n_rows,
		    sizeof(*rows));
	if (rows == NULL) {
		r->failed = true;
		organisation_wipe(o);
		return;
	}
	r->rows = rows;
	rows[r->n_rows++] = (struct row){ .organisation = *o,
	    .line = r->begun };
}

static void
take_row(struct reading *r)
{
	struct organisation o = { 0 };
	char found[96];

	if (r->n_fields > r->n_columns) {
		(void)snprintf(found, sizeof(found),
		    "%zu fields, where the first row has %zu", r->n_fields,
		    r->n_columns);
		mistake(r, ERR_FIELD_UNKNOWN, r->begun, "row", found);
		return;
	}
	for (size_t i = 0; i < r->n_columns; i++)
		if (r->columns[i] != -1)
			take_field(r, (enum column)r->columns[i],
			    i < r->n_fields ? r->fields[i] : "", &o);
	if (o.contact == NULL && (o.contact = wipe_strdup("")) == NULL)
		r->failed = true;
	keep_row(r, &o);
}

/* --- libcsv ------------------------------------------------------------- */

static void
on_field(void *data, size_t len, void *arg)
{
	struct reading *r = arg;
	char *copy;

	if (r->n_fields++ >= REGISTER_COLUMNS)
		return;
	/* A NUL would hide what follows it. */
	if (len != 0 && memchr(data, '\0', len) != NULL)
		mistake(r, ERR_TEXT, r->begun, "row", NULL);
	if ((copy = wipe_malloc(len + 1)) == NULL) {
		r->failed = true;
		r->n_fields--;
		return;
	}
	if (len != 0)
		memcpy(copy, data, len);
	copy[len] = '\0';
	r->fields[r->n_fields - 1] = copy;
}

static void
on_row(int end, void *arg)
{
	struct reading *r = arg;

	(void)end;
	if (!is_blank(r)) {
		if (r->has_header)
			take_row(r);
		else if (r->n_fields > REGISTER_COLUMNS)
			mistake(r, ERR_TOO_LARGE, r->begun, "row",
			    "it has too many columns");
		else
			take_header(r);
	}
	for (size_t i = 0; i < r->n_fields && i < REGISTER_COLUMNS; i++)
		wipe_free(r->fields[i]);
	r->n_fields = 0;
	r->begun = 0;
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

/* Tabs separate, where they do; else libcsv's own idea of a blank. */
static int
is_blank_only(unsigned char c)
{
	return c == ' ';
}

/* Octet by octet, because libcsv does not tell lines. */
static void
feed(struct reading *r, struct csv_parser *parser, const uint8_t *data,
    size_t len)
{
	uint8_t last = '\n';

	for (size_t i = 0; i < len; i++) {
		/* CRLF is one end of a line, CR alone one too. */
		r->line += last == '\n' || (last == '\r' && data[i] != '\n');
		last = data[i];
		if (r->begun == 0 && data[i] != '\r' && data[i] != '\n')
			r->begun = r->line;
		if (csv_parse(parser, &data[i], 1, on_field, on_row, r) == 1)
			continue;
		if (csv_error(parser) == CSV_EPARSE)
			mistake(r, ERR_FIELD_VALUE, r->line, "row",
			    "a quotation mark stands where none may");
		else
			r->failed = true;
		return;
	}
	if (csv_fini(parser, on_field, on_row, r) == 0)
		return;
	if (csv_error(parser) == CSV_EPARSE)
		mistake(r, ERR_FIELD_VALUE, r->begun, "row",
		    "a quotation mark that begins here has no end");
	else
		r->failed = true;
}

/* --- all of it ---------------------------------------------------------- */

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
	mistake(r, ERR_TEXT, line, "row", "it is not UTF-8; save it from the "
	    "spreadsheet as 'CSV UTF-8'");
	return false;
}

static int
by_number(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int order = strcmp(x->organisation.number, y->organisation.number);

	return order != 0 ? order : (x->line > y->line) - (x->line < y->line);
}

static int
by_line(const void *a, const void *b)
{
	const struct err *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

static void
check_twice(struct reading *r)
{
	char found[96];

	for (size_t i = 1; i < r->n_rows; i++) {
		const struct row *row = &r->rows[i], *before = row - 1;

		if (row->organisation.number[0] == '\0' ||
		    strcmp(row->organisation.number,
		    before->organisation.number) != 0)
			continue;
		(void)snprintf(found, sizeof(found),
		    "%s is on line %zu already", row->organisation.number,
		    before->line);
		mistake(r, ERR_FIELD_VALUE, row->line, column_names[NUMBER],
		    found);
	}
}

static void
finish(struct reading *r, struct roll *out)
{
	struct err e = { 0 };

	if (r->n_rows != 0)
		qsort(r->rows, r->n_rows, sizeof(*r->rows), by_number);
	check_twice(r);
	if (r->mistakes->len == 0 && r->n_rows == 0)
		mistake(r, ERR_FIELD_MISSING, 0, column_names[NUMBER],
		    "it names no organisation");
	for (size_t i = 0; i < r->n_rows; i++) {
		if (r->mistakes->len == 0 && roll_add(out,
		    &r->rows[i].organisation, &e) != ERR_OK)
			r->failed = true;
		organisation_wipe(&r->rows[i].organisation);
	}
	if (r->failed)
		mistake(r, ERR_NO_MEMORY, 0, NULL, NULL);
	if (r->mistakes->len != 0)
		qsort(r->mistakes->v, r->mistakes->len,
		    sizeof(*r->mistakes->v), by_line);
}

void
register_file_parse(const uint8_t *data, size_t len, struct roll *out,
    char **unused, struct err_list *mistakes)
{
	struct reading r = { .mistakes = mistakes };
	struct csv_parser parser;
	const char *text;

	*unused = NULL;
	if (len >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0) {
		data += 3;
		len -= 3;
	}
	if (!check_encoding(&r, data, len))
		return;
	if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0) {
		mistake(&r, ERR_NO_MEMORY, 0, NULL, NULL);
		return;
	}
	csv_set_delim(&parser, separator(data, len));
	csv_set_space_func(&parser, is_blank_only);
	feed(&r, &parser, data, len);
	csv_free(&parser);
	for (size_t i = 0; i < r.n_fields && i < REGISTER_COLUMNS; i++)
		wipe_free(r.fields[i]);
	finish(&r, out);
	if (r.unused.len != 0 && (text = buf_str(&r.unused)) != NULL)
		*unused = strdup(text);
	buf_wipe(&r.unused);
	free(r.rows);
}
