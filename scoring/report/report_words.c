/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/report/report_words.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "scoring/words.h"

static long long
setting(const json_t *doc, const char *key)
{
	return (long long)json_integer_value(json_object_get(json_object_get(
	    doc, "settings"), key));
}

static bool
is(const json_t *doc, const char *result)
{
	const char *s = json_string_value(json_object_get(json_object_get(doc,
	    "questionnaire"), "result"));

	return s != NULL && strcmp(s, result) == 0;
}

/* A sentence with one number in it. */
static void
add_number(struct buf *out, const char *fmt, long long n)
{
	char text[512];

	(void)snprintf(text, sizeof(text), fmt, n);
	buf_add_str(out, text);
}

bool
report_unprotected(const json_t *doc)
{
	return setting(doc, "least") < 2;
}

void
report_promise(const json_t *doc, struct buf *out)
{
	if (report_unprotected(doc))
		add_number(out, _("No protection: with --least=%lld the figures "
		    "of a single organisation are shown. Not to be passed "
		    "on."), setting(doc, "least"));
	else
		add_number(out, _("The picture of all. Groups of fewer than "
		    "%lld organisations are not shown, nor what tells of "
		    "them."), setting(doc, "least"));
}

/* Kinds of groups[0], and the groups that are none of these. */
void
report_all_are(const json_t *doc, struct buf *out)
{
	const json_t *groups = json_object_get(doc, "groups"), *group, *kind;
	const json_t *kinds = json_object_get(json_array_get(groups, 0),
	    "kinds");
	const char *id, *name;
	size_t i, j, outside = 0;
	bool within;

	if (json_array_size(kinds) == 0)
		return;
	buf_add_str(out, _("All organisations are:"));
	json_array_foreach(kinds, i, kind) {
		name = json_string_value(kind);
		buf_add_str(out, i != 0 ? ", " : " ");
		buf_add_str(out, name != NULL ? words_group(name) : "");
	}
	buf_add_str(out, ".");
	json_array_foreach(groups, i, group) {
		id = json_string_value(json_object_get(group, "id"));
		within = i == 0 || id == NULL;
		json_array_foreach(kinds, j, kind) {
			name = json_string_value(kind);
			within |= !within && name != NULL &&
			    strcmp(name, id) == 0;
		}
		if (within)
			continue;
		buf_add_str(out, outside++ == 0 ? " " : ", ");
		if (outside == 1) {
			buf_add_str(out, _("Not among them, and only told of "
			    "by themselves:"));
			buf_add_str(out, " ");
		}
		buf_add_str(out, words_group(id));
	}
	buf_add_str(out, outside != 0 ? "." : "");
}

void
report_spread_is(const json_t *doc, struct buf *out)
{
	buf_add_str(out, _("Organisations are put in order of their results; "
	    "each figure is a mean of those in a tenth, or in the middle."));
	buf_add_str(out, " ");
	buf_add_str(out, is(doc, "levels") ?
	    _("Of all areas together it is the result number: the level, and "
	    "behind the decimal point what comes after it, the areas' levels "
	    "and the points; so it is no mean level. Of an area it is the "
	    "level.") :
	    _("It is the mean, of all areas together and of each."));
}

void
report_hidden_is(const json_t *doc, struct buf *out)
{
	if (report_unprotected(doc)) {
		report_promise(doc, out);
		return;
	}
	add_number(out, _("“hidden”: the figure would be about a group of "
	    "fewer than %lld organisations."), setting(doc, "least"));
	buf_add_str(out, " ");
	buf_add_str(out, _("“hidden*”: with it, such a figure could be computed "
	    "from others."));
	buf_add_str(out, " ");
	buf_add_str(out, _("How many of a group that is large enough have done "
	    "something may be a smaller number: that tells that there are some, "
	    "not who."));
}

void
report_assumed(const json_t *doc, struct buf *out)
{
	const json_t *list = json_object_get(doc, "assumed"), *one;
	size_t i;

	json_array_foreach(list, i, one) {
		if (!json_is_string(one))
			continue;
		buf_add_str(out, words_assumed(json_string_value(one)));
		buf_add_str(out, "; ");
	}
	add_number(out, _("that groups of fewer than %lld are not shown"),
	    setting(doc, "least"));
	if (!is(doc, "counts")) {
		buf_add_str(out, "; ");
		add_number(out, _("that the best are %lld"),
		    setting(doc, "best"));
	}
	if (is(doc, "levels")) {
		buf_add_str(out, "; ");
		buf_add_str(out, _("how the result number of a spread is "
		    "made"));
	}
}
