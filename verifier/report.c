/* SPDX-License-Identifier: EUPL-1.2 */
#include "verifier/report.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/message.h"
#include "base/timestamp.h"
#include "format/fingerprint.h"

#define PROGRAM	"sigill-verify"

/* --- ways out ----------------------------------------------------------- */

/* Verdicts that did not reach the reader are a failure of the run; said
 * once. */
static void
put(struct report *r, const struct buf *b)
{
	struct err e = { 0 };

	if (r->broken)
		return;
	if (buf_check(b, &e) != ERR_OK || file_write_fd(STDOUT_FILENO,
	    "standard output", b->data, b->len, &e) != ERR_OK) {
		r->broken = true;
		report_fault(r, &e);
	}
}

static void
put_error(const struct err *e)
{
	struct buf b = { 0 };

	message_text(&b, PROGRAM, e, true);
	if (!b.failed)
		(void)file_write_fd(STDERR_FILENO, "standard error", b.data,
		    b.len, NULL);
	buf_wipe(&b);
}

static int
append(const char *data, size_t len, void *arg)
{
	buf_add(arg, data, len);
	return 0;
}

static void
put_json(struct report *r, json_t *o)
{
	struct buf b = { 0 };

	if (o == NULL || json_dump_callback(o, append, &b,
	    JSON_INDENT(2)) == -1)
		b.failed = true;
	buf_add_str(&b, "\n");
	put(r, &b);
	buf_wipe(&b);
}

/* --- texts that others chose -------------------------------------------- */

/* File names may be anything: what is not UTF-8 is shown as '?'. */
static json_t *
text_json(const char *s)
{
	json_t *o = json_string(s);
	struct buf b = { 0 };

	if (o != NULL)
		return o;
	for (; *s != '\0'; s++)
		buf_add_u8(&b, (*s & 0x80) != 0 ? '?' : (uint8_t)*s);
	if (!b.failed)
		o = json_stringn((const char *)b.data, b.len);
	buf_wipe(&b);
	return o;
}

static void
make_utf8(char *s)
{
	json_t *o = json_string(s);

	for (; o == NULL && *s != '\0'; s++)
		if ((*s & 0x80) != 0)
			*s = '?';
	json_decref(o);
}

/* A name in a line for people must not drive their terminal. */
static void
add_tame(struct buf *b, const char *s)
{
	for (; *s != '\0'; s++)
		buf_add_u8(b, (unsigned char)*s < 0x20 || *s == 0x7f ? '?' :
		    (uint8_t)*s);
}

/* --- one JSON document -------------------------------------------------- */

static void
hex_of(const uint8_t *data, size_t len, char *out)
{
	for (size_t i = 0; i < len; i++)
		(void)snprintf(out + 2 * i, 3, "%02x", data[i]);
}

/* Without memory, members are NULL and jansson's setters fail: the document
 * is then incomplete, which *ok tells. */
static void
set(json_t *o, const char *key, json_t *value, bool *ok)
{
	if (json_object_set_new(o, key, value) == -1)
		*ok = false;
}

static json_t *
error_json(const struct err *e, const char *file)
{
	struct err shown = *e;

	/* The file has its own member. */
	if (file != NULL && strcmp(shown.where, file) == 0)
		shown.where[0] = '\0';
	make_utf8(shown.where);
	make_utf8(shown.msg);
	return message_json(&shown);
}

static void
set_signer(json_t *o, const struct cert *signer, bool *ok)
{
	char subject[512], number[ORGNR_LEN], hex[DIGEST_HEX_LEN];
	uint8_t digest[DIGEST_LEN];
	json_t *s = json_object();

	cert_subject(signer, subject, sizeof(subject));
	set(s, "subject", text_json(subject), ok);
	if (cert_organisation(signer, number, NULL) == ERR_OK)
		set(s, "organisation", json_string(number), ok);
	if (cert_digest(signer, digest, NULL) == ERR_OK) {
		digest_hex(digest, hex);
		set(s, "sha256", json_string(hex), ok);
	}
	set(o, "signer", s, ok);
}

static void
set_accepted(json_t *o, const struct verdict *v, bool *ok)
{
	const struct submission *s = &v->submission;
	char printed[FINGERPRINT_LEN], hex[DIGEST_HEX_LEN];
	char created[TIMESTAMP_LEN];

	digest_hex(v->fingerprint, hex);
	fingerprint_format(v->fingerprint, printed);
	set(o, "fingerprint", json_string(hex), ok);
	set(o, "fingerprint_printed", json_string(printed), ok);
	set(o, "late", json_boolean(v->late), ok);
	hex_of(s->id, sizeof(s->id), hex);
	set(o, "submission", json_string(hex), ok);
	timestamp_format(s->created, created);
	set(o, "created", json_string(created), ok);
	if (s->has_supersedes) {
		digest_hex(s->supersedes, hex);
		set(o, "supersedes", json_string(hex), ok);
	}
	set(o, "organisation", json_pack("{s:s, s:s, s:s}",
	    "number", s->statement.number, "name", s->statement.name,
	    "kind", organisation_kind_name(s->statement.kind)), ok);
	set(o, "questionnaire", json_pack("{s:s, s:s}",
	    "id", s->statement.questionnaire,
	    "version", s->statement.version), ok);
	set(o, "round", json_string(s->statement.round), ok);
}

static void
set_refused(json_t *o, const struct verdict *v, const char *file, bool *ok)
{
	json_t *list;

	set(o, "error", error_json(&v->err, file), ok);
	if (v->step != NULL)
		set(o, "step", json_string(v->step), ok);
	if (v->mistakes.len == 0)
		return;
	list = json_array();
	for (size_t i = 0; i < v->mistakes.len; i++)
		if (json_array_append_new(list,
		    error_json(&v->mistakes.v[i], NULL)) == -1)
			*ok = false;
	set(o, "mistakes", list, ok);
	if (v->mistakes.over != 0)
		set(o, "mistakes_not_listed",
		    json_integer((json_int_t)v->mistakes.over), ok);
}

static json_t *
outcome_json(const struct outcome *out)
{
	const struct verdict *v = &out->verdict;
	char hex[DIGEST_HEX_LEN];
	json_t *o = json_object();
	bool ok = true;

	set(o, "file", text_json(out->file), &ok);
	set(o, "verdict", json_string(verdict_name(v->kind)), &ok);
	set(o, "status", json_integer(err_status(v->err.code)), &ok);
	if (v->has_sealed) {
		digest_hex(v->sealed, hex);
		set(o, "sealed", json_pack("{s:s, s:I}", "sha256", hex,
		    "size", (json_int_t)v->size), &ok);
	}
	if (v->signer != NULL)
		set_signer(o, v->signer, &ok);
	if (v->kind == VERDICT_ACCEPTED)
		set_accepted(o, v, &ok);
	else
		set_refused(o, v, out->file, &ok);
	if (out->receipt[0] != '\0')
		set(o, "receipt", text_json(out->receipt), &ok);
	if (!ok) {
		json_decref(o);
		return NULL;
	}
	return o;
}

/* --- lines for people --------------------------------------------------- */

static const char *
translated(const char *s)
{
	return *s != '\0' ? _(s) : s;	/* gettext has a header for "" */
}

static void
add_accepted(struct buf *b, const struct verdict *v)
{
	const struct statement *s = &v->submission.statement;
	char printed[FINGERPRINT_LEN], number[12];

	fingerprint_format(v->fingerprint, printed);
	orgnr_format(s->number, number);
	buf_add_str(b, printed);
	buf_add_str(b, " ");
	buf_add_str(b, number);
	buf_add_str(b, " ");
	add_tame(b, s->name);
	buf_add_str(b, "\n");
	if (v->late) {
		buf_add_str(b, "    ");
		buf_add_str(b, _("late: the round had closed; decide whether "
		    "the answers still count"));
		buf_add_str(b, "\n");
	}
}

/* "code: place: sentence: what was found" */
static void
add_reason(struct buf *b, const struct err *e, const char *file)
{
	buf_add_str(b, err_name(e->code));
	buf_add_str(b, ": ");
	if (e->where[0] != '\0' && strcmp(e->where, file) != 0) {
		buf_add_str(b, e->where);
		buf_add_str(b, ": ");
	}
	buf_add_str(b, translated(err_sentence(e->code)));
	if (e->msg[0] != '\0') {
		buf_add_str(b, ": ");
		buf_add_str(b, e->msg);
	}
	buf_add_str(b, "\n");
}

static void
add_refused(struct buf *b, const struct verdict *v, const char *file)
{
	char over[32];

	add_reason(b, &v->err, file);
	if (err_hint(v->err.code)[0] != '\0') {
		buf_add_str(b, "    ");
		buf_add_str(b, _("hint"));
		buf_add_str(b, ": ");
		buf_add_str(b, translated(err_hint(v->err.code)));
		buf_add_str(b, "\n");
	}
	/* The first one has just been told. */
	for (size_t i = 1; i < v->mistakes.len; i++) {
		buf_add_str(b, "    ");
		add_reason(b, &v->mistakes.v[i], file);
	}
	if (v->mistakes.over != 0) {
		(void)snprintf(over, sizeof(over), "    + %zu\n",
		    v->mistakes.over);
		buf_add_str(b, over);
	}
}

static void
put_text(struct report *r, const struct outcome *out)
{
	static const char *const words[] = { [VERDICT_ACCEPTED] = "ACCEPTED",
	    [VERDICT_REJECTED] = "REJECTED",
	    [VERDICT_UNDECIDED] = "UNDECIDED" };
	struct buf b = { 0 };

	add_tame(&b, out->file);
	buf_add_str(&b, ": ");
	buf_add_str(&b, words[out->verdict.kind]);
	buf_add_str(&b, " ");
	if (out->verdict.kind == VERDICT_ACCEPTED)
		add_accepted(&b, &out->verdict);
	else
		add_refused(&b, &out->verdict, out->file);
	put(r, &b);
	buf_wipe(&b);
}

/* --- what main calls ---------------------------------------------------- */

void
report_begin(struct report *r, enum report_form form)
{
	memset(r, 0, sizeof(*r));
	r->form = form;
	if (form == REPORT_JSON)
		r->verdicts = json_array();
}

static void
put_open(struct report *r, const struct outcome *out)
{
	struct err e = out->verdict.err;

	if (out->verdict.kind == VERDICT_ACCEPTED) {
		put(r, &out->document);
		return;
	}
	/* The field is told after the file. */
	if (e.where[0] != '\0' && strcmp(e.where, out->file) != 0) {
		err_clear(&e);
		err_set(&e, out->verdict.err.code, out->file, 0, "%s%s%s",
		    out->verdict.err.where,
		    out->verdict.err.msg[0] != '\0' ? ": " : "",
		    out->verdict.err.msg);
	} else
		(void)snprintf(e.where, sizeof(e.where), "%s", out->file);
	put_error(&e);
}

void
report_outcome(struct report *r, const struct outcome *out)
{
	const struct verdict *v = &out->verdict;
	struct err e = { 0 };

	r->count[v->kind]++;
	if (v->kind == VERDICT_UNDECIDED && r->undecided == ERR_OK)
		r->undecided = v->err.code;
	if (v->kind == VERDICT_REJECTED && r->rejected == ERR_OK)
		r->rejected = v->err.code;
	switch (r->form) {
	case REPORT_TEXT:
		put_text(r, out);
		break;
	case REPORT_OPEN:
		put_open(r, out);
		break;
	case REPORT_JSON:
		if (json_array_append_new(r->verdicts,
		    outcome_json(out)) == 0)
			break;
		err_set(&e, ERR_NO_MEMORY, NULL, 0, NULL);
		report_fault(r, &e);
		break;
	}
}

void
report_fault(struct report *r, const struct err *e)
{
	if (r->fault.code != ERR_OK)
		return;
	r->fault = *e;
	put_error(e);
}

static void
put_summary(const struct report *r)
{
	struct buf b = { 0 };
	char line[160];

	(void)snprintf(line, sizeof(line),
	    "%s: %zu accepted, %zu rejected, %zu undecided\n", PROGRAM,
	    r->count[VERDICT_ACCEPTED], r->count[VERDICT_REJECTED],
	    r->count[VERDICT_UNDECIDED]);
	buf_add_str(&b, line);
	if (!b.failed)
		(void)file_write_fd(STDERR_FILENO, "standard error", b.data,
		    b.len, NULL);
	buf_wipe(&b);
}

int
report_end(struct report *r)
{
	size_t n = r->count[0] + r->count[1] + r->count[2];
	json_t *o;

	if (r->form == REPORT_JSON) {
		o = r->fault.code == ERR_OK ?
		    json_pack("{s:O}", "verdicts", r->verdicts) :
		    json_pack("{s:O, s:o}", "verdicts", r->verdicts,
		    "error", error_json(&r->fault, NULL));
		put_json(r, o);
		json_decref(o);
		json_decref(r->verdicts);
	} else if (r->form == REPORT_TEXT && n > 1)
		put_summary(r);
	if (r->fault.code != ERR_OK)
		return err_status(r->fault.code);
	return err_status(r->undecided != ERR_OK ? r->undecided :
	    r->rejected);
}
