/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What the parts of a feedback page have in common: the document, the page,
 * and how much room two sheets of paper have left.
 */
#ifndef SIGILL_SCORING_FEEDBACK_FEEDBACK_VIEW_H
#define SIGILL_SCORING_FEEDBACK_FEEDBACK_VIEW_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "scoring/feedback/feedback_voice.h"
#include "scoring/page/page.h"
#include "scoring/words.h"

/* Lines of print that two A4 pages hold, and characters that a line of their
 * whole width does; both rather too few. */
#define VIEW_LINES	117
#define VIEW_COLUMNS	92

struct feedback_view {
	struct page page;
	const json_t *doc;	/* borrowed */
	enum feedback_voice voice;
	const char *language;	/* of the definition's labels */
	char typical[WORDS_GROUP_LEN + 32];	/* the benchmark's name; "":
						 * there is none */
	char last[96];		/* the last round's; "": there is none */
	double lines;		/* left on paper; below 0: too many */
	double kept;		/* of those taken, for the page's end */
};

/* *v points into doc. */
void feedback_view_begin(struct feedback_view *v, const json_t *doc,
    enum feedback_voice voice);

/* Members of an object, NULL too; "", 0 and NAN when they are not there. */
const char *view_text(const json_t *o, const char *key);
int64_t view_whole(const json_t *o, const char *key);
double view_number(const json_t *o, const char *key);

/* The label of the area with that id; "": there is none. */
const char *view_area(const struct feedback_view *v, const char *id);

/* Takes what a text of so many characters needs in a column of print;
 * false, and nothing taken, when less than keep would be left. */
bool view_take(struct feedback_view *v, double lines, double keep);
/* So many lines come next that one page has to hold: what is left of the first
 * when it cannot is lost. */
void view_keep_together(struct feedback_view *v, double lines);
double view_lines(size_t characters, unsigned columns);
/* Characters of a member. */
size_t view_length(const json_t *o, const char *key);

/* A cell with a number (text tells it), class "n" and perhaps another. */
void view_cell(struct feedback_view *v, const char *class,
    const char *text);
/* A cell of the head, for a column. */
void view_head(struct feedback_view *v, const char *class,
    const char *text);
/* section and h2, with the id that joins them. */
void view_section(struct feedback_view *v, const char *id,
    const char *title);
/* A table in a frame that scrolls by itself on narrow screens; the same words
 * name both.  Two elements are open then.  class: the table's, or NULL. */
void view_table(struct feedback_view *v, const char *class,
    const char *caption);
/* That some rules are not published, in a paragraph of its own; nothing when
 * all are. */
void view_rules(struct feedback_view *v);
/* On paper only: that so many more of a list are elsewhere.  Nothing for 0. */
void view_rest(struct feedback_view *v, size_t n);

#endif
