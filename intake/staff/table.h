/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Rows for people, in columns, and for spreadsheets (RFC 4180); text from
 * outside is tamed in both.
 */
#ifndef SIGILL_INTAKE_STAFF_TABLE_H
#define SIGILL_INTAKE_STAFF_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/report.h"

/* A table for people is no wider, but for its last column. */
#define TABLE_WIDTH	100
/* So many columns more has the terminal; 0 without one. */
size_t table_room(void);

/* One cell of that many columns and a blank; a longer text is cut, and ends
 * with an ellipsis.  table_end ends the row, without blanks. */
void table_cell(struct report *r, const char *text, size_t width);
/* The last cell of a row, which is not cut. */
void table_last(struct report *r, const char *text);
void table_end(struct report *r);

/* One field of a row; csv_end ends the row (LF). */
void csv_cell(struct report *r, const char *text);
void csv_number(struct report *r, uint64_t n);
void csv_time(struct report *r, int64_t t);	/* 0: empty */
/* The same for what a sender could choose: a spreadsheet shall not take it
 * for a formula. */
void csv_foreign(struct report *r, const char *text);
void csv_end(struct report *r);

#define TABLE_SPAN_LEN	24
/* How long something takes or took, as "59s", "3m", "23h", "400d", "3y". */
void table_span(int64_t seconds, char out[static TABLE_SPAN_LEN]);

#define TABLE_RATE_LEN	64
/* "153 of 290 = 52.8 %", rounded half up; "0 of 0". */
void table_rate(size_t n, size_t of, char out[static TABLE_RATE_LEN]);

#endif
