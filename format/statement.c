/* SPDX-License-Identifier: EUPL-1.2 */
#include "format/statement.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/wipe.h"
#include "format/cbor.h"
#include "format/cbor_reader.h"
#include "format/field.h"

static const char *const kinds[] = {
	[KIND_KOMMUN] = "kommun",
	[KIND_REGION] = "region",
	[KIND_MYNDIGHET] = "myndighet",
	[KIND_NIS] = "nis",
	[KIND_ANNAN] = "annan",
};
#define N_KINDS	(sizeof(kinds) / sizeof(kinds[0]))

const char *
organisation_kind_name(enum organisation_kind kind)
{
	return (size_t)kind < N_KINDS ? kinds[kind] : NULL;
}

int
organisation_kind_parse(const char *s)
{
	for (size_t i = 0; i < N_KINDS; i++)
		if (strcmp(s, kinds[i]) == 0)
			return (int)i;
	return -1;
}

static void
answer_wipe(struct answer *a)
{
	for (size_t i = 0; i < a->n_options; i++)
		wipe_free(a->options[i]);
	wipe_free(a->options);
	wipe_free(a->question);
	wipe_free(a->text);
}

static void
attachment_wipe(struct attachment *a)
{
	wipe_free(a->name);
	wipe_free(a->media_type);
	buf_wipe(&a->data);
}

void
statement_wipe(struct statement *s)
{
	for (size_t i = 0; i < s->n_answers; i++)
		answer_wipe(&s->answers[i]);
	for (size_t i = 0; i < s->n_attachments; i++)
		attachment_wipe(&s->attachments[i]);
	wipe_free(s->answers);
	wipe_free(s->attachments);
	wipe_free(s->questionnaire);
	wipe_free(s->version);
	wipe_free(s->round);
	wipe_free(s->name);
	explicit_bzero(s, sizeof(*s));
}

/* --- encoding: maps have their keys in the order of RFC 8949 §4.2.1 --- */

static void
put_options(struct field_writer *w, const struct answer *a)
{
	if (a->n_options > LIMIT_OPTIONS) {
		(void)field_put_fail(w, ERR_SCHEMA, "answers",
		    "too many options");
		return;
	}
	cbor_put_array(w->out, a->n_options);
	for (size_t i = 0; i < a->n_options && w->code == ERR_OK; i++) {
		field_put(w, NULL, FIELD_ID, a->options[i]);
		if (i != 0 && w->code == ERR_OK &&
		    strcmp(a->options[i - 1], a->options[i]) >= 0)
			(void)field_put_fail(w, ERR_NOT_CANONICAL, "answers",
			    "options that are not in order");
	}
}

static void
put_answers(struct field_writer *w, const struct statement *s)
{
	const struct answer *a;

	if (s->n_answers > LIMIT_QUESTIONS) {
		(void)field_put_fail(w, ERR_SCHEMA, "answers",
		    "too many answers");
		return;
	}
	cbor_put_text(w->out, "answers");
	cbor_put_map(w->out, s->n_answers);
	for (size_t i = 0; i < s->n_answers && w->code == ERR_OK; i++) {
		a = &s->answers[i];
		field_put(w, NULL, FIELD_ID, a->question);
		if (i != 0 && w->code == ERR_OK && cbor_compare_keys(
		    a[-1].question, a->question) >= 0)
			(void)field_put_fail(w, ERR_NOT_CANONICAL, "answers",
			    "questions that are not in order");
		switch (a->type) {
		case ANSWER_OPTIONS:
			put_options(w, a);
			break;
		case ANSWER_TEXT:
			field_put(w, NULL, FIELD_TEXT, a->text);
			break;
		case ANSWER_NUMBER:
			cbor_put_int(w->out, a->number);
			break;
		}
	}
}

static void
put_attachments(struct field_writer *w, const struct statement *s)
{
	const struct attachment *a;
	size_t total = 0;

	if (s->n_attachments == 0)
		return;
	for (size_t i = 0; i < s->n_attachments; i++) {
		a = &s->attachments[i];
		if (a->data.len > LIMIT_STATEMENT - total) {
			(void)field_put_fail(w, ERR_TOO_LARGE, "attachments",
			    "they are too large together");
			return;
		}
		total += a->data.len;
	}
	if (s->n_attachments > LIMIT_ATTACHMENTS) {
		(void)field_put_fail(w, ERR_TOO_LARGE, "attachments",
		    "there are too many");
		return;
	}
	cbor_put_text(w->out, "attachments");
	cbor_put_array(w->out, s->n_attachments);
	for (size_t i = 0; i < s->n_attachments && w->code == ERR_OK; i++) {
		a = &s->attachments[i];
		cbor_put_map(w->out, 3);
		cbor_put_text(w->out, "data");
		cbor_put_bytes(w->out, a->data.data, a->data.len);
		field_put(w, "name", FIELD_FILE_NAME, a->name);
		field_put(w, "media_type", FIELD_MEDIA_TYPE, a->media_type);
		if (i != 0 && w->code == ERR_OK &&
		    strcmp(a[-1].name, a->name) >= 0)
			(void)field_put_fail(w, ERR_NOT_CANONICAL,
			    "attachments", "names that are not in order");
	}
}

enum err_code
statement_encode(const struct statement *s, struct buf *out, struct err *e)
{
	struct field_writer w = { .out = out, .e = e };
	size_t start = out->len;

	cbor_put_map(out, s->n_attachments != 0 ? 5 : 4);
	field_put(&w, "round", FIELD_ID, s->round);
	put_answers(&w, s);
	put_attachments(&w, s);
	cbor_put_text(out, "organisation");
	cbor_put_map(out, 3);
	field_put(&w, "kind", FIELD_ID, organisation_kind_name(s->kind));
	field_put(&w, "name", FIELD_NAME, s->name);
	field_put(&w, "number", FIELD_ORGNR, s->number);
	cbor_put_text(out, "questionnaire");
	cbor_put_map(out, 3);
	field_put(&w, "id", FIELD_ID, s->questionnaire);
	cbor_put_text(out, "sha256");
	cbor_put_bytes(out, s->definition, sizeof(s->definition));
	field_put(&w, "version", FIELD_VERSION, s->version);
	if (w.code == ERR_OK)
		w.code = buf_check(out, e);
	if (w.code == ERR_OK && out->len - start > LIMIT_STATEMENT)
		(void)field_put_fail(&w, ERR_TOO_LARGE, "statement",
		    "it is too large with its attachments");
	if (w.code != ERR_OK)
		out->len = start;
	return w.code;
}

/* --- decoding --------------------------------------------------------- */

/* Zeroed room for n; n is bounded and backed by bytes that are there. */
static void *
room(struct cbor_reader *r, size_t n, size_t size)
{
	void *p = NULL;

	if (n != 0 && r->code == ERR_OK && (p = calloc(n, size)) == NULL)
		(void)cbor_fail(r, ERR_NO_MEMORY, "not enough memory");
	return p;
}

static void
get_options(struct cbor_reader *r, struct answer *a)
{
	size_t n = cbor_open_array(r, LIMIT_OPTIONS);

	a->type = ANSWER_OPTIONS;
	a->options = room(r, n, sizeof(*a->options));
	for (size_t i = 0; i < n && r->code == ERR_OK; i++) {
		a->options[i] = field_get(r, NULL, FIELD_ID);
		if (r->code != ERR_OK)
			break;
		a->n_options = i + 1;
		if (i != 0 && strcmp(a->options[i - 1], a->options[i]) >= 0)
			(void)cbor_fail(r, ERR_NOT_CANONICAL,
			    "options that are not in order");
	}
	cbor_close(r);
}

static void
get_answer(struct cbor_reader *r, struct answer *a)
{
	const char *key;
	size_t len;

	if ((key = cbor_get_key(r, &len)) == NULL)
		return;
	if (field_check(FIELD_ID, key, len) != ERR_OK) {
		(void)cbor_fail(r, ERR_SCHEMA, "a question's id");
		return;
	}
	if ((a->question = wipe_malloc(len + 1)) == NULL) {
		(void)cbor_fail(r, ERR_NO_MEMORY, "not enough memory");
		return;
	}
	memcpy(a->question, key, len);
	a->question[len] = '\0';
	switch (cbor_peek(r)) {
	case CBOR_ARRAY:
		get_options(r, a);
		break;
	case CBOR_TEXT:
		a->type = ANSWER_TEXT;
		a->text = field_get(r, NULL, FIELD_TEXT);
		break;
	default:
		a->type = ANSWER_NUMBER;
		a->number = cbor_get_int(r);
		break;
	}
}

static void
get_answers(struct cbor_reader *r, struct statement *s)
{
	size_t n;

	cbor_expect_key(r, "answers");
	n = cbor_open_map(r, LIMIT_QUESTIONS);
	s->answers = room(r, n, sizeof(*s->answers));
	for (size_t i = 0; i < n && r->code == ERR_OK; i++) {
		s->n_answers = i + 1;
		get_answer(r, &s->answers[i]);
	}
	cbor_close(r);
}

static void
get_attachment(struct cbor_reader *r, struct attachment *a)
{
	const uint8_t *data;
	size_t len;

	(void)cbor_open_map(r, 3);
	cbor_expect_key(r, "data");
	if ((data = cbor_get_bytes(r, &len)) != NULL)
		buf_add(&a->data, data, len);
	if (a->data.failed)
		(void)cbor_fail(r, ERR_NO_MEMORY, "not enough memory");
	a->name = field_get(r, "name", FIELD_FILE_NAME);
	a->media_type = field_get(r, "media_type", FIELD_MEDIA_TYPE);
	cbor_close(r);
}

static void
get_attachments(struct cbor_reader *r, struct statement *s)
{
	struct attachment *a;
	size_t n;

	if (!cbor_accept_key(r, "attachments"))
		return;
	if ((n = cbor_open_array(r, LIMIT_ATTACHMENTS)) == 0)
		(void)cbor_fail(r, ERR_NOT_CANONICAL,
		    "an empty list; it must be left out");
	s->attachments = room(r, n, sizeof(*s->attachments));
	for (size_t i = 0; i < n && r->code == ERR_OK; i++) {
		a = &s->attachments[i];
		s->n_attachments = i + 1;
		get_attachment(r, a);
		if (i != 0 && r->code == ERR_OK &&
		    strcmp(a[-1].name, a->name) >= 0)
			(void)cbor_fail(r, ERR_NOT_CANONICAL,
			    "names that are not in order");
	}
	cbor_close(r);
}

void
statement_read(struct cbor_reader *r, struct statement *s)
{
	size_t start = r->c.off;

	(void)cbor_open_map(r, 5);
	s->round = field_get(r, "round", FIELD_ID);
	get_answers(r, s);
	get_attachments(r, s);
	cbor_expect_key(r, "organisation");
	(void)cbor_open_map(r, 3);
	s->kind = (enum organisation_kind)field_get_enum(r, "kind",
	    organisation_kind_parse);
	s->name = field_get(r, "name", FIELD_NAME);
	field_get_orgnr(r, "number", s->number);
	cbor_close(r);
	cbor_expect_key(r, "questionnaire");
	(void)cbor_open_map(r, 3);
	s->questionnaire = field_get(r, "id", FIELD_ID);
	cbor_expect_key(r, "sha256");
	cbor_get_fixed(r, s->definition, sizeof(s->definition));
	s->version = field_get(r, "version", FIELD_VERSION);
	cbor_close(r);
	cbor_close(r);
	if (r->code == ERR_OK && r->c.off - start > LIMIT_STATEMENT)
		(void)cbor_fail(r, ERR_SCHEMA, "a statement that is too large");
}

/* --- looking at it ---------------------------------------------------- */

const struct answer *
statement_answer(const struct statement *s, const char *question)
{
	for (size_t i = 0; i < s->n_answers; i++)
		if (strcmp(s->answers[i].question, question) == 0)
			return &s->answers[i];
	return NULL;
}
