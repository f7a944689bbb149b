/* SPDX-License-Identifier: EUPL-1.2 */
#include "scoring/page/page.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/message.h"
#include "base/tame.h"
#include "scoring/page/style.h"

/* Nothing is fetched and nothing runs, whatever got into the page. */
#define POLICY	"default-src 'none'; style-src 'unsafe-inline'; " \
		"base-uri 'none'; form-action 'none'"

static void
add_escaped(struct buf *out, const char *text)
{
	char *tamed = strdup(text);
	const char *p = tamed;

	if (tamed == NULL) {
		out->failed = true;
		return;
	}
	tame(tamed);
	for (size_t run; *p != '\0'; p += run) {
		run = strcspn(p, "&<>\"'");
		buf_add(out, p, run);
		p += run;
		run = *p != '\0';
		switch (*p) {
		case '&': buf_add_str(out, "&amp;"); break;
		case '<': buf_add_str(out, "&lt;"); break;
		case '>': buf_add_str(out, "&gt;"); break;
		case '"': buf_add_str(out, "&quot;"); break;
		case '\'': buf_add_str(out, "&#39;"); break;
		default: break;
		}
	}
	free(tamed);
}

static void
add_tag(struct page *p, const char *element)
{
	if (p->depth == PAGE_DEPTH) {
		p->broken = true;
		return;
	}
	p->open[p->depth++] = element;
	buf_add_str(p->out, "<");
	buf_add_str(p->out, element);
}

static void
add_attribute(struct page *p, const char *name, const char *value)
{
	buf_add_str(p->out, " ");
	buf_add_str(p->out, name);
	buf_add_str(p->out, "=\"");
	add_escaped(p->out, value);
	buf_add_str(p->out, "\"");
}

void
page_open(struct page *p, const char *element, ...)
{
	const char *name, *value;
	va_list ap;

	add_tag(p, element);
	va_start(ap, element);
	while ((name = va_arg(ap, const char *)) != NULL)
		if ((value = va_arg(ap, const char *)) != NULL)
			add_attribute(p, name, value);
	va_end(ap);
	buf_add_str(p->out, ">");
}

/* A line for each block: the page can be read as text, and compared. */
static bool
is_block(const char *element)
{
	static const char *const inside[] = { "span", "strong", "em", "bdi",
	    "abbr", "a", "b", "small", "text", "rect", "line", "path", "title",
	    "desc" };

	for (size_t i = 0; i < sizeof(inside) / sizeof(*inside); i++)
		if (strcmp(element, inside[i]) == 0)
			return false;
	return true;
}

void
page_close(struct page *p)
{
	if (p->depth == 0) {
		p->broken = true;
		return;
	}
	p->depth--;
	buf_add_str(p->out, "</");
	buf_add_str(p->out, p->open[p->depth]);
	buf_add_str(p->out, is_block(p->open[p->depth]) ? ">\n" : ">");
}

void
page_text(struct page *p, const char *text)
{
	add_escaped(p->out, text);
}

void
page_format(struct page *p, const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0) {
		p->out->failed = true;
		return;
	}
	add_escaped(p->out, text);
	free(text);
}

void
page_element(struct page *p, const char *element, const char *text)
{
	page_element_class(p, element, NULL, text);
}

void
page_element_class(struct page *p, const char *element, const char *class,
    const char *text)
{
	page_open(p, element, "class", class, NULL);
	page_text(p, text);
	page_close(p);
}

void
page_label(struct page *p, const char *element, const char *lang,
    const char *label)
{
	page_open(p, element, "lang", lang != NULL &&
	    strcmp(lang, p->lang) != 0 ? lang : NULL, NULL);
	page_text(p, label);
	page_close(p);
}

void
page_begin(struct page *p, struct buf *out, const char *title,
    const char *style)
{
	*p = (struct page){ .out = out,
	    .lang = strcmp(message_language_name(), "sv") == 0 ? "sv" : "en" };
	buf_add_str(out, "<!DOCTYPE html>\n");
	page_open(p, "html", "lang", p->lang, NULL);
	buf_add_str(out, "\n");
	page_open(p, "head", NULL);
	buf_add_str(out, "\n<meta charset=\"utf-8\">\n"
	    "<meta http-equiv=\"Content-Security-Policy\" content=\"" POLICY
	    "\">\n<meta name=\"viewport\" content=\"width=device-width\">\n"
	    "<meta name=\"color-scheme\" content=\"light dark\">\n"
	    "<meta name=\"referrer\" content=\"no-referrer\">\n");
	page_element(p, "title", title);
	/* Raw text (HTML 13.3): the style sheets are our own. */
	page_open(p, "style", NULL);
	buf_add_str(out, page_style);
	buf_add_str(out, style);
	page_close(p);
	page_close(p);
	page_open(p, "body", NULL);
	buf_add_str(out, "\n");
	page_open(p, "main", NULL);
	buf_add_str(out, "\n");
}

enum err_code
page_end(struct page *p, struct err *e)
{
	/* main, body, html */
	if (p->broken || p->depth != 3)
		return err_set(e, ERR_INTERNAL, "page", 0,
		    "%zu elements are open at its end", p->depth);
	while (p->depth > 0)
		page_close(p);
	return buf_check(p->out, e);
}
