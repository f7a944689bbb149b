/* SPDX-License-Identifier: EUPL-1.2 */
#include "portal/ledger.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "ledger/schema.h"
#include "ledger/sql.h"
#include "portal/changes.h"
#include "portal/commits.h"

struct ledger {
	char *home;		/* owned */
	struct sql *db;		/* for changes */
	struct commits *commits;	/* on db */
	/* What only looks does not wait for the disk; it sees what has been
	 * committed. */
	struct sql *view;
	pthread_mutex_t mutex;	/* of view: one statement at a time */
};

enum err_code
ledger_permits(struct sql *db, struct err *e)
{
	static const char *const looks[] = {
		"SELECT count(*) FROM (SELECT id FROM uploads LIMIT 0) t",
		"SELECT count(*) FROM (SELECT stage FROM receipts LIMIT 0) t",
		"SELECT count(*) FROM (SELECT stage FROM verdicts LIMIT 0) t",
		"SELECT count(*) FROM (SELECT time FROM scores LIMIT 0) t",
	};
	enum err_code code = ERR_OK;
	int64_t n;

	for (size_t i = 0; code == ERR_OK && i < sizeof(looks) /
	    sizeof(looks[0]); i++)
		code = sql_number(db, sql_prepare(db, e, looks[i], ""), &n,
		    e);
	return code;
}

/* What it may not read it says it has not: senders can hand in. */
static void
tell_forbidden(struct sql *db)
{
	struct err e = { 0 };

	if (ledger_permits(db, &e) == ERR_CONFIG)
		log_err(LOG_WARN, "no-permission", &e);
}

enum err_code
ledger_open(const char *where, const char *home, struct ledger **out,
    struct err *e)
{
	struct ledger *l = calloc(1, sizeof(*l));
	enum err_code code;

	if (l == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	(void)pthread_mutex_init(&l->mutex, NULL);
	if ((l->home = strdup(home)) == NULL)
		code = err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	else if ((code = sql_open(where, &l->db, e)) == ERR_OK &&
	    (code = schema_set_up(l->db, where, e)) == ERR_OK &&
	    (code = schema_check(l->db, where, e)) == ERR_OK)
		code = sql_open(where, &l->view, e);
	if (code == ERR_OK && (l->commits = commits_new(l->db)) == NULL)
		code = err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	if (code == ERR_OK)
		tell_forbidden((*out = l)->view);
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
	free(l->home);
	free(l);
}

enum err_code
ledger_create(struct ledger *l, struct upload_row *row,
    const struct quota *quota, bool lazy, bool *existed, struct err *e)
{
	struct change_creation creation = {
		.home = l->home, .row = row, .quota = quota,
		.existed = existed,
	};

	*existed = false;
	return commits_make(l->commits, change_create, &creation, lazy, e);
}

/* About one upload. */
static enum err_code
change(struct ledger *l, change_fn *run, const char *id, struct err *e)
{
	return commits_make(l->commits, run, &(struct change_upload){
	    .id = id, .home = l->home }, false, e);
}

enum err_code
ledger_take_over(struct ledger *l, const char *id, struct err *e)
{
	return change(l, change_take_over, id, e);
}

enum err_code
ledger_remove(struct ledger *l, const char *id, struct err *e)
{
	return change(l, change_remove, id, e);
}

enum err_code
ledger_expire(struct ledger *l, const char *id, struct err *e)
{
	return change(l, change_expire, id, e);
}

enum err_code
ledger_settle(struct ledger *l, const char *id, struct err *e)
{
	return change(l, change_settle, id, e);
}

enum err_code
ledger_complete(struct ledger *l, const char *id,
    const struct receipt_row *receipt, struct err *e)
{
	return commits_make(l->commits, change_complete,
	    &(struct change_upload){ .id = id, .home = l->home,
	    .receipt = receipt }, false, e);
}

enum err_code
ledger_add_receipt(struct ledger *l, const struct receipt_row *receipt,
    struct err *e)
{
	struct receipt_row row = *receipt;

	return commits_make(l->commits, change_add_receipt, &row, false, e);
}

enum err_code
ledger_has_stored(struct ledger *l, const uint8_t digest[static 32],
    bool *has, struct err *e)
{
	struct change_question q = { .digest = digest };
	enum err_code code;

	/* As a change: while a commit is in doubt, the log may have a receipt
	 * that is not seen, and that comes back with the next start. */
	code = commits_make(l->commits, change_count_stored, &q, false, e);
	*has = q.answer != 0;
	return code;
}

enum err_code
ledger_find(struct ledger *l, const char *id, struct upload_row *row,
    struct err *e)
{
	enum err_code code;

	pthread_mutex_lock(&l->mutex);
	code = change_fetch(l->view, sql_prepare(l->view, e,
	    "SELECT " CHANGE_COLUMNS " FROM uploads WHERE id = ?", "t", id),
	    l->home, row, e);
	pthread_mutex_unlock(&l->mutex);
	return code;
}

enum err_code
ledger_find_same(struct ledger *l, struct upload_row *row, struct err *e)
{
	enum err_code code;

	pthread_mutex_lock(&l->mutex);
	code = change_fetch_same(l->view, l->home, row, e);
	pthread_mutex_unlock(&l->mutex);
	return code;
}

enum err_code
ledger_next_open(struct ledger *l, struct upload_row *row, struct err *e)
{
	enum err_code code;

	pthread_mutex_lock(&l->mutex);
	code = change_fetch(l->view, sql_prepare(l->view, e,
	    "SELECT " CHANGE_COLUMNS " FROM uploads"
	    " WHERE complete = 0 AND home = ? AND (sender, id) > (?, ?)"
	    " ORDER BY sender, id LIMIT 1", "ttt", l->home, row->sender,
	    row->id), l->home, row, e);
	pthread_mutex_unlock(&l->mutex);
	return code;
}

/* The bytes of one row, with the mutex; ends the statement. */
static enum err_code
take_bytes(struct ledger *l, struct sql_stmt *stmt, struct buf *out,
    struct err *e)
{
	const void *bytes;
	enum err_code code;
	size_t len;

	if (stmt == NULL)
		return e->code;
	if ((code = sql_row(l->view, stmt, e)) == ERR_OK) {
		bytes = sql_bytes(stmt, 0, &len);
		buf_add(out, bytes, len);
		code = buf_check(out, e);
	}
	sql_done(stmt);
	return code;
}

enum err_code
ledger_receipt(struct ledger *l, const uint8_t digest[static 32],
    const char *sender, const char *stage, struct buf *out, struct err *e)
{
	enum err_code code;

	pthread_mutex_lock(&l->mutex);
	code = take_bytes(l, sql_prepare(l->view, e, "SELECT bytes"
	    " FROM receipts WHERE digest = ? AND sender = ? AND stage = ?",
	    "btt", digest, sender, stage), out, e);
	pthread_mutex_unlock(&l->mutex);
	return code;
}

enum err_code
ledger_verdict(struct ledger *l, const uint8_t digest[static 32],
    const char *stage, struct buf *out, struct err *e)
{
	enum err_code code;

	pthread_mutex_lock(&l->mutex);
	code = take_bytes(l, sql_prepare(l->view, e, "SELECT bytes"
	    " FROM verdicts WHERE digest = ? AND stage = ?", "bt", digest,
	    stage), out, e);
	pthread_mutex_unlock(&l->mutex);
	return code;
}

enum err_code
ledger_scored(struct ledger *l, const uint8_t digest[static 32],
    struct buf *out, struct err *e)
{
	enum err_code code;

	pthread_mutex_lock(&l->mutex);
	code = take_bytes(l, sql_prepare(l->view, e, "SELECT bytes"
	    " FROM scores WHERE digest = ?", "b", digest), out, e);
	pthread_mutex_unlock(&l->mutex);
	return code;
}

enum err_code
ledger_feedback(struct ledger *l, const uint8_t digest[static 32],
    struct buf *out, struct err *e)
{
	enum err_code code;

	pthread_mutex_lock(&l->mutex);
	code = take_bytes(l, sql_prepare(l->view, e, "SELECT sealed"
	    " FROM scores WHERE digest = ? AND sealed IS NOT NULL", "b",
	    digest), out, e);
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
