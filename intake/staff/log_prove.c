/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/staff/log_prove.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "crypto/receipt_sig.h"
#include "format/member.h"
#include "intake/book/verdicts.h"
#include "intake/staff/find.h"

#define PROOF_FORMAT	"sigill-log-proof"
#define PROOF_VERSION	1

/* The receipt that was given for a file. */
static enum err_code
get_receipt(struct desk *desk, const struct arrival *a, struct receipt *out,
    struct err *e)
{
	struct signed_data opened = { 0 };
	enum receipt_stage stage;
	struct buf der = { 0 };
	enum err_code code;

	code = verdicts_get(desk->db, a->digest, &stage, &der, e);
	if (code == ERR_HTTP_NOT_FOUND) {
		err_clear(e);
		code = err_set(e, ERR_VERDICT_PENDING, a->name, 0,
		    "it is %s", arrival_state_name(a->state));
	}
	if (code == ERR_OK && (code = receipt_sig_open(der.data, der.len,
	    &opened, e)) == ERR_OK)
		code = receipt_parse(opened.content, opened.len, out, e);
	if (code == ERR_OK && !out->has_log)
		code = err_set(e, ERR_LOG_DAMAGED, a->name, 0,
		    "its receipt names no place in the log");
	signed_wipe(&opened);
	buf_wipe(&der);
	return code;
}

/* The document around a proof; takes the reference. */
static json_t *
document(const struct desk *desk, json_t *log)
{
	return json_pack("{s:s, s:i, s:s, s:s, s:o, s:o}",
	    "format", PROOF_FORMAT, "version", PROOF_VERSION,
	    "authority", desk->settings.authority,
	    "environment", environment_name(desk->settings.environment),
	    "time", member_time(desk->now), "log", log);
}

/* Where the receipt's leaf is now, and that the log has grown from the one
 * that the receipt tells of. */
static enum err_code
prove_place(struct desk *desk, struct tree *tree, const char *what,
    struct receipt_log *log, struct report *r, json_t **out, struct err *e)
{
	struct arrival arrival = { 0 };
	struct receipt receipt = { 0 };
	struct receipt_log *v[] = { log };
	enum err_code code;

	if ((code = find_arrival(desk, what, false, &arrival,
	    r, e)) == ERR_OK &&
	    (code = get_receipt(desk, &arrival, &receipt, e)) == ERR_OK &&
	    (code = tree_holds(tree, &receipt, e)) == ERR_OK) {
		log->index = receipt.log.index;
		log->since_size = receipt.log.size;
		code = tree_places(tree, v, 1, e);
	}
	if (code == ERR_OK) {
		report_line(r, "Log number", "%ju of %ju",
		    (uintmax_t)log->index + 1, (uintmax_t)log->size);
		*out = document(desk, receipt_log_json(log));
		if (*out == NULL || json_object_set_new(*out, "sealed",
		    member_hex(receipt.sealed, DIGEST_LEN)) != 0 ||
		    json_object_set_new(*out, "stage", json_string(
		    receipt_stage_name(receipt.stage))) != 0)
			r->failed = true;
	}
	receipt_wipe(&receipt);
	arrival_wipe(&arrival);
	return code;
}

static enum err_code
prove_growth(struct desk *desk, struct tree *tree, uint64_t from,
    uint64_t to, struct receipt_log *log, json_t **out, struct err *e)
{
	enum err_code code;
	json_t *o;

	if (to > tree_size(tree) || from == 0 || from > to)
		return err_set(e, ERR_USAGE, "log prove", 0, "0 < --from <= "
		    "--to <= %ju, which is how many leaves the log has",
		    (uintmax_t)tree_size(tree));
	log->size = to;
	log->since_size = from;
	if ((code = tree_root(tree, to, log->root, e)) != ERR_OK ||
	    (code = tree_root(tree, from, log->since_root, e)) != ERR_OK ||
	    (code = tree_growth(tree, from, to, &log->since_path, e)) !=
	    ERR_OK)
		return code;
	/* The same members, without those of a leaf. */
	log->has_since = true;
	o = receipt_log_json(log);
	(void)json_object_del(o, "index");
	(void)json_object_del(o, "path");
	*out = document(desk, o);
	return ERR_OK;
}

static enum err_code
write_proof(const char *path, const json_t *proof, struct err *e)
{
	char *text = json_dumps(proof, JSON_INDENT(2));
	struct buf b = { 0 };
	enum err_code code;

	if (text == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	buf_add_str(&b, text);
	buf_add_str(&b, "\n");
	free(text);
	if ((code = buf_check(&b, e)) == ERR_OK)
		code = file_write_new(path, b.data, b.len, 0644, e);
	buf_wipe(&b);
	return code;
}

enum err_code
log_prove(struct desk *desk, struct tree *tree, const struct options *o,
    const char *what, struct report *r, struct err *e)
{
	struct receipt_log log = { 0 };
	char root[DIGEST_HEX_LEN];
	json_t *proof = NULL;
	enum err_code code;

	code = what != NULL ? prove_place(desk, tree, what, &log, r, &proof,
	    e) : prove_growth(desk, tree, (uint64_t)o->from, o->to >= 0 ?
	    (uint64_t)o->to : tree_size(tree), &log, &proof, e);
	if (code == ERR_OK && o->output != NULL)
		code = write_proof(o->output, proof, e);
	if (code != ERR_OK) {
		json_decref(proof);
		return code;
	}
	digest_hex(log.since_root, root);
	report_line(r, "From", "%ju leaves, root %s",
	    (uintmax_t)log.since_size, root);
	digest_hex(log.root, root);
	report_line(r, "To", "%ju leaves, root %s", (uintmax_t)log.size,
	    root);
	if (o->output != NULL)
		report_line(r, "Proof", "%s", o->output);
	else
		report_say(r, "The proof itself: with --json, or --output.");
	report_set(r, "proof", proof);
	return ERR_OK;
}
