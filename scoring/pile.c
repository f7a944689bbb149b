/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/pile.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/wipe.h"
#include "scoring/pile_source.h"

/* A pile that is being read. */
struct reading {
	struct pile *pile;
	const struct questionnaire *q;	/* NULL: not known yet */
	pile_find_definition *find;	/* NULL: it was named */
	void *arg;
	const char *round;		/* that is wanted; NULL: any one */
	struct err_list *mistakes;
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

static enum err_code
take(void *arg, const char *name, size_t line, const uint8_t *json,
    size_t len, struct err *e)
{
	struct reading *r = arg;
	struct document document = { 0 };
	struct document_head head;
	struct err found = { 0 };
	enum err_code code = ERR_OK;

	if (!know_definition(r, name, json, len, line, e))
		return e->code;
	if (document_parse(json, len, name, &r->pile->layout, &document,
	    &head, &found) != ERR_OK)
		return refuse(r, &found, &head, line, e);
	if (is_other_round(r, &head))
		r->pile->other_rounds++;
	else
		code = accept(r, &document, name, e);
	document_wipe(&document);
	return code;
}

/* --- which counts --------------------------------------------------------- */

static int
by_number(const struct document *a, const struct document *b)
{
	return memcmp(a->number, b->number, sizeof(a->number));
}

static int
by_position(const struct document *a, const struct document *b)
{
	return (a->position < b->position) - (a->position > b->position);
}

static int
by_sealed(const struct document *a, const struct document *b)
{
	return memcmp(a->sealed, b->sealed, sizeof(a->sealed));
}

/* The same file handed over again, together; the one with a position first. */
static int
by_file(const void *a, const void *b)
{
	const struct document *x = &((const struct pile_item *)a)->document;
	const struct document *y = &((const struct pile_item *)b)->document;
	int order;

	if ((order = by_number(x, y)) == 0 &&
	    (order = by_sealed(x, y)) == 0 &&
	    (order = by_position(x, y)) == 0)
		order = x->late - y->late;
	return order;
}

/* An organisation's documents together, the one that counts first. */
static int
by_rank(const void *a, const void *b)
{
	const struct document *x = &((const struct pile_item *)a)->document;
	const struct document *y = &((const struct pile_item *)b)->document;
	int order;

	if ((order = by_number(x, y)) == 0 &&
	    (order = by_position(x, y)) == 0)
		order = by_sealed(x, y);
	return order;
}

static bool
same_answers(const struct document *a, const struct document *b)
{
	return memcmp(a->fingerprint, b->fingerprint,
	    sizeof(a->fingerprint)) == 0;
}

static void
conflict(struct err_list *mistakes, const struct document *d,
    const char *msg)
{
	struct err found = { 0 };
	char number[12];

	orgnr_format(d->number, number);
	err_set(&found, ERR_DOCUMENT, number, 0, "%s", msg);
	err_list_add(mistakes, &found);
}

/* Drops each that same tells to be a copy of what is kept before it. */
static void
keep_first(struct pile *p, struct err_list *mistakes,
    bool (*same)(const struct document *kept, const struct document *d,
    struct err_list *mistakes))
{
	size_t n = 0;

	for (size_t i = 0; i < p->len; i++) {
		if (n != 0 && same(&p->v[n - 1].document, &p->v[i].document,
		    mistakes)) {
			item_wipe(&p->v[i]);
			p->replaced++;
		} else
			p->v[n++] = p->v[i];
	}
	p->len = n;
}

static bool
same_file(const struct document *kept, const struct document *d,
    struct err_list *mistakes)
{
	if (by_number(kept, d) != 0 || by_sealed(kept, d) != 0)
		return false;
	if (!same_answers(kept, d))
		conflict(mistakes, d, _("two documents for one sealed file "
		    "have different answers"));
	return true;
}

static bool
same_organisation(const struct document *kept, const struct document *d,
    struct err_list *mistakes)
{
	if (by_number(kept, d) != 0)
		return false;
	if (d->position == -1 && !same_answers(kept, d))
		conflict(mistakes, d, _("there are several documents with "
		    "different answers, and one without a position: nothing "
		    "tells which counts"));
	else if (d->position != -1 && d->position == kept->position)
		conflict(mistakes, d, _("two documents have the same "
		    "position"));
	return true;
}

static void
sort(struct pile *p, int (*compare)(const void *a, const void *b))
{
	if (p->len != 0)
		qsort(p->v, p->len, sizeof(*p->v), compare);
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
nothing(const struct reading *r, struct err *e)
{
	const struct pile *p = r->pile;

	if (p->other_rounds != 0)
		return err_set(e, ERR_NO_INPUT, NULL, 0,
		    _("all %zu documents are for another questionnaire or "
		    "round"), p->other_rounds);
	return err_set(e, ERR_NO_INPUT, NULL, 0, _("there is no document"));
}

static enum err_code
read_all(struct reading *r, char *const *operands, size_t n, struct err *e)
{
	const size_t before = r->mistakes->len + r->mistakes->over;
	struct pile *p = r->pile;
	enum err_code code = ERR_OK;

	for (size_t i = 0; i < n && code == ERR_OK; i++)
		code = pile_source_each(operands[i], take, r, &p->files,
		    r->mistakes, e);
	if (code == ERR_OK) {
		sort(p, by_file);
		keep_first(p, r->mistakes, same_file);
		sort(p, by_rank);
		keep_first(p, r->mistakes, same_organisation);
		if (r->mistakes->len + r->mistakes->over != before)
			code = r->mistakes->v[0].code;
		else if (p->len == 0)
			code = nothing(r, e);
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
	return read_all(&r, operands, n, e);
}

enum err_code
pile_read_any(pile_find_definition *find, void *arg, const char *round,
    char *const *operands, size_t n, struct pile *out,
    struct err_list *mistakes, struct err *e)
{
	struct reading r = { .pile = out, .find = find, .arg = arg,
	    .round = round, .mistakes = mistakes };

	memset(out, 0, sizeof(*out));
	return read_all(&r, operands, n, e);
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
