/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/check.h"

#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/message.h"
#include "base/report.h"
#include "client/options.h"
#include "client/seal.h"
#include "client/settings.h"
#include "client/sniff.h"
#include "format/answers.h"
#include "format/fingerprint.h"

void
checked_wipe(struct checked *c)
{
	questionnaire_free(c->questionnaire);
	statement_wipe(&c->statement);
	memset(c, 0, sizeof(*c));
}

static enum err_code
read_answers(const char *path, struct answers **out, struct err *e)
{
	struct buf text = { 0 };
	enum err_code code;

	code = file_read(path, LIMIT_ANSWERS_FILE, &text, e);
	if (code == ERR_OK)
		code = sniff_expect(SNIFF_JSON, text.data, text.len, ERR_JSON,
		    path, e);
	if (code == ERR_OK)
		code = answers_parse(text.data, text.len, path, out, e);
	buf_wipe(&text);
	return code;
}

static enum err_code
find_questionnaire(const struct options *o, const struct settings *s,
    const struct answers *a, struct questionnaire **out, struct err *e)
{
	const char *id = answers_questionnaire(a);
	struct err found = { 0 };

	if (id == NULL && o->questionnaire == NULL)
		return err_set(e, ERR_FIELD_MISSING, o->operand, 0,
		    _("questionnaire: which survey do the answers belong to?"));
	if (settings_questionnaire(s, o->questionnaire, id, out, &found) ==
	    ERR_OK)
		return ERR_OK;
	if (found.code == ERR_QUESTIONNAIRE_UNKNOWN)
		return report_place(e, &found, o->operand);
	*e = found;
	return e->code;
}

enum err_code
check_answers(const struct options *o, const struct settings *s,
    struct checked *out, struct report *r)
{
	struct answers *answers = NULL;
	struct err e = { 0 };
	enum err_code code;

	memset(out, 0, sizeof(*out));
	if ((code = read_answers(o->operand, &answers, &e)) != ERR_OK ||
	    (code = find_questionnaire(o, s, answers, &out->questionnaire,
	    &e)) != ERR_OK)
		goto out;
	code = answers_statement(answers, out->questionnaire,
	    &out->statement, &r->errors);
	if (code != ERR_OK) {
		r->mistakes_in = o->operand;
		report_set_text(r, "file", o->operand);
	} else
		code = seal_fingerprint(&out->statement, out->fingerprint,
		    &e);
out:
	report_err(r, &e);
	if (code != ERR_OK)
		checked_wipe(out);
	answers_free(answers);
	return code;
}

static json_t *
digest_json(const uint8_t digest[static DIGEST_LEN])
{
	char hex[DIGEST_HEX_LEN];

	digest_hex(digest, hex);
	return json_string(hex);
}

void
check_report(const struct checked *c, struct report *r)
{
	const struct questionnaire *q = c->questionnaire;
	const struct statement *s = &c->statement;
	char number[12], printed[FINGERPRINT_LEN];

	orgnr_format(s->number, number);
	fingerprint_format(c->fingerprint, printed);
	report_line(r, _("Organisation"), "%s %s", number, s->name);
	report_line(r, _("Survey"), _("%s (%s, version %s)"), q->title, q->id,
	    q->version);
	report_line(r, _("Round"), "%s", s->round);
	report_line(r, _("Fingerprint"), "%s", printed);
	report_set(r, "organisation", json_pack("{s:s, s:s, s:s}",
	    "number", s->number, "name", s->name,
	    "kind", organisation_kind_name(s->kind)));
	report_set(r, "questionnaire", json_pack("{s:s, s:s, s:s, s:o}",
	    "id", q->id, "version", q->version, "title", q->title,
	    "digest", digest_json(q->digest)));
	report_set_text(r, "round", s->round);
	report_set_text(r, "fingerprint", printed);
	report_set(r, "statement", digest_json(c->fingerprint));
}

/* What is answered and ticked in one area, or in all (area SIZE_MAX). */
struct count {
	size_t questions, answered, options, ticked;
};

static struct count
count_area(const struct checked *c, size_t area)
{
	const struct questionnaire *q = c->questionnaire;
	const struct question *question;
	const struct answer *answer;
	struct count n = { 0 };

	for (size_t i = 0; i < q->n_questions; i++) {
		question = &q->questions[i];
		if (area != SIZE_MAX && question->area != area)
			continue;
		n.questions++;
		if (question->type == QUESTION_MULTIPLE)
			n.options += question->n_options;
		answer = statement_answer(&c->statement, question->id);
		if (answer == NULL)
			continue;
		n.answered++;
		if (answer->type == ANSWER_OPTIONS)
			n.ticked += answer->n_options;
	}
	return n;
}

static json_t *
count_json(const struct count *n)
{
	return json_pack("{s:I, s:I, s:I, s:I}",
	    "answered", (json_int_t)n->answered,
	    "questions", (json_int_t)n->questions,
	    "ticked", (json_int_t)n->ticked,
	    "options", (json_int_t)n->options);
}

static void
count_line(struct report *r, const char *label, const struct count *n,
    const char *what)
{
	if (n->options != 0)
		report_line(r, label, _("%3zu of %3zu ticked  %s"), n->ticked,
		    n->options, what);
	else
		report_line(r, label, _("%3zu of %3zu answered  %s"),
		    n->answered, n->questions, what);
}

static void
report_areas(const struct checked *c, struct report *r)
{
	const struct questionnaire *q = c->questionnaire;
	struct count all = count_area(c, SIZE_MAX), n;
	json_t *areas = json_array(), *area;

	count_line(r, _("Answers"), &all, _("in all"));
	for (size_t i = 0; i < q->n_areas; i++) {
		n = count_area(c, i);
		count_line(r, "", &n, q->areas[i].label);
		area = count_json(&n);
		(void)json_object_set_new(area, "id",
		    json_string(q->areas[i].id));
		(void)json_object_set_new(area, "label",
		    json_string(q->areas[i].label));
		if (json_array_append_new(areas, area) != 0)
			r->failed = true;
	}
	report_set(r, "answers", count_json(&all));
	report_set(r, "areas", areas);
}

static void
report_attachments(const struct checked *c, struct report *r)
{
	const struct statement *s = &c->statement;
	const struct attachment *a;
	json_t *list = json_array();
	size_t total = 0;

	for (size_t i = 0; i < s->n_attachments; i++)
		total += s->attachments[i].data.len;
	if (s->n_attachments == 0)
		report_line(r, _("Attachments"), "%s", _("none"));
	else
		report_line(r, _("Attachments"), _("%zu, %zu bytes in all"),
		    s->n_attachments, total);
	for (size_t i = 0; i < s->n_attachments; i++) {
		a = &s->attachments[i];
		report_line(r, "", _("%s (%s), %zu bytes"), a->name,
		    a->media_type, a->data.len);
		if (json_array_append_new(list, json_pack("{s:s, s:s, s:I}",
		    "name", a->name, "media_type", a->media_type,
		    "size", (json_int_t)a->data.len)) != 0)
			r->failed = true;
	}
	report_set(r, "attachments", list);
}

enum err_code
check_run(const struct options *o, struct report *r)
{
	struct checked checked = { 0 };
	struct settings settings = { 0 };
	struct err e = { 0 };
	enum err_code code;

	if ((code = settings_load(o, true, &settings, &e)) != ERR_OK ||
	    (code = check_answers(o, &settings, &checked, r)) != ERR_OK)
		goto out;
	report_say(r, "%s", _("The answers are complete and correct.  "
	    "This is what would leave the house:"));
	check_report(&checked, r);
	report_areas(&checked, r);
	report_attachments(&checked, r);
out:
	report_err(r, &e);
	checked_wipe(&checked);
	settings_wipe(&settings);
	return code;
}
