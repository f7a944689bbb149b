/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Texts in the reader's language.  base/message.c chooses the language; a
 * program that does not ask it to, and every service, gets English.
 */
#ifndef SIGILL_BASE_I18N_H
#define SIGILL_BASE_I18N_H

#include <libintl.h>

/* Static text and printf formats only; N_ marks one for a later _(); P_ has one
 * for a number of 1 and another for the rest. */
#define _(s)	dgettext("sigill", (s))
#define N_(s)	(s)
#define P_(one, many, n) \
	dngettext("sigill", (one), (many), (unsigned long)(n))

#endif
