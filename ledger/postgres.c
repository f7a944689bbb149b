/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * PostgreSQL, through libpq: what programs on several machines share.  Values
 * and results are binary, which for texts are their bytes and for numbers
 * eight octets, the greatest first.
 */
#include "ledger/driver.h"

#include <endian.h>
#include <postgresql/libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "ledger/dialect.h"
#include "ledger/link.h"
#include "ledger/sql.h"

/* Of pg_type.dat; they never change. */
enum { OID_BOOL = 16, OID_BYTEA = 17, OID_INT8 = 20, OID_INT2 = 21,
    OID_INT4 = 23, OID_TEXT = 25 };

struct postgres_stmt {
	struct sql_stmt base;
	struct buf text;	/* with $1, $2 …; a NUL at the end */
	char name[16];		/* on the server */
	unsigned epoch;		/* of the connection that it was sent on */
	int n;			/* values */
	Oid types[SQL_VALUES];
	const char *values[SQL_VALUES];		/* borrowed, or of numbers */
	int lengths[SQL_VALUES], formats[SQL_VALUES];
	uint64_t numbers[SQL_VALUES];		/* big-endian */
	PGresult *result;	/* owned; NULL before the first step */
	int row;		/* of it */
};

static struct postgres *
mine(struct sql *db)
{
	return (struct postgres *)db;
}

static struct postgres_stmt *
my_stmt(struct sql_stmt *stmt)
{
	return (struct postgres_stmt *)stmt;
}

/* --- connections ---------------------------------------------------------- */

static void
postgres_close(struct sql *db)
{
	struct postgres *p = mine(db);

	PQfinish(p->conn);
	free(p->uri);
	free(p);
}

static enum err_code
postgres_open(const char *where, struct sql **out, struct err *e)
{
	struct postgres *p = calloc(1, sizeof(*p));
	enum err_code code;

	if (p == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	if ((p->uri = strdup(where)) == NULL)
		code = err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	else if ((code = link_check_uri(where, e)) == ERR_OK)
		code = link_connect(p, e);
	if (code == ERR_OK)
		*out = &p->base;
	else
		postgres_close(&p->base);
	return code;
}

static enum err_code
postgres_execute(struct sql *db, const char *sql, struct err *e)
{
	return link_execute(mine(db), sql, e);
}

/* --- statements ----------------------------------------------------------- */

static void
postgres_free(struct sql_stmt *stmt)
{
	PQclear(my_stmt(stmt)->result);
	buf_wipe(&my_stmt(stmt)->text);
	free(my_stmt(stmt));
}

static Oid
type_of(char type)
{
	switch (type) {
	case 't':
		return OID_TEXT;
	case 'i':
		return OID_INT8;
	default:
		return OID_BYTEA;
	}
}

static enum err_code
postgres_compile(struct sql *db, const char *sql, const char *types,
    struct sql_stmt **out, struct err *e)
{
	struct postgres_stmt *stmt = calloc(1, sizeof(*stmt));
	enum err_code code;
	int wanted;

	if (stmt == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	(void)snprintf(stmt->name, sizeof(stmt->name), "s%zu", db->n_known);
	for (; types[stmt->n] != '\0'; stmt->n++)
		stmt->types[stmt->n] = type_of(types[stmt->n]);
	code = dialect_numbered(sql, &stmt->text, &wanted, e);
	if (code == ERR_OK && buf_str(&stmt->text) == NULL)
		code = err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	else if (code == ERR_OK && wanted != stmt->n)
		code = err_set(e, ERR_INTERNAL, "ledger", 0,
		    "values that do not fit: %s", sql);
	if (code == ERR_OK)
		*out = &stmt->base;
	else
		postgres_free(&stmt->base);
	return code;
}

static enum err_code
postgres_bind(struct sql_stmt *base, const struct sql_value *v, size_t n,
    struct err *e)
{
	struct postgres_stmt *stmt = my_stmt(base);

	(void)e;
	for (size_t i = 0; i < n; i++) {
		stmt->formats[i] = 1;
		stmt->values[i] = v[i].bytes;
		stmt->lengths[i] = (int)v[i].len;
		if (v[i].type == 'i') {
			stmt->numbers[i] = htobe64((uint64_t)v[i].number);
			stmt->values[i] = (const char *)&stmt->numbers[i];
			stmt->lengths[i] = sizeof(stmt->numbers[i]);
		}
	}
	return ERR_OK;
}

/* Are all columns of types that can be read here? */
static bool
can_read(const PGresult *result)
{
	for (int i = 0; i < PQnfields(result); i++)
		switch (PQftype(result, i)) {
		case OID_BOOL:
		case OID_BYTEA:
		case OID_INT2:
		case OID_INT4:
		case OID_INT8:
		case OID_TEXT:
			break;
		default:
			return false;
		}
	return true;
}

static enum err_code
run(struct postgres *p, struct postgres_stmt *stmt, struct err *e)
{
	enum err_code code = link_ready(p, e);

	if (code == ERR_OK && stmt->epoch != p->epoch) {
		code = link_finish(p, PQprepare(p->conn, stmt->name,
		    (const char *)stmt->text.data, stmt->n, stmt->types), e);
		if (code == ERR_OK)
			stmt->epoch = p->epoch;
	}
	if (code != ERR_OK)
		return code;
	stmt->row = 0;
	stmt->result = PQexecPrepared(p->conn, stmt->name, stmt->n,
	    stmt->values, stmt->lengths, stmt->formats, 1);
	switch (PQresultStatus(stmt->result)) {
	case PGRES_COMMAND_OK:
	case PGRES_TUPLES_OK:
		break;
	default:
		return link_fail(p, stmt->result, e);
	}
	if (!can_read(stmt->result))
		return err_set(e, ERR_INTERNAL, "ledger", 0,
		    "a column of a strange type");
	if (strncmp(PQcmdStatus(stmt->result), "SELECT", 6) != 0)
		p->changes += strtoll(PQcmdTuples(stmt->result), NULL, 10);
	return ERR_OK;
}

static enum err_code
postgres_step(struct sql_stmt *base, struct err *e)
{
	struct postgres_stmt *stmt = my_stmt(base);
	enum err_code code = ERR_OK;

	if (stmt->result == NULL)
		code = run(mine(base->db), stmt, e);
	else
		stmt->row++;
	if (code != ERR_OK)
		return code;
	return stmt->row < PQntuples(stmt->result) ? ERR_OK :
	    ERR_HTTP_NOT_FOUND;
}

static void
postgres_reset(struct sql_stmt *stmt)
{
	PQclear(my_stmt(stmt)->result);
	my_stmt(stmt)->result = NULL;
}

static const void *
postgres_bytes(struct sql_stmt *base, int column, size_t *len)
{
	const struct postgres_stmt *stmt = my_stmt(base);

	*len = (size_t)PQgetlength(stmt->result, stmt->row, column);
	return *len != 0 ? PQgetvalue(stmt->result, stmt->row, column) : NULL;
}

/* libpq puts a NUL behind each value. */
static const char *
postgres_text(struct sql_stmt *base, int column)
{
	return PQgetvalue(my_stmt(base)->result, my_stmt(base)->row, column);
}

static int64_t
postgres_integer(struct sql_stmt *base, int column)
{
	size_t len;
	const uint8_t *p = postgres_bytes(base, column, &len);
	uint64_t n = 0;

	/* The sign is that of the first octet. */
	if (len > 1 && len <= sizeof(n) && (p[0] & 0x80) != 0)
		n = UINT64_MAX;
	for (size_t i = 0; i < len && len <= sizeof(n); i++)
		n = n << 8 | p[i];
	return (int64_t)n;
}

/* --- transactions --------------------------------------------------------- */

static enum err_code
postgres_begin(struct sql *db, bool lazy, bool taking, struct err *e)
{
	static const char plain[] =
	    "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";
	static const char relaxed[] =
	    "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;"
	    "SET LOCAL synchronous_commit = off";

	(void)taking;
	db->begun = false;
	return link_begin(mine(db), lazy ? relaxed : plain, e);
}

/* To commit what has failed takes it back, and is no error there. */
static enum err_code
postgres_commit(struct sql *db, struct err *e)
{
	struct postgres *p = mine(db);

	if (PQstatus(p->conn) == CONNECTION_OK &&
	    PQtransactionStatus(p->conn) != PQTRANS_INTRANS)
		return err_set(e, ERR_IO, "ledger", 0,
		    "a statement of the transaction had failed");
	return postgres_execute(db, "COMMIT", e);
}

static void
postgres_roll_back(struct sql *db)
{
	struct postgres *p = mine(db);

	if (PQtransactionStatus(p->conn) != PQTRANS_IDLE)
		PQclear(PQexec(p->conn, "ROLLBACK"));
}

static bool
postgres_is_open(const struct sql *db)
{
	PGTransactionStatusType status = PQtransactionStatus(
	    ((const struct postgres *)db)->conn);

	return status == PQTRANS_INTRANS || status == PQTRANS_INERROR;
}

static int64_t
postgres_changes(const struct sql *db)
{
	return ((const struct postgres *)db)->changes;
}

static enum err_code
postgres_touch(struct sql *db, struct err *e)
{
	return postgres_execute(db, "SELECT 1", e);
}

static enum err_code
postgres_hurry(struct sql *db, struct err *e)
{
	return postgres_execute(db,
	    "SET LOCAL idle_in_transaction_session_timeout = '30s'", e);
}

/* --- the schema ----------------------------------------------------------- */

static enum err_code
postgres_version(struct sql *db, int64_t *out, struct err *e)
{
	enum err_code code;

	*out = 0;
	code = sql_number(db, sql_prepare(db, e,
	    "SELECT CASE WHEN to_regclass('sigill_schema') IS NOT NULL THEN 1"
	    " WHEN EXISTS (SELECT 1 FROM pg_class WHERE relkind IN"
	    " ('r', 'p', 'v') AND relnamespace = (SELECT oid FROM"
	    " pg_namespace WHERE nspname = current_schema())) THEN -1"
	    " ELSE 0 END", ""), out, e);
	if (code == ERR_OK && *out == 1)
		code = sql_number(db, sql_prepare(db, e,
		    "SELECT version FROM sigill_schema", ""), out, e);
	return code;
}

static enum err_code
postgres_lock_version(struct sql *db, struct err *e)
{
	return postgres_execute(db,
	    "SELECT pg_advisory_xact_lock(x'536967696c6c'::bigint)", e);
}

static enum err_code
postgres_set_version(struct sql *db, int64_t version, struct err *e)
{
	enum err_code code = postgres_execute(db,
	    "CREATE TABLE IF NOT EXISTS sigill_schema ("
	    " one BIGINT PRIMARY KEY CHECK (one = 1),"
	    " version BIGINT NOT NULL)", e);

	return code != ERR_OK ? code : sql_run(db, sql_prepare(db, e,
	    "INSERT INTO sigill_schema (one, version) VALUES (1, ?)"
	    " ON CONFLICT (one) DO UPDATE SET version = excluded.version",
	    "i", version), e);
}

static enum err_code
postgres_define(struct sql *db, const char *sql, struct err *e)
{
	struct buf text = { 0 };
	enum err_code code = dialect_types(sql, &text, e);

	if (code == ERR_OK && buf_str(&text) == NULL)
		code = err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	if (code == ERR_OK)
		code = postgres_execute(db, (const char *)text.data, e);
	buf_wipe(&text);
	return code;
}

/*
 * No mend: the server ends itself when its log cannot be synced, and what it
 * finds at its next start it writes anew before it lets anybody in.  No check:
 * it looks after its pages (data checksums).
 */
const struct sql_driver sql_postgres = {
	.shared = true,
	.open = postgres_open, .close = postgres_close,
	.compile = postgres_compile, .free = postgres_free,
	.bind = postgres_bind, .step = postgres_step,
	.reset = postgres_reset, .bytes = postgres_bytes,
	.text = postgres_text, .integer = postgres_integer,
	.execute = postgres_execute,
	.begin = postgres_begin, .commit = postgres_commit,
	.roll_back = postgres_roll_back, .is_open = postgres_is_open,
	.changes = postgres_changes, .touch = postgres_touch,
	.hurry = postgres_hurry,
	.version = postgres_version, .lock_version = postgres_lock_version,
	.set_version = postgres_set_version, .define = postgres_define,
};
