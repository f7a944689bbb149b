/* SPDX-License-Identifier: EUPL-1.2 */
#include "format/given_tell.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/wipe.h"
#include "format/nearest.h"
#include "format/text.h"

/* The answer that a path "answers.ID" or "answers.ID[n]" is about, or NULL;
 * *rest is what follows the id. */
static struct given *
find_given(const struct given_list *list, const char *path,
    const char **rest)
{
	static const char start[] = "answers.";
	size_t len;

	if (strncmp(path, start, sizeof(start) - 1) != 0)
		return NULL;
	path += sizeof(start) - 1;
	for (size_t i = 0; i < list->n; i++) {
		len = strlen(list->v[i].id);
		if (strncmp(path, list->v[i].id, len) == 0 &&
		    (path[len] == '\0' || path[len] == '[')) {
			*rest = path + len;
			return &list->v[i];
		}
	}
	return NULL;
}

/* Options are sorted in a statement: the nth there is which one here? */
static size_t
index_in_file(const struct given *g, const char *option)
{
	size_t n = json_array_size(g->value), i;
	struct err e = { 0 };
	bool same = false;
	const json_t *v;
	char *id;

	for (i = 0; i < n && !same; i++) {
		v = json_array_get(g->value, i);
		id = NULL;
		if (json_is_string(v) && text_line(json_string_value(v),
		    json_string_length(v), LIMIT_TEXT, "", &id, &e) == ERR_OK)
			same = strcmp(id, option) == 0;
		err_clear(&e);
		wipe_free(id);
	}
	return same ? i - 1 : 0;
}

static void
option_hint(const struct question *question, const char *given,
    char out[static NEAREST_HINT_LEN])
{
	struct nearest nearest = nearest_to(given);

	for (size_t i = 0; i < question->n_options; i++)
		nearest_offer(&nearest, question->options[i].id);
	nearest_hint(&nearest, out);
}

/* Does this question follow one whose answer nobody can know? */
static bool
follows_faulty(const struct given_list *list, const struct questionnaire *q,
    const char *path)
{
	const struct question *question;
	const struct given *g;

	if (strncmp(path, "answers.", 8) != 0 ||
	    (question = questionnaire_find(q, path + 8)) == NULL ||
	    question->follows == SIZE_MAX)
		return false;
	for (size_t i = 0; i < list->n; i++) {
		g = &list->v[i];
		if ((g->faulty || g->doubtful) && strcmp(g->id,
		    q->questions[question->follows].id) == 0)
			return true;
	}
	return false;
}

static void
tell(const struct json_source *src, const struct given_list *list,
    const struct statement *s, const struct questionnaire *q,
    const struct err *m)
{
	char path[JSON_PATH_LEN], at[JSON_PATH_LEN];
	char hint[NEAREST_HINT_LEN] = "";
	const struct question *question;
	const char *rest = "", *option = NULL;
	const struct answer *answer;
	const struct given *g;
	unsigned long n;

	if ((g = find_given(list, m->where, &rest)) == NULL) {
		if (m->code != ERR_ANSWER_MISSING ||
		    !follows_faulty(list, q, m->where))
			json_mistake(src, m->code, m->where, "%s", m->msg);
		return;
	}
	if ((g->faulty && (*rest == '\0' || m->code != ERR_OPTION_UNKNOWN)) ||
	    (m->code == ERR_ANSWER_UNASKED &&
	    follows_faulty(list, q, m->where)))
		return;
	json_path(path, "answers", g->key);
	answer = statement_answer(s, g->id);
	(void)snprintf(at, sizeof(at), "%s", path);
	if (answer != NULL && *rest == '[') {
		n = strtoul(rest + 1, NULL, 10);
		if (n < answer->n_options) {
			option = answer->options[n];
			json_path_index(at, path, index_in_file(g, option));
		}
	} else if (answer != NULL)
		option = answer->text;
	question = questionnaire_find(q, g->id);
	if (m->code == ERR_OPTION_UNKNOWN && option != NULL &&
	    question != NULL)
		option_hint(question, option, hint);
	json_mistake(src, m->code, at, "%s%s", m->msg, hint);
}

void
given_tell(const struct json_source *src, struct given_list *list,
    const struct statement *s, const struct questionnaire *q,
    const struct err_list *found)
{
	struct given *g;
	const char *rest;

	for (size_t i = 0; i < found->len; i++)
		if (found->v[i].code == ERR_OPTION_UNKNOWN &&
		    (g = find_given(list, found->v[i].where, &rest)) != NULL)
			g->doubtful = true;
	for (size_t i = 0; i < found->len; i++)
		tell(src, list, s, q, &found->v[i]);
	src->mistakes->over += found->over;
}
