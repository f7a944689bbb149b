/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/staff/benchmark.h"

#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/report.h"
#include "base/timestamp.h"
#include "crypto/benchmark_sig.h"
#include "format/json.h"
#include "intake/options.h"
#include "intake/settings.h"

#define FORMAT	"sigill-benchmark"
#define VERSION	1

/* What is told of it before the world has it; borrowed from the document. */
struct about {
	const char *questionnaire, *round;
	size_t groups;
};

static const char *
text_at(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

/*
 * The one mistake that must not be made here is to sign what is no benchmark,
 * or one of another environment.  What is in it is for who made it, and for
 * each sender's program, to judge.
 */
static enum err_code
look(const json_t *o, const struct buf *document, const char *name,
    enum environment environment, struct about *out, struct err *e)
{
	const char *format = text_at(o, "format");
	const char *made_for = text_at(o, "environment");
	const json_t *groups = json_object_get(o, "groups");

	/* docs/SPEC.md, section 12. */
	if (document->data[0] != '{')
		return err_set(e, ERR_BENCHMARK, name, 1,
		    "something stands before the '{'");
	if (format == NULL || strcmp(format, FORMAT) != 0)
		return err_set(e, ERR_BENCHMARK, name, 0,
		    "its format is not '" FORMAT "'");
	if (json_integer_value(json_object_get(o, "version")) != VERSION)
		return err_set(e, ERR_BENCHMARK, name, 0,
		    "its version is not %d", VERSION);
	if (made_for == NULL || strcmp(made_for,
	    environment_name(environment)) != 0)
		return err_set(e, ERR_ENVIRONMENT, name, 0,
		    "it must be made for the environment '%s'",
		    environment_name(environment));
	out->questionnaire = text_at(json_object_get(o, "questionnaire"),
	    "id");
	out->round = text_at(o, "round");
	out->groups = json_array_size(groups);
	if (out->questionnaire == NULL || out->round == NULL ||
	    !json_is_array(groups))
		return err_set(e, ERR_BENCHMARK, name, 0,
		    "it does not name its questionnaire, round and groups");
	return ERR_OK;
}

static enum err_code
sign(const struct intake_settings *s, const struct buf *document,
    const char *path, int64_t now, struct err *e)
{
	const struct signer signer = {
		.key = s->receipt_key, .cert = s->receipt_cert.v[0],
		.chain = &s->receipt_chain,
	};
	struct buf der = { 0 };
	enum err_code code;

	code = benchmark_sig_make(document->data, document->len, &signer, now,
	    &der, e);
	if (code == ERR_OK)
		code = file_write_new(path, der.data, der.len, 0644, e);
	buf_wipe(&der);
	return code;
}

static void
tell(const struct about *about, const char *path, struct report *r)
{
	report_line(r, "Benchmark", "%s, round %s, groups %zu",
	    about->questionnaire, about->round, about->groups);
	report_line(r, "Signed", "%s", path);
	report_set_text(r, "questionnaire", about->questionnaire);
	report_set_text(r, "round", about->round);
	report_set(r, "groups", json_integer((json_int_t)about->groups));
	report_set_text(r, "signed", path);
}

enum err_code
benchmark_run(const struct options *o, struct report *r)
{
	struct intake_settings settings = { 0 };
	struct buf document = { 0 };
	struct about about = { 0 };
	json_t *parsed = NULL;
	struct err e = { 0 };
	const int64_t now = timestamp_now();
	enum err_code code;

	if (o->n_operands > 1)
		code = err_set(&e, ERR_USAGE, "benchmark", 0,
		    "one file at a time");
	else if (o->output == NULL)
		code = err_set(&e, ERR_USAGE, "benchmark", 0,
		    "--output must say where the signed file goes");
	else if ((code = file_read(o->operand, LIMIT_BENCHMARK, &document,
	    &e)) == ERR_OK &&
	    (code = json_read(document.data, document.len, o->operand,
	    &parsed, &e)) == ERR_OK &&
	    /* Nobody is asked for a passphrase before the file is known to be
	     * in order, but its environment is in the configuration. */
	    (code = intake_settings_load(o->config, o->passphrase_fd,
	    INTAKE_SIGN, now, &settings, &e)) == ERR_OK &&
	    (code = look(parsed, &document, o->operand,
	    settings.environment, &about, &e)) == ERR_OK &&
	    (code = sign(&settings, &document, o->output, now, &e)) ==
	    ERR_OK)
		tell(&about, o->output, r);
	report_err(r, &e);
	json_decref(parsed);
	buf_wipe(&document);
	intake_settings_wipe(&settings);
	return code;
}
