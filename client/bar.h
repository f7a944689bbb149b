/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What a line of progress says: how much of it is sent, how fast, how long
 * it will take.  Makes text that fits a width; showing it is for client/ui.c,
 * and so is the clock.
 */
#ifndef SIGILL_CLIENT_BAR_H
#define SIGILL_CLIENT_BAR_H

#include <stddef.h>
#include <stdint.h>

#define BAR_LINE_LEN	1024	/* bytes of a line, with its NUL */

/* { 0 } is one that has just begun. */
struct bar {
	int64_t at;		/* milliseconds, when last told; 0: never */
	uint64_t sent;		/* bytes, then */
	double rate;		/* bytes a second, lately; 0: not known yet */
};

/* Takes where it stands.  Fewer bytes than before: some were lost. */
void bar_update(struct bar *b, uint64_t sent, int64_t now);

/* "sending  42 % [====>     ]  3.1 of 7.4 MB, 1.2 MB/s, 0:04 left" in columns
 * columns, less of it when they are few. */
void bar_line(const struct bar *b, uint64_t total, size_t columns,
    char out[static BAR_LINE_LEN]);

/* Cuts s, UTF-8, to so many columns; tells how many it has. */
size_t bar_cut(char *s, size_t columns);

#endif
