/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/document.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/wipe.h"
#include "format/json.h"
#include "format/member.h"
#include "format/text.h"

#define STATEMENT	"submission.statement."

void
document_wipe(struct document *d)
{
	wipe_free(d->name);
	wipe_free(d->round);
	sheet_wipe(&d->sheet);
	memset(d, 0, sizeof(*d));
}

/* A document that is being read: the first thing that is wrong ends it. */
struct reading {
	const json_t *root;
	const char *name;	/* of the file */
	struct err *e;
	enum err_code code;
};

static void __attribute__((format(printf, 3, 4)))
wrong(struct reading *r, const char *path, const char *fmt, ...)
{
	char msg[ERR_MSG_LEN];
	va_list ap;

	if (r->code != ERR_OK)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	r->code = err_set(r->e, ERR_DOCUMENT, r->name, 0, "%s: %s", path,
	    msg);
}

/* The value at a path of members, "late" or "submission.id"; NULL: there is
 * none. */
static const json_t *
find(const struct reading *r, const char *path)
{
	const json_t *v = r->root;
	const char *dot;

	for (; v != NULL && (dot = strchr(path, '.')) != NULL; path = dot + 1)
		v = json_object_getn(v, path, (size_t)(dot - path));
	return v != NULL ? json_object_get(v, path) : NULL;
}

/* One that must be there, and of that kind; else NULL, and r has failed. */
static const json_t *
need(struct reading *r, const char *path, json_type type)
{
	const json_t *v;

	if (r->code != ERR_OK)
		return NULL;
	if ((v = find(r, path)) == NULL)
		wrong(r, path, "%s", _("it is missing"));
	else if (json_typeof(v) != type) {
		wrong(r, path, _("it cannot be %s"), json_kind_name(v));
		v = NULL;
	}
	return v;
}

/* Never NULL; "" when r has failed. */
static const char *
need_text(struct reading *r, const char *path)
{
	const json_t *v = need(r, path, JSON_STRING);

	return v != NULL ? json_string_value(v) : "";
}

static void
take_hex(struct reading *r, const char *path, uint8_t *out, size_t len)
{
	const char *hex = need_text(r, path);

	if (r->code == ERR_OK && !member_from_hex(hex, out, len))
		wrong(r, path, _("it must be %zu hexadecimal digits"),
		    2 * len);
}

static void
take_id(struct reading *r, const char *path, char out[static LIMIT_ID + 1])
{
	const char *id = need_text(r, path);
	const size_t len = strlen(id);

	if (r->code != ERR_OK)
		return;
	if (text_id_valid(id, len))
		memcpy(out, id, len + 1);
	else
		wrong(r, path, _("an id has 1 to %u of A-Z a-z 0-9 . _ -"),
		    LIMIT_ID);
}

static void
take_copy(struct reading *r, const char *text, char **out)
{
	if (r->code == ERR_OK && (*out = wipe_strdup(text)) == NULL)
		r->code = err_set(r->e, ERR_NO_MEMORY, r->name, 0, NULL);
}

/* --- what it is ----------------------------------------------------------- */

static void
take_head(struct reading *r, struct document_head *head)
{
	const json_t *version;

	memset(head, 0, sizeof(*head));
	if (strcmp(need_text(r, "format"), DOCUMENT_FORMAT) != 0)
		wrong(r, "format", _("it must be \"%s\""), DOCUMENT_FORMAT);
	version = need(r, "version", JSON_INTEGER);
	if (r->code == ERR_OK && json_integer_value(version) !=
	    DOCUMENT_VERSION)
		wrong(r, "version", _("this program reads version %d"),
		    DOCUMENT_VERSION);
	take_id(r, STATEMENT "questionnaire.id", head->questionnaire);
	take_hex(r, STATEMENT "questionnaire.sha256", head->sha256,
	    sizeof(head->sha256));
	take_id(r, STATEMENT "round", head->round);
}

/* The text as JSON; for json_decref. */
static enum err_code
parse(const uint8_t *json, size_t len, const char *name, json_t **out,
    struct err *e)
{
	struct err found = { 0 };

	if (json_read(json, len, name, out, &found) == ERR_OK)
		return ERR_OK;
	/* It is no file of a person's, for whom the other code's hint is. */
	return err_set(e, found.code == ERR_JSON ? ERR_DOCUMENT : found.code,
	    name, found.at, "%s", found.msg);
}

enum err_code
document_head_parse(const uint8_t *json, size_t len, const char *name,
    struct document_head *head, struct err *e)
{
	struct reading r = { .name = name, .e = e };
	json_t *root = NULL;

	memset(head, 0, sizeof(*head));
	if ((r.code = parse(json, len, name, &root, e)) == ERR_OK) {
		r.root = root;
		take_head(&r, head);
	}
	json_decref(root);
	return r.code;
}

/* --- who, and what -------------------------------------------------------- */

static void
take_organisation(struct reading *r, struct document *out)
{
	static const char number_path[] = STATEMENT "organisation.number";
	static const char name_path[] = STATEMENT "organisation.name";
	static const char kind_path[] = STATEMENT "organisation.kind";
	const char *number = need_text(r, number_path);
	const char *name = need_text(r, name_path);
	const char *kind = need_text(r, kind_path);
	int which;

	if (r->code != ERR_OK)
		return;
	if (!orgnr_parse(number, out->number) ||
	    strcmp(number, out->number) != 0)
		wrong(r, number_path, _("it is no organisation number of ten "
		    "digits"));
	if (text_line_check(name, strlen(name), LIMIT_NAME) != ERR_OK)
		wrong(r, name_path, _("it is no name of at most %u "
		    "characters"), LIMIT_NAME);
	if ((which = organisation_kind_parse(kind)) == -1)
		wrong(r, kind_path, _("there is no such kind"));
	else
		out->kind = (enum organisation_kind)which;
	take_copy(r, name, &out->name);
}

static void
take_position(struct reading *r, struct document *out)
{
	const json_t *v = find(r, "position");

	out->position = -1;
	if (r->code != ERR_OK || v == NULL)
		return;
	if (!json_is_integer(v) || json_integer_value(v) < 0)
		wrong(r, "position", _("it must be a whole number"));
	else
		out->position = json_integer_value(v);
}

static void
take_late(struct reading *r, struct document *out)
{
	const json_t *v = find(r, "late");

	if (r->code == ERR_OK && !json_is_boolean(v))
		wrong(r, "late", _("it must be true or false"));
	out->late = json_is_true(v);
}

static void
take_answers(struct reading *r, const struct sheet_layout *l,
    struct document *out)
{
	static const char path[] = STATEMENT "answers";
	const json_t *answers = need(r, path, JSON_OBJECT);
	struct err found = { 0 };

	if (r->code != ERR_OK || sheet_of_json(l, path, answers, &out->sheet,
	    &found) == ERR_OK)
		return;
	if (found.code == ERR_NO_MEMORY)
		r->code = err_set(r->e, found.code, r->name, 0, NULL);
	else
		wrong(r, found.where, "%s", found.msg[0] != '\0' ?
		    found.msg : _(err_sentence(found.code)));
}

static void
take_rest(struct reading *r, const struct sheet_layout *l,
    const struct document_head *head, struct document *out)
{
	static const char environment_path[] = "submission.environment";
	const char *environment = need_text(r, environment_path);
	const int which = environment_parse(environment);

	if (r->code == ERR_OK && which == -1)
		wrong(r, environment_path, _("there is no such environment"));
	out->environment = which == ENVIRONMENT_PRODUCTION ?
	    ENVIRONMENT_PRODUCTION : ENVIRONMENT_TEST;
	take_hex(r, "sealed.sha256", out->sealed, sizeof(out->sealed));
	take_hex(r, "submission.id", out->submission,
	    sizeof(out->submission));
	take_hex(r, "fingerprint", out->fingerprint,
	    sizeof(out->fingerprint));
	take_copy(r, head->round, &out->round);
	take_organisation(r, out);
	take_position(r, out);
	take_late(r, out);
	take_answers(r, l, out);
}

enum err_code
document_parse(const uint8_t *json, size_t len, const char *name,
    const struct sheet_layout *l, struct document *out,
    struct document_head *head, struct err *e)
{
	struct reading r = { .name = name, .e = e };
	json_t *root = NULL;

	memset(head, 0, sizeof(*head));
	if ((r.code = parse(json, len, name, &root, e)) != ERR_OK)
		return r.code;
	r.root = root;
	take_head(&r, head);
	if (r.code == ERR_OK && strcmp(head->questionnaire, l->q->id) != 0)
		r.code = err_set(e, ERR_QUESTIONNAIRE_UNKNOWN, name, 0,
		    _("it is for '%s', not for '%s'"), head->questionnaire,
		    l->q->id);
	else if (r.code == ERR_OK && memcmp(head->sha256, l->q->digest,
	    sizeof(head->sha256)) != 0)
		r.code = err_set(e, ERR_QUESTIONNAIRE_DIGEST, name, 0, NULL);
	else if (r.code == ERR_OK)
		take_rest(&r, l, head, out);
	if (r.code != ERR_OK)
		document_wipe(out);
	json_decref(root);
	return r.code;
}
