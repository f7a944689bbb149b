/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/select.h"

#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/i18n.h"
#include "base/report.h"
#include "crypto/digest.h"
#include "format/questionnaire_file.h"
#include "format/text.h"
#include "scoring/rounds.h"

/* Of one round. */
struct wanted {
	const char *dir;		/* of definitions, or NULL */
	const char *questionnaire;	/* a file or an id, or NULL */
	const char *option;		/* that named it */
	const char *other;		/* the other round's, or NULL */
	const char *round;
	char *const *operands;
	size_t n;
};

/* In the folder of --questionnaires, then in the installed one: the first that
 * has it.  digest NULL: any. */
static enum err_code
find_id(const char *dir, const char *id, const uint8_t *digest,
    struct questionnaire **out, struct err *e)
{
	struct err found = { 0 };
	char share[4096];

	if (dir != NULL && questionnaire_load_id(dir, id, digest,
	    digest_sha256, out, &found) == ERR_OK)
		return ERR_OK;
	if ((found.code == ERR_OK ||
	    found.code == ERR_QUESTIONNAIRE_UNKNOWN ||
	    found.code == ERR_QUESTIONNAIRE_DIGEST) &&
	    file_share_dir("sigill/questionnaires", share)) {
		err_clear(&found);
		if (questionnaire_load_id(share, id, digest, digest_sha256,
		    out, &found) == ERR_OK)
			return ERR_OK;
	}
	return err_set(e, found.code, found.where, found.at, "%s",
	    found.msg);
}

/* What pile_read_any asks, for the first document. */
struct finding {
	const char *dir;
	const char *other;
	struct questionnaire **out;
};

/* Is it the definition that was named for the other round? */
static bool
is_other(const struct finding *f, const struct document_head *head)
{
	struct questionnaire *q = NULL;

	if (f->other == NULL || access(f->other, F_OK) != 0 ||
	    questionnaire_load(f->other, digest_sha256, &q, NULL) != ERR_OK)
		return false;
	if (strcmp(q->id, head->questionnaire) == 0 &&
	    memcmp(q->digest, head->sha256, sizeof(q->digest)) == 0) {
		*f->out = q;
		return true;
	}
	questionnaire_free(q);
	return false;
}

static enum err_code
find_of_document(void *arg, const struct document_head *head,
    const struct questionnaire **out, struct err *e)
{
	const struct finding *f = arg;
	enum err_code code = ERR_OK;

	if (!is_other(f, head))
		code = find_id(f->dir, head->questionnaire, head->sha256, f->out, e);
	*out = *f->out;
	return code;
}

static enum err_code
load_named(const struct wanted *w, struct questionnaire **out, struct err *e)
{
	const char *given = w->questionnaire;

	if (access(given, F_OK) == 0)
		return questionnaire_load(given, digest_sha256, out, e);
	if (!text_id_valid(given, strlen(given)))
		return err_set(e, ERR_NO_INPUT, w->option, 0,
		    _("there is no file '%s'"), given);
	return find_id(w->dir, given, NULL, out, e);
}

static enum err_code
load(const struct wanted *w, struct selection *out, struct report *r)
{
	struct finding finding = { w->dir, w->other, &out->questionnaire };
	struct err e = { 0 };
	enum err_code code;

	if (w->questionnaire == NULL)
		code = pile_read_any(find_of_document, &finding, w->round,
		    w->operands, w->n, &out->pile, &r->errors, &e);
	else if ((code = load_named(w, &out->questionnaire, &e)) == ERR_OK)
		code = pile_read(out->questionnaire, w->round, w->operands,
		    w->n, &out->pile, &r->errors, &e);
	report_err(r, &e);
	if (code != ERR_OK)
		selection_wipe(out);
	return code;
}

enum err_code
select_now(const struct score_options *o, struct selection *out,
    struct report *r)
{
	const struct wanted wanted = {
		o->questionnaires, o->questionnaire, "--questionnaire", NULL,
		o->round, o->operands, o->n_operands,
	};

	memset(out, 0, sizeof(*out));
	return load(&wanted, out, r);
}

enum err_code
select_previous(const struct score_options *o, struct selection *out,
    struct report *r)
{
	const struct wanted wanted = {
		o->questionnaires, o->previous_questionnaire,
		"--previous-questionnaire", o->questionnaire,
		o->previous_round, o->previous, o->n_previous,
	};

	memset(out, 0, sizeof(*out));
	return o->n_previous != 0 ? load(&wanted, out, r) : ERR_OK;
}

enum err_code
select_check(const struct selection *now, const struct selection *then,
    struct report *r)
{
	const struct pile *a = &now->pile, *b = &then->pile;
	struct err e = { 0 };

	if (b->len == 0)
		return ERR_OK;
	if (rounds_check(now->questionnaire, a->round, then->questionnaire,
	    b->round, &e) == ERR_OK && a->v[0].document.environment !=
	    b->v[0].document.environment)
		err_set(&e, ERR_ENVIRONMENT, "--previous", 0,
		    _("it is from the environment '%s'"),
		    environment_name(b->v[0].document.environment));
	if (e.code == ERR_OK && rounds_reversed(a->round, b->round))
		report_note(r, _("The round before, %s, has a later name than "
		    "%s."), b->round, a->round);
	return report_err(r, &e);
}

void
selection_wipe(struct selection *s)
{
	pile_wipe(&s->pile);
	questionnaire_free(s->questionnaire);
	memset(s, 0, sizeof(*s));
}
