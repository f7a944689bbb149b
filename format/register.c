/* SPDX-License-Identifier: EUPL-1.2 */
#include "format/register.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "base/wipe.h"
#include "format/csv_rows.h"
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

/* What is known while it is read. */
struct reading {
	struct err_list *mistakes;
	struct buf unused;		/* text */
	bool has_header;
	int columns[CSV_COLUMNS_MAX];	/* enum column; -1 */
	size_t n_columns;
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
take_heading(struct reading *r, const struct csv_row *row, size_t i)
{
	const char *text = row->fields[i];
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
		mistake(r, ERR_FIELD_VALUE, row->line,
		    column_names[r->columns[i]], twice);
	}
	if (r->columns[i] != -1 || *text == '\0')
		return;
	if (r->unused.len != 0)
		buf_add_str(&r->unused, ", ");
	buf_add_str(&r->unused, text);
}

static void
take_header(struct reading *r, const struct csv_row *row)
{
	bool there[COLUMNS] = { false };

	r->has_header = true;
	r->n_columns = row->len;
	for (size_t i = 0; i < r->n_columns; i++) {
		take_heading(r, row, i);
		if (r->columns[i] != -1)
			there[r->columns[i]] = true;
	}
	for (size_t i = 0; i < CONTACT; i++)
		if (!there[i])
			mistake(r, ERR_FIELD_MISSING, row->line,
			    column_names[i],
			    "the first row names no such column");
}

/* --- rows --------------------------------------------------------------- */

static void
take_kind(struct reading *r, size_t line, const char *text,
    struct organisation *o)
{
	for (int kind = KIND_KOMMUN; kind <= KIND_ANNAN; kind++)
		if (strcasecmp(text, organisation_kind_name(
		    (enum organisation_kind)kind)) == 0) {
			o->kind = (enum organisation_kind)kind;
			return;
		}
	mistake(r, ERR_FIELD_VALUE, line, column_names[KIND], text);
}

static void
take_line(struct reading *r, size_t line, enum column column,
    const char *text, char **out)
{
	struct err e = { 0 };

	if (text_line(text, strlen(text), LIMIT_NAME, column_names[column],
	    out, &e) == ERR_OK)
		return;
	e.at = line;
	err_list_add(r->mistakes, &e);
}

static void
take_field(struct reading *r, size_t line, enum column column,
    const char *text, struct organisation *o)
{
	if (*text == '\0' && column != CONTACT) {
		mistake(r, ERR_FIELD_MISSING, line, column_names[column],
		    NULL);
		return;
	}
	switch (column) {
	case NUMBER:
		if (!orgnr_parse(text, o->number))
			mistake(r, ERR_ORGANISATION_NUMBER, line,
			    column_names[column], text);
		break;
	case NAME:
		take_line(r, line, column, text, &o->name);
		break;
	case KIND:
		take_kind(r, line, text, o);
		break;
	default:
		take_line(r, line, column, text, &o->contact);
		break;
	}
}

static void
keep_row(struct reading *r, size_t line, struct organisation *o)
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
	    .line = line };
}

static void
take_row(struct reading *r, const struct csv_row *row)
{
	struct organisation o = { 0 };
	char found[96];

	if (row->len > r->n_columns) {
		(void)snprintf(found, sizeof(found),
		    "%zu fields, where the first row has %zu", row->len,
		    r->n_columns);
		mistake(r, ERR_FIELD_UNKNOWN, row->line, "row", found);
		return;
	}
	for (size_t i = 0; i < r->n_columns; i++)
		if (r->columns[i] != -1)
			take_field(r, row->line, (enum column)r->columns[i],
			    i < row->len ? row->fields[i] : "", &o);
	if (o.contact == NULL && (o.contact = wipe_strdup("")) == NULL)
		r->failed = true;
	keep_row(r, row->line, &o);
}

static void
on_row(void *arg, const struct csv_row *row)
{
	struct reading *r = arg;

	(r->has_header ? take_row : take_header)(r, row);
}

/* --- all of it ---------------------------------------------------------- */

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
		    r->has_header ? "it names no organisation" :
		    "the file is empty");
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
register_parse(const uint8_t *data, size_t len, struct roll *out,
    char **unused, struct err_list *mistakes)
{
	struct reading r = { .mistakes = mistakes };
	struct err e = { 0 };
	const char *text;

	*unused = NULL;
	if (csv_rows(data, len, on_row, &r, &e) != ERR_OK)
		err_list_add(mistakes, &e);
	finish(&r, out);
	if (r.unused.len != 0 && (text = buf_str(&r.unused)) != NULL)
		*unused = strdup(text);
	buf_wipe(&r.unused);
	free(r.rows);
}
