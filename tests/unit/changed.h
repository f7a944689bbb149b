/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A text with one thing changed, for tables of faults.
 */
#ifndef SIGILL_TESTS_UNIT_CHANGED_H
#define SIGILL_TESTS_UNIT_CHANGED_H

/* text with the first "find" replaced, to be freed; when it is not there, the
 * test has failed. */
char *changed(const char *text, const char *find, const char *with);

#endif
