/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Text from outside (a file name, another program's words) on its way to a
 * terminal, a log or JSON.
 */
#ifndef SIGILL_BASE_TAME_H
#define SIGILL_BASE_TAME_H

/*
 * In place: control characters (C0, DEL, C1) and octets that are not UTF-8
 * (RFC 3629) become '?', and a last character that has been cut short goes.
 */
void tame(char *s);

#endif
