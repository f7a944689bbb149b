/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/words.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"

#define N_OF(a)	(sizeof(a) / sizeof((a)[0]))

/* A name in documents, and what people call it. */
struct word {
	const char *name, *said;
};

static const char *
find(const struct word *words, size_t n, const char *name, size_t len)
{
	for (size_t i = 0; i < n; i++)
		if (strlen(words[i].name) == len &&
		    strncmp(words[i].name, name, len) == 0)
			return _(words[i].said);
	return NULL;
}

static const struct word groups[] = {
	{ "all", N_("all organisations") },
	{ "kommun", N_("municipalities") },
	{ "region", N_("regions") },
	{ "myndighet", N_("agencies") },
	{ "nis", N_("NIS providers") },
	{ "annan", N_("others") },
};

const char *
words_group(const char *id)
{
	const char *said = find(groups, N_OF(groups), id, strlen(id));

	return said != NULL ? said : id;
}

void
words_group_best(const char *id, int64_t best,
    char out[static WORDS_GROUP_LEN])
{
	size_t len = strcspn(id, "-");
	const char *said = find(groups, N_OF(groups), id, len);

	if (said == NULL)
		said = id;
	if (best > 0)
		(void)snprintf(out, WORDS_GROUP_LEN,
		    _("the %lld best of %.80s"), (long long)best, said);
	else
		(void)snprintf(out, WORDS_GROUP_LEN, "%.80s", said);
}

const char *
words_no_group(const json_t *feedback)
{
	const json_t *benchmark = json_object_get(feedback, "benchmark");
	const char *group = json_string_value(json_object_get(benchmark,
	    "group"));

	if (benchmark == NULL)
		return _("The benchmark has no group for an organisation of "
		    "this kind.");
	return group != NULL && strcmp(group, "all") == 0 ?
	    _("The benchmark has no group of organisations of this kind; they "
	    "are compared with all.") : NULL;
}

const char *
words_assumed(const char *what)
{
	static const struct word words[] = {
		{ "demands", N_("what the levels demand") },
		{ "points", N_("how many points there are for what") },
		{ "means", N_("how the means are taken") },
		{ "questions", N_("the wording of questions and options") },
	};
	const char *said = find(words, N_OF(words), what, strlen(what));

	return said != NULL ? said : what;
}
