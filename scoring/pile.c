/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/pile.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/wipe.h"
#include "scoring/pile_batch.h"
#include "scoring/pile_rank.h"
#include "scoring/pile_source.h"

/* A pile that is being read. */
struct reading {
	struct pile *pile;
	const struct questionnaire *q;	/* NULL: not known yet */
	pile_find_definition *find;	/* NULL: it was named */
	void *arg;
	const char *round;		/* that is wanted; NULL: any one */
	struct err_list *mistakes;
	struct pile_batch *batch;	/* not read yet */
};

static void
item_wipe(struct pile_item *item)
{
	document_wipe(&item->document);
	score_wipe(&item->score);
}

static void
drop_items(struct pile *p)
{
	for (size_t i = 0; i < p->len; i++)
		item_wipe(&p->v[i]);
	free(p->v);
	p->v = NULL;
	p->len = 0;
}

void
pile_wipe(struct pile *p)
{
	drop_items(p);
	sheet_layout_wipe(&p->layout);
	wipe_free(p->round);
	memset(p, 0, sizeof(*p));
}

/* --- one document --------------------------------------------------------- */

static enum err_code
add(struct pile *p, struct document *d, struct err *e)
{
	struct pile_item *v = p->v;

	/* Room is doubled when len is a power of two. */
	if ((p->len & (p->len - 1)) == 0)
		v = reallocarray(v, p->len == 0 ? 1 : 2 * p->len,
		    sizeof(*v));
	if (v == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	p->v = v;
	memset(&v[p->len], 0, sizeof(v[p->len]));
	v[p->len++].document = *d;
	memset(d, 0, sizeof(*d));
	return ERR_OK;
}

/* Is it for another round than the one that is wanted? */
static bool
is_other_round(const struct reading *r, const struct document_head *head)
{
	return r->round != NULL && strcmp(r->round, head->round) != 0;
}

/* A place in a file with several documents, from one in the document. */
static void
move_line(struct err *found, size_t line)
{
	if (line > 1)
		found->at = line + (found->at != 0 ? found->at - 1 : 0);
}

/* What goes into the pile beside what is there. */
static enum err_code
accept(struct reading *r, struct document *d, const char *name,
    struct err *e)
{
	struct pile *p = r->pile;

	if (p->round == NULL && (p->round = wipe_strdup(d->round)) == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	if (strcmp(p->round, d->round) != 0)
		return err_set(e, ERR_USAGE, "--round", 0,
		    _("which one? there is '%s', and '%s' in %s"), p->round,
		    d->round, name);
	if (p->len != 0 && p->v[0].document.environment != d->environment)
		return err_set(e, ERR_ENVIRONMENT, name, 0,
		    _("it is of another environment than the files before "
		    "it"));
	return add(p, d, e);
}

/* What is wrong with a document that could not be read. */
static enum err_code
refuse(struct reading *r, struct err *found, const struct document_head *head,
    size_t line, struct err *e)
{
	switch (found->code) {
	case ERR_NO_MEMORY:
		return err_set(e, found->code, found->where, 0, NULL);
	case ERR_QUESTIONNAIRE_UNKNOWN:
		if (r->find != NULL && !is_other_round(r, head))
			return err_set(e, ERR_USAGE, "--questionnaire", 0,
			    _("which one? there is '%s', and '%s' in %s"),
			    r->q->id, head->questionnaire, found->where);
		r->pile->other_rounds++;
		return ERR_OK;
	case ERR_QUESTIONNAIRE_DIGEST:
		if (is_other_round(r, head)) {
			r->pile->other_rounds++;
			return ERR_OK;
		}
		break;
	default:
		break;
	}
	move_line(found, line);
	err_list_add(r->mistakes, found);
	return ERR_OK;
}

/* By the first document.  False: it was not of use for that. */
static bool
know_definition(struct reading *r, const char *name, const uint8_t *json,
    size_t len, size_t line, struct err *e)
{
	struct document_head head;
	struct err found = { 0 };

	if (r->q != NULL)
		return true;
	if (document_head_parse(json, len, name, &head, &found) != ERR_OK)
		(void)refuse(r, &found, &head, line, e);
	else if (is_other_round(r, &head))
		r->pile->other_rounds++;
	else if (r->find(r->arg, &head, &r->q, &found) != ERR_OK)
		err_set(e, found.code, found.where[0] != '\0' ?
		    found.where : name, found.at, "%s", found.msg);
	else if (sheet_layout_make(r->q, &r->pile->layout, e) == ERR_OK)
		return true;
	return false;
}

/* One that has been read. */
static enum err_code
settle_one(struct reading *r, struct pile_batch_item *item, struct err *e)
{
	if (item->found.code != ERR_OK)
		return refuse(r, &item->found, &item->head, item->line, e);
	if (!is_other_round(r, &item->head))
		return accept(r, &item->document, item->name, e);
	r->pile->other_rounds++;
	return ERR_OK;
}

static enum err_code
settle(struct reading *r, struct err *e)
{
	struct pile_batch *b = r->batch;
	enum err_code code = ERR_OK;

	pile_batch_read(b, &r->pile->layout);
	for (size_t i = 0; i < b->len && code == ERR_OK; i++)
		code = settle_one(r, &b->v[i], e);
	pile_batch_clear(b);
	return code;
}

static enum err_code
take(void *arg, const char *name, size_t line, const uint8_t *json,
    size_t len, struct err *e)
{
	struct reading *r = arg;
	enum err_code code;

	if (!know_definition(r, name, json, len, line, e))
		return e->code;
	if ((code = pile_batch_add(r->batch, name, line, json, len, e)) ==
	    ERR_OK && pile_batch_is_full(r->batch))
		code = settle(r, e);
	return code;
}

/* --- all of them ---------------------------------------------------------- */

static enum err_code
score_all(struct pile *p, struct err *e)
{
	enum err_code code = ERR_OK;

	for (size_t i = 0; i < p->len && code == ERR_OK; i++)
		code = score_sheet(&p->layout, &p->v[i].document.sheet,
		    &p->v[i].score, e);
	return code;
}

static enum err_code
nothing(const struct reading *r, char *const *operands, size_t n,
    struct err *e)
{
	const struct pile *p = r->pile;

	if (p->other_rounds != 0)
		return err_set(e, ERR_NO_INPUT, NULL, 0,
		    _("all %zu documents are for another questionnaire or "
		    "round"), p->other_rounds);
	return err_set(e, ERR_NO_INPUT, n == 1 ? operands[0] : NULL, 0,
	    _("there is no document"));
}

static enum err_code
read_all(struct reading *r, char *const *operands, size_t n, struct err *e)
{
	enum err_code code = ERR_OK;

	if ((r->batch = calloc(1, sizeof(*r->batch))) == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	for (size_t i = 0; i < n && code == ERR_OK; i++)
		code = pile_source_each(operands[i], take, r,
		    &r->pile->files, r->mistakes, e);
	if (code == ERR_OK)
		code = settle(r, e);
	pile_batch_wipe(r->batch);
	free(r->batch);
	return code;
}

/* All that was handed over, and then the one of each that counts. */
static enum err_code
fill(struct reading *r, char *const *operands, size_t n, struct err *e)
{
	const size_t before = r->mistakes->len + r->mistakes->over;
	struct pile *p = r->pile;
	enum err_code code;

	if ((code = read_all(r, operands, n, e)) == ERR_OK) {
		pile_rank(p, r->mistakes);
		if (r->mistakes->len + r->mistakes->over != before)
			code = r->mistakes->v[0].code;
		else if (p->len == 0)
			code = nothing(r, operands, n, e);
		else
			code = score_all(p, e);
	}
	if (code != ERR_OK)
		drop_items(p);
	return code;
}

enum err_code
pile_read(const struct questionnaire *q, const char *round,
    char *const *operands, size_t n, struct pile *out,
    struct err_list *mistakes, struct err *e)
{
	struct reading r = { .pile = out, .q = q, .round = round,
	    .mistakes = mistakes };
	enum err_code code;

	memset(out, 0, sizeof(*out));
	if ((code = sheet_layout_make(q, &out->layout, e)) != ERR_OK)
		return code;
	return fill(&r, operands, n, e);
}

enum err_code
pile_read_any(pile_find_definition *find, void *arg, const char *round,
    char *const *operands, size_t n, struct pile *out,
    struct err_list *mistakes, struct err *e)
{
	struct reading r = { .pile = out, .find = find, .arg = arg,
	    .round = round, .mistakes = mistakes };

	memset(out, 0, sizeof(*out));
	return fill(&r, operands, n, e);
}

static int
compare_number(const void *number, const void *item)
{
	return strcmp(number, ((const struct pile_item *)item)->
	    document.number);
}

const struct pile_item *
pile_find(const struct pile *p, const char *number)
{
	if (p->len == 0)
		return NULL;
	return bsearch(number, p->v, p->len, sizeof(*p->v), compare_number);
}
