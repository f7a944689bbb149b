/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/log_proof.h"

#include <stdlib.h>
#include <string.h>

#include "base/message.h"
#include "base/report.h"
#include "client/log_witness.h"
#include "client/options.h"
#include "crypto/merkle.h"

_Static_assert(RECEIPT_PATH_MAX == MERKLE_PATH_MAX &&
    RECEIPT_LOG_MAX == MERKLE_SIZE_MAX, "what is parsed can be verified");

enum err_code
log_proof_check(const struct receipt *r, struct err *e)
{
	const struct receipt_log *log = &r->log;
	uint8_t leaf[DIGEST_LEN];
	enum err_code code;

	if (!r->has_log)
		return ERR_OK;
	if ((code = log_witness_leaf(r, leaf, e)) == ERR_OK &&
	    (code = merkle_check_inclusion(leaf, log->index, log->size,
	    log->path.hashes, log->path.len, log->root, e)) == ERR_OK &&
	    log->has_since)
		code = merkle_check_consistency(log->since_size,
		    log->since_root, log->size, log->root,
		    log->since_path.hashes, log->since_path.len, e);
	return code;
}

void
log_proof_report(const struct receipt *receipt, struct report *r)
{
	/* People count from one, and the authority's staff do as well; a
	 * program's member "index" begins with 0. */
	if (receipt->has_log)
		report_line(r, _("Log"), _("number %ju of %ju"),
		    (uintmax_t)receipt->log.index + 1,
		    (uintmax_t)receipt->log.size);
	else if (receipt->stage == STAGE_ACCEPTED ||
	    receipt->stage == STAGE_REJECTED)
		report_line(r, _("Log"), "%s",
		    _("it has no place in the authority's log"));
}

/* --- whether they agree ------------------------------------------------ */

/* What one of them says of a number: the root at a size, or the leaf at a
 * position. */
struct claim {
	uint64_t number;
	size_t witness;
	const uint8_t *hash;
};

static int
by_number(const void *a, const void *b)
{
	const struct claim *x = a, *y = b;

	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	return x->witness < y->witness ? -1 : x->witness > y->witness;
}

/* Sorts them.  One that says otherwise than that before it, or NULL. */
static const struct claim *
contradiction(struct claim *v, size_t n)
{
	qsort(v, n, sizeof(*v), by_number);
	for (size_t i = 1; i < n; i++)
		if (v[i].number == v[i - 1].number &&
		    memcmp(v[i].hash, v[i - 1].hash, DIGEST_LEN) != 0)
			return &v[i];
	return NULL;
}

static size_t
claim_leaves(const struct log_witnesses *w, struct claim *out)
{
	size_t n = 0;

	for (size_t i = 0; i < w->len; i++)
		if (w->v[i].receipt)
			out[n++] = (struct claim){ w->v[i].index, i,
			    w->v[i].leaf };
	return n;
}

static size_t
claim_roots(const struct log_witnesses *w, struct claim *out)
{
	size_t n = 0;

	for (size_t i = 0; i < 2 * w->len; i++)
		if (w->v[i / 2].at[i % 2].size != 0)
			out[n++] = (struct claim){
			    w->v[i / 2].at[i % 2].size, i / 2,
			    w->v[i / 2].at[i % 2].root };
	return n;
}

/* One of those that are connected with i stands for all of them. */
static size_t
find(size_t *parent, size_t i)
{
	while (parent[i] != i)
		i = parent[i] = parent[parent[i]];
	return i;
}

/* Who has a size in common with another is of its log, and so is who has one
 * with that: each has proven that its two sizes are of one.  The claims are
 * about roots, sorted and without contradiction. */
static void
link_all(struct log_witnesses *w, const struct claim *v, size_t n,
    size_t *parent)
{
	for (size_t i = 0; i < w->len; i++)
		parent[i] = i;
	for (size_t i = 1; i < n; i++)
		if (v[i].number == v[i - 1].number)
			parent[find(parent, v[i].witness)] =
			    find(parent, v[i - 1].witness);
	for (size_t i = 0; i < w->len; i++)
		w->v[i].linked = find(parent, i) == find(parent, 0);
}

static enum err_code
compare_all(struct log_witnesses *w, struct err *e)
{
	struct claim *v = calloc(2 * w->len, sizeof(*v));
	size_t *parent = calloc(w->len, sizeof(*parent)), n;
	const struct claim *c;
	enum err_code code = ERR_OK;

	if (v == NULL || parent == NULL)
		code = err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	else if ((c = contradiction(v, claim_leaves(w, v))) != NULL)
		code = err_set(e, ERR_LOG_PROOF, w->v[c[-1].witness].file, 0,
		    _("%.200s has the same number in the log, %ju"),
		    w->v[c->witness].file, (uintmax_t)c->number + 1);
	else if ((c = contradiction(v, n = claim_roots(w, v))) != NULL)
		code = err_set(e, ERR_LOG_PROOF, w->v[c[-1].witness].file, 0,
		    _("%.200s tells of another log with %ju entries"),
		    w->v[c->witness].file, (uintmax_t)c->number);
	else
		link_all(w, v, n, parent);
	free(v);
	free(parent);
	return code;
}

/* The member "log". */
static void
set_member(const struct log_witnesses *w, struct report *r)
{
	json_t *others = json_array();

	for (size_t i = 1; i < w->len; i++)
		if (json_array_append_new(others, json_pack(
		    "{s:o, s:I, s:o}", "file", report_text(w->v[i].file),
		    "size", (json_int_t)w->v[i].at[0].size,
		    "consistent", w->v[i].linked ? json_true() :
		    json_null())) != 0)
			r->failed = true;
	report_set(r, "log", json_pack("{s:I, s:I, s:b, s:o}",
	    "index", (json_int_t)w->v[0].index,
	    "size", (json_int_t)w->v[0].at[0].size, "proven", 1,
	    "compared", others));
}

static void
tell(const struct log_witnesses *w, struct report *r)
{
	size_t linked = 0, receipts = 0;

	for (size_t i = 1; i < w->len; i++) {
		receipts += w->v[i].receipt;
		linked += w->v[i].receipt && w->v[i].linked;
	}
	set_member(w, r);
	if (linked != 0)
		report_say(r, _("The log has only been added to between this "
		    "and other receipts; compared: %zu of %zu."), linked,
		    receipts);
	else if (receipts != 0)
		report_say(r, _("Of other receipts there are %zu, and none "
		    "that tells of the log at the same time; so they could "
		    "not be compared."), receipts);
	for (size_t i = 1; i < w->len; i++)
		if (!w->v[i].receipt)
			report_say(r, w->v[i].linked ?
			    _("%s is of the same log.") :
			    _("%s tells of the log at another time, and "
			    "could not be compared."), w->v[i].file);
}

enum err_code
log_proof_compare(const struct options *o, const struct settings *s,
    const struct receipt_signers *signers, const char *name,
    const struct buf *der, const struct receipt *receipt, struct report *r,
    struct err *e)
{
	struct log_witnesses w = {
		.signers = signers, .receipt = receipt, .der = der,
	};
	enum err_code code;

	if (!receipt->has_log) {
		report_set(r, "log", json_null());
		return ERR_OK;
	}
	code = log_witness_first(&w, name, e);
	for (size_t i = 0; i < o->n_older && code == ERR_OK; i++)
		code = log_witness_receipt(&w, o->older[i], r, e);
	if (code == ERR_OK && o->head != NULL)
		code = log_witness_head(&w, o->head, e);
	if (code == ERR_OK && o->proof != NULL)
		code = log_witness_proof(&w, o->proof, e);
	if (code == ERR_OK)
		code = log_witness_outbox(&w, s, e);
	if (code == ERR_OK && (code = compare_all(&w, e)) == ERR_OK)
		tell(&w, r);
	log_witnesses_wipe(&w);
	return code;
}
