/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/feedback/feedback_page.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "scoring/feedback/feedback_page_answers.h"
#include "scoring/feedback/feedback_page_areas.h"
#include "scoring/feedback/feedback_page_now.h"
#include "scoring/feedback/feedback_page_way.h"
#include "scoring/feedback/feedback_view.h"
#include "scoring/page/number.h"

static const char style[] =
    ".now{display:flex;flex-wrap:wrap;gap:.6rem 2.2rem;align-items:flex-end;"
    "margin:.6rem 0 .4rem}.now>div{flex:1 1 18rem}\n"
    ".big{font-size:1.9rem;margin:0 0 .2rem}\n"
    ".meaning{font-size:1.1rem;margin:0}\n"
    "ol.way{margin:.4rem 0;padding-left:1.7rem}ol.way>li{margin:0 0 .55rem;"
    "padding-left:.2rem}ol.way>li::marker{color:var(--quiet)}\n"
    "ol.way p{margin:0}.do{font-size:.9375rem}\n"
    "details{font-size:.9375rem}summary{color:var(--quiet);"
    "text-decoration:underline;text-underline-offset:.15em;cursor:pointer;"
    "width:fit-content}details ul{margin:.3rem 0 .6rem;padding-left:1.2rem}\n"
    "ul.wins{margin:.4rem 0;padding-left:1.2rem}\n"
    ".voice{border-left:3px solid var(--grid);padding:.1rem .7rem;"
    "margin:.5rem 0}.voice.warn{border-left:6px solid var(--mark);"
    "font-weight:600}\n"
    ".note{border-left:3px solid var(--bar);background:var(--tint);"
    "padding:.6rem .9rem;max-width:44rem}.note p{margin:.15rem 0}\n"
    "section[aria-labelledby=answers] table{table-layout:fixed;"
    "min-width:30rem}section[aria-labelledby=answers] th:first-child{"
    "width:34%}\n"
    "[aria-labelledby=weakest] table{table-layout:fixed;min-width:34rem}"
    "[aria-labelledby=weakest] th:nth-child(1){width:38%}"
    "[aria-labelledby=weakest] th:nth-child(2){width:27%}"
    "[aria-labelledby=weakest] th:nth-child(4){width:8%}"
    "[aria-labelledby=weakest] th:nth-child(5){width:13%}\n"
    "tbody th[scope=rowgroup]{font-weight:600;padding-top:.8rem}\n"
    "dl.proof{display:grid;grid-template-columns:max-content 1fr;"
    "gap:.1rem 1rem;margin:.5rem 0;font-size:.875rem}"
    "dl.proof dt{color:var(--quiet)}dl.proof dd{margin:0;"
    "overflow-wrap:anywhere}\n"
    "@media (max-width:40rem){dl.proof{grid-template-columns:1fr}"
    "dl.proof dd{margin-bottom:.4rem}}\n"
    "@media print{.big{font-size:17pt}.meaning{font-size:11pt}"
    "table.dense{font-size:8pt;line-height:1.25}.dense td.c,.dense th.c{"
    "width:16%}ol.way>li{margin-bottom:.8mm}.note{max-width:none}"
    "[aria-labelledby=answers] tr,[aria-labelledby=weakest] tr{"
    "break-inside:auto}.do,ul.wins,table{font-size:9pt}"
    ".eyebrow,caption{font-size:9pt}"
    "dl.proof,small{font-size:7.5pt;line-height:1.3}"
    ".note{padding:1.2mm 3mm}}\n";

/* Above all figures, so that nobody reads one for another's. */
static void
put_voice(struct feedback_view *v)
{
	page_element_class(&v->page, "p", v->voice == VOICE_NOBODY ?
	    "voice warn" : "voice", voice_words(v->voice));
	(void)view_take(v, 1.9, -1000);
	if (strcmp(view_text(v->doc, "environment"), "test") != 0)
		return;
	page_element_class(&v->page, "p", "voice warn", _("TEST: it was handed "
	    "in to the test environment."));
	(void)view_take(v, 1.9, -1000);
}

static void
put_header(struct feedback_view *v)
{
	struct page *p = &v->page;
	const json_t *q = json_object_get(v->doc, "questionnaire"),
	    *organisation = json_object_get(v->doc, "organisation");
	const char *name = view_text(organisation, "name");

	if (*name == '\0')
		name = view_text(organisation, "number");
	page_open(p, "header", NULL);
	page_open(p, "p", "class", "eyebrow", NULL);
	page_label(p, "span", v->language, view_text(q, "title"));
	page_format(p, _(", round %s"), view_text(v->doc, "round"));
	page_close(p);
	page_element(p, "h1", name);
	page_element_class(p, "p", "quiet", _("Feedback for those who lead "
	    "the organisation and those who lead its security work"));
	put_voice(v);
	page_close(p);
	(void)view_take(v, 3.2 + 1.6 * view_lines(strlen(name), 40), -1000);
}

/* --- what it rests on ----------------------------------------------------- */

static void
put_indications(struct feedback_view *v)
{
	const json_t *list = json_object_get(v->doc, "indications"), *one;
	char level[NUMBER_LEN];
	size_t i;

	if (json_array_size(list) == 0)
		return;
	view_section(v, "rules", _("Rules that apply to you"));
	page_open(&v->page, "div", "class", "note", NULL);
	json_array_foreach(list, i, one) {
		page_open(&v->page, "p", NULL);
		page_format(&v->page, json_is_true(json_object_get(one,
		    "reached")) ? _("%s: you have reached level %s, which "
		    "indicates that they are followed.") : _("%s: level %s, "
		    "which would indicate that they are followed, is not "
		    "reached."), view_text(one, "label"),
		    number_whole(level, view_whole(one, "level")));
		if (strcmp(view_text(one, "basis"), "assumed") == 0) {
			page_text(&v->page, " ");
			page_text(&v->page, _("That this level indicates it is "
			    "assumed."));
		}
		page_close(&v->page);
	}
	view_rules(v);
	page_element(&v->page, "p", _("It is an indication from your own "
	    "answers: no proof, and no supervision."));
	page_close(&v->page);
	page_close(&v->page);
}

/* A term and what it is; left out when it is not there. */
static void
put_proof(struct feedback_view *v, const char *term, const char *value)
{
	if (*value == '\0')
		return;
	page_element(&v->page, "dt", term);
	page_element(&v->page, "dd", value);
}

static void
put_assumed(struct feedback_view *v)
{
	const json_t *list = json_object_get(v->doc, "assumed"), *one;
	size_t i;

	if (json_array_size(list) == 0)
		return;
	page_open(&v->page, "p", NULL);
	page_text(&v->page, voice_knows_rules(v->voice) ?
	    _("Not published by the authority:") :
	    _("Not published by the authority, and so assumed:"));
	page_text(&v->page, " ");
	json_array_foreach(list, i, one) {
		page_text(&v->page, i != 0 ? "; " : "");
		page_text(&v->page, words_assumed(json_string_value(one)));
	}
	page_text(&v->page, ". ");
	page_text(&v->page, voice_rules_end(v->voice));
	page_close(&v->page);
}

static void
put_benchmark(struct feedback_view *v)
{
	const json_t *b = json_object_get(v->doc, "benchmark");
	char n[NUMBER_LEN];

	if (b == NULL)
		return;
	page_open(&v->page, "p", NULL);
	page_format(&v->page, strcmp(view_text(v->doc, "result"),
	    "levels") == 0 ?
	    _("“%s”: what most of %s organisations answered in round %s, "
	    "action by action; no single one of them.") :
	    _("“%s”: what is in the middle or most common among %s "
	    "organisations in round %s, question by question; no single one "
	    "of them."),
	    v->typical, number_whole(n, view_whole(b, "organisations")),
	    view_text(b, "round"));
	page_close(&v->page);
}

static void
put_basis(struct feedback_view *v)
{
	const json_t *q = json_object_get(v->doc, "questionnaire");
	struct page *p = &v->page;
	char version[160];

	(void)snprintf(version, sizeof(version), "%.64s, %s %.64s",
	    view_text(q, "id"), _("version"), view_text(q, "version"));
	view_section(v, "basis", _("What this rests on"));
	put_benchmark(v);
	put_assumed(v);
	page_element(p, "p", _("It rests on what the organisation says of "
	    "itself: an indication, no audit."));
	page_open(p, "dl", "class", "proof", NULL);
	put_proof(v, _("Organisation number"), view_text(json_object_get(
	    v->doc, "organisation"), "number"));
	put_proof(v, _("Questionnaire"), version);
	put_proof(v, _("Its definition, SHA-256"), view_text(q, "sha256"));
	put_proof(v, _("Sealed file, SHA-256"), view_text(v->doc, "sealed"));
	put_proof(v, _("Submission"), view_text(v->doc, "submission"));
	put_proof(v, _("Fingerprint of the answers"), view_text(v->doc,
	    "fingerprint"));
	page_close(p);
	page_close(p);
}

/* What stands behind the lists that may be cut. */
static double
lines_of_the_end(const struct feedback_view *v)
{
	const json_t *rule;
	double lines = 10.8;
	size_t i;

	if (json_array_size(json_object_get(v->doc, "assumed")) != 0)
		lines += 2.3;
	if (*v->typical != '\0')
		lines += 2.4;
	json_array_foreach(json_object_get(v->doc, "indications"), i, rule)
		lines += (i == 0 ? 4.9 : 0) + 0.3 + view_lines(view_length(rule,
		    "label") + 140, VIEW_COLUMNS);
	return lines;
}

enum err_code
feedback_page(const json_t *doc, enum feedback_voice voice, struct buf *out,
    struct err *e)
{
	const char *result = view_text(doc, "result");
	struct feedback_view v;
	char title[512];

	feedback_view_begin(&v, doc, voice);
	(void)snprintf(title, sizeof(title), "%.200s: %.200s",
	    view_text(json_object_get(doc, "organisation"), "name"),
	    view_text(json_object_get(doc, "questionnaire"), "title"));
	page_begin(&v.page, out, title, style);
	put_header(&v);
	feedback_page_now(&v);
	v.kept = lines_of_the_end(&v);
	(void)view_take(&v, v.kept, -1000);
	if (strcmp(result, "counts") == 0) {
		feedback_page_answers(&v);
	} else {
		feedback_page_areas(&v);
		feedback_page_way(&v);
	}
	put_indications(&v);
	put_basis(&v);
	return page_end(&v.page, e);
}
