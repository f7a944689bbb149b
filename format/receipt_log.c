/* SPDX-License-Identifier: EUPL-1.2 */
#include "format/receipt_log.h"

#include "format/cbor.h"
#include "format/member.h"

/* Numbers and lengths; whether the proofs hold is crypto/merkle.h's. */
static bool
is_sound(const struct receipt_log *log)
{
	return log->size <= RECEIPT_LOG_MAX && log->index < log->size &&
	    log->path.len <= RECEIPT_PATH_MAX &&
	    (!log->has_since || (log->since_size > 0 &&
	    log->since_size <= log->size &&
	    log->since_path.len <= RECEIPT_PATH_MAX));
}

/* Keys in the order of RFC 8949 §4.2.1. */
static void
put_path(struct field_writer *w, const struct receipt_path *path)
{
	cbor_put_text(w->out, "path");
	cbor_put_array(w->out, path->len);
	for (size_t i = 0; i < path->len; i++)
		cbor_put_bytes(w->out, path->hashes[i],
		    sizeof(path->hashes[i]));
}

static void
put_root(struct field_writer *w, const uint8_t root[static 32])
{
	cbor_put_text(w->out, "root");
	cbor_put_bytes(w->out, root, 32);
}

void
receipt_log_put(struct field_writer *w, const struct receipt_log *log)
{
	if (!is_sound(log)) {
		(void)field_put_fail(w, ERR_SCHEMA, "log",
		    "no log has such a place");
		return;
	}
	cbor_put_map(w->out, 4u + log->has_since);
	put_path(w, &log->path);
	put_root(w, log->root);
	cbor_put_text(w->out, "size");
	cbor_put_uint(w->out, log->size);
	cbor_put_text(w->out, "index");
	cbor_put_uint(w->out, log->index);
	if (!log->has_since)
		return;
	cbor_put_text(w->out, "since");
	cbor_put_map(w->out, 3);
	put_path(w, &log->since_path);
	put_root(w, log->since_root);
	cbor_put_text(w->out, "size");
	cbor_put_uint(w->out, log->since_size);
}

static void
get_path(struct cbor_reader *c, struct receipt_path *path)
{
	cbor_expect_key(c, "path");
	path->len = cbor_open_array(c, RECEIPT_PATH_MAX);
	for (size_t i = 0; i < path->len && c->code == ERR_OK; i++)
		cbor_get_fixed(c, path->hashes[i], sizeof(path->hashes[i]));
	cbor_close(c);
}

void
receipt_log_get(struct cbor_reader *c, struct receipt_log *out)
{
	(void)cbor_open_map(c, 5);
	get_path(c, &out->path);
	cbor_expect_key(c, "root");
	cbor_get_fixed(c, out->root, sizeof(out->root));
	cbor_expect_key(c, "size");
	out->size = cbor_get_uint(c, RECEIPT_LOG_MAX);
	cbor_expect_key(c, "index");
	out->index = cbor_get_uint(c, RECEIPT_LOG_MAX);
	if (cbor_accept_key(c, "since")) {
		out->has_since = true;
		(void)cbor_open_map(c, 3);
		get_path(c, &out->since_path);
		cbor_expect_key(c, "root");
		cbor_get_fixed(c, out->since_root, sizeof(out->since_root));
		cbor_expect_key(c, "size");
		out->since_size = cbor_get_uint(c, RECEIPT_LOG_MAX);
		cbor_close(c);
	}
	cbor_close(c);
	if (c->code == ERR_OK && !is_sound(out))
		(void)cbor_fail(c, ERR_SCHEMA, "no log has such a place");
}

static json_t *
path_json(const struct receipt_path *path)
{
	json_t *a = json_array();

	for (size_t i = 0; i < path->len; i++)
		if (json_array_append_new(a, member_hex(path->hashes[i],
		    sizeof(path->hashes[i]))) != 0) {
			json_decref(a);
			return NULL;
		}
	return a;
}

/* Without memory jansson refuses, and so does the member that it is for. */
json_t *
receipt_log_json(const struct receipt_log *log)
{
	json_t *o = json_pack("{s:I, s:I, s:o, s:o}",
	    "index", (json_int_t)log->index, "size", (json_int_t)log->size,
	    "root", member_hex(log->root, sizeof(log->root)),
	    "path", path_json(&log->path));

	if (o == NULL || !log->has_since)
		return o;
	if (json_object_set_new(o, "since", json_pack("{s:I, s:o, s:o}",
	    "size", (json_int_t)log->since_size,
	    "root", member_hex(log->since_root, sizeof(log->since_root)),
	    "path", path_json(&log->since_path))) == 0)
		return o;
	json_decref(o);
	return NULL;
}
