/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Writing one self-contained HTML page (HTML Living Standard; WCAG 2.2): the
 * frame with its style sheet and Content-Security-Policy, and elements whose
 * texts and attributes are always escaped.
 */
#ifndef SIGILL_SCORING_PAGE_PAGE_H
#define SIGILL_SCORING_PAGE_PAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

#define PAGE_DEPTH	32	/* open elements */

struct page {
	struct buf *out;	/* borrowed; its sticky error is the page's */
	const char *lang;	/* static: "sv", "en" */
	const char *open[PAGE_DEPTH];	/* static names */
	size_t depth;
	bool broken;		/* opened too deep, or closed too often */
};

/* doctype to <main>; style: static CSS of this kind of page, behind the
 * common one.  The language is that of messages (base/message.h). */
void page_begin(struct page *p, struct buf *out, const char *title,
    const char *style);
/* Closes all that is open.  ERR_INTERNAL when elements were not closed as they
 * were opened. */
enum err_code page_end(struct page *p, struct err *e);

/* Attributes are pairs of name and value, ended by NULL, values are escaped,
 * and a pair whose value is NULL is left out; names and element are static. */
void page_open(struct page *p, const char *element, ...)
    __attribute__((sentinel));
void page_close(struct page *p);
/* A text, escaped. */
void page_text(struct page *p, const char *text);
void page_format(struct page *p, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* An element with only a text in it. */
void page_element(struct page *p, const char *element, const char *text);
void page_element_class(struct page *p, const char *element,
    const char *class, const char *text);
/* A definition's label, or a name: an element with the language of its own
 * when that is not the page's; NULL: not known. */
void page_label(struct page *p, const char *element, const char *lang,
    const char *label);

#endif
