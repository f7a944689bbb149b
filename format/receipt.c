/* SPDX-License-Identifier: EUPL-1.2 */
#include "format/receipt.h"

#include <string.h>

#include "base/limits.h"
#include "base/timestamp.h"
#include "base/wipe.h"
#include "format/cbor.h"
#include "format/cbor_reader.h"
#include "format/field.h"
#include "format/member.h"

#define RECEIPT_FORMAT	"sigill-receipt"
#define RECEIPT_VERSION	1

static const char *const stages[] = {
	[STAGE_STORED] = "stored",
	[STAGE_ACCEPTED] = "accepted",
	[STAGE_REJECTED] = "rejected",
	[STAGE_SCORED] = "scored",
};
#define N_STAGES	(sizeof(stages) / sizeof(stages[0]))

const char *
receipt_stage_name(enum receipt_stage stage)
{
	return (size_t)stage < N_STAGES ? stages[stage] : NULL;
}

int
receipt_stage_parse(const char *s)
{
	for (size_t i = 0; i < N_STAGES; i++)
		if (strcmp(s, stages[i]) == 0)
			return (int)i;
	return -1;
}

void
receipt_wipe(struct receipt *r)
{
	wipe_free(r->authority);
	wipe_free(r->round);
	wipe_free(r->reason);
	wipe_free(r->advice);
	explicit_bzero(r, sizeof(*r));
}

/* Only intake's own verdicts stand in its log. */
static bool
has_log(const struct receipt *r)
{
	return r->has_log && (r->stage == STAGE_ACCEPTED ||
	    r->stage == STAGE_REJECTED);
}

/* --- encoding: keys in the order of RFC 8949 §4.2.1 ------------------- */

static size_t
count_fields(const struct receipt *r)
{
	const size_t all = 8;	/* what every stage has */

	switch (r->stage) {
	case STAGE_STORED:
		return all;
	case STAGE_ACCEPTED:
		return all + 4 + r->has_supersedes + r->has_log;
	case STAGE_REJECTED:
		return all + 2 + r->has_log;
	case STAGE_SCORED:
		return all + 1;
	}
	return 0;
}

static void
put_digest(struct field_writer *w, const char *key, const uint8_t *digest,
    size_t len)
{
	cbor_put_text(w->out, key);
	cbor_put_bytes(w->out, digest, len);
}

static void
put_receipt(struct field_writer *w, const struct receipt *r)
{
	bool accepted = r->stage == STAGE_ACCEPTED;
	bool rejected = r->stage == STAGE_REJECTED;

	cbor_put_map(w->out, count_fields(r));
	if (has_log(r)) {
		cbor_put_text(w->out, "log");
		receipt_log_put(w, &r->log);
	}
	cbor_put_text(w->out, "size");
	cbor_put_uint(w->out, r->size);
	cbor_put_text(w->out, "time");
	cbor_put_uint(w->out, (uint64_t)r->time);
	if (accepted)
		field_put(w, "round", FIELD_ID, r->round);
	field_put(w, "stage", FIELD_ID, receipt_stage_name(r->stage));
	if (rejected)
		field_put(w, "advice", FIELD_ADVICE, r->advice);
	cbor_put_text(w->out, "format");
	cbor_put_text(w->out, RECEIPT_FORMAT);
	if (rejected)
		field_put(w, "reason", FIELD_REASON, r->reason);
	put_digest(w, "sealed", r->sealed, sizeof(r->sealed));
	cbor_put_text(w->out, "version");
	cbor_put_uint(w->out, RECEIPT_VERSION);
	if (r->stage == STAGE_SCORED)
		put_digest(w, "feedback", r->feedback, sizeof(r->feedback));
	field_put(w, "authority", FIELD_NAME, r->authority);
	if (accepted)
		put_digest(w, "submission", r->submission,
		    sizeof(r->submission));
	if (accepted && r->has_supersedes)
		put_digest(w, "supersedes", r->supersedes,
		    sizeof(r->supersedes));
	field_put(w, "environment", FIELD_ID,
	    environment_name(r->environment));
	if (accepted) {
		put_digest(w, "fingerprint", r->fingerprint,
		    sizeof(r->fingerprint));
		field_put(w, "organisation", FIELD_ORGNR, r->organisation);
	}
}

enum err_code
receipt_encode(const struct receipt *r, struct buf *out, struct err *e)
{
	struct field_writer w = { .out = out, .e = e };
	size_t start = out->len;

	if (receipt_stage_name(r->stage) == NULL)
		return err_set(e, ERR_SCHEMA, "stage", 0, "it is not known");
	if (r->time < 0 || r->time > TIMESTAMP_MAX)
		return err_set(e, ERR_SCHEMA, "time", 0,
		    "it is not a point in time");
	if (r->size > INT64_MAX)
		return err_set(e, ERR_SCHEMA, "size", 0, "it is too large");
	put_receipt(&w, r);
	if (w.code == ERR_OK)
		w.code = buf_check(out, e);
	if (w.code != ERR_OK)
		out->len = start;
	return w.code;
}

enum err_code
receipt_leaf(const struct receipt *r, struct buf *out, struct err *e)
{
	struct receipt without = *r;

	without.has_log = false;
	return receipt_encode(&without, out, e);
}

/* --- decoding --------------------------------------------------------- */

static void
get_digest(struct cbor_reader *c, const char *key, uint8_t *out, size_t len)
{
	cbor_expect_key(c, key);
	cbor_get_fixed(c, out, len);
}

/* "round" stands before the stage that it belongs to, as "log" does. */
static void
get_stage(struct cbor_reader *c, struct receipt *r)
{
	bool round = cbor_accept_key(c, "round");

	if (round)
		r->round = field_get(c, NULL, FIELD_ID);
	r->stage = (enum receipt_stage)field_get_enum(c, "stage",
	    receipt_stage_parse);
	if (c->code == ERR_OK && (round != (r->stage == STAGE_ACCEPTED) ||
	    r->has_log != has_log(r)))
		(void)cbor_fail(c, ERR_SCHEMA,
		    "the fields of another stage");
}

static void
get_receipt(struct cbor_reader *c, struct receipt *r)
{
	bool accepted, rejected;

	(void)cbor_open_map(c, 14);
	if ((r->has_log = cbor_accept_key(c, "log")))
		receipt_log_get(c, &r->log);
	cbor_expect_key(c, "size");
	r->size = cbor_get_uint(c, INT64_MAX);
	cbor_expect_key(c, "time");
	r->time = (int64_t)cbor_get_uint(c, TIMESTAMP_MAX);
	get_stage(c, r);
	accepted = r->stage == STAGE_ACCEPTED;
	rejected = r->stage == STAGE_REJECTED;
	if (rejected)
		r->advice = field_get(c, "advice", FIELD_ADVICE);
	field_get_tag(c, "format", RECEIPT_FORMAT);
	if (rejected)
		r->reason = field_get(c, "reason", FIELD_REASON);
	get_digest(c, "sealed", r->sealed, sizeof(r->sealed));
	field_get_version(c, "version", RECEIPT_VERSION);
	if (r->stage == STAGE_SCORED)
		get_digest(c, "feedback", r->feedback, sizeof(r->feedback));
	r->authority = field_get(c, "authority", FIELD_NAME);
	if (accepted)
		get_digest(c, "submission", r->submission,
		    sizeof(r->submission));
	if (accepted && cbor_accept_key(c, "supersedes")) {
		r->has_supersedes = true;
		cbor_get_fixed(c, r->supersedes, sizeof(r->supersedes));
	}
	r->environment = (enum environment)field_get_enum(c, "environment",
	    environment_parse);
	if (accepted) {
		get_digest(c, "fingerprint", r->fingerprint,
		    sizeof(r->fingerprint));
		field_get_orgnr(c, "organisation", r->organisation);
	}
	cbor_close(c);
}

enum err_code
receipt_parse(const uint8_t *data, size_t len, struct receipt *out,
    struct err *e)
{
	struct receipt r = { 0 };
	struct cbor_reader c;
	struct err why = { 0 };
	enum err_code code;

	if (len > LIMIT_RECEIPT)
		return err_set(e, ERR_RECEIPT_STRUCTURE, NULL, 0,
		    "%zu bytes; the limit is %u", len, LIMIT_RECEIPT);
	if ((code = cbor_check(data, len, &why)) == ERR_OK) {
		cbor_reader_init(&c, data, len, &why);
		get_receipt(&c, &r);
		code = cbor_end(&c);
	}
	if (code == ERR_OK) {
		*out = r;
		memset(&r, 0, sizeof(r));
	} else {
		if (code == ERR_NOT_CANONICAL || code == ERR_SCHEMA)
			code = ERR_RECEIPT_STRUCTURE;
		(void)err_set(e, code, why.where, why.at, "%s", why.msg);
	}
	receipt_wipe(&r);
	return code;
}

/* --- JSON ------------------------------------------------------------- */

/* Adds a digest or an id; false without memory. */
static bool
add_hex(json_t *o, const char *key, const uint8_t *data, size_t len)
{
	return json_object_set_new(o, key, member_hex(data, len)) == 0;
}

static bool
add_text(json_t *o, const char *key, const char *s)
{
	return json_object_set_new(o, key, json_string(s)) == 0;
}

static bool
add_stage(json_t *o, const struct receipt *r)
{
	switch (r->stage) {
	case STAGE_STORED:
		return true;
	case STAGE_ACCEPTED:
		return add_hex(o, "submission", r->submission,
		    sizeof(r->submission)) &&
		    add_hex(o, "fingerprint", r->fingerprint,
		    sizeof(r->fingerprint)) &&
		    add_text(o, "organisation", r->organisation) &&
		    add_text(o, "round", r->round) &&
		    (!r->has_supersedes || add_hex(o, "supersedes",
		    r->supersedes, sizeof(r->supersedes)));
	case STAGE_REJECTED:
		return add_text(o, "reason", r->reason) &&
		    add_text(o, "advice", r->advice);
	case STAGE_SCORED:
		return add_hex(o, "feedback", r->feedback,
		    sizeof(r->feedback));
	}
	return false;
}

json_t *
receipt_json(const struct receipt *r)
{
	json_t *o = json_object();

	if (add_text(o, "format", RECEIPT_FORMAT) &&
	    json_object_set_new(o, "version",
	    json_integer(RECEIPT_VERSION)) == 0 &&
	    add_text(o, "stage", receipt_stage_name(r->stage)) &&
	    add_hex(o, "sealed", r->sealed, sizeof(r->sealed)) &&
	    json_object_set_new(o, "size",
	    json_integer((json_int_t)r->size)) == 0 &&
	    json_object_set_new(o, "time", member_time(r->time)) == 0 &&
	    add_text(o, "authority", r->authority) &&
	    add_text(o, "environment", environment_name(r->environment)) &&
	    add_stage(o, r) && (!has_log(r) ||
	    json_object_set_new(o, "log", receipt_log_json(&r->log)) == 0))
		return o;
	json_decref(o);
	return NULL;
}
