/* SPDX-License-Identifier: EUPL-1.2 */
#include "portal/ledger.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "portal/commits.h"
#include "ledger/schema.h"
#include "ledger/sql.h"

#define UPLOAD_COLUMNS	"id, sender, digest, length, complete, created, expires"

struct ledger {
	struct sql *db;		/* for changes */
	struct commits *commits;	/* on db */
	/* What only looks does not wait for the disk; it sees what has been
	 * committed. */
	struct sql *view;
	pthread_mutex_t mutex;	/* of view: one statement at a time */
};

/* The one row of UPLOAD_COLUMNS; ERR_HTTP_NOT_FOUND without. */
static enum err_code
fetch_upload(struct sql *db, struct sql_stmt *stmt, struct upload_row *row,
    struct err *e)
{
	size_t id_len, sender_len, digest_len;
	const void *id, *sender, *digest;
	struct upload_row r = { 0 };
	enum err_code code;

	if (stmt == NULL)
		return e->code;
	if ((code = sql_row(db, stmt, e)) != ERR_OK)
		goto out;
	id = sql_bytes(stmt, 0, &id_len);
	sender = sql_bytes(stmt, 1, &sender_len);
	digest = sql_bytes(stmt, 2, &digest_len);
	if (id_len != UPLOAD_ID_LEN - 1 || sender_len != 10 ||
	    digest_len != 32) {
		code = err_set(e, ERR_IO, "ledger", 0,
		    "an upload's row is damaged");
		goto out;
	}
	memcpy(r.id, id, id_len);
	memcpy(r.sender, sender, sender_len);
	memcpy(r.digest, digest, digest_len);
	r.length = (uint64_t)sql_integer(stmt, 3);
	r.complete = sql_integer(stmt, 4) != 0;
	r.created = sql_integer(stmt, 5);
	r.expires = sql_integer(stmt, 6);
	*row = r;
out:
	sql_done(stmt);
	return code;
}

static enum err_code
insert_receipt(struct sql *db, const struct receipt_row *r, struct err *e)
{
	return sql_run(db, sql_prepare(db, e,
	    "INSERT OR IGNORE INTO receipts (digest, sender, stage, signer,"
	    " time, bytes) VALUES (?, ?, ?, ?, ?, ?)", "btttir",
	    r->digest, r->sender, r->stage, r->signer, r->time, r->bytes,
	    r->len), e);
}

enum err_code
ledger_open(const char *path, struct ledger **out, struct err *e)
{
	struct ledger *l = calloc(1, sizeof(*l));
	enum err_code code;

	if (l == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	(void)pthread_mutex_init(&l->mutex, NULL);
	if ((code = sql_open(path, &l->db, e)) == ERR_OK &&
	    (code = schema_set_up(l->db, path, e)) == ERR_OK &&
	    (code = schema_check(l->db, path, e)) == ERR_OK)
		code = sql_open(path, &l->view, e);
	if (code == ERR_OK && (l->commits = commits_new(l->db)) == NULL)
		code = err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	if (code == ERR_OK)
		*out = l;
	else
		ledger_close(l);
	return code;
}

void
ledger_close(struct ledger *l)
{
	if (l == NULL)
		return;
	commits_free(l->commits);
	sql_close(l->view);
	sql_close(l->db);
	(void)pthread_mutex_destroy(&l->mutex);
	free(l);
}

static enum err_code
find_same(struct sql *db, struct upload_row *row, struct err *e)
{
	return fetch_upload(db, sql_prepare(db, e, "SELECT " UPLOAD_COLUMNS
	    " FROM uploads WHERE sender = ? AND digest = ? AND length = ?",
	    "tbi", row->sender, row->digest, (int64_t)row->length), row, e);
}

/* Has the sender room for one more, of this length? */
static enum err_code
check_quota(struct sql *db, const struct upload_row *row,
    const struct quota *quota, struct err *e)
{
	int64_t open = 0, bytes = 0;
	enum err_code code;

	code = sql_number(db, sql_prepare(db, e,
	    "SELECT count(*) FROM uploads WHERE sender = ?"
	    " AND complete = 0 AND expires > ?", "ti",
	    row->sender, row->created), &open, e);
	if (code == ERR_OK && open >= quota->uploads)
		code = err_set(e, ERR_PORTAL_BUSY, NULL, 0, "%lld uploads "
		    "have been begun and not finished; finish or delete one",
		    (long long)open);
	if (code == ERR_OK && open != 0)
		code = sql_number(db, sql_prepare(db, e,
		    "SELECT sum(length) FROM uploads WHERE sender = ?"
		    " AND complete = 0 AND expires > ?", "ti", row->sender,
		    row->created), &bytes, e);
	/* Lengths are below 2^32, so that sums do not overflow. */
	if (code == ERR_OK && bytes + (int64_t)row->length > quota->bytes)
		code = err_set(e, ERR_PORTAL_BUSY, NULL, 0, "uploads of %lld "
		    "bytes have been begun and not finished; finish or "
		    "delete one", (long long)bytes);
	return code;
}

struct creation {
	struct upload_row *row;
	const struct quota *quota;
	bool *existed;
};

static enum err_code
create(struct sql *db, void *arg, struct err *e)
{
	const struct creation *c = arg;
	struct upload_row *row = c->row;
	struct err none = { 0 };
	enum err_code code;

	code = find_same(db, row, &none);
	if (code != ERR_HTTP_NOT_FOUND) {
		*c->existed = code == ERR_OK;
		if (code != ERR_OK)
			*e = none;
		return code;
	}
	if ((code = check_quota(db, row, c->quota, e)) != ERR_OK)
		return code;
	return sql_run(db, sql_prepare(db, e,
	    "INSERT INTO uploads (id, sender, digest, length, created,"
	    " expires) VALUES (?, ?, ?, ?, ?, ?)", "ttbiii", row->id,
	    row->sender, row->digest, (int64_t)row->length, row->created,
	    row->expires), e);
}

enum err_code
ledger_create(struct ledger *l, struct upload_row *row,
    const struct quota *quota, bool lazy, bool *existed, struct err *e)
{
	struct creation creation = {
		.row = row, .quota = quota, .existed = existed,
	};

	*existed = false;
	return commits_make(l->commits, create, &creation, lazy, e);
}

/* A statement about one upload. */
struct statement {
	const char *sql;
	const char *id;
};

static enum err_code
change_one(struct sql *db, void *arg, struct err *e)
{
	const struct statement *s = arg;

	return sql_run(db, sql_prepare(db, e, s->sql, "t", s->id), e);
}

enum err_code
ledger_remove(struct ledger *l, const char *id, struct err *e)
{
	return commits_make(l->commits, change_one, &(struct statement){
	    "DELETE FROM uploads WHERE id = ? AND complete = 0", id }, false,
	    e);
}

enum err_code
ledger_expire(struct ledger *l, const char *id, struct err *e)
{
	return commits_make(l->commits, change_one, &(struct statement){
	    "UPDATE uploads SET expires = 0 WHERE id = ? AND complete = 0",
	    id }, false, e);
}

static enum err_code
settle(struct sql *db, void *arg, struct err *e)
{
	return sql_unsettled(db) ? change_one(db, arg, e) : ERR_OK;
}

enum err_code
ledger_settle(struct ledger *l, const char *id, struct err *e)
{
	return commits_make(l->commits, settle, &(struct statement){
	    "UPDATE uploads SET complete = complete WHERE id = ?", id },
	    false, e);
}

struct completion {
	struct statement upload;
	const struct receipt_row *receipt;
};

static enum err_code
complete(struct sql *db, void *arg, struct err *e)
{
	struct completion *c = arg;
	enum err_code code;

	code = change_one(db, &c->upload, e);

	if (code == ERR_OK)
		code = insert_receipt(db, c->receipt, e);
	return code;
}

enum err_code
ledger_complete(struct ledger *l, const char *id,
    const struct receipt_row *receipt, struct err *e)
{
	return commits_make(l->commits, complete, &(struct completion){
	    { "UPDATE uploads SET complete = 1 WHERE id = ?", id }, receipt },
	    false, e);
}

static enum err_code
add_receipt(struct sql *db, void *arg, struct err *e)
{
	const struct receipt_row *const *receipt = arg;

	return insert_receipt(db, *receipt, e);
}

enum err_code
ledger_add_receipt(struct ledger *l, const struct receipt_row *receipt,
    struct err *e)
{
	return commits_make(l->commits, add_receipt, &receipt, false, e);
}

struct question {
	const uint8_t *digest;
	int64_t answer;
};

static enum err_code
count_stored(struct sql *db, void *arg, struct err *e)
{
	struct question *q = arg;

	return sql_number(db, sql_prepare(db, e,
	    "SELECT count(*) FROM receipts WHERE digest = ?"
	    " AND stage = 'stored'", "b", q->digest), &q->answer, e);
}

enum err_code
ledger_has_stored(struct ledger *l, const uint8_t digest[static 32],
    bool *has, struct err *e)
{
	struct question q = { .digest = digest };
	enum err_code code;

	/* As a change: while a commit is in doubt, the log may have a receipt
	 * that is not seen, and that comes back with the next start. */
	code = commits_make(l->commits, count_stored, &q, false, e);
	*has = q.answer != 0;
	return code;
}

enum err_code
ledger_find(struct ledger *l, const char *id, struct upload_row *row,
    struct err *e)
{
	enum err_code code;

	pthread_mutex_lock(&l->mutex);
	code = fetch_upload(l->view, sql_prepare(l->view, e,
	    "SELECT " UPLOAD_COLUMNS " FROM uploads WHERE id = ?", "t", id),
	    row, e);
	pthread_mutex_unlock(&l->mutex);
	return code;
}

enum err_code
ledger_find_same(struct ledger *l, struct upload_row *row, struct err *e)
{
	enum err_code code;

	pthread_mutex_lock(&l->mutex);
	code = find_same(l->view, row, e);
	pthread_mutex_unlock(&l->mutex);
	return code;
}

enum err_code
ledger_next_open(struct ledger *l, struct upload_row *row, struct err *e)
{
	enum err_code code;

	pthread_mutex_lock(&l->mutex);
	code = fetch_upload(l->view, sql_prepare(l->view, e,
	    "SELECT " UPLOAD_COLUMNS " FROM uploads"
	    " WHERE complete = 0 AND (sender, id) > (?, ?)"
	    " ORDER BY sender, id LIMIT 1", "tt", row->sender, row->id),
	    row, e);
	pthread_mutex_unlock(&l->mutex);
	return code;
}

enum err_code
ledger_receipt(struct ledger *l, const uint8_t digest[static 32],
    const char *sender, const char *stage, struct buf *out, struct err *e)
{
	struct sql_stmt *stmt;
	const void *bytes;
	enum err_code code;
	size_t len;

	pthread_mutex_lock(&l->mutex);
	stmt = sql_prepare(l->view, e, "SELECT bytes FROM receipts"
	    " WHERE digest = ? AND sender = ? AND stage = ?", "btt", digest,
	    sender, stage);
	if (stmt == NULL)
		code = e->code;
	else {
		if ((code = sql_row(l->view, stmt, e)) == ERR_OK) {
			bytes = sql_bytes(stmt, 0, &len);
			buf_add(out, bytes, len);
			code = buf_check(out, e);
		}
		sql_done(stmt);
	}
	pthread_mutex_unlock(&l->mutex);
	return code;
}

enum err_code
ledger_knows(struct ledger *l, const uint8_t digest[static 32],
    const char *sender, struct err *e)
{
	enum err_code code;
	int64_t n = 0;

	pthread_mutex_lock(&l->mutex);
	code = sql_number(l->view, sql_prepare(l->view, e,
	    "SELECT count(*) FROM uploads WHERE digest = ? AND sender = ?",
	    "bt", digest, sender), &n, e);
	pthread_mutex_unlock(&l->mutex);
	if (code == ERR_OK && n == 0)
		code = err_set(e, ERR_HTTP_NOT_FOUND, NULL, 0, NULL);
	return code;
}
