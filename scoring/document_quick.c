/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/document_quick.h"

#include <string.h>

#include "base/wipe.h"
#include "format/json_quick.h"
#include "format/member.h"
#include "format/text.h"

/* What is read, and what is of use in it. */
struct found {
	struct json_span format, sealed, fingerprint;
	struct json_span id, environment;
	struct json_span questionnaire, definition, round;
	struct json_span number, name, kind;
	int64_t version, position;
	bool has_late, late, has_answers;
	const struct sheet_layout *layout;
	struct sheet *sheet;
	size_t next;		/* the question that is likely to come */
};

/* --- answers -------------------------------------------------------------- */

static void
take_option(struct json_quick *q, struct found *f, size_t question)
{
	const struct question *asked = &f->layout->q->questions[question];
	const struct json_span id = json_quick_text(q);

	for (size_t i = 0; !q->bad && i < asked->n_options; i++)
		if (json_span_is(id, asked->options[i].id)) {
			sheet_set(f->layout, f->sheet, question, i, true);
			return;
		}
	q->bad = true;
}

static void
take_options(struct json_quick *q, struct found *f, size_t question)
{
	json_quick_need(q, '[');
	if (json_quick_take(q, ']'))
		return;
	do
		take_option(q, f, question);
	while (json_quick_take(q, ','));
	json_quick_need(q, ']');
}

static void
take_number(struct json_quick *q, struct found *f, size_t question)
{
	const struct question *asked = &f->layout->q->questions[question];
	const int64_t n = json_quick_whole(q);

	if (n < asked->min || n > asked->max)
		q->bad = true;
	f->sheet->numbers[f->layout->number[question]] = n;
}

static void
take_answer(struct json_quick *q, struct found *f, size_t question)
{
	uint8_t *cell = f->sheet->cells + f->layout->cell[question];

	if (*cell != 0)
		q->bad = true;	/* answered twice */
	*cell = 1;
	switch (f->layout->q->questions[question].type) {
	case QUESTION_MULTIPLE:
		take_options(q, f, question);
		break;
	case QUESTION_SINGLE:
	case QUESTION_SCALE:
		take_option(q, f, question);
		break;
	case QUESTION_NUMBER:
		take_number(q, f, question);
		break;
	case QUESTION_TEXT:
		(void)json_quick_text(q);
		break;
	}
}

/* In whichever order; the one behind the last is looked at first. */
static bool
find_question(struct found *f, struct json_span id, size_t *out)
{
	const struct questionnaire *form = f->layout->q;

	for (size_t i = 0; i < form->n_questions; i++) {
		*out = (f->next + i) % form->n_questions;
		if (json_span_is(id, form->questions[*out].id)) {
			f->next = *out + 1;
			return true;
		}
	}
	return false;
}

/* An object of as many members as there are questions. */
static void
take_answers(struct json_quick *q, struct found *f)
{
	size_t question = 0;

	f->has_answers = true;
	json_quick_need(q, '{');
	if (json_quick_take(q, '}'))
		return;
	do {
		const struct json_span id = json_quick_text(q);

		json_quick_need(q, ':');
		if (q->bad || !find_question(f, id, &question))
			q->bad = true;
		else
			take_answer(q, f, question);
	} while (json_quick_take(q, ','));
	json_quick_need(q, '}');
}

/* --- the rest ------------------------------------------------------------- */

static void
take_definition(struct json_quick *q, struct json_span name, unsigned depth,
    void *arg)
{
	struct found *f = arg;

	if (json_span_is(name, "id"))
		f->questionnaire = json_quick_text(q);
	else if (json_span_is(name, "sha256"))
		f->definition = json_quick_text(q);
	else
		json_quick_pass(q, depth);
}

static void
take_organisation(struct json_quick *q, struct json_span name,
    unsigned depth, void *arg)
{
	struct found *f = arg;

	if (json_span_is(name, "number"))
		f->number = json_quick_text(q);
	else if (json_span_is(name, "name"))
		f->name = json_quick_text(q);
	else if (json_span_is(name, "kind"))
		f->kind = json_quick_text(q);
	else
		json_quick_pass(q, depth);
}

static void
take_statement(struct json_quick *q, struct json_span name, unsigned depth,
    void *arg)
{
	struct found *f = arg;

	if (json_span_is(name, "questionnaire"))
		json_quick_walk(q, depth, take_definition, f);
	else if (json_span_is(name, "round"))
		f->round = json_quick_text(q);
	else if (json_span_is(name, "organisation"))
		json_quick_walk(q, depth, take_organisation, f);
	else if (json_span_is(name, "answers"))
		take_answers(q, f);
	else
		json_quick_pass(q, depth);
}

static void
take_submission(struct json_quick *q, struct json_span name, unsigned depth,
    void *arg)
{
	struct found *f = arg;

	if (json_span_is(name, "id"))
		f->id = json_quick_text(q);
	else if (json_span_is(name, "environment"))
		f->environment = json_quick_text(q);
	else if (json_span_is(name, "statement"))
		json_quick_walk(q, depth, take_statement, f);
	else
		json_quick_pass(q, depth);
}

static void
take_sealed(struct json_quick *q, struct json_span name, unsigned depth,
    void *arg)
{
	struct found *f = arg;

	if (json_span_is(name, "sha256"))
		f->sealed = json_quick_text(q);
	else
		json_quick_pass(q, depth);
}

static void
take_member(struct json_quick *q, struct json_span name, unsigned depth,
    void *arg)
{
	struct found *f = arg;

	if (json_span_is(name, "format"))
		f->format = json_quick_text(q);
	else if (json_span_is(name, "version"))
		f->version = json_quick_whole(q);
	else if (json_span_is(name, "sealed"))
		json_quick_walk(q, depth, take_sealed, f);
	else if (json_span_is(name, "late")) {
		f->has_late = true;
		f->late = json_quick_bool(q);
	} else if (json_span_is(name, "fingerprint"))
		f->fingerprint = json_quick_text(q);
	else if (json_span_is(name, "submission"))
		json_quick_walk(q, depth, take_submission, f);
	else if (json_span_is(name, "position")) {
		if ((f->position = json_quick_whole(q)) < 0)
			q->bad = true;
	} else
		json_quick_pass(q, depth);
}

/* --- what it is ----------------------------------------------------------- */

/* A copy with a NUL; false when it does not fit or is not there. */
static bool
copy(struct json_span s, char *out, size_t size)
{
	if (s.p == NULL || s.len >= size)
		return false;
	memcpy(out, s.p, s.len);
	out[s.len] = '\0';
	return true;
}

static bool
copy_id(struct json_span s, char out[static LIMIT_ID + 1])
{
	return copy(s, out, LIMIT_ID + 1) && text_id_valid(out, s.len);
}

static bool
copy_hex(struct json_span s, uint8_t *out, size_t len)
{
	char hex[2 * 32 + 1];

	return copy(s, hex, sizeof(hex)) && member_from_hex(hex, out, len);
}

static bool
take_head(const struct found *f, struct document_head *head)
{
	return json_span_is(f->format, DOCUMENT_FORMAT) &&
	    f->version == DOCUMENT_VERSION &&
	    copy_id(f->questionnaire, head->questionnaire) &&
	    copy_id(f->round, head->round) &&
	    copy_hex(f->definition, head->sha256, sizeof(head->sha256)) &&
	    strcmp(head->questionnaire, f->layout->q->id) == 0 &&
	    memcmp(head->sha256, f->layout->q->digest,
	    sizeof(head->sha256)) == 0;
}

static bool
take_who(const struct found *f, struct document *out)
{
	char number[ORGNR_LEN], kind[16], name[4 * LIMIT_NAME + 1];
	int which;

	if (!copy(f->number, number, sizeof(number)) ||
	    !orgnr_parse(number, out->number) ||
	    strcmp(number, out->number) != 0 ||
	    !copy(f->kind, kind, sizeof(kind)) ||
	    (which = organisation_kind_parse(kind)) == -1 ||
	    !copy(f->name, name, sizeof(name)) ||
	    text_line_check(name, f->name.len, LIMIT_NAME) != ERR_OK)
		return false;
	out->kind = (enum organisation_kind)which;
	return (out->name = wipe_strdup(name)) != NULL;
}

static bool
take_rest(const struct found *f, const struct document_head *head,
    struct document *out)
{
	char environment[16];
	int which;

	if (!copy(f->environment, environment, sizeof(environment)) ||
	    (which = environment_parse(environment)) == -1 ||
	    !copy_hex(f->sealed, out->sealed, sizeof(out->sealed)) ||
	    !copy_hex(f->id, out->submission, sizeof(out->submission)) ||
	    !copy_hex(f->fingerprint, out->fingerprint,
	    sizeof(out->fingerprint)) ||
	    !f->has_late || !f->has_answers)
		return false;
	out->environment = (enum environment)which;
	out->position = f->position;
	out->late = f->late;
	return take_who(f, out) &&
	    (out->round = wipe_strdup(head->round)) != NULL &&
	    sheet_unasked(f->layout, &out->sheet) == SIZE_MAX;
}

bool
document_quick(const uint8_t *json, size_t len, const struct sheet_layout *l,
    struct document *out, struct document_head *head)
{
	struct json_quick q = { .p = json,
	    .end = len != 0 ? json + len : json };
	struct found f = { .layout = l, .sheet = &out->sheet,
	    .position = -1 };

	if (sheet_make(l, &out->sheet, NULL) == ERR_OK) {
		json_quick_walk(&q, 0, take_member, &f);
		if (!q.bad && json_quick_peek(&q) == 0 && q.p == q.end &&
		    take_head(&f, head) && take_rest(&f, head, out))
			return true;
	}
	document_wipe(out);
	return false;
}
