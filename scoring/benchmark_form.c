/* SPDX-License-Identifier: EUPL-1.2 */
/* The benchmark as a document: writing it, and reading anybody's. */
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/limits.h"
#include "base/wipe.h"
#include "format/json.h"
#include "format/json_take.h"
#include "format/member.h"
#include "scoring/benchmark.h"
#include "scoring/part.h"
#include "scoring/report/groups.h"

#define VERSION		1
/* Organisations: far more than there are. */
#define MOST		100000000

/* --- writing -------------------------------------------------------------- */

static json_t *
group_json(const struct sheet_layout *l, const struct benchmark_group *g)
{
	char id[BENCHMARK_ID_LEN];
	const char *kind = g->kind < 0 ? NULL :
	    organisation_kind_name((enum organisation_kind)g->kind);

	benchmark_id(g, id);
	return json_pack("{s:s, s:s*, s:I, s:I, s:o}", "id", id,
	    "kind", kind, "best", (json_int_t)g->best, "organisations",
	    (json_int_t)g->len, "answers", sheet_json(l, &g->sheet));
}

static json_t *
groups_json(const struct sheet_layout *l, const struct benchmark *b)
{
	json_t *list = json_array();

	for (size_t i = 0; i < b->n_groups && list != NULL; i++)
		if (json_array_append_new(list, group_json(l,
		    &b->groups[i])) != 0) {
			json_decref(list);
			list = NULL;
		}
	return list;
}

enum err_code
benchmark_write(const struct sheet_layout *l, const struct benchmark *b,
    struct buf *out, struct err *e)
{
	const size_t before = out->len;
	json_t *doc = json_pack("{s:s, s:i, s:o, s:s, s:s, s:o, s:o}",
	    "format", BENCHMARK_FORMAT, "version", VERSION,
	    "questionnaire", part_questionnaire(l->q),
	    "round", b->round,
	    "environment", environment_name(b->environment),
	    "settings", part_settings(&b->limits),
	    "groups", groups_json(l, b));
	const enum err_code code = part_write(doc, out, e);

	json_decref(doc);
	if (code == ERR_OK && out->len - before > LIMIT_BENCHMARK)
		return err_set(e, ERR_TOO_LARGE, _("benchmark"), 0, NULL);
	return code;
}

/* --- reading -------------------------------------------------------------- */

/* What is being read; its mistakes are in src's list. */
struct reading {
	const struct json_source *src;
	const struct sheet_layout *l;
	struct benchmark *out;
};

static bool
wrong(const struct reading *r, const char *path, const char *what)
{
	json_mistake(r->src, ERR_FIELD_VALUE, path, "%s", what);
	return false;
}

static bool
take_size(const struct reading *r, const char *path, const json_t *v,
    int64_t most, size_t *out)
{
	int64_t n = 0;

	if (!json_take_whole(r->src, path, v, 0, most, &n))
		return false;
	*out = (size_t)n;
	return true;
}

/* Of this questionnaire and no other; *code tells when it is another's. */
static bool
take_questionnaire(const struct reading *r, const json_t *o,
    enum err_code *code)
{
	enum { ID, VERSION_ID, SHA256, TITLE };
	static const struct json_member members[] = {
		{ "id", JSON_KIND_TEXT, true },
		{ "version", JSON_KIND_TEXT, true },
		{ "sha256", JSON_KIND_TEXT, true },
		{ "title", JSON_KIND_TEXT, true },
	};
	const struct questionnaire *q = r->l->q;
	const json_t *v[4];
	uint8_t digest[32];

	if (!json_members(r->src, "questionnaire", o, members, 4, v))
		return false;
	if (!member_from_hex(json_string_value(v[SHA256]), digest,
	    sizeof(digest)))
		return wrong(r, "questionnaire.sha256",
		    _("it must be 64 hexadecimal digits"));
	if (strcmp(json_string_value(v[ID]), q->id) != 0)
		*code = ERR_BENCHMARK_OTHER;
	else if (memcmp(digest, q->digest, sizeof(digest)) != 0)
		*code = ERR_QUESTIONNAIRE_DIGEST;
	else if (strcmp(json_string_value(v[VERSION_ID]), q->version) != 0)
		return wrong(r, "questionnaire.version",
		    _("the definition with that digest has another one"));
	else if (strcmp(json_string_value(v[TITLE]), q->title) != 0)
		return wrong(r, "questionnaire.title",
		    _("the definition with that digest has another one"));
	return true;
}

static bool
take_settings(const struct reading *r, const json_t *o)
{
	static const struct json_member members[] = {
		{ "least", JSON_KIND_WHOLE, true },
		{ "best", JSON_KIND_WHOLE, true },
		{ "percent", JSON_KIND_WHOLE, true },
	};
	struct scoring_limits *to = &r->out->limits;
	const json_t *v[3];
	size_t percent = 0;

	if (!json_members(r->src, "settings", o, members, 3, v) ||
	    !take_size(r, "settings.least", v[0], MOST, &to->least) ||
	    !take_size(r, "settings.best", v[1], MOST, &to->best) ||
	    !take_size(r, "settings.percent", v[2], 99, &percent))
		return false;
	to->percent = (unsigned)percent;
	return true;
}

static bool
take_answers(const struct reading *r, const char *path, const json_t *v,
    struct benchmark_group *g)
{
	struct err found = { 0 };

	if (sheet_of_json(r->l, path, v, &g->sheet, &found) == ERR_OK &&
	    score_sheet(r->l, &g->sheet, &g->score, &found) == ERR_OK)
		return true;
	json_mistake(r->src, found.code, found.where, "%s", found.msg);
	return false;
}

/* Is it the one that its id tells, and there only once? */
static bool
check_group(const struct reading *r, const char *path,
    const struct benchmark_group *g, const char *id)
{
	char right[BENCHMARK_ID_LEN];

	benchmark_id(g, right);
	if (strcmp(id, right) != 0)
		return wrong(r, path, _("its id is another one's"));
	if (g->len == 0 || g->len < g->best || g->len < r->out->limits.least)
		return wrong(r, path, _("it has too few organisations"));
	for (const struct benchmark_group *o = r->out->groups; o < g; o++)
		if (o->kind == g->kind && (o->best > 0) == (g->best > 0))
			return wrong(r, path, _("it is there already"));
	return true;
}

static bool
take_group(const struct reading *r, const char *path, const json_t *o)
{
	enum { ID, KIND, BEST, ORGANISATIONS, ANSWERS, N };
	static const struct json_member members[N] = {
		{ "id", JSON_KIND_TEXT, true },
		{ "kind", JSON_KIND_TEXT, false },
		{ "best", JSON_KIND_WHOLE, true },
		{ "organisations", JSON_KIND_WHOLE, true },
		{ "answers", JSON_KIND_OBJECT, true },
	};
	struct benchmark_group *g = &r->out->groups[r->out->n_groups];
	char at[JSON_PATH_LEN];
	const json_t *v[N];

	if (!json_members(r->src, path, o, members, N, v))
		return false;
	r->out->n_groups++;
	g->kind = -1;
	json_path(at, path, "kind");
	if (v[KIND] != NULL && (g->kind = organisation_kind_parse(
	    json_string_value(v[KIND]))) == -1)
		return wrong(r, at, _("there is no such kind"));
	json_path(at, path, "best");
	if (!take_size(r, at, v[BEST], MOST, &g->best))
		return false;
	json_path(at, path, "organisations");
	if (!take_size(r, at, v[ORGANISATIONS], MOST, &g->len) ||
	    !check_group(r, path, g, json_string_value(v[ID])))
		return false;
	json_path(at, path, "answers");
	return take_answers(r, at, v[ANSWERS], g);
}

static bool
take_groups(const struct reading *r, const json_t *list)
{
	char path[JSON_PATH_LEN];
	const json_t *o;
	size_t i;

	if (json_array_size(list) > 2 * GROUPS)
		return wrong(r, "groups", _("there are more than can be"));
	r->out->groups = calloc(2 * GROUPS, sizeof(*r->out->groups));
	if (r->out->groups == NULL) {
		json_mistake(r->src, ERR_NO_MEMORY, "groups", "%s", "");
		return false;
	}
	json_array_foreach(list, i, o) {
		json_path_index(path, "groups", i);
		if (!take_group(r, path, o))
			return false;
	}
	return true;
}

static bool
take_environment(const struct reading *r, const json_t *v)
{
	int which = environment_parse(json_string_value(v));

	if (which == -1)
		return wrong(r, "environment",
		    _("there is no such environment"));
	r->out->environment = (enum environment)which;
	return true;
}

static bool
take_all(const struct reading *r, const json_t *o, enum err_code *code)
{
	enum { FORMAT, FORM, QUESTIONNAIRE, ROUND, ENVIRONMENT, SETTINGS,
	    LIST, N };
	static const struct json_member members[N] = {
		{ "format", JSON_KIND_TEXT, true },
		{ "version", JSON_KIND_WHOLE, true },
		{ "questionnaire", JSON_KIND_OBJECT, true },
		{ "round", JSON_KIND_TEXT, true },
		{ "environment", JSON_KIND_TEXT, true },
		{ "settings", JSON_KIND_OBJECT, true },
		{ "groups", JSON_KIND_LIST, true },
	};
	const json_t *v[N];

	if (!json_members(r->src, "", o, members, N, v))
		return false;
	if (strcmp(json_string_value(v[FORMAT]), BENCHMARK_FORMAT) != 0)
		return wrong(r, "format", _("it is no benchmark"));
	if (json_integer_value(v[FORM]) != VERSION)
		return wrong(r, "version",
		    _("this program does not know that version"));
	/* Answers mean nothing with another definition. */
	return take_questionnaire(r, v[QUESTIONNAIRE], code) &&
	    (*code != ERR_OK || (json_take_id(r->src, "round", v[ROUND],
	    &r->out->round) && take_environment(r, v[ENVIRONMENT]) &&
	    take_settings(r, v[SETTINGS]) && take_groups(r, v[LIST])));
}

/* The first mistake as the error of the whole. */
static enum err_code
first_mistake(const struct err_list *mistakes, const char *name,
    struct err *e)
{
	const struct err *m = mistakes->v;

	if (mistakes->len == 0 || m->code == ERR_NO_MEMORY)
		return err_set(e, ERR_NO_MEMORY, name, 0, NULL);
	return err_set(e, ERR_BENCHMARK, name, m->at, "%s: %s", m->where,
	    m->msg[0] != '\0' ? m->msg : _(err_sentence(m->code)));
}

static const char *
other_id(const json_t *o)
{
	return json_string_value(json_object_get(json_object_get(o,
	    "questionnaire"), "id"));
}

enum err_code
benchmark_parse(const uint8_t *json, size_t len, const char *name,
    const struct sheet_layout *l, struct benchmark *out, struct err *e)
{
	struct err_list mistakes = { 0 };
	const struct json_source src = { json, len, &mistakes };
	const struct reading r = { &src, l, out };
	struct err found = { 0 };
	json_t *o = NULL;
	enum err_code code = ERR_OK;

	if (len > LIMIT_BENCHMARK)
		return err_set(e, ERR_BENCHMARK, name, 0,
		    _("it has more than %u bytes"), LIMIT_BENCHMARK);
	if (json_read(json, len, name, &o, &found) != ERR_OK)
		code = err_set(e, found.code == ERR_JSON ? ERR_BENCHMARK :
		    found.code, name, found.at, "%s", found.msg);
	else if (!take_all(&r, o, &code))
		code = first_mistake(&mistakes, name, e);
	else if (code == ERR_BENCHMARK_OTHER)
		err_set(e, code, name, 0, _("it is for '%.60s', and these "
		    "answers are for '%.60s'"), other_id(o), l->q->id);
	else if (code != ERR_OK)
		err_set(e, code, name, 0, _("the benchmark is for another "
		    "edition of the questionnaire"));
	if (code != ERR_OK)
		benchmark_wipe(out);
	json_decref(o);
	err_list_wipe(&mistakes);
	return code;
}
