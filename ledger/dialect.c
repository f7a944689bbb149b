/* SPDX-License-Identifier: EUPL-1.2 */
#include "ledger/dialect.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum err_code
dialect_numbered(const char *sql, struct buf *out, int *n, struct err *e)
{
	bool quoted = false;
	char number[16];

	*n = 0;
	for (const char *p = sql; *p != '\0'; p++) {
		if (*p == '\'')
			quoted = !quoted;
		if (*p != '?' || quoted) {
			buf_add_u8(out, (uint8_t)*p);
			continue;
		}
		(void)snprintf(number, sizeof(number), "$%d", ++*n);
		buf_add_str(out, number);
	}
	return buf_check(out, e);
}

/* The length of a word at p; 0 where none begins. */
static size_t
word(const char *p)
{
	return strspn(p, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz_0123456789");
}

enum err_code
dialect_types(const char *sql, struct buf *out, struct err *e)
{
	static const struct { const char *from, *to; } types[] = {
		{ "BLOB", "BYTEA" }, { "INTEGER", "BIGINT" },
		{ "STRICT", "" },
	};
	const char *p = sql, *to;
	size_t len;

	for (; *p != '\0'; p += len != 0 ? len : 1) {
		if ((len = word(p)) == 0) {
			buf_add_u8(out, (uint8_t)*p);
			continue;
		}
		to = NULL;
		for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
			if (strlen(types[i].from) == len &&
			    strncmp(p, types[i].from, len) == 0)
				to = types[i].to;
		buf_add(out, to != NULL ? to : p,
		    to != NULL ? strlen(to) : len);
	}
	return buf_check(out, e);
}
