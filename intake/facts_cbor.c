/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/facts.h"

#include <string.h>

#include "base/limits.h"
#include "base/tame.h"
#include "base/timestamp.h"
#include "base/wipe.h"
#include "format/cbor.h"
#include "format/cbor_reader.h"
#include "format/field.h"

#define FACTS_FORMAT	"sigill-facts"
#define FACTS_VERSION	1

/* --- encoding: keys in the order of RFC 8949 §4.2.1 --------------------- */

static bool
own_fault(enum err_code code)
{
	return err_status(code) == 65 || err_status(code) == 77;
}

static void
put_bytes(struct field_writer *w, const char *key, const uint8_t *data,
    size_t len)
{
	cbor_put_text(w->out, key);
	cbor_put_bytes(w->out, data, len);
}

static void
put_number(struct field_writer *w, const char *key, uint64_t value,
    uint64_t max)
{
	cbor_put_text(w->out, key);
	cbor_put_uint(w->out, value);
	if (value > max)
		(void)field_put_fail(w, ERR_SCHEMA, key, "it is too large");
}

static const char *
bad_tamed(const char *s, size_t len, size_t size)
{
	char copy[FACTS_SUBJECT_LEN];

	if (len >= size || memchr(s, '\0', len) != NULL)
		return "a text that is too long";
	memcpy(copy, s, len);
	copy[len] = '\0';
	tame(copy);
	return strlen(copy) == len && memcmp(copy, s, len) == 0 ? NULL :
	    "a text that is not tame";
}

/* Of less than size bytes, with nothing in it that drives a terminal; it may
 * be empty. */
static void
put_tamed(struct field_writer *w, const char *key, const char *s, size_t size)
{
	const char *fault = bad_tamed(s, strlen(s), size);

	if (fault != NULL)
		(void)field_put_fail(w, ERR_SCHEMA, key, fault);
	cbor_put_text(w->out, key);
	cbor_put_text(w->out, s);
}

/* Mistakes have no message: nothing of what was answered. */
static void
put_error(struct field_writer *w, const struct err *e, bool message)
{
	cbor_put_map(w->out, message ? 4 : 3);
	put_number(w, "at", e->at, INT64_MAX);
	field_put(w, "code", FIELD_REASON, err_name(e->code));
	put_tamed(w, "where", e->where, sizeof(e->where));
	if (message)
		put_tamed(w, "message", e->msg, sizeof(e->msg));
	else if (e->msg[0] != '\0' || !own_fault(e->code))
		(void)field_put_fail(w, ERR_SCHEMA, "mistakes",
		    "not a mistake in answers");
}

static void
put_signer(struct field_writer *w, const struct facts *f)
{
	bool number = f->signer_number[0] != '\0';

	cbor_put_text(w->out, "signer");
	cbor_put_map(w->out, 2u + number);
	put_bytes(w, "digest", f->signer_cert, sizeof(f->signer_cert));
	if (number)
		field_put(w, "number", FIELD_ORGNR, f->signer_number);
	put_tamed(w, "subject", f->signer_subject, FACTS_SUBJECT_LEN);
}

static void
put_mandate(struct field_writer *w, const struct facts *f)
{
	cbor_put_text(w->out, "mandate");
	cbor_put_map(w->out, 2);
	put_bytes(w, "digest", f->mandate, sizeof(f->mandate));
	put_number(w, "expires", (uint64_t)f->mandate_expires, TIMESTAMP_MAX);
}

static void
put_accepted(struct field_writer *w, const struct facts *f)
{
	cbor_put_text(w->out, "accepted");
	cbor_put_map(w->out, 10u + (f->reply.len != 0) + f->has_mandate +
	    f->has_supersedes);
	field_put(w, "kind", FIELD_ID,
	    organisation_kind_name(f->organisation_kind));
	put_number(w, "late", f->late, 1);
	field_put(w, "name", FIELD_NAME, f->name);
	if (f->reply.len != 0)
		put_bytes(w, "reply", f->reply.data, f->reply.len);
	field_put(w, "round", FIELD_ID, f->round);
	put_number(w, "created", (uint64_t)f->created, TIMESTAMP_MAX);
	if (f->has_mandate)
		put_mandate(w, f);
	field_put(w, "version", FIELD_VERSION, f->version);
	put_bytes(w, "submission", f->submission, sizeof(f->submission));
	if (f->has_supersedes)
		put_bytes(w, "supersedes", f->supersedes,
		    sizeof(f->supersedes));
	put_bytes(w, "fingerprint", f->fingerprint, sizeof(f->fingerprint));
	field_put(w, "organisation", FIELD_ORGNR, f->organisation);
	field_put(w, "questionnaire", FIELD_ID, f->questionnaire);
}

static void
put_facts(struct field_writer *w, const struct facts *f)
{
	bool accepted = f->kind == VERDICT_ACCEPTED;

	cbor_put_map(w->out, 5u + accepted + !accepted +
	    (f->mistakes.over != 0) + (f->step != NULL) + f->has_signer +
	    (f->mistakes.len != 0));
	if (f->mistakes.over != 0)
		put_number(w, "over", f->mistakes.over, UINT32_MAX);
	put_number(w, "size", f->size, INT64_MAX);
	if (f->step != NULL)
		field_put(w, "step", FIELD_ID, f->step);
	if (!accepted) {
		cbor_put_text(w->out, "error");
		put_error(w, &f->err, true);
	}
	field_put(w, "format", FIELD_ID, FACTS_FORMAT);
	put_bytes(w, "sealed", f->sealed, sizeof(f->sealed));
	if (f->has_signer)
		put_signer(w, f);
	field_put(w, "verdict", FIELD_ID, verdict_name(f->kind));
	cbor_put_text(w->out, "version");
	cbor_put_uint(w->out, FACTS_VERSION);
	if (accepted)
		put_accepted(w, f);
	if (f->mistakes.len != 0) {
		cbor_put_text(w->out, "mistakes");
		cbor_put_array(w->out, f->mistakes.len);
	}
	for (size_t i = 0; i < f->mistakes.len; i++)
		put_error(w, &f->mistakes.v[i], false);
}

enum err_code
facts_encode(const struct facts *f, struct buf *out, struct err *e)
{
	struct field_writer w = { .out = out, .e = e };
	size_t start = out->len;

	if ((w.code = facts_check(f, e)) != ERR_OK)
		return w.code;
	put_facts(&w, f);
	if (w.code == ERR_OK)
		w.code = buf_check(out, e);
	if (w.code != ERR_OK)
		out->len = start;
	return w.code;
}

/* --- decoding ----------------------------------------------------------- */

static void
get_bytes(struct cbor_reader *r, const char *key, uint8_t *out, size_t len)
{
	cbor_expect_key(r, key);
	cbor_get_fixed(r, out, len);
}

/* The reverse of put_tamed, into a field of size bytes. */
static void
get_tamed(struct cbor_reader *r, const char *key, char *out, size_t size)
{
	const char *s, *fault;
	size_t len;

	cbor_expect_key(r, key);
	if ((s = cbor_get_text(r, &len)) == NULL)
		return;
	if ((fault = bad_tamed(s, len, size)) != NULL) {
		(void)cbor_fail(r, ERR_SCHEMA, "%s", fault);
		return;
	}
	memcpy(out, s, len);
	out[len] = '\0';
}

static void
get_error(struct cbor_reader *r, struct err *e, bool message)
{
	char *name;

	(void)cbor_open_map(r, 4);
	cbor_expect_key(r, "at");
	e->at = (size_t)cbor_get_uint(r, INT64_MAX);
	name = field_get(r, "code", FIELD_REASON);
	if (name != NULL && (e->code = err_by_name(name)) == ERR_OK)
		(void)cbor_fail(r, ERR_SCHEMA, "an error that is not known");
	wipe_free(name);
	get_tamed(r, "where", e->where, sizeof(e->where));
	if (message)
		get_tamed(r, "message", e->msg, sizeof(e->msg));
	else if (r->code == ERR_OK && !own_fault(e->code))
		(void)cbor_fail(r, ERR_SCHEMA, "not a mistake in answers");
	cbor_close(r);
}

static void
get_mistakes(struct cbor_reader *r, struct facts *f)
{
	struct err mistake;
	size_t n;

	if (!cbor_accept_key(r, "mistakes"))
		return;
	if ((n = cbor_open_array(r, LIMIT_MISTAKES)) == 0)
		(void)cbor_fail(r, ERR_SCHEMA, "there are none");
	for (size_t i = 0; i < n && r->code == ERR_OK; i++) {
		memset(&mistake, 0, sizeof(mistake));
		get_error(r, &mistake, false);
		err_list_add(&f->mistakes, &mistake);
		if (f->mistakes.v == NULL)
			(void)cbor_fail(r, ERR_NO_MEMORY,
			    "not enough memory");
	}
	cbor_close(r);
}

static void
get_signer(struct cbor_reader *r, struct facts *f)
{
	char subject[FACTS_SUBJECT_LEN] = "";

	if (!cbor_accept_key(r, "signer"))
		return;
	f->has_signer = true;
	(void)cbor_open_map(r, 3);
	get_bytes(r, "digest", f->signer_cert, sizeof(f->signer_cert));
	if (cbor_accept_key(r, "number"))
		field_get_orgnr(r, NULL, f->signer_number);
	get_tamed(r, "subject", subject, sizeof(subject));
	cbor_close(r);
	if (r->code == ERR_OK &&
	    (f->signer_subject = wipe_strdup(subject)) == NULL)
		(void)cbor_fail(r, ERR_NO_MEMORY, "not enough memory");
}

static void
get_mandate(struct cbor_reader *r, struct facts *f)
{
	if (!cbor_accept_key(r, "mandate"))
		return;
	f->has_mandate = true;
	(void)cbor_open_map(r, 2);
	get_bytes(r, "digest", f->mandate, sizeof(f->mandate));
	cbor_expect_key(r, "expires");
	f->mandate_expires = (int64_t)cbor_get_uint(r, TIMESTAMP_MAX);
	cbor_close(r);
}

static void
get_reply(struct cbor_reader *r, struct facts *f)
{
	const uint8_t *data;
	size_t len = 0;

	if (!cbor_accept_key(r, "reply") ||
	    (data = cbor_get_bytes(r, &len)) == NULL)
		return;
	if (len == 0 || len > LIMIT_REPLY) {
		(void)cbor_fail(r, ERR_SCHEMA, "not a reply key's length");
		return;
	}
	buf_add(&f->reply, data, len);
	if (f->reply.failed)
		(void)cbor_fail(r, ERR_NO_MEMORY, "not enough memory");
}

static void
get_accepted(struct cbor_reader *r, struct facts *f)
{
	cbor_expect_key(r, "accepted");
	(void)cbor_open_map(r, 13);
	f->organisation_kind = (enum organisation_kind)field_get_enum(r,
	    "kind", organisation_kind_parse);
	cbor_expect_key(r, "late");
	f->late = cbor_get_uint(r, 1) == 1;
	f->name = field_get(r, "name", FIELD_NAME);
	get_reply(r, f);
	f->round = field_get(r, "round", FIELD_ID);
	cbor_expect_key(r, "created");
	f->created = (int64_t)cbor_get_uint(r, TIMESTAMP_MAX);
	get_mandate(r, f);
	f->version = field_get(r, "version", FIELD_VERSION);
	get_bytes(r, "submission", f->submission, sizeof(f->submission));
	if (cbor_accept_key(r, "supersedes")) {
		f->has_supersedes = true;
		cbor_get_fixed(r, f->supersedes, sizeof(f->supersedes));
	}
	get_bytes(r, "fingerprint", f->fingerprint, sizeof(f->fingerprint));
	field_get_orgnr(r, "organisation", f->organisation);
	f->questionnaire = field_get(r, "questionnaire", FIELD_ID);
	cbor_close(r);
}

static int
kind_parse(const char *s)
{
	static const enum verdict_kind kinds[] = { VERDICT_UNDECIDED,
	    VERDICT_ACCEPTED, VERDICT_REJECTED };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(s, verdict_name(kinds[i])) == 0)
			return (int)kinds[i];
	return -1;
}

static void
get_facts(struct cbor_reader *r, struct facts *f)
{
	size_t over = 0;

	(void)cbor_open_map(r, 10);
	if (cbor_accept_key(r, "over") &&
	    (over = (size_t)cbor_get_uint(r, UINT32_MAX)) == 0)
		(void)cbor_fail(r, ERR_SCHEMA, "none, and it says so");
	cbor_expect_key(r, "size");
	f->size = cbor_get_uint(r, INT64_MAX);
	if (cbor_accept_key(r, "step"))
		f->step = field_get(r, NULL, FIELD_ID);
	if (cbor_accept_key(r, "error"))
		get_error(r, &f->err, true);
	field_get_tag(r, "format", FACTS_FORMAT);
	get_bytes(r, "sealed", f->sealed, sizeof(f->sealed));
	get_signer(r, f);
	f->kind = (enum verdict_kind)field_get_enum(r, "verdict",
	    kind_parse);
	field_get_version(r, "version", FACTS_VERSION);
	if (f->kind == VERDICT_ACCEPTED)
		get_accepted(r, f);
	get_mistakes(r, f);
	f->mistakes.over = over;
	cbor_close(r);
}

enum err_code
facts_parse(const uint8_t *data, size_t len, struct facts *out,
    struct err *e)
{
	struct facts f = { 0 };
	struct cbor_reader r;
	struct err why = { 0 };
	enum err_code code;

	if (len > LIMIT_FACTS)
		return err_set(e, ERR_PROTOCOL, "facts", 0,
		    "%zu bytes; the limit is %u", len, LIMIT_FACTS);
	if ((code = cbor_check(data, len, &why)) == ERR_OK) {
		cbor_reader_init(&r, data, len, &why);
		get_facts(&r, &f);
		code = cbor_end(&r);
	}
	if (code == ERR_OK)
		code = facts_check(&f, &why);
	if (code == ERR_OK) {
		*out = f;
		memset(&f, 0, sizeof(f));
	} else {
		if (code == ERR_NOT_CANONICAL || code == ERR_SCHEMA)
			code = ERR_PROTOCOL;
		(void)err_set(e, code, why.where, why.at, "%s", why.msg);
	}
	facts_wipe(&f);
	return code;
}
