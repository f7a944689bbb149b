/* SPDX-License-Identifier: EUPL-1.2 */
/*
 *	'R' opens (8) closes (8) name, NUL	for each round
 *	'Q' id, NUL, version, NUL		for each questionnaire
 */
#include "intake/service/worker_known.h"

#include <string.h>

#define ROUND		'R'
#define QUESTIONNAIRE	'Q'

static void
add_number(struct buf *out, int64_t n)
{
	for (int shift = 56; shift >= 0; shift -= 8)
		buf_add_u8(out, (uint8_t)((uint64_t)n >> shift));
}

static void
add_text(struct buf *out, const char *s)
{
	buf_add(out, s, strlen(s) + 1);
}

enum err_code
worker_known_encode(const struct verifier *v, struct buf *out, struct err *e)
{
	for (size_t i = 0; i < v->n_rounds; i++) {
		buf_add_u8(out, ROUND);
		add_number(out, v->rounds[i].opens);
		add_number(out, v->rounds[i].closes);
		add_text(out, v->rounds[i].name);
	}
	for (size_t i = 0; i < v->n_questionnaires; i++) {
		buf_add_u8(out, QUESTIONNAIRE);
		add_text(out, v->questionnaires[i]->id);
		add_text(out, v->questionnaires[i]->version);
	}
	return buf_check(out, e);
}

/* --- and back ------------------------------------------------------------- */

static bool
take_text(struct cursor *c, const char **out)
{
	const uint8_t *end = c->left != 0 ? memchr(c->p, 0, c->left) : NULL;
	const uint8_t *text;

	if (end == NULL || !cursor_take(c, (size_t)(end - c->p) + 1, &text))
		return false;
	*out = (const char *)text;
	return true;
}

/* Either a round or a questionnaire. */
struct name {
	const char *round;		/* NULL: the other */
	int64_t opens, closes;
	const char *questionnaire, *version;
};

/* False at the end. */
static bool
take_name(struct cursor *c, struct name *out)
{
	uint64_t kind, opens, closes;

	memset(out, 0, sizeof(*out));
	if (!cursor_be(c, 1, &kind))
		return false;
	if (kind == QUESTIONNAIRE)
		return take_text(c, &out->questionnaire) &&
		    take_text(c, &out->version);
	if (kind != ROUND || !cursor_be(c, 8, &opens) ||
	    !cursor_be(c, 8, &closes))
		return false;
	out->opens = (int64_t)opens;
	out->closes = (int64_t)closes;
	return take_text(c, &out->round);
}

static const char *
lie_about_mandate(const struct facts *f, int64_t arrived)
{
	if (!f->has_mandate)
		return NULL;
	if (f->signer_number[0] == '\0' ||
	    strcmp(f->signer_number, f->organisation) == 0)
		return "it told of a mandate for nobody";
	return f->mandate_expires < arrived ?
	    "it told of a mandate that had expired" : NULL;
}

static const char *
lie_about_round(const struct name *round, const struct facts *f,
    int64_t arrived)
{
	bool late = arrived > round->closes || f->created > round->closes;

	if (arrived < round->opens)
		return "it told of a round that had not opened";
	return f->late != late ? "it told a lie about late" : NULL;
}

const char *
worker_known_lie(const struct buf *known, const struct facts *f,
    int64_t arrived)
{
	struct cursor c = cursor_of(known->data, known->len);
	bool round = false, questionnaire = false;
	const char *lie = NULL;
	struct name n;

	if (f->kind != VERDICT_ACCEPTED)
		return NULL;
	while (lie == NULL && take_name(&c, &n)) {
		if (n.round == NULL)
			questionnaire |= strcmp(n.questionnaire,
			    f->questionnaire) == 0 &&
			    strcmp(n.version, f->version) == 0;
		else if (strcmp(n.round, f->round) == 0) {
			round = true;
			lie = lie_about_round(&n, f, arrived);
		}
	}
	if (lie != NULL)
		return lie;
	if (!round)
		return "it told of a round that is not known";
	if (!questionnaire)
		return "it told of a questionnaire that is not known";
	return lie_about_mandate(f, arrived);
}
