/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Text from outside (a file name, another program's words) on its way to a
 * terminal, a log or JSON.
 */
#ifndef SIGILL_BASE_TAME_H
#define SIGILL_BASE_TAME_H

#include <stddef.h>

/*
 * In place: control characters (C0, DEL, C1), separators of lines and
 * paragraphs, bidi controls, and octets that are not UTF-8 (RFC 3629) become
 * '?', one for each octet, and a last character that has been cut short goes.
 */
void tame(char *s);

/* Of s what there is room for, on one line; when that is not all of it, cut
 * between words, with an ellipsis.  size: at least 8. */
void tame_line(const char *s, char *out, size_t size);

#endif
