/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/benchmark_choose.h"

#include "base/file.h"
#include "base/i18n.h"
#include "base/limits.h"
#include "base/report.h"

static enum err_code
read_one(const char *path, const struct pile *pile, struct benchmark *out,
    struct err *e)
{
	struct buf text = { 0 };
	enum err_code code = file_read(path, LIMIT_BENCHMARK, &text, e);

	if (code == ERR_OK && text.len != 0 && text.data[0] == 0x30)
		code = err_set(e, ERR_BENCHMARK, path, 0,
		    _("it looks like the signed one; name the document that "
		    "'sigill-score benchmark' has made"));
	if (code == ERR_OK)
		code = benchmark_parse(text.data, text.len, path,
		    &pile->layout, out, e);
	if (code == ERR_OK && out->environment !=
	    pile->v[0].document.environment)
		code = err_set(e, ERR_ENVIRONMENT, path, 0,
		    _("it is from the environment '%s'"),
		    environment_name(out->environment));
	buf_wipe(&text);
	return code;
}

/* The one that fits is taken over. */
static enum err_code
take(const char *path, struct benchmark *one, struct benchmark *out,
    const char **taken, struct err *e)
{
	if (*taken != NULL)
		return err_set(e, ERR_USAGE, "--benchmark", 0,
		    _("%.80s and %.80s are both for this questionnaire"),
		    *taken, path);
	*out = *one;
	*one = (struct benchmark){ 0 };
	*taken = path;
	return ERR_OK;
}

enum err_code
benchmark_choose(const struct score_options *o, const struct pile *pile,
    struct benchmark *out, const char **path, struct report *r,
    struct err *e)
{
	struct err other = { 0 };	/* the first that is for others */
	enum err_code code = ERR_OK;

	*path = NULL;
	for (size_t i = 0; i < o->n_benchmarks && code == ERR_OK; i++) {
		struct benchmark one = { 0 };
		struct err found = { 0 };

		code = read_one(o->benchmarks[i], pile, &one, &found);
		if (code == ERR_OK)
			code = take(o->benchmarks[i], &one, out, path, e);
		else if (code != ERR_BENCHMARK_OTHER &&
		    code != ERR_QUESTIONNAIRE_DIGEST)
			*e = found;
		else {
			code = ERR_OK;
			if (other.code != ERR_QUESTIONNAIRE_DIGEST)
				other = found;
		}
		benchmark_wipe(&one);
	}
	if (code != ERR_OK || *path != NULL || other.code == ERR_OK)
		return code;
	if (o->output == NULL) {
		*e = other;
		return e->code;
	}
	if (other.code == ERR_QUESTIONNAIRE_DIGEST)
		report_note(r, _("%s is not compared with: %s"), other.where,
		    other.msg);
	return ERR_OK;
}
