/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/log_witness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/message.h"
#include "base/report.h"
#include "client/kept.h"
#include "client/outbox/outbox.h"
#include "client/receipt.h"
#include "client/settings.h"
#include "client/sniff.h"
#include "crypto/merkle.h"
#include "crypto/receipt_sig.h"
#include "format/json.h"
#include "format/tree_head.h"

enum err_code
log_witness_leaf(const struct receipt *r, uint8_t out[static DIGEST_LEN],
    struct err *e)
{
	struct buf content = { 0 };
	enum err_code code;

	if ((code = receipt_leaf(r, &content, e)) == ERR_OK)
		code = merkle_leaf(content.data, content.len, out, e);
	buf_wipe(&content);
	return code;
}

void
log_witnesses_wipe(struct log_witnesses *w)
{
	free(w->v);
	memset(w, 0, sizeof(*w));
}

static struct log_point
point_of(uint64_t size, const uint8_t root[static DIGEST_LEN])
{
	struct log_point p = { .size = size };

	memcpy(p.root, root, DIGEST_LEN);
	return p;
}

/* One more, empty but for its file; NULL without memory. */
static struct log_witness *
add(struct log_witnesses *w, const char *file, struct err *e)
{
	size_t cap = w->cap != 0 ? w->cap * 2 : 16;
	struct log_witness *one;

	if (w->len == w->cap) {
		if ((one = realloc(w->v, cap * sizeof(*one))) == NULL) {
			(void)err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
			return NULL;
		}
		w->v = one;
		w->cap = cap;
	}
	one = &w->v[w->len++];
	memset(one, 0, sizeof(*one));
	(void)snprintf(one->file, sizeof(one->file), "%s", file);
	return one;
}

/* --- receipts ---------------------------------------------------------- */

static enum err_code
add_receipt(struct log_witnesses *w, const char *file,
    const struct receipt *r, struct err *e)
{
	struct log_witness *one = add(w, file, e);

	if (one == NULL)
		return ERR_NO_MEMORY;
	one->receipt = true;
	one->index = r->log.index;
	one->at[0] = point_of(r->log.size, r->log.root);
	if (r->log.has_since)
		one->at[1] = point_of(r->log.since_size, r->log.since_root);
	return log_witness_leaf(r, one->leaf, e);
}

enum err_code
log_witness_first(struct log_witnesses *w, const char *file, struct err *e)
{
	return add_receipt(w, file, w->receipt, e);
}

static bool
is_of_this_log(const struct log_witnesses *w, const char *authority,
    enum environment environment)
{
	return environment == w->receipt->environment &&
	    strcmp(authority, w->receipt->authority) == 0;
}

/* Is it in the same log, and not the same receipt once more? */
static bool
is_another(const struct log_witnesses *w, const struct receipt *r,
    const struct buf *der)
{
	return r->has_log &&
	    is_of_this_log(w, r->authority, r->environment) &&
	    !buf_equal(der, w->der->data, w->der->len);
}

enum err_code
log_witness_receipt(struct log_witnesses *w, const char *file,
    struct report *r, struct err *e)
{
	struct receipt receipt = { 0 };
	struct buf der = { 0 };
	enum err_code code;

	if ((code = file_read(file, LIMIT_RECEIPT, &der, e)) == ERR_OK &&
	    (code = receipt_judge(w->signers, &der, file, &receipt, e)) ==
	    ERR_OK) {
		if (is_another(w, &receipt, &der))
			code = add_receipt(w, file, &receipt, e);
		else
			report_say(r, _("%s is not another receipt with a "
			    "place in this log, and was not compared."),
			    file);
	}
	receipt_wipe(&receipt);
	buf_wipe(&der);
	return code;
}

static enum err_code
add_kept(struct log_witnesses *w, const struct outbox_entry *entry,
    enum receipt_stage stage, struct err *e)
{
	struct receipt receipt = { 0 };
	struct buf der = { 0 };
	char path[4096];
	enum err_code code = ERR_OK;
	bool found = false;

	if (kept_path(entry->sealed, stage, path, NULL) == ERR_OK &&
	    kept_read(entry->sealed, stage, &found, &der, NULL) == ERR_OK &&
	    found && receipt_judge(w->signers, &der, path, &receipt, NULL) ==
	    ERR_OK && is_another(w, &receipt, &der))
		code = add_receipt(w, path, &receipt, e);
	receipt_wipe(&receipt);
	buf_wipe(&der);
	return code;
}

enum err_code
log_witness_outbox(struct log_witnesses *w, const struct settings *s,
    struct err *e)
{
	struct outbox_list list = { 0 };
	struct err_list broken = { 0 };
	struct outbox *outbox = NULL;
	enum err_code code = ERR_OK;

	if (outbox_look(s, &outbox, NULL) == ERR_OK &&
	    outbox_read(outbox, &list, &broken, NULL) == ERR_OK)
		for (size_t i = 0; i < list.len && code == ERR_OK; i++) {
			code = add_kept(w, &list.v[i], STAGE_ACCEPTED, e);
			if (code == ERR_OK)
				code = add_kept(w, &list.v[i],
				    STAGE_REJECTED, e);
		}
	err_list_wipe(&broken);
	outbox_list_wipe(&list);
	outbox_close(outbox);
	return code;
}

/* --- tree heads -------------------------------------------------------- */

static enum err_code
of_another_log(struct err *e)
{
	return err_set(e, ERR_LOG_PROOF, NULL, 0,
	    _("it is about the log of another authority or environment"));
}

/* Judged as a receipt of intake is, and made as one. */
static enum err_code
read_head(const struct log_witnesses *w, const struct buf *der,
    struct tree_head *out, struct err *e)
{
	struct signed_data opened = { 0 };
	enum err_code code;

	if ((code = signed_open(SIGNED_HEAD, der->data, der->len, &opened,
	    e)) == ERR_OK &&
	    (code = tree_head_parse(opened.content, opened.len, out, e)) ==
	    ERR_OK &&
	    (code = receipt_sig_trust(&opened, w->signers->trust,
	    &w->signers->intake, out->time, e)) == ERR_OK &&
	    !is_of_this_log(w, out->authority, out->environment))
		code = of_another_log(e);
	signed_wipe(&opened);
	return code;
}

enum err_code
log_witness_head(struct log_witnesses *w, const char *file, struct err *e)
{
	struct tree_head head = { 0 };
	struct log_witness *one;
	struct buf der = { 0 };
	struct err found = { 0 };

	if (file_read(file, LIMIT_RECEIPT, &der, &found) == ERR_OK &&
	    sniff_expect(SNIFF_RECEIPT, der.data, der.len, ERR_LOG_HEAD,
	    file, &found) == ERR_OK &&
	    read_head(w, &der, &head, &found) == ERR_OK &&
	    (one = add(w, file, &found)) != NULL)
		one->at[0] = point_of(head.size, head.root);
	tree_head_wipe(&head);
	buf_wipe(&der);
	return report_place(e, &found, file);
}

/* --- proofs ------------------------------------------------------------ */

static bool
get_size(const json_t *o, const char *key, uint64_t *out)
{
	const json_t *value = json_object_get(o, key);
	json_int_t n = json_integer_value(value);

	*out = (uint64_t)n;
	return json_is_integer(value) && n > 0 && *out <= RECEIPT_LOG_MAX;
}

static bool
get_hash(const json_t *value, uint8_t out[static DIGEST_LEN])
{
	const char *hex = json_string_value(value);

	return hex != NULL && strlen(hex) == DIGEST_HEX_LEN - 1 &&
	    digest_from_hex(hex, out);
}

static bool
get_path(const json_t *list, struct receipt_path *out)
{
	if (!json_is_array(list) || json_array_size(list) > RECEIPT_PATH_MAX)
		return false;
	out->len = json_array_size(list);
	for (size_t i = 0; i < out->len; i++)
		if (!get_hash(json_array_get(list, i), out->hashes[i]))
			return false;
	return true;
}

static bool
is_text(const json_t *o, const char *key, const char *want)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s != NULL && strcmp(s, want) == 0;
}

/* What of a proof connects two sizes: its other members are about a receipt's
 * place, which the receipt itself has proven. */
static enum err_code
read_proof(const struct log_witnesses *w, const json_t *proof,
    struct receipt_log *out, struct err *e)
{
	const json_t *log = json_object_get(proof, "log");
	const json_t *since = json_object_get(log, "since");

	if (!is_text(proof, "format", "sigill-log-proof") ||
	    json_integer_value(json_object_get(proof, "version")) != 1 ||
	    !get_size(log, "size", &out->size) ||
	    !get_hash(json_object_get(log, "root"), out->root) ||
	    !get_size(since, "size", &out->since_size) ||
	    !get_hash(json_object_get(since, "root"), out->since_root) ||
	    !get_path(json_object_get(since, "path"), &out->since_path))
		return err_set(e, ERR_PROOF_STRUCTURE, NULL, 0, NULL);
	if (!is_text(proof, "authority", w->receipt->authority) ||
	    !is_text(proof, "environment",
	    environment_name(w->receipt->environment)))
		return of_another_log(e);
	return merkle_check_consistency(out->since_size, out->since_root,
	    out->size, out->root, out->since_path.hashes,
	    out->since_path.len, e);
}

enum err_code
log_witness_proof(struct log_witnesses *w, const char *file, struct err *e)
{
	struct receipt_log log = { 0 };
	struct log_witness *one;
	struct buf text = { 0 };
	json_t *proof = NULL;
	struct err found = { 0 };

	if (file_read(file, LIMIT_RECEIPT, &text, &found) == ERR_OK &&
	    sniff_expect(SNIFF_PROOF, text.data, text.len,
	    ERR_PROOF_STRUCTURE, file, &found) == ERR_OK &&
	    json_read(text.data, text.len, file, &proof, &found) == ERR_OK &&
	    read_proof(w, proof, &log, &found) == ERR_OK &&
	    (one = add(w, file, &found)) != NULL) {
		one->at[0] = point_of(log.size, log.root);
		one->at[1] = point_of(log.since_size, log.since_root);
	}
	json_decref(proof);
	buf_wipe(&text);
	return report_place(e, &found, file);
}
