/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/report/report_csv.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/wipe.h"

/*
 * The document is walked, and every figure in it is a row: so none can be
 * forgotten.  What lists are of is in the columns item and option, the names on
 * the way are the measure, joined with dots.
 */

/* Where the walk is; all borrowed. */
struct place {
	const char *table, *group, *subset, *item, *option;
	char measure[128];
};

/* --- rows ---------------------------------------------------------------- */

static void
put_field(struct buf *out, const char *text)
{
	if (strpbrk(text, ",\"\r\n") == NULL) {
		buf_add_str(out, text);
		return;
	}
	buf_add_u8(out, '"');
	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '"')
			buf_add_u8(out, '"');
		buf_add_u8(out, (uint8_t)*p);
	}
	buf_add_u8(out, '"');
}

/* A number as the document has it, whatever the locale; a text. */
static void
put_value(struct buf *out, const json_t *v)
{
	char *text;

	if (json_is_string(v)) {
		put_field(out, json_string_value(v));
		return;
	}
	if (v == NULL || json_is_null(v))
		return;
	text = json_dumps(v, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
	if (text == NULL)
		out->failed = true;
	else
		buf_add_str(out, text);
	wipe_free(text);
}

static void
put_row(struct buf *out, const struct place *at, const json_t *value,
    const json_t *of, const json_t *percent, const char *suppressed)
{
	const char *const columns[] = { at->table, at->group, at->subset,
	    at->item, at->option, at->measure };

	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
		put_field(out, columns[i]);
		buf_add_u8(out, ',');
	}
	put_value(out, value);
	buf_add_u8(out, ',');
	put_value(out, of);
	buf_add_u8(out, ',');
	put_value(out, percent);
	buf_add_u8(out, ',');
	put_field(out, suppressed);
	buf_add_str(out, "\r\n");
}

/* --- the walk ------------------------------------------------------------ */

static void walk(struct buf *out, const struct place *at, const json_t *v);

/* One step further down. */
static struct place
below(const struct place *at, const char *key)
{
	struct place to = *at;

	(void)snprintf(to.measure, sizeof(to.measure), "%.80s%s%.40s",
	    at->measure, at->measure[0] != '\0' ? "." : "", key);
	return to;
}

/* Of a list: its elements are the item, in a list below that the option. */
static struct place
element(const struct place *at, const char *name)
{
	struct place to = *at;

	*(at->item[0] == '\0' ? &to.item : &to.option) = name;
	return to;
}

/* What tells an element of a list from the others. */
static const char *
name_of(const json_t *v, size_t index, char room[static 48])
{
	static const char *const slices[] = { "low", "middle", "high" };
	const json_t *id = json_object_get(v, "id");

	if (json_is_string(v))
		return json_string_value(v);
	if (id != NULL)
		return json_string_value(id);
	if (json_object_get(v, "level") != NULL)
		(void)snprintf(room, 48, "%lld", (long long)json_integer_value(
		    json_object_get(v, "level")));
	else if (json_object_get(v, "from") != NULL)
		(void)snprintf(room, 48, "%lld-%lld",
		    (long long)json_integer_value(json_object_get(v, "from")),
		    (long long)json_integer_value(json_object_get(v, "to")));
	else if (index < sizeof(slices) / sizeof(slices[0]))
		return slices[index];
	else
		(void)snprintf(room, 48, "%zu", index);
	return room;
}

static void
walk_list(struct buf *out, const struct place *at, const json_t *list)
{
	const json_t *v;
	size_t i;

	json_array_foreach(list, i, v) {
		char room[48];
		struct place to = element(at, name_of(v, i, room));

		/* The three slices of a group are what a mean is of, not what
		 * it is about. */
		if (!json_is_object(v) && !json_is_string(v)) {
			to = *at;
			to.option = name_of(v, i, room);
		}
		walk(out, &to, v);
	}
}

/* What an element is, and not what is told of it. */
static bool
is_name(const char *key)
{
	static const char *const names[] = { "id", "label", "type", "level",
	    "from", "to", "kinds" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(key, names[i]) == 0)
			return true;
	return false;
}

/* Lists of these are told by their elements alone. */
static bool
is_list_name(const char *key)
{
	return strcmp(key, "areas") == 0 || strcmp(key, "levels") == 0 ||
	    strcmp(key, "options") == 0 || strcmp(key, "classes") == 0;
}

/* Of a typical organisation: which options it has. */
static void
walk_answers(struct buf *out, const struct place *at, const json_t *answers)
{
	const char *question;
	const json_t *v, *one;
	size_t i;

	json_object_foreach((json_t *)answers, question, v) {
		struct place to = below(at, "answers");
		json_t *ticked = json_true();

		to.item = question;
		if (json_is_array(v))
			json_array_foreach(v, i, one) {
				to.option = json_string_value(one);
				put_row(out, &to, ticked, NULL, NULL, "");
			}
		else if (json_is_string(v)) {
			to.option = json_string_value(v);
			put_row(out, &to, ticked, NULL, NULL, "");
		} else
			put_row(out, &to, v, NULL, NULL, "");
	}
}

static void
walk_object(struct buf *out, const struct place *at, const json_t *o)
{
	const json_t *count = json_object_get(o, "count"), *v;
	const json_t *of = json_object_get(o, "of");
	const char *key;

	if (json_object_get(o, "suppressed") != NULL) {
		put_row(out, at, NULL, NULL, NULL, json_string_value(
		    json_object_get(o, "suppressed")));
		return;
	}
	if (count != NULL && of != NULL) {
		struct place to = at->measure[0] != '\0' ? *at :
		    below(at, "count");

		put_row(out, &to, count, of, json_object_get(o, "percent"),
		    "");
		return;
	}
	json_object_foreach((json_t *)o, key, v) {
		struct place to = is_list_name(key) && json_is_array(v) ?
		    *at : below(at, key);
		const bool areas_level = strcmp(key, "level") == 0 &&
		    json_object_get(o, "exactly") == NULL;

		if (strcmp(key, "answers") == 0)
			walk_answers(out, at, v);
		else if (!is_name(key) || areas_level)
			walk(out, &to, v);
	}
}

static void
walk(struct buf *out, const struct place *at, const json_t *v)
{
	if (json_is_object(v))
		walk_object(out, at, v);
	else if (json_is_array(v))
		walk_list(out, at, v);
	else if (json_is_number(v))
		put_row(out, at, v, NULL, NULL, "");
	else if (json_is_string(v) && at->measure[0] == '\0')
		/* a list of names: they are in it */
		put_row(out, at, json_true(), NULL, NULL, "");
}

/* --- a group, and all of it ---------------------------------------------- */

static void
walk_change(struct buf *out, const struct place *at, const json_t *change)
{
	const char *key;
	const json_t *v;

	json_object_foreach((json_t *)change, key, v) {
		struct place to = *at;

		to.subset = key;
		if (json_object_get(v, "suppressed") != NULL ||
		    json_object_get(v, "count") != NULL)
			to = below(&to, "organisations");
		walk(out, &to, v);
	}
}

static void
walk_group(struct buf *out, const json_t *group)
{
	struct place at = { .subset = "", .item = "", .option = "",
	    .group = json_string_value(json_object_get(group, "id")) };
	const json_t *lead = json_object_get(group, "lead"), *v;
	const char *key;

	json_object_foreach((json_t *)group, key, v) {
		struct place to = at;

		to.table = key;
		if (strcmp(key, "suppressed") == 0) {
			to.table = "participation";
			to = below(&to, "respondents");
			put_row(out, &to, NULL, NULL, NULL,
			    json_string_value(v));
		} else if (strcmp(key, "change") == 0)
			walk_change(out, &to, v);
		else if (!is_name(key)) {
			if (v == lead)
				to.item = json_string_value(json_object_get(v,
				    "area"));
			if (json_is_number(v) ||
			    json_object_get(v, "suppressed") != NULL)
				to = below(&to, key);
			walk(out, &to, v);
		}
	}
}

/* What the figures are of, and how they were made. */
static void
put_settings(struct buf *out, const json_t *doc)
{
	const json_t *q = json_object_get(doc, "questionnaire");
	const json_t *settings = json_object_get(doc, "settings");
	const json_t *previous = json_object_get(doc, "previous");
	const struct { const char *measure; const json_t *value; } rows[] = {
		{ "questionnaire", json_object_get(q, "id") },
		{ "version", json_object_get(q, "version") },
		{ "sha256", json_object_get(q, "sha256") },
		{ "round", json_object_get(doc, "round") },
		{ "previous_questionnaire", json_object_get(previous, "id") },
		{ "previous_round", json_object_get(previous, "round") },
		{ "comparable_boxes", json_object_get(json_object_get(
		    previous, "comparable"), "boxes") },
		{ "environment", json_object_get(doc, "environment") },
		{ "least", json_object_get(settings, "least") },
		{ "best", json_object_get(settings, "best") },
		{ "percent", json_object_get(settings, "percent") },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct place at = { .table = "report", .group = "",
		    .subset = "", .item = "", .option = "" };

		if (rows[i].value == NULL)
			continue;
		at = below(&at, rows[i].measure);
		put_row(out, &at, rows[i].value, NULL, NULL, "");
	}
}

enum err_code
report_csv(const json_t *doc, struct buf *out, struct err *e)
{
	const json_t *group;
	size_t i;

	buf_add_str(out, "table,group,subset,item,option,measure,value,of,"
	    "percent,suppressed\r\n");
	put_settings(out, doc);
	json_array_foreach(json_object_get(doc, "groups"), i, group)
		walk_group(out, group);
	return buf_check(out, e);
}
