/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/benchmark_command.h"

#include <stdio.h>

#include "base/i18n.h"
#include "scoring/benchmark.h"
#include "scoring/output.h"
#include "scoring/page/number.h"
#include "scoring/report/groups.h"
#include "scoring/select.h"
#include "scoring/words.h"

#define WIDTH	40	/* of names */

/* "level 1, 96 of 200 points, 150 of 348 actions", as far as it has them; of
 * counts there is no result. */
static void
add_result(struct report *r, const struct score *s, bool counts)
{
	char text[ERR_MSG_LEN], number[NUMBER_LEN];

	if (s->level >= 0) {
		(void)snprintf(text, sizeof(text), _(", level %lld"),
		    (long long)s->level);
		buf_add_str(&r->text, text);
	}
	if (s->points_max > 0) {
		(void)snprintf(text, sizeof(text), _(", %lld of %lld points"),
		    (long long)s->points, (long long)s->points_max);
		buf_add_str(&r->text, text);
	}
	if (s->boxes_max > 0 && !counts) {
		(void)snprintf(text, sizeof(text), _(", %zu of %zu actions"),
		    s->boxes, s->boxes_max);
		buf_add_str(&r->text, text);
	}
	if (s->mean >= 0) {
		(void)snprintf(text, sizeof(text), _(", mean %s"),
		    number_real(number, (double)s->mean / SCORE_ONE, 2));
		buf_add_str(&r->text, text);
	}
}

static void
tell_group(const struct benchmark_group *g, bool counts, struct report *r)
{
	char id[BENCHMARK_ID_LEN], name[WORDS_GROUP_LEN], n[ERR_MSG_LEN];

	benchmark_id(g, id);
	words_group_best(id, (int64_t)g->best, name);
	report_column(r, name, WIDTH);
	(void)snprintf(n, sizeof(n), P_("%zu organisation",
	    "%zu organisations", g->len), g->len);
	buf_add_str(&r->text, n);
	add_result(r, &g->score, counts);
	buf_add_str(&r->text, "\n");
}

/* Those that are left out, and why. */
static void
tell_left_out(const struct groups *shown, struct report *r)
{
	for (size_t i = 0; i < GROUPS; i++) {
		if (shown->size[i] == 0 ||
		    shown->verdict[i] == DISCLOSURE_SHOWN)
			continue;
		report_column(r, words_group(group_id(i)), WIDTH);
		report_say(r, "%s", shown->verdict[i] == DISCLOSURE_SMALL ?
		    _("left out: too few organisations") :
		    _("left out: another group could be computed from it"));
	}
}

static void
tell(const struct pile *p, const struct benchmark *b,
    const struct groups *shown, struct report *r)
{
	report_say(r, _("Benchmark of %s, round %s"), p->layout.q->title,
	    b->round);
	for (size_t i = 0; i < b->n_groups; i++)
		tell_group(&b->groups[i], p->layout.q->scoring->result ==
		    SCORING_COUNTS, r);
	tell_left_out(shown, r);
	if (b->n_groups == 0)
		report_say(r, "%s", _("It is empty: there are too few "
		    "organisations in every group."));
	if (b->environment == ENVIRONMENT_TEST)
		report_say(r, "%s", _("It is made of what was handed in for "
		    "a test."));
}

static enum err_code
give(const struct score_options *o, const struct buf *doc, struct report *r)
{
	struct err e = { 0 };

	if (o->output != NULL && output_write_file(o->output, doc, &e) !=
	    ERR_OK)
		return report_err(r, &e);
	if (o->output != NULL) {
		report_say(r, _("Written to %s; sign it with 'sigill-intake "
		    "benchmark'."), o->output);
		report_set_text(r, "file", o->output);
	}
	report_set(r, "benchmark", json_loadb((const char *)doc->data,
	    doc->len, 0, NULL));
	return ERR_OK;
}

static enum err_code
make(const struct score_options *o, const struct pile *p, struct report *r)
{
	struct benchmark b = { 0 };
	struct groups shown;
	struct buf doc = { 0 };
	struct err e = { 0 };
	enum err_code code;

	if ((code = groups_shown(p, o->limits.least, &shown, &e)) == ERR_OK &&
	    (code = benchmark_make(p, &o->limits, &b, &e)) == ERR_OK &&
	    (code = benchmark_write(&p->layout, &b, &doc, &e)) == ERR_OK) {
		tell(p, &b, &shown, r);
		code = give(o, &doc, r);
	} else
		report_err(r, &e);
	buf_wipe(&doc);
	benchmark_wipe(&b);
	return code;
}

enum err_code
benchmark_run(const struct score_options *o, struct report *r)
{
	struct selection s = { 0 };
	enum err_code code;

	if ((code = select_now(o, &s, r)) == ERR_OK)
		code = make(o, &s.pile, r);
	selection_wipe(&s);
	return code;
}
