/* SPDX-License-Identifier: EUPL-1.2 */
#include "verifier/report.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/message.h"
#include "base/timestamp.h"
#include "format/fingerprint.h"
#include "verifier/verdict_json.h"

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

/* --- lines for people --------------------------------------------------- */

/* A name in a line for people must not drive their terminal: no control
 * characters, of which U+0080 to U+009F take two bytes. */
static void
add_tame(struct buf *b, const char *s)
{
	for (; *s != '\0'; s++) {
		const unsigned char c = (unsigned char)s[0];
		const unsigned char next = (unsigned char)s[1];

		if (c == 0xc2 && next >= 0x80 && next <= 0x9f) {
			buf_add_u8(b, '?');
			s++;
		} else
			buf_add_u8(b, c < 0x20 || c == 0x7f ? '?' : c);
	}
}

static void
add_mandate(struct buf *b, const struct verdict *v)
{
	char signer[ORGNR_LEN], printed[12], until[TIMESTAMP_LEN];

	buf_add_str(b, "    by mandate: signed by ");
	if (cert_organisation(v->signer, signer, NULL) == ERR_OK) {
		orgnr_format(signer, printed);
		buf_add_str(b, printed);
	}
	timestamp_format(v->mandate_expires, until);
	buf_add_str(b, ", who may until ");
	buf_add_str(b, until);
	buf_add_str(b, "\n");
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
	if (v->has_mandate)
		add_mandate(b, v);
	if (v->late)
		buf_add_str(b, "    late: the round had closed; decide "
		    "whether the answers still count\n");
	if (v->duplicate)
		buf_add_str(b, "    duplicate: accepted before in another "
		    "sealed file, so not handed over again\n");
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
	buf_add_str(b, err_sentence(e->code));
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
		buf_add_str(b, "    hint: ");
		buf_add_str(b, err_hint(v->err.code));
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
		    verdict_json(out)) == 0)
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
		    "error", verdict_error_json(&r->fault, NULL));
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
