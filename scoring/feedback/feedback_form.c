/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The feedback document as bytes.  Reading is for documents of anybody: what
 * it lets through, renderers take apart without looking twice.
 */
#include <string.h>

#include "base/i18n.h"
#include "base/limits.h"
#include "format/json.h"
#include "format/json_scan.h"
#include "format/text.h"
#include "scoring/feedback/feedback.h"
#include "scoring/feedback/feedback_shape.h"
#include "scoring/part.h"

/* --- does a document have it? --------------------------------------------- */

/* What is being read; the first fault ends it. */
struct reader {
	const struct json_source *src;
	const char *name;
	const json_t *areas;	/* the document's, as they are */
	struct err *e;
};

static bool check_object(struct reader *r, const char *path,
    const struct shape *shape, const json_t *o);

/* False, always. */
static bool
refuse(struct reader *r, const char *path, const char *what)
{
	err_set(r->e, ERR_FEEDBACK, r->name, json_line(r->src->text,
	    r->src->len, path), "%.200s: %s", path, what);
	return false;
}

static bool
is_word(const json_t *v, const char *const *words)
{
	for (size_t i = 0; words[i] != NULL; i++)
		if (json_is_string(v) &&
		    strcmp(json_string_value(v), words[i]) == 0)
			return true;
	return false;
}

static bool
is_area(const json_t *areas, const json_t *v)
{
	const json_t *a;
	size_t i;

	json_array_foreach(areas, i, a)
		if (json_is_string(v) && json_equal(v,
		    json_object_get(a, "id")))
			return true;
	return false;
}

/* One line in its normal form, as all labels and names are; so that nothing
 * can be hidden in it. */
static bool
is_text(const json_t *v)
{
	return json_is_string(v) && text_line_check(json_string_value(v),
	    json_string_length(v), LIMIT_TEXT) == ERR_OK;
}

static bool
is_number(const json_t *v, double least, double most)
{
	return json_is_number(v) && json_number_value(v) >= least &&
	    json_number_value(v) <= most;
}

static bool
check_list(struct reader *r, const char *path, const struct shape *members,
    const json_t *list)
{
	char inner[JSON_PATH_LEN];
	const json_t *v;
	size_t i;

	if (!json_is_array(list))
		return refuse(r, path, _("it is no list"));
	json_array_foreach(list, i, v) {
		json_path_index(inner, path, i);
		if (members != NULL ? !check_object(r, inner, members, v) :
		    !is_text(v) && !refuse(r, inner, _("it is no text")))
			return false;
	}
	return true;
}

static bool
check_answer(struct reader *r, const char *path, const json_t *v)
{
	if (json_is_array(v))
		return check_list(r, path, feedback_shape_option, v);
	if (json_is_true(v) || json_is_integer(v))
		return true;
	return refuse(r, path, _("it is no answer"));
}

static bool
check_value(struct reader *r, const char *path, const struct shape *shape,
    const json_t *v)
{
	bool good = false;

	switch (shape->kind) {
	case SHAPE_OBJECT:
		return check_object(r, path, shape->members, v);
	case SHAPE_LIST:
		return check_list(r, path, shape->members, v);
	case SHAPE_TEXTS:
		return check_list(r, path, NULL, v);
	case SHAPE_ANSWER:
		return check_answer(r, path, v);
	case SHAPE_TEXT:
		good = is_text(v);
		break;
	case SHAPE_WHOLE:
		good = json_is_integer(v) && is_number(v, 0, SHAPE_MOST);
		break;
	case SHAPE_LEVEL:
		good = json_is_integer(v) && is_number(v, 0, LIMIT_LEVEL);
		break;
	case SHAPE_VALUE:
		good = json_is_integer(v) && is_number(v, -LIMIT_POINTS,
		    LIMIT_POINTS);
		break;
	case SHAPE_NUMBER:
		good = is_number(v, 0, LIMIT_POINTS);
		break;
	case SHAPE_BOOL:
		good = json_is_boolean(v);
		break;
	case SHAPE_WORD:
		good = is_word(v, shape->words);
		break;
	case SHAPE_AREA:
		good = is_area(r->areas, v);
		break;
	}
	return good || refuse(r, path, _("that cannot be there"));
}

/* Members that it does not know are those of a later version. */
static bool
check_object(struct reader *r, const char *path, const struct shape *shape,
    const json_t *o)
{
	char inner[JSON_PATH_LEN];
	const json_t *v;

	if (!json_is_object(o))
		return refuse(r, path, _("it is no object"));
	for (; shape->name != NULL; shape++) {
		json_path(inner, path, shape->name);
		if ((v = json_object_get(o, shape->name)) == NULL) {
			if (!shape->optional)
				return refuse(r, inner, _("it is missing"));
		} else if (!check_value(r, inner, shape, v))
			return false;
	}
	return true;
}

static json_int_t
whole_at(const json_t *doc, const char *object, const char *key)
{
	return json_integer_value(json_object_get(json_object_get(doc,
	    object), key));
}

/* What there is a scale of: a chart has no room for what is not on it. */
static bool
check_scales(struct reader *r, const json_t *doc)
{
	if (json_object_get(doc, "level") != NULL &&
	    whole_at(doc, "level", "of") == 0)
		return refuse(r, "level.of", _("that cannot be there"));
	if (whole_at(doc, "level", "level") > whole_at(doc, "level", "of"))
		return refuse(r, "level.level", _("that cannot be there"));
	if (json_object_get(doc, "scale") != NULL &&
	    whole_at(doc, "scale", "greatest") <=
	    whole_at(doc, "scale", "least"))
		return refuse(r, "scale.greatest", _("that cannot be there"));
	return true;
}

/* What a document of this kind of result cannot do without. */
static bool
check_result(struct reader *r, const json_t *doc)
{
	const char *result = json_string_value(json_object_get(doc, "result"));
	const struct shape *more = feedback_shape_counts;

	if (strcmp(result, "levels") == 0)
		more = feedback_shape_levels;
	else if (strcmp(result, "means") == 0)
		more = feedback_shape_means;
	return check_object(r, "", more, doc);
}

enum err_code
feedback_parse(const uint8_t *json, size_t len, const char *name,
    json_t **out, struct err *e)
{
	const struct json_source src = { .text = json, .len = len };
	struct reader r = { .src = &src, .name = name, .e = e };
	struct err found = { 0 };
	json_t *doc = NULL;
	enum err_code code = ERR_OK;

	if (len > LIMIT_FEEDBACK)
		return err_set(e, ERR_FEEDBACK, name, 0,
		    _("it has more than %u bytes"), LIMIT_FEEDBACK);
	if (json_read(json, len, name, &doc, &found) != ERR_OK)
		return err_set(e, found.code == ERR_NO_MEMORY ? found.code :
		    ERR_FEEDBACK, found.where, found.at, "%s", found.msg);
	r.areas = json_object_get(doc, "areas");
	if (json_array_size(r.areas) > LIMIT_OPTIONS)
		code = err_set(e, ERR_FEEDBACK, name, 0,
		    _("areas: there are more than %u"), LIMIT_OPTIONS);
	else if (!check_object(&r, "", feedback_shape, doc) ||
	    !check_result(&r, doc) || !check_scales(&r, doc))
		code = ERR_FEEDBACK;
	else if (json_integer_value(json_object_get(doc, "version")) != 1)
		code = err_set(e, ERR_FEEDBACK, name, 0,
		    _("it is of a version that this program does not know"));
	if (code == ERR_OK)
		*out = doc;
	else
		json_decref(doc);
	return code;
}

enum err_code
feedback_write(const json_t *doc, struct buf *out, struct err *e)
{
	const size_t before = out->len;
	const enum err_code code = part_write(doc, out, e);

	if (code == ERR_OK && out->len - before > LIMIT_FEEDBACK)
		return err_set(e, ERR_TOO_LARGE, _("feedback"), 0, NULL);
	return code;
}
