/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/report/report_page_change.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "scoring/page/number.h"

/* {"then": …, "now": …, "percent": …}; nothing when it is not there. */
static void
put_pair(struct report_view *v, const char *label, const json_t *pair,
    unsigned decimals)
{
	if (pair == NULL)
		return;
	view_row(v, NULL, label);
	view_figure(v, figure_at(pair, "then", NULL), decimals);
	view_figure(v, figure_at(pair, "now", NULL), decimals);
	view_change(v, figure_at(pair, "percent", NULL));
	page_close(&v->page);
}

static void
put_pairs(struct report_view *v, const json_t *change)
{
	const json_t *both = figure_at(change, "both", NULL);
	const bool hidden = figure_hidden(both);

	view_begin_table(v, _("Then and now"));
	view_column(v, NULL, _("What"));
	view_column(v, "n", _("Then"));
	view_column(v, "n", _("Now"));
	view_column(v, "n", _("Change"));
	view_rows(v);
	put_pair(v, _("Organisations that answered"), figure_at(change,
	    "respondents", NULL), 0);
	if (hidden)
		put_pair(v, _("Of those that answered both times"), both, 0);
	else {
		put_pair(v, _("Points of those that answered both times"),
		    figure_at(both, "points", NULL), 1);
		put_pair(v, _("Actions of those that answered both times"),
		    figure_at(both, "boxes", NULL), 1);
		put_pair(v, _("Mean of those that answered both times"),
		    figure_at(both, "mean", NULL), 2);
	}
	put_pair(v, v->means ? _("Typical mean") : _("Typical actions"),
	    figure_at(change, "typical", NULL), 2);
	put_pair(v, v->means ? _("Typical mean of the best") :
	    _("Typical actions of the best"), figure_at(change, "best", NULL),
	    2);
	view_end_table(v);
}

/* Who answered both times, only now, only then. */
static void
put_who(struct report_view *v, const json_t *change)
{
	static const char *const keys[] = { "both", "only_now", "only_then" };
	const char *const names[] = { _("Both times"), _("Only now"),
	    _("Only then") };
	const json_t *part;

	view_begin_table(v, _("Who answered when"));
	view_column(v, NULL, _("Answered"));
	view_column(v, "n", _("Organisations"));
	if (v->levels) {
		view_column(v, "n", _("Points, mean"));
		view_column(v, "n", _("Actions, mean"));
	} else if (v->means) {
		view_column(v, "n", _("Mean"));
	}
	view_rows(v);
	for (size_t i = 0; i < 3; i++) {
		part = figure_at(change, keys[i], NULL);
		view_row(v, NULL, names[i]);
		view_figure(v, figure_at(part, "organisations", NULL), 0);
		if (v->levels) {
			view_figure(v, i == 0 ? figure_at(part, "points", "now",
			    NULL) : figure_at(part, "points", NULL), 1);
			view_figure(v, i == 0 ? figure_at(part, "boxes", "now",
			    NULL) : figure_at(part, "boxes", NULL), 1);
		} else if (v->means) {
			view_figure(v, i == 0 ? figure_at(part, "mean", "now",
			    NULL) : figure_at(part, "mean", NULL), 2);
		}
		page_close(&v->page);
	}
	view_end_table(v);
}

static void
put_levels(struct report_view *v, const json_t *level)
{
	char rose[64], same[64], fell[64];

	if (level == NULL)
		return;
	page_open(&v->page, "p", NULL);
	page_format(&v->page, _("Of those that answered both times, %s rose to "
	    "a higher level, %s kept theirs and %s fell to a lower one."),
	    figure_words(rose, sizeof(rose), figure_at(level, "rose", NULL), 0),
	    figure_words(same, sizeof(same), figure_at(level, "same", NULL), 0),
	    figure_words(fell, sizeof(fell), figure_at(level, "fell", NULL),
	    0));
	page_close(&v->page);
}

/* Of the boxes that the area has; or the means' scale. */
static struct chart_scale
scale_of(const struct report_view *v, const char *id)
{
	struct chart_scale scale = { 0, 1, 0 };
	const json_t *area;
	double boxes;
	size_t i;

	if (v->means)
		return v->scale;
	json_array_foreach(json_object_get(v->questionnaire, "areas"), i,
	    area) {
		boxes = figure_value(figure_at(area, "boxes", NULL));
		if (strcmp(figure_text(area, "id"), id) == 0 && boxes > 0)
			scale.to = boxes;
	}
	return scale;
}

static void
put_area(struct report_view *v, const json_t *area)
{
	const json_t *then = figure_at(area, "then", NULL),
	    *now = figure_at(area, "now", NULL);
	const struct chart_scale scale = scale_of(v, figure_text(area, "id"));
	const struct chart_mark marks[] = {
		{ CHART_RING, figure_value(then) },
		{ CHART_DOT, figure_value(now) },
	};
	char title[192], a[64], b[64];

	(void)snprintf(title, sizeof(title), _("Then %s, now %s"),
	    figure_words(a, sizeof(a), then, 2), figure_words(b, sizeof(b), now,
	    2));
	view_row(v, v->language, view_area_label(v, figure_text(area, "id")));
	page_open(&v->page, "td", "class", "c", NULL);
	chart_points(&v->page, &scale, marks, 2, title);
	page_close(&v->page);
	view_figure(v, then, 2);
	view_figure(v, now, 2);
	view_change(v, figure_at(area, "percent", NULL));
	page_close(&v->page);
}

static void
put_areas(struct report_view *v, const json_t *areas)
{
	const json_t *area;
	size_t i;

	if (json_array_size(areas) == 0)
		return;
	page_open(&v->page, "ul", "class", "key", NULL);
	chart_key_mark(&v->page, CHART_RING, _("Then"));
	chart_key_mark(&v->page, CHART_DOT, _("Now"));
	page_close(&v->page);
	view_begin_table(v, v->means ?
	    _("Means of those that answered both times, area by area") :
	    _("Actions of those that answered both times, area by area; drawn "
	    "of all that there are"));
	view_column(v, NULL, _("Area"));
	view_column_chart(v, v->means ? &v->scale : NULL, _("Drawn"));
	view_column(v, "n", _("Then"));
	view_column(v, "n", _("Now"));
	view_column(v, "n", _("Change"));
	view_rows(v);
	json_array_foreach(areas, i, area)
		put_area(v, area);
	view_end_table(v);
}

void
report_page_change(struct report_view *v, const json_t *group)
{
	const json_t *change = figure_at(group, "change", NULL), *both;
	char id[96], word[64];

	if (change == NULL)
		return;
	(void)snprintf(id, sizeof(id), "change-%.60s", figure_text(group,
	    "id"));
	view_chapter(v, "h3", id, _("Since the round before"));
	if (figure_hidden(change)) {
		page_open(&v->page, "p", "class", "quiet", NULL);
		page_format(&v->page, "%s: %s", _("All of this"),
		    figure_words(word, sizeof(word), change, 0));
		page_close(&v->page);
	} else {
		both = figure_at(change, "both", NULL);
		put_pairs(v, change);
		put_who(v, change);
		if (!figure_hidden(both)) {
			put_levels(v, figure_at(both, "level", NULL));
			put_areas(v, figure_at(both, "areas", NULL));
		}
	}
	page_close(&v->page);
}
