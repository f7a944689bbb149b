/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/log_proof.h"

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
	/* Staff know the leaf by the same number (RFC 9162 §2.1.3). */
	if (receipt->has_log)
		report_line(r, _("Log"), _("position %ju of %ju, counted "
		    "from 0"), (uintmax_t)receipt->log.index,
		    (uintmax_t)receipt->log.size);
	else if (receipt->stage == STAGE_ACCEPTED ||
	    receipt->stage == STAGE_REJECTED)
		report_line(r, _("Log"), "%s",
		    _("it has no place in the authority's log"));
}

/* --- whether they agree ------------------------------------------------ */

static enum err_code
compare_two(const struct log_witness *a, const struct log_witness *b,
    struct err *e)
{
	if (a->receipt && b->receipt && a->index == b->index &&
	    memcmp(a->leaf, b->leaf, DIGEST_LEN) != 0)
		return err_set(e, ERR_LOG_PROOF, a->file, 0,
		    _("%.200s has the same position in the log, %ju"),
		    b->file, (uintmax_t)a->index);
	for (size_t i = 0; i < 4; i++) {
		const struct log_point *p = &a->at[i / 2], *q = &b->at[i % 2];

		if (p->size != 0 && p->size == q->size &&
		    memcmp(p->root, q->root, DIGEST_LEN) != 0)
			return err_set(e, ERR_LOG_PROOF, a->file, 0,
			    _("%.200s tells of another log with %ju entries"),
			    b->file, (uintmax_t)p->size);
	}
	return ERR_OK;
}

static bool
share_point(const struct log_witness *a, const struct log_witness *b)
{
	for (size_t i = 0; i < 4; i++)
		if (a->at[i / 2].size != 0 &&
		    a->at[i / 2].size == b->at[i % 2].size)
			return true;
	return false;
}

/* From the first on, over all that have a size in common with one that is
 * reached: each has proven that its two sizes are of one log. */
static void
link_all(struct log_witnesses *w)
{
	bool more = true;

	w->v[0].linked = true;
	while (more) {
		more = false;
		for (size_t i = 0; i < w->len; i++)
			for (size_t j = 0; j < w->len &&
			    !w->v[i].linked; j++)
				if (w->v[j].linked &&
				    share_point(&w->v[i], &w->v[j]))
					w->v[i].linked = more = true;
	}
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
	for (size_t i = 0; i < w.len; i++)
		for (size_t j = i + 1; j < w.len && code == ERR_OK; j++)
			code = compare_two(&w.v[i], &w.v[j], e);
	if (code == ERR_OK) {
		link_all(&w);
		tell(&w, r);
	}
	log_witnesses_wipe(&w);
	return code;
}
