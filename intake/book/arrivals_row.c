/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/book/arrivals_row.h"

#include <stdio.h>
#include <string.h>

#include "base/wipe.h"
#include "format/text.h"

static const char *const states[] = {
	[ARRIVAL_QUEUED] = "queued",
	[ARRIVAL_HELD] = "held",
	[ARRIVAL_ACCEPTED] = "accepted",
	[ARRIVAL_REJECTED] = "rejected",
};
#define N_STATES	(sizeof(states) / sizeof(states[0]))

const char *
arrival_state_name(enum arrival_state state)
{
	return (size_t)state < N_STATES ? states[state] : NULL;
}

int
arrival_state_parse(const char *s)
{
	for (size_t i = 0; i < N_STATES; i++)
		if (strcmp(s, states[i]) == 0)
			return (int)i;
	return -1;
}

bool
arrival_is_unhanded(const struct arrival *a)
{
	return a->counts && a->handed == 0;
}

void
arrival_wipe(struct arrival *a)
{
	wipe_free(a->place);
	wipe_free(a->name);
	facts_wipe(&a->facts);
	explicit_bzero(a, sizeof(*a));
}

/* --- names -------------------------------------------------------------- */

/* How many bytes the character at s has; 0 when none begins so. */
static size_t
character(const char *s)
{
	for (size_t n = 1; n <= 4 && s[n - 1] != '\0'; n++)
		if (text_utf8_valid(s, n))
			return n;
	return 0;
}

enum err_code
arrival_name_encode(const char *name, struct buf *out, struct err *e)
{
	char hex[4];
	size_t n;

	for (; *name != '\0'; name += n != 0 ? n : 1) {
		n = *name != '%' ? character(name) : 0;
		if (n != 0) {
			buf_add(out, name, n);
			continue;
		}
		(void)snprintf(hex, sizeof(hex), "%%%02x",
		    (unsigned)(unsigned char)*name);
		buf_add_str(out, hex);
	}
	buf_add_u8(out, '\0');
	return buf_check(out, e);
}

static int
digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *p = c != '\0' ? strchr(digits, c) : NULL;

	return p != NULL ? (int)(p - digits) : -1;
}

/* In place: it gets no longer. */
static void
name_decode(char *name)
{
	char *out = name;

	for (; *name != '\0'; name++) {
		if (*name == '%' && digit(name[1]) >= 0 &&
		    digit(name[2]) >= 0) {
			*out++ = (char)(digit(name[1]) * 16 + digit(name[2]));
			name += 2;
		} else
			*out++ = *name;
	}
	*out = '\0';
}

/* --- rows --------------------------------------------------------------- */

enum err_code
row_next(struct sql *db, struct sql_stmt *stmt, bool *more, struct err *e)
{
	struct err found = { 0 };
	enum err_code code = sql_row(db, stmt, &found);

	*more = code == ERR_OK;
	if (code == ERR_OK || code == ERR_HTTP_NOT_FOUND)
		return ERR_OK;
	return err_set(e, code, found.where, found.at, "%s", found.msg);
}

static enum err_code
damaged(struct err *e, const char *what)
{
	return err_set(e, ERR_IO, "ledger", 0, "a row is damaged: %s", what);
}

enum err_code
row_digest(struct sql_stmt *stmt, int column, uint8_t out[static DIGEST_LEN],
    struct err *e)
{
	const void *bytes;
	size_t len;

	bytes = sql_bytes(stmt, column, &len);
	if (len != DIGEST_LEN)
		return damaged(e, "a digest of another length");
	memcpy(out, bytes, DIGEST_LEN);
	return ERR_OK;
}

enum err_code
row_text(struct sql_stmt *stmt, int column, char **out, struct err *e)
{
	if ((*out = wipe_strdup(sql_text(stmt, column))) == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	return ERR_OK;
}

static enum err_code
read_texts(struct sql_stmt *stmt, struct arrival *a, struct err *e)
{
	const char *source = sql_text(stmt, 2);
	const char *why = sql_text(stmt, 9);
	enum err_code code;
	int state;

	if (strlen(source) >= sizeof(a->source))
		return damaged(e, "source");
	(void)strcpy(a->source, source);
	if ((state = arrival_state_parse(sql_text(stmt, 6))) == -1)
		return damaged(e, "state");
	a->state = (enum arrival_state)state;
	/* A later version's reason is one, too. */
	a->code = err_by_name(why);
	if (*why != '\0' && a->code == ERR_OK)
		a->code = ERR_INTERNAL;
	if ((code = row_text(stmt, 3, &a->place, e)) == ERR_OK &&
	    (code = row_text(stmt, 4, &a->name, e)) == ERR_OK)
		name_decode(a->name);
	return code;
}

static enum err_code
read_facts(struct sql_stmt *stmt, struct arrival *a, struct err *e)
{
	const void *bytes;
	enum err_code code;
	struct err found = { 0 };
	size_t len;

	bytes = sql_bytes(stmt, 16, &len);
	if (bytes == NULL)
		return ERR_OK;
	code = facts_parse(bytes, len, &a->facts, &found);
	return code == ERR_PROTOCOL ? damaged(e, "facts") :
	    code != ERR_OK ? err_set(e, code, NULL, 0, NULL) : ERR_OK;
}

enum err_code
arrival_read(struct sql_stmt *stmt, struct arrival *out, struct err *e)
{
	enum err_code code;

	out->size = (uint64_t)sql_integer(stmt, 1);
	out->arrived = sql_integer(stmt, 5);
	out->attempts = sql_integer(stmt, 7);
	out->due = sql_integer(stmt, 8);
	out->verified = sql_integer(stmt, 10);
	out->duplicate = sql_integer(stmt, 11) == DUPLICATE_SUBMISSION;
	out->same_answers = sql_integer(stmt, 11) == DUPLICATE_ANSWERS;
	out->counts = sql_integer(stmt, 12) != 0;
	out->late = sql_integer(stmt, 13) != 0;
	out->handed = sql_integer(stmt, 14);
	out->filed = sql_integer(stmt, 15);
	if ((code = row_digest(stmt, 0, out->digest, e)) == ERR_OK &&
	    (code = read_texts(stmt, out, e)) == ERR_OK)
		code = read_facts(stmt, out, e);
	if (code != ERR_OK)
		arrival_wipe(out);
	return code;
}
