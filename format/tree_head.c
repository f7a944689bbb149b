/* SPDX-License-Identifier: EUPL-1.2 */
#include "format/tree_head.h"

#include <string.h>

#include "base/limits.h"
#include "base/timestamp.h"
#include "base/wipe.h"
#include "format/cbor.h"
#include "format/cbor_reader.h"
#include "format/field.h"
#include "format/member.h"
#include "format/receipt_log.h"

#define HEAD_FORMAT		"sigill-tree-head"
#define HEAD_VERSION		1
#define DECISION_FORMAT		"sigill-decision"
#define DECISION_VERSION	1

static enum err_code
bad_time(struct err *e)
{
	return err_set(e, ERR_SCHEMA, "time", 0,
	    "it is not a point in time");
}

static enum err_code
end_writing(struct field_writer *w, size_t start)
{
	if (w->code == ERR_OK)
		w->code = buf_check(w->out, w->e);
	if (w->code != ERR_OK)
		w->out->len = start;
	return w->code;
}

/* Passes on what the reader has found, by the one code that it has. */
static enum err_code
blame(enum err_code found, enum err_code code, const struct err *why,
    struct err *e)
{
	if (found == ERR_NOT_CANONICAL || found == ERR_SCHEMA)
		found = code;
	return err_set(e, found, why->where, why->at, "%s", why->msg);
}

/* --- tree heads: keys in the order of RFC 8949 §4.2.1 ------------------ */

void
tree_head_wipe(struct tree_head *h)
{
	wipe_free(h->authority);
	explicit_bzero(h, sizeof(*h));
}

enum err_code
tree_head_encode(const struct tree_head *h, struct buf *out, struct err *e)
{
	struct field_writer w = { .out = out, .e = e };
	size_t start = out->len;

	if (h->time < 0 || h->time > TIMESTAMP_MAX)
		return bad_time(e);
	if (h->size > RECEIPT_LOG_MAX)
		return err_set(e, ERR_SCHEMA, "size", 0, "it is too large");
	cbor_put_map(out, 7);
	cbor_put_text(out, "root");
	cbor_put_bytes(out, h->root, sizeof(h->root));
	cbor_put_text(out, "size");
	cbor_put_uint(out, h->size);
	cbor_put_text(out, "time");
	cbor_put_uint(out, (uint64_t)h->time);
	cbor_put_text(out, "format");
	cbor_put_text(out, HEAD_FORMAT);
	cbor_put_text(out, "version");
	cbor_put_uint(out, HEAD_VERSION);
	field_put(&w, "authority", FIELD_NAME, h->authority);
	field_put(&w, "environment", FIELD_ID,
	    environment_name(h->environment));
	return end_writing(&w, start);
}

static void
get_head(struct cbor_reader *c, struct tree_head *h)
{
	(void)cbor_open_map(c, 7);
	cbor_expect_key(c, "root");
	cbor_get_fixed(c, h->root, sizeof(h->root));
	cbor_expect_key(c, "size");
	h->size = cbor_get_uint(c, RECEIPT_LOG_MAX);
	cbor_expect_key(c, "time");
	h->time = (int64_t)cbor_get_uint(c, TIMESTAMP_MAX);
	field_get_tag(c, "format", HEAD_FORMAT);
	field_get_version(c, "version", HEAD_VERSION);
	h->authority = field_get(c, "authority", FIELD_NAME);
	h->environment = (enum environment)field_get_enum(c, "environment",
	    environment_parse);
	cbor_close(c);
}

enum err_code
tree_head_parse(const uint8_t *data, size_t len, struct tree_head *out,
    struct err *e)
{
	struct tree_head h = { 0 };
	struct cbor_reader c;
	struct err why = { 0 };
	enum err_code code;

	if ((code = cbor_check(data, len, &why)) == ERR_OK) {
		cbor_reader_init(&c, data, len, &why);
		get_head(&c, &h);
		code = cbor_end(&c);
	}
	if (code == ERR_OK) {
		*out = h;
		return ERR_OK;
	}
	tree_head_wipe(&h);
	return blame(code, ERR_LOG_HEAD, &why, e);
}

json_t *
tree_head_json(const struct tree_head *h)
{
	return json_pack("{s:s, s:i, s:o, s:I, s:o, s:s, s:s}",
	    "format", HEAD_FORMAT, "version", HEAD_VERSION,
	    "time", member_time(h->time), "size", (json_int_t)h->size,
	    "root", member_hex(h->root, sizeof(h->root)),
	    "authority", h->authority,
	    "environment", environment_name(h->environment));
}

/* --- decisions --------------------------------------------------------- */

void
decision_entry_wipe(struct decision_entry *d)
{
	wipe_free(d->who);
	wipe_free(d->reason);
	explicit_bzero(d, sizeof(*d));
}

static const char *const decisions[] = { "reject", "accept" };

static int
parse_decision(const char *s)
{
	for (int i = 0; i < 2; i++)
		if (strcmp(s, decisions[i]) == 0)
			return i;
	return -1;
}

enum err_code
decision_entry_encode(const struct decision_entry *d, struct buf *out,
    struct err *e)
{
	struct field_writer w = { .out = out, .e = e };
	size_t start = out->len;

	if (d->time < 0 || d->time > TIMESTAMP_MAX)
		return bad_time(e);
	cbor_put_map(out, 6u + (d->reason != NULL));
	field_put(&w, "who", FIELD_NAME, d->who);
	cbor_put_text(out, "time");
	cbor_put_uint(out, (uint64_t)d->time);
	cbor_put_text(out, "format");
	cbor_put_text(out, DECISION_FORMAT);
	if (d->reason != NULL)
		field_put(&w, "reason", FIELD_ADVICE, d->reason);
	cbor_put_text(out, "sealed");
	cbor_put_bytes(out, d->sealed, sizeof(d->sealed));
	cbor_put_text(out, "version");
	cbor_put_uint(out, DECISION_VERSION);
	field_put(&w, "decision", FIELD_ID, decisions[d->accept]);
	return end_writing(&w, start);
}

static void
get_decision(struct cbor_reader *c, struct decision_entry *d)
{
	(void)cbor_open_map(c, 7);
	d->who = field_get(c, "who", FIELD_NAME);
	cbor_expect_key(c, "time");
	d->time = (int64_t)cbor_get_uint(c, TIMESTAMP_MAX);
	field_get_tag(c, "format", DECISION_FORMAT);
	if (cbor_accept_key(c, "reason"))
		d->reason = field_get(c, NULL, FIELD_ADVICE);
	cbor_expect_key(c, "sealed");
	cbor_get_fixed(c, d->sealed, sizeof(d->sealed));
	field_get_version(c, "version", DECISION_VERSION);
	d->accept = field_get_enum(c, "decision", parse_decision) == 1;
	cbor_close(c);
}

enum err_code
decision_entry_parse(const uint8_t *data, size_t len,
    struct decision_entry *out, struct err *e)
{
	struct decision_entry d = { 0 };
	struct cbor_reader c;
	struct err why = { 0 };
	enum err_code code;

	if ((code = cbor_check(data, len, &why)) == ERR_OK) {
		cbor_reader_init(&c, data, len, &why);
		get_decision(&c, &d);
		code = cbor_end(&c);
	}
	if (code == ERR_OK) {
		*out = d;
		return ERR_OK;
	}
	decision_entry_wipe(&d);
	return blame(code, ERR_LOG_DAMAGED, &why, e);
}
