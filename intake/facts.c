/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/facts.h"

#include <string.h>

#include "base/limits.h"
#include "base/message.h"
#include "base/tame.h"
#include "base/wipe.h"
#include "format/fingerprint.h"
#include "format/member.h"

void
facts_wipe(struct facts *f)
{
	wipe_free(f->step);
	err_list_wipe(&f->mistakes);
	wipe_free(f->signer_subject);
	wipe_free(f->name);
	wipe_free(f->questionnaire);
	wipe_free(f->version);
	wipe_free(f->round);
	buf_wipe(&f->reply);
	explicit_bzero(f, sizeof(*f));
}

/* --- from a verdict ----------------------------------------------------- */

static enum err_code
copy_text(const char *s, char **out, struct err *e)
{
	if ((*out = wipe_strdup(s)) == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	return ERR_OK;
}

static enum err_code
copy_signer(const struct cert *signer, struct facts *f, struct err *e)
{
	char subject[FACTS_SUBJECT_LEN], number[ORGNR_LEN];
	enum err_code code;

	cert_subject(signer, subject, sizeof(subject));
	tame(subject);
	code = cert_organisation(signer, number, NULL);
	if (code == ERR_OK && !orgnr_parse(number, f->signer_number))
		f->signer_number[0] = '\0';
	if (code != ERR_OK && code != ERR_CERT)
		return err_set(e, code, NULL, 0, NULL);
	f->has_signer = true;
	code = cert_digest(signer, f->signer_cert, e);
	return code == ERR_OK ?
	    copy_text(subject, &f->signer_subject, e) : code;
}

static enum err_code
copy_accepted(const struct verdict *v, struct facts *f, struct err *e)
{
	const struct submission *s = &v->submission;
	const struct statement *st = &s->statement;
	enum err_code code;

	memcpy(f->submission, s->id, sizeof(f->submission));
	memcpy(f->fingerprint, v->fingerprint, sizeof(f->fingerprint));
	memcpy(f->organisation, st->number, sizeof(f->organisation));
	f->organisation_kind = st->kind;
	f->created = s->created;
	f->late = v->late;
	f->has_supersedes = s->has_supersedes;
	if (s->has_supersedes)
		memcpy(f->supersedes, s->supersedes, sizeof(f->supersedes));
	f->has_mandate = v->has_mandate;
	if (v->has_mandate) {
		memcpy(f->mandate, v->mandate, sizeof(f->mandate));
		f->mandate_expires = v->mandate_expires;
	}
	buf_add(&f->reply, s->reply.data, s->reply.len);
	if ((code = buf_check(&f->reply, e)) != ERR_OK)
		return code;
	if ((code = copy_text(st->name, &f->name, e)) == ERR_OK &&
	    (code = copy_text(st->questionnaire, &f->questionnaire, e)) ==
	    ERR_OK &&
	    (code = copy_text(st->version, &f->version, e)) == ERR_OK)
		code = copy_text(st->round, &f->round, e);
	return code;
}

static enum err_code
copy_refused(const struct verdict *v, struct facts *f, struct err *e)
{
	f->err = v->err;
	for (size_t i = 0; v->kind == VERDICT_REJECTED &&
	    i < v->mistakes.len; i++) {
		struct err mistake = v->mistakes.v[i];

		mistake.msg[0] = '\0';
		err_list_add(&f->mistakes, &mistake);
	}
	if (f->mistakes.len == 0 && f->mistakes.over != 0)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	if (f->mistakes.len != 0)
		f->mistakes.over = v->mistakes.over;
	return v->step != NULL ? copy_text(v->step, &f->step, e) : ERR_OK;
}

enum err_code
facts_of(const struct verdict *verdict, struct facts *out, struct err *e)
{
	enum err_code code = ERR_OK;

	if (!verdict->has_sealed)
		return err_set(e, verdict->err.code != ERR_OK ?
		    verdict->err.code : ERR_INTERNAL, NULL, 0, NULL);
	out->kind = verdict->kind;
	memcpy(out->sealed, verdict->sealed, sizeof(out->sealed));
	out->size = verdict->size;
	if (verdict->signer != NULL)
		code = copy_signer(verdict->signer, out, e);
	if (code == ERR_OK)
		code = verdict->kind == VERDICT_ACCEPTED ?
		    copy_accepted(verdict, out, e) :
		    copy_refused(verdict, out, e);
	if (code != ERR_OK)
		facts_wipe(out);
	return code;
}

/* --- what must hold between the fields ---------------------------------- */

/* NULL when nothing is wrong. */
static const char *
contradiction(const struct facts *f)
{
	bool accepted = f->kind == VERDICT_ACCEPTED;

	if (accepted != (f->err.code == ERR_OK))
		return "accepted with an error, or not without one";
	if (accepted && (f->step != NULL || f->mistakes.len != 0))
		return "accepted with a fault";
	if (f->kind == VERDICT_REJECTED && err_status(f->err.code) != 65 &&
	    err_status(f->err.code) != 77)
		return "rejected for what is not the file's fault";
	if (f->kind != VERDICT_REJECTED && f->mistakes.len != 0)
		return "mistakes without a verdict";
	if (f->reply.len > LIMIT_REPLY)
		return "a reply key that is too long";
	if (f->mistakes.over != 0 && f->mistakes.len != LIMIT_MISTAKES)
		return "mistakes that could have been listed";
	if (f->has_signer && f->signer_subject == NULL)
		return "a signer without a name";
	if (!accepted)
		return NULL;
	if (!f->has_signer)
		return "accepted without a signer";
	/* Another one may sign, with a mandate. */
	if (!f->has_mandate &&
	    strcmp(f->signer_number, f->organisation) != 0)
		return "accepted from another organisation";
	return NULL;
}

enum err_code
facts_check(const struct facts *f, struct err *e)
{
	const char *wrong = contradiction(f);

	return wrong == NULL ? ERR_OK :
	    err_set(e, ERR_SCHEMA, "verdict", 0, "%s", wrong);
}

/* --- JSON --------------------------------------------------------------- */

/* Without memory, members are NULL and jansson's setters fail: the document
 * is then incomplete, which *ok tells. */
static void
set(json_t *o, const char *key, json_t *value, bool *ok)
{
	if (json_object_set_new(o, key, value) == -1)
		*ok = false;
}

static json_t *
signer_json(const struct facts *f, bool *ok)
{
	json_t *o = json_object();

	set(o, "subject", json_string(f->signer_subject), ok);
	if (f->signer_number[0] != '\0')
		set(o, "organisation", json_string(f->signer_number), ok);
	set(o, "sha256", member_hex(f->signer_cert, DIGEST_LEN), ok);
	return o;
}

static void
set_accepted(json_t *o, const struct facts *f, bool *ok)
{
	char printed[FINGERPRINT_LEN];

	fingerprint_format(f->fingerprint, printed);
	set(o, "fingerprint", member_hex(f->fingerprint, DIGEST_LEN), ok);
	set(o, "fingerprint_printed", json_string(printed), ok);
	set(o, "late", json_boolean(f->late), ok);
	set(o, "submission", member_hex(f->submission,
	    sizeof(f->submission)), ok);
	set(o, "created", member_time(f->created), ok);
	if (f->has_supersedes)
		set(o, "supersedes", member_hex(f->supersedes, DIGEST_LEN),
		    ok);
	set(o, "organisation", json_pack("{s:s, s:s, s:s}",
	    "number", f->organisation, "name", f->name,
	    "kind", organisation_kind_name(f->organisation_kind)), ok);
	set(o, "questionnaire", json_pack("{s:s, s:s}",
	    "id", f->questionnaire, "version", f->version), ok);
	set(o, "round", json_string(f->round), ok);
	set(o, "reply_key", json_boolean(f->reply.len != 0), ok);
	if (f->has_mandate)
		set(o, "mandate", json_pack("{s:o, s:o}",
		    "sha256", member_hex(f->mandate, DIGEST_LEN),
		    "expires", member_time(f->mandate_expires)), ok);
}

static void
set_refused(json_t *o, const struct facts *f, bool *ok)
{
	json_t *list;

	set(o, "error", message_json(&f->err), ok);
	if (f->step != NULL)
		set(o, "step", json_string(f->step), ok);
	if (f->mistakes.len == 0)
		return;
	list = json_array();
	for (size_t i = 0; i < f->mistakes.len; i++)
		if (json_array_append_new(list,
		    message_json(&f->mistakes.v[i])) == -1)
			*ok = false;
	set(o, "mistakes", list, ok);
	if (f->mistakes.over != 0)
		set(o, "mistakes_not_listed",
		    json_integer((json_int_t)f->mistakes.over), ok);
}

json_t *
facts_json(const struct facts *f)
{
	json_t *o = json_object();
	bool ok = true;

	set(o, "verdict", json_string(verdict_name(f->kind)), &ok);
	set(o, "status", json_integer(err_status(f->err.code)), &ok);
	set(o, "sealed", json_pack("{s:o, s:I}", "sha256",
	    member_hex(f->sealed, DIGEST_LEN), "size", (json_int_t)f->size),
	    &ok);
	if (f->has_signer)
		set(o, "signer", signer_json(f, &ok), &ok);
	if (f->kind == VERDICT_ACCEPTED)
		set_accepted(o, f, &ok);
	else
		set_refused(o, f, &ok);
	if (!ok) {
		json_decref(o);
		return NULL;
	}
	return o;
}
