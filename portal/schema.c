/* SPDX-License-Identifier: EUPL-1.2 */
#include "portal/schema.h"

#include <stdint.h>
#include <string.h>

#include "portal/sql.h"

/* "Sigl": tells our files from other SQLite databases. */
#define APPLICATION_ID	"0x5369676c"
#define SCHEMA_VERSION	1

static const char schema[] =
    "BEGIN IMMEDIATE;"
    "PRAGMA application_id = " APPLICATION_ID ";"
    "CREATE TABLE uploads ("
    "  id TEXT PRIMARY KEY NOT NULL,"
    "  sender TEXT NOT NULL,"
    "  digest BLOB NOT NULL,"
    "  length INTEGER NOT NULL,"
    "  complete INTEGER NOT NULL DEFAULT 0,"
    "  created INTEGER NOT NULL,"
    "  expires INTEGER NOT NULL,"
    "  UNIQUE (sender, digest, length)) STRICT;"
    "CREATE TABLE receipts ("
    "  digest BLOB NOT NULL,"
    "  sender TEXT NOT NULL,"
    "  stage TEXT NOT NULL,"
    "  signer TEXT NOT NULL,"
    "  time INTEGER NOT NULL,"
    "  bytes BLOB NOT NULL,"
    "  PRIMARY KEY (digest, sender, stage)) STRICT;"
    "PRAGMA user_version = 1;";

/* What is not complete is asked for at each new upload, among years of what
 * is. */
static const char indexes[] =
    "CREATE INDEX IF NOT EXISTS unfinished"
    "  ON uploads (sender, id, expires, length) WHERE complete = 0;";

/* An empty database gets the schema; anything else must have ours. */
enum err_code
schema_set_up(struct sql *db, const char *path, struct err *e)
{
	int64_t version = 0, tables = 0;
	enum err_code code;

	code = sql_number(db, sql_prepare(db, e, "PRAGMA user_version",
	    ""), &version, e);
	if (code == ERR_OK)
		code = sql_number(db, sql_prepare(db, e,
		    "SELECT count(*) FROM sqlite_schema", ""), &tables, e);
	if (code == ERR_OK && version == 0 && tables == 0)
		code = sql_finish(db, sql_execute(db, schema, e), e);
	else if (code == ERR_OK && version != SCHEMA_VERSION)
		code = err_set(e, ERR_CONFIG, path, 0,
		    "it is not a ledger of this version");
	return code == ERR_OK ? sql_execute(db, indexes, e) : code;
}

enum err_code
schema_check(struct sql *db, const char *path, struct err *e)
{
	struct sqlite3_stmt *stmt = sql_prepare(db, e,
	    "PRAGMA quick_check(1)", "");
	const void *found;
	enum err_code code;
	size_t len;

	if (stmt == NULL)
		return e->code;
	if ((code = sql_row(db, stmt, e)) == ERR_OK) {
		found = sql_bytes(stmt, 0, &len);
		if (len != 2 || memcmp(found, "ok", 2) != 0)
			code = err_set(e, ERR_IO, path, 0,
			    "the ledger is damaged (%.*s); put back a copy",
			    (int)len, (const char *)found);
	}
	sql_done(stmt);
	return code;
}
