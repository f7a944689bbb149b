/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/log_proof.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/message.h"
#include "base/report.h"
#include "client/kept.h"
#include "client/options.h"
#include "client/outbox/outbox.h"
#include "client/receipt.h"
#include "client/settings.h"
#include "crypto/merkle.h"

_Static_assert(RECEIPT_PATH_MAX == MERKLE_PATH_MAX &&
    RECEIPT_LOG_MAX == MERKLE_SIZE_MAX, "what is parsed can be verified");

static enum err_code
leaf_of(const struct receipt *r, uint8_t out[static DIGEST_LEN],
    struct err *e)
{
	struct buf content = { 0 };
	enum err_code code;

	if ((code = receipt_leaf(r, &content, e)) == ERR_OK)
		code = merkle_leaf(content.data, content.len, out, e);
	buf_wipe(&content);
	return code;
}

enum err_code
log_proof_check(const struct receipt *r, struct err *e)
{
	const struct receipt_log *log = &r->log;
	uint8_t leaf[DIGEST_LEN];
	enum err_code code;

	if (!r->has_log)
		return ERR_OK;
	if ((code = leaf_of(r, leaf, e)) == ERR_OK &&
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
	/* People count from one. */
	if (receipt->has_log)
		report_line(r, _("Log"), _("number %ju of %ju"),
		    (uintmax_t)receipt->log.index + 1,
		    (uintmax_t)receipt->log.size);
	else if (receipt->stage == STAGE_ACCEPTED ||
	    receipt->stage == STAGE_REJECTED)
		report_line(r, _("Log"), "%s",
		    _("it has no place in the authority's log"));
}

/* --- what receipts say of the log -------------------------------------- */

/* A size of the log, and the root that it is said to have had. */
struct point {
	uint64_t size;		/* 0: says nothing */
	uint8_t root[DIGEST_LEN];
};

struct witness {
	char file[4096];
	uint8_t leaf[DIGEST_LEN];
	uint64_t index;
	struct point at[2];	/* when it was given; what that grew from */
	bool linked;		/* proven to be of one log with the first */
};

/* The first is the receipt that all is about. */
struct witnesses {
	struct witness *v;
	size_t len, cap;
	const struct receipt *receipt;
	const struct buf *der;
};

static struct point
point_of(uint64_t size, const uint8_t root[static DIGEST_LEN])
{
	struct point p = { .size = size };

	memcpy(p.root, root, DIGEST_LEN);
	return p;
}

static enum err_code
add_witness(struct witnesses *w, const char *file, const struct receipt *r,
    struct err *e)
{
	size_t cap = w->cap != 0 ? w->cap * 2 : 16;
	struct witness *one;

	if (w->len == w->cap) {
		if ((one = realloc(w->v, cap * sizeof(*one))) == NULL)
			return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
		w->v = one;
		w->cap = cap;
	}
	one = &w->v[w->len++];
	memset(one, 0, sizeof(*one));
	(void)snprintf(one->file, sizeof(one->file), "%s", file);
	one->index = r->log.index;
	one->at[0] = point_of(r->log.size, r->log.root);
	if (r->log.has_since)
		one->at[1] = point_of(r->log.since_size, r->log.since_root);
	return leaf_of(r, one->leaf, e);
}

/* Is it in the same log, and not the same receipt once more? */
static bool
is_another(const struct witnesses *w, const struct receipt *r,
    const struct buf *der)
{
	return r->has_log && r->environment == w->receipt->environment &&
	    strcmp(r->authority, w->receipt->authority) == 0 &&
	    !buf_equal(der, w->der->data, w->der->len);
}

/* One that somebody has named. */
static enum err_code
add_named(struct witnesses *w, const struct receipt_signers *signers,
    const char *file, struct report *r, struct err *e)
{
	struct receipt receipt = { 0 };
	struct buf der = { 0 };
	enum err_code code;

	if ((code = file_read(file, LIMIT_RECEIPT, &der, e)) == ERR_OK &&
	    (code = receipt_judge(signers, &der, file, &receipt, e)) ==
	    ERR_OK) {
		if (is_another(w, &receipt, &der))
			code = add_witness(w, file, &receipt, e);
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
add_kept(struct witnesses *w, const struct receipt_signers *signers,
    const struct outbox_entry *entry, enum receipt_stage stage,
    struct err *e)
{
	struct receipt receipt = { 0 };
	struct buf der = { 0 };
	char path[4096];
	enum err_code code = ERR_OK;
	bool found = false;

	if (kept_path(entry->sealed, stage, path, NULL) == ERR_OK &&
	    kept_read(entry->sealed, stage, &found, &der, NULL) == ERR_OK &&
	    found && receipt_judge(signers, &der, path, &receipt, NULL) ==
	    ERR_OK && is_another(w, &receipt, &der))
		code = add_witness(w, path, &receipt, e);
	receipt_wipe(&receipt);
	buf_wipe(&der);
	return code;
}

static enum err_code
add_outbox(struct witnesses *w, const struct settings *s,
    const struct receipt_signers *signers, struct err *e)
{
	struct outbox_list list = { 0 };
	struct err_list broken = { 0 };
	struct outbox *outbox = NULL;
	enum err_code code = ERR_OK;

	if (outbox_look(s, &outbox, NULL) == ERR_OK &&
	    outbox_read(outbox, &list, &broken, NULL) == ERR_OK)
		for (size_t i = 0; i < list.len && code == ERR_OK; i++) {
			code = add_kept(w, signers, &list.v[i],
			    STAGE_ACCEPTED, e);
			if (code == ERR_OK)
				code = add_kept(w, signers, &list.v[i],
				    STAGE_REJECTED, e);
		}
	err_list_wipe(&broken);
	outbox_list_wipe(&list);
	outbox_close(outbox);
	return code;
}

/* --- whether they agree ------------------------------------------------ */

static enum err_code
compare_two(const struct witness *a, const struct witness *b, struct err *e)
{
	if (a->index == b->index && memcmp(a->leaf, b->leaf, DIGEST_LEN) != 0)
		return err_set(e, ERR_LOG_PROOF, a->file, 0,
		    _("%.200s has the same number in the log, %ju"), b->file,
		    (uintmax_t)a->index + 1);
	for (size_t i = 0; i < 4; i++) {
		const struct point *p = &a->at[i / 2], *q = &b->at[i % 2];

		if (p->size != 0 && p->size == q->size &&
		    memcmp(p->root, q->root, DIGEST_LEN) != 0)
			return err_set(e, ERR_LOG_PROOF, a->file, 0,
			    _("%.200s tells of another log with %ju entries"),
			    b->file, (uintmax_t)p->size);
	}
	return ERR_OK;
}

static bool
share_point(const struct witness *a, const struct witness *b)
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
link_all(struct witnesses *w)
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
set_member(const struct witnesses *w, struct report *r)
{
	json_t *others = json_array();

	for (size_t i = 1; i < w->len; i++)
		if (json_array_append_new(others, json_pack(
		    "{s:o, s:I, s:I, s:o}", "file", report_text(w->v[i].file),
		    "index", (json_int_t)w->v[i].index,
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
tell(const struct witnesses *w, struct report *r)
{
	size_t linked = 0;

	for (size_t i = 1; i < w->len; i++)
		linked += w->v[i].linked;
	set_member(w, r);
	if (w->len > 1 && linked != 0)
		report_say(r, _("The log has only been added to between this "
		    "and other receipts; compared: %zu of %zu."), linked,
		    w->len - 1);
	else if (w->len > 1)
		report_say(r, _("Of other receipts there are %zu, and none "
		    "that tells of the log at the same time; so they could "
		    "not be compared."), w->len - 1);
}

enum err_code
log_proof_compare(const struct options *o, const struct settings *s,
    const struct receipt_signers *signers, const char *name,
    const struct buf *der, const struct receipt *receipt, struct report *r,
    struct err *e)
{
	struct witnesses w = { .receipt = receipt, .der = der };
	enum err_code code;

	if (!receipt->has_log) {
		report_set(r, "log", json_null());
		return ERR_OK;
	}
	code = add_witness(&w, name, receipt, e);
	for (size_t i = 0; i < o->n_older && code == ERR_OK; i++)
		code = add_named(&w, signers, o->older[i], r, e);
	if (code == ERR_OK)
		code = add_outbox(&w, s, signers, e);
	for (size_t i = 0; i < w.len; i++)
		for (size_t j = i + 1; j < w.len && code == ERR_OK; j++)
			code = compare_two(&w.v[i], &w.v[j], e);
	if (code == ERR_OK) {
		link_all(&w);
		tell(&w, r);
	}
	free(w.v);
	return code;
}
