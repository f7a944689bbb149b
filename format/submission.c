/* SPDX-License-Identifier: EUPL-1.2 */
#include "format/submission.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/timestamp.h"
#include "format/cbor.h"
#include "format/cbor_reader.h"
#include "format/field.h"
#include "format/member.h"

#define SUBMISSION_FORMAT	"sigill-submission"
#define SUBMISSION_VERSION	1

const char *
environment_name(enum environment environment)
{
	switch (environment) {
	case ENVIRONMENT_TEST:
		return "test";
	case ENVIRONMENT_PRODUCTION:
		return "production";
	}
	return NULL;
}

int
environment_parse(const char *s)
{
	if (strcmp(s, "test") == 0)
		return ENVIRONMENT_TEST;
	if (strcmp(s, "production") == 0)
		return ENVIRONMENT_PRODUCTION;
	return -1;
}

void
submission_wipe(struct submission *s)
{
	statement_wipe(&s->statement);
	buf_wipe(&s->mandate);
	buf_wipe(&s->reply);
	explicit_bzero(s, sizeof(*s));
}

static int
compare_digests(const void *a, const void *b)
{
	return memcmp(a, b, 32);
}

void
submission_sort_recipients(struct submission *s)
{
	qsort(s->recipients, s->n_recipients, sizeof(s->recipients[0]),
	    compare_digests);
}

/* --- encoding: keys in the order of RFC 8949 §4.2.1 ------------------- */

static void
put_recipients(struct field_writer *w, const struct submission *s)
{
	if (s->n_recipients == 0 || s->n_recipients > LIMIT_RECIPIENTS) {
		(void)field_put_fail(w, ERR_SCHEMA, "recipients",
		    "none, or too many");
		return;
	}
	cbor_put_text(w->out, "recipients");
	cbor_put_array(w->out, s->n_recipients);
	for (size_t i = 0; i < s->n_recipients; i++) {
		cbor_put_bytes(w->out, s->recipients[i], 32);
		if (i != 0 && compare_digests(s->recipients[i - 1],
		    s->recipients[i]) >= 0)
			(void)field_put_fail(w, ERR_NOT_CANONICAL,
			    "recipients", "digests that are not in order");
	}
}

/* What is left out when it is empty. */
static void
put_enclosed(struct field_writer *w, const char *key, const struct buf *der,
    size_t max)
{
	if (der->len > max)
		(void)field_put_fail(w, ERR_SCHEMA, key, "it is too large");
	else if (der->len != 0) {
		cbor_put_text(w->out, key);
		cbor_put_bytes(w->out, der->data, der->len);
	}
}

static void
put_head(struct field_writer *w, const struct submission *s)
{
	cbor_put_text(w->out, "id");
	cbor_put_bytes(w->out, s->id, sizeof(s->id));
	put_enclosed(w, "reply", &s->reply, LIMIT_REPLY);
	cbor_put_text(w->out, "format");
	cbor_put_text(w->out, SUBMISSION_FORMAT);
	if (s->created < 0 || s->created > TIMESTAMP_MAX)
		(void)field_put_fail(w, ERR_SCHEMA, "created",
		    "it is not a point in time");
	cbor_put_text(w->out, "created");
	cbor_put_uint(w->out, (uint64_t)s->created);
	put_enclosed(w, "mandate", &s->mandate, LIMIT_MANDATE);
	cbor_put_text(w->out, "version");
	cbor_put_uint(w->out, SUBMISSION_VERSION);
}

enum err_code
submission_encode(const struct submission *s, struct buf *out, struct err *e)
{
	struct field_writer w = { .out = out, .e = e };
	size_t start = out->len;

	cbor_put_map(out, 7u + (s->reply.len != 0) + (s->mandate.len != 0) +
	    s->has_supersedes);
	put_head(&w, s);
	cbor_put_text(out, "statement");
	if (w.code == ERR_OK)
		w.code = statement_encode(&s->statement, out, e);
	put_recipients(&w, s);
	if (s->has_supersedes) {
		cbor_put_text(out, "supersedes");
		cbor_put_bytes(out, s->supersedes, sizeof(s->supersedes));
	}
	field_put(&w, "environment", FIELD_ID,
	    environment_name(s->environment));
	if (w.code == ERR_OK)
		w.code = buf_check(out, e);
	if (w.code != ERR_OK)
		out->len = start;
	return w.code;
}

/* --- decoding --------------------------------------------------------- */

static void
get_recipients(struct cbor_reader *r, struct submission *s)
{
	size_t n;

	cbor_expect_key(r, "recipients");
	if ((n = cbor_open_array(r, LIMIT_RECIPIENTS)) == 0)
		(void)cbor_fail(r, ERR_SCHEMA, "there are none");
	for (size_t i = 0; i < n && r->code == ERR_OK; i++) {
		cbor_get_fixed(r, s->recipients[i], 32);
		s->n_recipients = i + 1;
		if (i != 0 && compare_digests(s->recipients[i - 1],
		    s->recipients[i]) >= 0)
			(void)cbor_fail(r, ERR_NOT_CANONICAL,
			    "digests that are not in order");
	}
	cbor_close(r);
}

static void
get_enclosed(struct cbor_reader *r, const char *key, size_t max,
    struct buf *out)
{
	const uint8_t *p;
	size_t len;

	if (!cbor_accept_key(r, key) ||
	    (p = cbor_get_bytes(r, &len)) == NULL)
		return;
	if (len == 0 || len > max) {
		(void)cbor_fail(r, ERR_SCHEMA, "%zu bytes", len);
		return;
	}
	buf_add(out, p, len);
	if (out->failed)
		(void)cbor_fail(r, ERR_NO_MEMORY, "not enough memory");
}

static void
get_submission(struct cbor_reader *r, struct submission *s)
{
	(void)cbor_open_map(r, 10);
	cbor_expect_key(r, "id");
	cbor_get_fixed(r, s->id, sizeof(s->id));
	get_enclosed(r, "reply", LIMIT_REPLY, &s->reply);
	field_get_tag(r, "format", SUBMISSION_FORMAT);
	cbor_expect_key(r, "created");
	s->created = (int64_t)cbor_get_uint(r, TIMESTAMP_MAX);
	get_enclosed(r, "mandate", LIMIT_MANDATE, &s->mandate);
	field_get_version(r, "version", SUBMISSION_VERSION);
	cbor_expect_key(r, "statement");
	statement_read(r, &s->statement);
	get_recipients(r, s);
	if (cbor_accept_key(r, "supersedes")) {
		s->has_supersedes = true;
		cbor_get_fixed(r, s->supersedes, sizeof(s->supersedes));
	}
	s->environment = (enum environment)field_get_enum(r, "environment",
	    environment_parse);
	cbor_close(r);
}

enum err_code
submission_parse(const uint8_t *data, size_t len, struct submission *out,
    struct err *e)
{
	struct submission s = { 0 };
	struct cbor_reader r;
	enum err_code code;

	if (len > LIMIT_SUBMISSION)
		return err_set(e, ERR_SCHEMA, NULL, 0,
		    "%zu bytes; the limit is %u", len, LIMIT_SUBMISSION);
	if ((code = cbor_check(data, len, e)) != ERR_OK)
		return code;
	cbor_reader_init(&r, data, len, e);
	get_submission(&r, &s);
	if ((code = cbor_end(&r)) == ERR_OK) {
		*out = s;
		memset(&s, 0, sizeof(s));
	}
	submission_wipe(&s);
	return code;
}

/* --- JSON ------------------------------------------------------------- */

static json_t *
recipients_json(const struct submission *s)
{
	json_t *list = json_array();

	for (size_t i = 0; list != NULL && i < s->n_recipients; i++)
		if (json_array_append_new(list,
		    member_hex(s->recipients[i], 32)) != 0) {
			json_decref(list);
			return NULL;
		}
	return list;
}

json_t *
submission_json(const struct submission *s)
{
	json_t *o = json_object();

	if (json_object_set_new(o, "format",
	    json_string(SUBMISSION_FORMAT)) == 0 &&
	    json_object_set_new(o, "version",
	    json_integer(SUBMISSION_VERSION)) == 0 &&
	    json_object_set_new(o, "id",
	    member_hex(s->id, sizeof(s->id))) == 0 &&
	    json_object_set_new(o, "environment",
	    json_string(environment_name(s->environment))) == 0 &&
	    json_object_set_new(o, "created",
	    member_time(s->created)) == 0 &&
	    json_object_set_new(o, "recipients", recipients_json(s)) == 0 &&
	    (!s->has_supersedes || json_object_set_new(o, "supersedes",
	    member_hex(s->supersedes, sizeof(s->supersedes))) == 0) &&
	    (s->mandate.len == 0 || json_object_set_new(o, "mandate",
	    member_base64(s->mandate.data, s->mandate.len)) == 0) &&
	    (s->reply.len == 0 || json_object_set_new(o, "reply",
	    member_base64(s->reply.data, s->reply.len)) == 0) &&
	    json_object_set_new(o, "statement",
	    statement_json(&s->statement)) == 0)
		return o;
	json_decref(o);
	return NULL;
}
