/* SPDX-License-Identifier: EUPL-1.2 */
#include "format/answers.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/limits.h"
#include "base/wipe.h"
#include "format/evidence.h"
#include "format/given.h"
#include "format/given_tell.h"
#include "format/json.h"
#include "format/json_take.h"
#include "format/nearest.h"
#include "format/orgnr.h"

struct answers {
	struct buf text;	/* the file; for lines */
	char *name;		/* of the file */
	json_t *root;
};

enum err_code
answers_parse(const uint8_t *json, size_t len, const char *name,
    struct answers **out, struct err *e)
{
	struct answers *a = NULL;
	enum err_code rc;

	if (len > LIMIT_ANSWERS_FILE)
		return err_set(e, ERR_TOO_LARGE, name, 0,
		    _("an answer file has at most %u bytes"),
		    LIMIT_ANSWERS_FILE);
	if ((a = calloc(1, sizeof(*a))) == NULL ||
	    (a->name = wipe_strdup(name)) == NULL) {
		rc = err_set(e, ERR_NO_MEMORY, name, 0, NULL);
		goto out;
	}
	json_skip_mark(&json, &len);
	buf_add(&a->text, json, len);
	if ((rc = buf_check(&a->text, e)) != ERR_OK ||
	    (rc = json_read(json, len, name, &a->root, e)) != ERR_OK)
		goto out;
	*out = a;
	a = NULL;
out:
	answers_free(a);
	return rc;
}

void
answers_free(struct answers *a)
{
	if (a == NULL)
		return;
	buf_wipe(&a->text);
	wipe_free(a->name);
	json_decref(a->root);
	free(a);
}

const char *
answers_questionnaire(const struct answers *a)
{
	return json_string_value(json_object_get(a->root, "questionnaire"));
}

/* --- the parts of the file --- */

static bool
take_number(const struct json_source *src, const json_t *v,
    struct statement *s)
{
	static const char path[] = "organisation.number";
	char quoted[JSON_QUOTE_LEN], *text = NULL;
	bool good;

	if (!json_take_line(src, path, v, LIMIT_NAME, &text)) {
		wipe_free(text);
		return false;
	}
	if (!(good = orgnr_parse(text, s->number)))
		json_mistake(src, ERR_ORGANISATION_NUMBER, path, "%s",
		    json_quote(text, strlen(text), quoted));
	wipe_free(text);
	return good;
}

static void
take_kind(const struct json_source *src, const json_t *v,
    struct statement *s)
{
	const char *given = json_string_value(v);
	struct nearest nearest = nearest_to(given);
	char hint[NEAREST_HINT_LEN];
	int kind = organisation_kind_parse(given);

	if (kind >= 0) {
		s->kind = (enum organisation_kind)kind;
		return;
	}
	for (int k = KIND_KOMMUN; k <= KIND_ANNAN; k++)
		nearest_offer(&nearest,
		    organisation_kind_name((enum organisation_kind)k));
	nearest_hint(&nearest, hint);
	json_mistake(src, ERR_FIELD_VALUE, "organisation.kind", _("it must be "
	    "\"kommun\", \"region\", \"myndighet\", \"nis\" or \"annan\"%s"),
	    hint);
}

static void
take_organisation(const struct json_source *src, const json_t *o,
    struct statement *s)
{
	static const struct json_member members[] = {
		{ "number", JSON_KIND_TEXT, true },
		{ "name", JSON_KIND_TEXT, true },
		{ "kind", JSON_KIND_TEXT, true },
	};
	const json_t *m[3];

	(void)json_members(src, "organisation", o, members, 3, m);
	if (m[0] != NULL)
		(void)take_number(src, m[0], s);
	(void)json_take_line(src, "organisation.name", m[1], LIMIT_NAME,
	    &s->name);
	if (m[2] != NULL)
		take_kind(src, m[2], s);
}

/* Is the file for this questionnaire? */
static bool
check_questionnaire(const struct json_source *src, const json_t *v,
    const struct questionnaire *q)
{
	const char *given = json_string_value(v);
	char quoted[JSON_QUOTE_LEN], hint[NEAREST_HINT_LEN];
	struct nearest nearest;

	if (given == NULL)
		return true;	/* told already; the answers may fit */
	if (strcmp(given, q->id) == 0)
		return true;
	nearest = nearest_to(given);
	nearest_offer(&nearest, q->id);
	nearest_hint(&nearest, hint);
	json_mistake(src, ERR_QUESTIONNAIRE_UNKNOWN, "questionnaire",
	    _("the answers are for %s, and the definition is that of "
	    "\"%s\"%s"),
	    json_quote(given, strlen(given), quoted), q->id, hint);
	return false;
}

/* The answers, and everything that is wrong with them. */
static void
take_answers(const struct json_source *src, const json_t *o,
    const struct questionnaire *q, struct statement *s)
{
	struct given_list list = { 0 };
	struct err_list found = { 0 };

	if (!given_read(src, o, q, &list))
		goto out;
	if (!given_state(&list, s)) {
		json_mistake(src, ERR_NO_MEMORY, "answers", "a list");
		goto out;
	}
	statement_check(s, q, &found);
	given_tell(src, &list, s, q, &found);
out:
	given_wipe(&list);
	err_list_wipe(&found);
}

/* --- the whole --- */

static bool
take_definition(const struct questionnaire *q, struct statement *s)
{
	memcpy(s->definition, q->digest, sizeof(s->definition));
	return (s->questionnaire = wipe_strdup(q->id)) != NULL &&
	    (s->version = wipe_strdup(q->version)) != NULL;
}

static void
take_all(const struct answers *a, const struct json_source *src,
    const struct questionnaire *q, struct statement *s)
{
	enum { QUESTIONNAIRE, ROUND, ORGANISATION, ANSWERS, ATTACHMENTS, N };
	static const struct json_member members[N] = {
		[QUESTIONNAIRE] = { "questionnaire", JSON_KIND_TEXT, true },
		[ROUND] = { "round", JSON_KIND_TEXT, true },
		[ORGANISATION] = { "organisation", JSON_KIND_OBJECT, true },
		[ANSWERS] = { "answers", JSON_KIND_OBJECT, true },
		[ATTACHMENTS] = { "attachments", JSON_KIND_LIST, false },
	};
	const json_t *m[N];

	(void)json_members(src, "", a->root, members, N, m);
	(void)json_take_id(src, "round", m[ROUND], &s->round);
	if (m[ORGANISATION] != NULL)
		take_organisation(src, m[ORGANISATION], s);
	if (!check_questionnaire(src, m[QUESTIONNAIRE], q))
		return;		/* all else would be mistakes, too */
	if (m[ANSWERS] != NULL)
		take_answers(src, m[ANSWERS], q, s);
	if (m[ATTACHMENTS] != NULL)
		evidence_read(src, m[ATTACHMENTS], a->name,
		    LIMIT_STATEMENT - LIMIT_ANSWERS_FILE, s);
}

/* In the order in which a person goes through the file; those on one line
 * stay as they were found. */
static void
sort_by_line(struct err_list *list)
{
	for (size_t i = 1; i < list->len; i++) {
		struct err e = list->v[i];
		size_t j = i;

		for (; j > 0 && list->v[j - 1].at > e.at; j--)
			list->v[j] = list->v[j - 1];
		list->v[j] = e;
	}
}

enum err_code
answers_statement(const struct answers *a, const struct questionnaire *q,
    struct statement *out, struct err_list *mistakes)
{
	struct err_list own = { 0 };
	const struct json_source src = { a->text.data, a->text.len, &own };
	struct statement s = { 0 };
	enum err_code rc = ERR_OK;

	if (!take_definition(q, &s))
		json_mistake(&src, ERR_NO_MEMORY, "", "an id");
	take_all(a, &src, q, &s);
	sort_by_line(&own);
	if (own.len != 0)
		rc = own.v[0].code;
	else if (own.over != 0)
		rc = ERR_NO_MEMORY;	/* not even for the mistakes */
	if (rc != ERR_OK) {
		statement_wipe(&s);
		mistakes->over += own.over;
	}
	for (size_t i = 0; i < own.len; i++)
		err_list_add(mistakes, &own.v[i]);
	*out = s;
	err_list_wipe(&own);
	return rc;
}
