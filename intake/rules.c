/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/rules.h"

#include <stdlib.h>
#include <string.h>

void
history_wipe(struct history *h)
{
	free(h->v);
	memset(h, 0, sizeof(*h));
}

static bool
same(const uint8_t a[static DIGEST_LEN], const uint8_t b[static DIGEST_LEN])
{
	return memcmp(a, b, DIGEST_LEN) == 0;
}

static void
reject(struct ruling *out, enum err_code code)
{
	out->state = RULE_REJECT;
	out->code = code;
}

static void
hold(struct ruling *out, enum err_code code)
{
	out->state = RULE_HOLD;
	out->code = code;
}

/* Anybody who holds a sealed file can turn its ECDSA signature into another
 * valid one, and must not get the original rejected: the same submission in
 * another sealed file is taken for what it is. */
static bool
seen_before(const struct facts *f, const struct history *h,
    struct ruling *out)
{
	for (size_t i = 0; i < h->len; i++) {
		const struct earlier *x = &h->v[i];

		if (memcmp(x->submission, f->submission,
		    sizeof(f->submission)) != 0)
			continue;
		out->duplicate =
		    strcmp(x->organisation, f->organisation) == 0 &&
		    same(x->fingerprint, f->fingerprint);
		if (!out->duplicate)
			reject(out, ERR_DUPLICATE);
		return true;
	}
	return false;
}

/* Nobody replaces another organisation's answers.  What is not known yet may
 * be the organisation's own, on its way. */
static bool
may_replace(const struct facts *f, const struct history *h)
{
	bool known = false;

	for (size_t i = 0; i < h->len; i++) {
		const struct earlier *x = &h->v[i];

		if (!same(x->fingerprint, f->supersedes))
			continue;
		if (strcmp(x->organisation, f->organisation) == 0)
			return true;
		known = true;
	}
	return !known;
}

/* What those of its round are to a file. */
struct kin {
	const struct earlier *counts;	/* the one that does; or NULL */
	bool same_answers;		/* of any */
	bool same_step;			/* and of what any replaces */
	bool corrected;			/* it is what one of them replaces */
	bool root;	/* one that replaces nothing has the answers that it
			 * replaces, and is not the one that counts */
};

static void
find_kin(const struct facts *f, const struct history *h, struct kin *out)
{
	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < h->len; i++) {
		const struct earlier *x = &h->v[i];

		if (!x->same_round)
			continue;
		if (x->counts)
			out->counts = x;
		if (same(x->fingerprint, f->fingerprint)) {
			out->same_answers = true;
			if (!f->has_supersedes || (x->has_supersedes &&
			    same(x->supersedes, f->supersedes)))
				out->same_step = true;
		}
		if (x->has_supersedes && same(x->supersedes, f->fingerprint))
			out->corrected = true;
		if (!x->counts && !x->has_supersedes && f->has_supersedes &&
		    same(x->fingerprint, f->supersedes))
			out->root = true;
	}
}

/* It replaces the one that counts.  Does that one replace it in turn? */
static void
replace(const struct facts *f, const struct kin *kin, bool accepted_by_staff,
    struct ruling *out)
{
	const struct earlier *x = kin->counts;
	bool mutual = x->has_supersedes &&
	    same(x->supersedes, f->fingerprint) && !kin->same_answers;

	if (mutual && kin->root)
		return;		/* it came after its correction */
	if (mutual && !accepted_by_staff)
		hold(out, ERR_CONFLICT);
	else if (f->late && !x->late && !accepted_by_staff)
		hold(out, ERR_LATE);
	else
		out->counts = true;
}

/* Among those of its round: does it count?  Or need a person tell? */
static void
place(const struct facts *f, const struct history *h, bool accepted_by_staff,
    struct ruling *out)
{
	struct kin kin;

	find_kin(f, h, &kin);
	/* Who goes back to earlier answers replaces what counts: then it does
	 * not matter that these have been replaced before. */
	if (kin.counts != NULL && f->has_supersedes &&
	    same(kin.counts->fingerprint, f->supersedes))
		replace(f, &kin, accepted_by_staff, out);
	else if (kin.same_step)
		out->same_answers = true;
	else if (kin.corrected && !kin.same_answers)
		return;
	else if (kin.counts != NULL && !accepted_by_staff)
		hold(out, ERR_CONFLICT);
	else
		out->counts = true;
}

void
rules_decide(const struct facts *f, const struct history *h,
    bool accepted_by_staff, struct ruling *out)
{
	memset(out, 0, sizeof(*out));
	out->state = RULE_ACCEPT;
	if (f->kind == VERDICT_REJECTED)
		reject(out, f->err.code);
	else if (f->kind != VERDICT_ACCEPTED)
		hold(out, f->err.code);
	else if (seen_before(f, h, out))
		return;
	else if (f->has_supersedes && same(f->supersedes, f->fingerprint))
		reject(out, ERR_DUPLICATE);
	else if (f->has_supersedes && !may_replace(f, h))
		reject(out, ERR_ORGANISATION_MISMATCH);
	else if (f->has_mandate && h->mandate_revoked)
		reject(out, ERR_MANDATE_REVOKED);
	else if (h->register_in_use && !h->registered && !accepted_by_staff)
		hold(out, ERR_NOT_REGISTERED);
	else
		place(f, h, accepted_by_staff, out);
}
