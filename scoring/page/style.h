/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The style sheet that all pages have in common: light, dark, on paper, on a
 * narrow screen and in forced colours.  Text has a contrast of at least 4.5:1
 * against its ground, what is drawn 3:1 (WCAG 2.2, 1.4.3 and 1.4.11).
 */
#ifndef SIGILL_SCORING_PAGE_STYLE_H
#define SIGILL_SCORING_PAGE_STYLE_H

/* Static; has no "<". */
extern const char page_style[];

#endif
