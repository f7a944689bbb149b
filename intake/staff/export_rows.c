/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/staff/export_rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/wipe.h"
#include "format/member.h"
#include "intake/book/arrivals_row.h"

#define PAGE	500

/*
 * A table.  columns: "name:kind …", the key's first, as sql gives them; kinds
 * are t text, n text or nothing, i a number, x bytes in hexadecimal, b bytes
 * in base64.  sql takes the key of the last row, and PAGE.
 */
struct table {
	const char *name, *columns, *sql;
	enum { BY_TEXT, BY_DIGEST, BY_NUMBER, BY_DIGEST_NUMBER,
	    BY_DIGEST_TEXT, BY_DIGEST_TEXTS, BY_NUMBERS } key;
};

static const struct table tables[] = {
	{ "uploads", "id:t sender:t digest:x length:i complete:i created:i"
	    " expires:i home:t",
	    "SELECT id, sender, digest, length, complete, created, expires,"
	    " home FROM uploads WHERE id > ? ORDER BY id LIMIT ?", BY_TEXT },
	{ "receipts", "digest:x sender:t stage:t signer:t time:i bytes:b",
	    "SELECT digest, sender, stage, signer, time, bytes"
	    " FROM receipts WHERE (digest, sender, stage) > (?, ?, ?)"
	    " ORDER BY digest, sender, stage LIMIT ?", BY_DIGEST_TEXTS },
	{ "arrivals", "digest:x size:i source:t place:t name:t arrived:i"
	    " state:t attempts:i due:i code:t verified:i facts:b"
	    " organisation:n questionnaire:n round:n fingerprint:x"
	    " submission:x supersedes:x late:i duplicate:i counts:i handed:i"
	    " filed:i",
	    "SELECT digest, size, source, place, name, arrived, state,"
	    " attempts, due, code, verified, facts, organisation,"
	    " questionnaire, round, fingerprint, submission, supersedes,"
	    " late, duplicate, counts, handed, filed FROM arrivals"
	    " WHERE digest > ? ORDER BY digest LIMIT ?", BY_DIGEST },
	{ "verdicts", "digest:x stage:t organisation:t position:i size:i"
	    " time:i bytes:b published:i",
	    "SELECT digest, stage, organisation, position, size, time,"
	    " bytes, published FROM verdicts WHERE (digest, stage) > (?, ?)"
	    " ORDER BY digest, stage LIMIT ?", BY_DIGEST_TEXT },
	{ "scores", "digest:x organisation:t feedback:x time:i bytes:b"
	    " sealed:b published:i",
	    "SELECT digest, organisation, feedback, time, bytes, sealed,"
	    " published FROM scores WHERE digest > ? ORDER BY digest"
	    " LIMIT ?", BY_DIGEST },
	{ "log_entries", "position:i bytes:b",
	    "SELECT position, bytes FROM log_entries WHERE position > ?"
	    " ORDER BY position LIMIT ?", BY_NUMBER },
	{ "log_nodes", "level:i position:i hash:x",
	    "SELECT level, position, hash FROM log_nodes"
	    " WHERE (level, position) > (?, ?) ORDER BY level, position"
	    " LIMIT ?", BY_NUMBERS },
	{ "log_state", "one:i size:i",
	    "SELECT one, size FROM log_state WHERE one > ? ORDER BY one"
	    " LIMIT ?", BY_NUMBER },
	{ "decisions", "digest:x time:i decision:t reason:t who:t done:i"
	    " seq:i",
	    "SELECT digest, time, decision, reason, who, done, seq"
	    " FROM decisions WHERE (digest, time) > (?, ?)"
	    " ORDER BY digest, time LIMIT ?", BY_DIGEST_NUMBER },
	{ "organisations", "number:t name:t kind:t contact:t",
	    "SELECT number, name, kind, contact FROM organisations"
	    " WHERE number > ? ORDER BY number LIMIT ?", BY_TEXT },
	{ "mandates", "digest:x organisation:t submitter:t questionnaire:t"
	    " round:t expires:i seen:i revoked:i who:t reason:t",
	    "SELECT digest, organisation, submitter, questionnaire, round,"
	    " expires, seen, revoked, who, reason FROM mandates"
	    " WHERE digest > ? ORDER BY digest LIMIT ?", BY_DIGEST },
};
#define N_TABLES	(sizeof(tables) / sizeof(tables[0]))

/* --- the key of the last row ---------------------------------------------- */

/* Before all there can be, to begin with. */
struct last {
	uint8_t digest[DIGEST_LEN];
	int64_t numbers[2];
	char *texts[2];		/* owned; NULL: "" */
};

static void
last_wipe(struct last *last)
{
	wipe_free(last->texts[0]);
	wipe_free(last->texts[1]);
	last->texts[0] = last->texts[1] = NULL;
}

static enum err_code
last_set(struct last *last, const struct table *t, struct sql_stmt *stmt,
    struct err *e)
{
	bool digest = t->key != BY_TEXT && t->key != BY_NUMBER &&
	    t->key != BY_NUMBERS;
	enum err_code code = ERR_OK;

	last_wipe(last);
	if (digest)
		code = row_digest(stmt, 0, last->digest, e);
	if (t->key == BY_NUMBER || t->key == BY_NUMBERS)
		last->numbers[0] = sql_integer(stmt, 0);
	if (t->key == BY_NUMBERS || t->key == BY_DIGEST_NUMBER)
		last->numbers[1] = sql_integer(stmt, 1);
	if (code == ERR_OK && (t->key == BY_TEXT ||
	    t->key == BY_DIGEST_TEXT || t->key == BY_DIGEST_TEXTS))
		code = row_text(stmt, digest, &last->texts[0], e);
	if (code == ERR_OK && t->key == BY_DIGEST_TEXTS)
		code = row_text(stmt, 2, &last->texts[1], e);
	return code;
}

static const char *
text_of(const char *s)
{
	return s != NULL ? s : "";
}

/* The next page's statement. */
static struct sql_stmt *
ask(struct sql *db, const struct table *t, const struct last *last,
    struct err *e)
{
	const char *first = text_of(last->texts[0]);
	const char *second = text_of(last->texts[1]);
	const int64_t most = PAGE;

	switch (t->key) {
	case BY_TEXT:
		return sql_prepare(db, e, t->sql, "ti", first, most);
	case BY_DIGEST:
		return sql_prepare(db, e, t->sql, "bi", last->digest, most);
	case BY_NUMBER:
		return sql_prepare(db, e, t->sql, "ii", last->numbers[0],
		    most);
	case BY_NUMBERS:
		return sql_prepare(db, e, t->sql, "iii", last->numbers[0],
		    last->numbers[1], most);
	case BY_DIGEST_NUMBER:
		return sql_prepare(db, e, t->sql, "bii", last->digest,
		    last->numbers[1], most);
	case BY_DIGEST_TEXT:
		return sql_prepare(db, e, t->sql, "bti", last->digest, first,
		    most);
	case BY_DIGEST_TEXTS:
		return sql_prepare(db, e, t->sql, "btti", last->digest, first,
		    second, most);
	}
	(void)err_set(e, ERR_INTERNAL, NULL, 0, NULL);
	return NULL;
}

/* --- rows ------------------------------------------------------------------- */

static json_t *
value_of(struct sql_stmt *stmt, int column, char kind)
{
	const void *bytes;
	const char *text;
	size_t len;

	switch (kind) {
	case 'i':
		return json_integer(sql_integer(stmt, column));
	case 't':
		return json_string(sql_text(stmt, column));
	case 'n':
		text = sql_text(stmt, column);
		return *text != '\0' ? json_string(text) : json_null();
	default:
		bytes = sql_bytes(stmt, column, &len);
		if (bytes == NULL)
			return json_null();
		return kind == 'x' ? member_hex(bytes, len) :
		    member_base64(bytes, len);
	}
}

/* NULL without memory. */
static json_t *
row_json(const struct table *t, struct sql_stmt *stmt)
{
	json_t *o = json_object();
	const char *p = t->columns;
	bool ok = json_object_set_new(o, "table", json_string(t->name)) == 0;
	char name[32];
	size_t len;

	for (int column = 0; ok && *p != '\0'; column++) {
		len = strcspn(p, ":");
		memcpy(name, p, len);
		name[len] = '\0';
		ok = json_object_set_new(o, name, value_of(stmt, column,
		    p[len + 1])) == 0;
		p += len + 2;
		p += *p == ' ';
	}
	if (!ok) {
		json_decref(o);
		return NULL;
	}
	return o;
}

struct passing {
	struct sql *db;
	enum err_code (*each)(void *arg, const json_t *row);
	void *arg;
	uint64_t *rows;
};

static enum err_code
pass_page(const struct passing *p, const struct table *t, struct last *last,
    size_t *n, struct err *e)
{
	struct sql_stmt *stmt = ask(p->db, t, last, e);
	enum err_code code;
	json_t *row;
	bool more;

	*n = 0;
	if (stmt == NULL)
		return e->code;
	while ((code = row_next(p->db, stmt, &more, e)) == ERR_OK && more &&
	    (code = last_set(last, t, stmt, e)) == ERR_OK) {
		if ((row = row_json(t, stmt)) == NULL)
			code = err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
		else
			code = p->each(p->arg, row);
		json_decref(row);
		if (code != ERR_OK)
			break;
		++*n;
		++*p->rows;
	}
	sql_done(stmt);
	return code;
}

enum err_code
export_rows(struct sql *db,
    enum err_code (*each)(void *arg, const json_t *row), void *arg,
    uint64_t *rows, struct err *e)
{
	const struct passing p = { .db = db, .each = each, .arg = arg,
	    .rows = rows };
	enum err_code code = ERR_OK;
	size_t n;

	*rows = 0;
	for (size_t i = 0; code == ERR_OK && i < N_TABLES; i++) {
		struct last last = { .numbers = { -1, -1 } };

		do
			code = pass_page(&p, &tables[i], &last, &n, e);
		while (code == ERR_OK && n == PAGE);
		last_wipe(&last);
	}
	return code;
}
