/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The definition file, read from the top: each thing in it has a table of its
 * members and a load_ function; the first mistake ends it.
 */
#include "format/questionnaire.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/wipe.h"
#include "format/definition.h"
#include "format/json.h"
#include "format/json_take.h"
#include "format/question.h"
#include "format/scoring.h"

#define FORMAT_NAME	"sigill-questionnaire"
#define FORMAT_VERSION	1

#define N(table)	(sizeof(table) / sizeof((table)[0]))

/* --- scales --- */

static bool
load_scales(const struct json_source *src, const json_t *o,
    struct questionnaire *q)
{
	size_t n = json_object_size(o);
	char path[JSON_PATH_LEN];
	const char *name;
	json_t *list;

	if (n == 0)
		return true;
	if (n > LIMIT_OPTIONS) {
		json_mistake(src, ERR_FIELD_VALUE, "scales",
		    "there are %zu; at most %u are allowed", n,
		    LIMIT_OPTIONS);
		return false;
	}
	if ((q->scales = calloc(n, sizeof(*q->scales))) == NULL) {
		json_mistake(src, ERR_NO_MEMORY, "scales", "a list");
		return false;
	}
	json_object_foreach((json_t *)(uintptr_t)o, name, list) {
		struct question_scale *scale = &q->scales[q->n_scales++];

		json_path(path, "scales", name);
		if ((scale->id = wipe_strdup(name)) == NULL) {
			json_mistake(src, ERR_NO_MEMORY, path, "a name");
			return false;
		}
		if (!definition_options(src, path, list, true,
		    &scale->options, &scale->n_options))
			return false;
	}
	return true;
}

/* --- questions --- */

static bool
load_questions(const struct json_source *src, const json_t *list,
    struct questionnaire *q)
{
	size_t n = json_array_size(list);
	char path[JSON_PATH_LEN];
	struct question *made;

	if (n == 0 || n > LIMIT_QUESTIONS) {
		json_mistake(src, ERR_FIELD_VALUE, "questions",
		    "there are %zu; there must be 1 to %u", n,
		    LIMIT_QUESTIONS);
		return false;
	}
	if ((q->questions = calloc(n, sizeof(*q->questions))) == NULL) {
		json_mistake(src, ERR_NO_MEMORY, "questions", "a list");
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		bool good;

		made = &q->questions[i];
		json_path_index(path, "questions", i);
		good = question_load(src, path, json_array_get(list, i), q,
		    made);
		q->n_questions++;	/* to be found, and to be freed */
		if (!good)
			return false;
		if (made->type == QUESTION_MULTIPLE)
			q->n_options += made->n_options;
		q->points += made->points;
	}
	return true;
}

/* --- the whole --- */

/* What the file says of itself must be what is in it: a file that was cut or
 * merged badly shows here. */
static bool
check_totals(const struct json_source *src, const json_t *o,
    const struct questionnaire *q)
{
	static const struct json_member members[] = {
		{ "questions", JSON_KIND_WHOLE, true },
		{ "options", JSON_KIND_WHOLE, true },
		{ "points", JSON_KIND_WHOLE, true },
	};
	const int64_t found[N(members)] = {
		(int64_t)q->n_questions, (int64_t)q->n_options, q->points,
	};
	const json_t *m[N(members)];
	char at[JSON_PATH_LEN];

	if (!json_members(src, "totals", o, members, N(members), m))
		return false;
	for (size_t i = 0; i < N(members); i++) {
		int64_t said = json_integer_value(m[i]);

		if (said == found[i])
			continue;
		json_path(at, "totals", members[i].name);
		json_mistake(src, ERR_FIELD_VALUE, at, "it says %lld, and "
		    "the questions add up to %lld", (long long)said,
		    (long long)found[i]);
		return false;
	}
	return true;
}

static bool
check_format(const struct json_source *src, const json_t *format,
    const json_t *version)
{
	if (strcmp(json_string_value(format), FORMAT_NAME) != 0) {
		json_mistake(src, ERR_FIELD_VALUE, "format",
		    "it must be \"" FORMAT_NAME "\"");
		return false;
	}
	if (json_integer_value(version) != FORMAT_VERSION) {
		json_mistake(src, ERR_FIELD_VALUE, "format_version",
		    "this program reads version %d", FORMAT_VERSION);
		return false;
	}
	return true;
}

/* Texts for people who read the file: checked, not kept. */
static bool
check_notes(const struct json_source *src, const json_t *note,
    const json_t *sources)
{
	char at[JSON_PATH_LEN], *text = NULL;
	bool good;

	good = json_take_block(src, "note", note, LIMIT_TEXT, &text);
	wipe_free(text);
	for (size_t i = 0; good && i < json_array_size(sources); i++) {
		text = NULL;
		json_path_index(at, "sources", i);
		good = json_take_line(src, at, json_array_get(sources, i),
		    LIMIT_TEXT, &text);
		wipe_free(text);
	}
	return good;
}

static bool
load_scoring(const struct json_source *src, const json_t *o,
    struct questionnaire *q)
{
	if ((q->scoring = calloc(1, sizeof(*q->scoring))) == NULL) {
		json_mistake(src, ERR_NO_MEMORY, "scoring", "the rules");
		return false;
	}
	return scoring_load(src, "scoring", o, q, q->scoring);
}

enum top_members {
	T_FORMAT, T_FORMAT_VERSION, T_ID, T_VERSION, T_TITLE, T_LANGUAGE,
	T_NOTE, T_SOURCES, T_TOTALS, T_LEVELS, T_AREAS, T_SECTIONS, T_SCALES,
	T_QUESTIONS, T_SCORING,
};

static const struct json_member top_members[] = {
	[T_FORMAT] = { "format", JSON_KIND_TEXT, true },
	[T_FORMAT_VERSION] = { "format_version", JSON_KIND_WHOLE, true },
	[T_ID] = { "id", JSON_KIND_TEXT, true },
	[T_VERSION] = { "version", JSON_KIND_TEXT, true },
	[T_TITLE] = { "title", JSON_KIND_TEXT, true },
	[T_LANGUAGE] = { "language", JSON_KIND_TEXT, true },
	[T_NOTE] = { "note", JSON_KIND_TEXT, false },
	[T_SOURCES] = { "sources", JSON_KIND_LIST, false },
	[T_TOTALS] = { "totals", JSON_KIND_OBJECT, true },
	[T_LEVELS] = { "levels", JSON_KIND_LIST, false },
	[T_AREAS] = { "areas", JSON_KIND_LIST, true },
	[T_SECTIONS] = { "sections", JSON_KIND_LIST, true },
	[T_SCALES] = { "scales", JSON_KIND_OBJECT, false },
	[T_QUESTIONS] = { "questions", JSON_KIND_LIST, true },
	[T_SCORING] = { "scoring", JSON_KIND_OBJECT, false },
};

static bool
load_top(const struct json_source *src, const json_t *o,
    struct questionnaire *q)
{
	const json_t *m[N(top_members)];

	return json_members(src, "", o, top_members, N(top_members), m) &&
	    check_format(src, m[T_FORMAT], m[T_FORMAT_VERSION]) &&
	    json_take_id(src, "id", m[T_ID], &q->id) &&
	    json_take_id(src, "version", m[T_VERSION], &q->version) &&
	    json_take_line(src, "title", m[T_TITLE], LIMIT_NAME,
	    &q->title) &&
	    json_take_id(src, "language", m[T_LANGUAGE], &q->language) &&
	    check_notes(src, m[T_NOTE], m[T_SOURCES]) &&
	    definition_levels(src, m[T_LEVELS], &q->levels, &q->n_levels) &&
	    definition_groups(src, "areas", m[T_AREAS], &q->areas,
	    &q->n_areas) &&
	    definition_groups(src, "sections", m[T_SECTIONS], &q->sections,
	    &q->n_sections) &&
	    load_scales(src, m[T_SCALES], q) &&
	    load_questions(src, m[T_QUESTIONS], q) &&
	    check_totals(src, m[T_TOTALS], q) &&
	    load_scoring(src, m[T_SCORING], q);
}

/* The first mistake as the error of the whole. */
static enum err_code
first_mistake(const struct err_list *mistakes, const char *name,
    struct err *e)
{
	const struct err *m = mistakes->v;

	if (mistakes->len == 0 || m->code == ERR_NO_MEMORY)
		return err_set(e, ERR_NO_MEMORY, name, 0, NULL);
	return err_set(e, ERR_DEFINITION, name, m->at, "%s: %s%s%s", m->where,
	    m->code == ERR_FIELD_VALUE ? "" : err_sentence(m->code),
	    m->code == ERR_FIELD_VALUE ? "" : ": ", m->msg);
}

enum err_code
questionnaire_parse(const uint8_t *json, size_t len, const char *name,
    const uint8_t digest[static 32], struct questionnaire **out,
    struct err *e)
{
	struct err_list mistakes = { 0 };
	const struct json_source src = { json, len, &mistakes };
	struct questionnaire *q = NULL;
	json_t *o = NULL;
	enum err_code rc;

	if (len > LIMIT_DEFINITION_FILE)
		return err_set(e, ERR_TOO_LARGE, name, 0,
		    "a definition has at most %u bytes",
		    LIMIT_DEFINITION_FILE);
	json_skip_mark(&json, &len);
	if ((rc = json_read(json, len, name, &o, e)) != ERR_OK)
		return rc;
	if ((q = calloc(1, sizeof(*q))) == NULL) {
		rc = err_set(e, ERR_NO_MEMORY, name, 0, NULL);
		goto out;
	}
	memcpy(q->digest, digest, sizeof(q->digest));
	if (!load_top(&src, o, q)) {
		rc = first_mistake(&mistakes, name, e);
		goto out;
	}
	*out = q;
	q = NULL;
out:
	questionnaire_free(q);
	json_decref(o);
	err_list_wipe(&mistakes);
	return rc;
}

void
questionnaire_free(struct questionnaire *q)
{
	if (q == NULL)
		return;
	wipe_free(q->id);
	wipe_free(q->version);
	wipe_free(q->title);
	wipe_free(q->language);
	definition_levels_free(q->levels, q->n_levels);
	definition_groups_free(q->areas, q->n_areas);
	definition_groups_free(q->sections, q->n_sections);
	for (size_t i = 0; i < q->n_questions; i++)
		question_wipe(&q->questions[i]);
	free(q->questions);
	for (size_t i = 0; i < q->n_scales; i++) {
		wipe_free(q->scales[i].id);
		definition_options_free(q->scales[i].options,
		    q->scales[i].n_options);
	}
	free(q->scales);
	if (q->scoring != NULL)
		scoring_wipe(q->scoring);
	free(q->scoring);
	free(q);
}

const struct question *
questionnaire_find(const struct questionnaire *q, const char *id)
{
	for (size_t i = 0; i < q->n_questions; i++)
		if (strcmp(q->questions[i].id, id) == 0)
			return &q->questions[i];
	return NULL;
}

const struct question_option *
question_find_option(const struct question *q, const char *id)
{
	for (size_t i = 0; i < q->n_options; i++)
		if (strcmp(q->options[i].id, id) == 0)
			return &q->options[i];
	return NULL;
}

const char *
basis_name(enum basis basis)
{
	static const char *const names[] = {
		[BASIS_PUBLISHED] = "published",
		[BASIS_DERIVED] = "derived",
		[BASIS_ASSUMED] = "assumed",
	};

	return names[basis];
}
