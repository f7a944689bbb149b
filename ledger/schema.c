/* SPDX-License-Identifier: EUPL-1.2 */
#include "ledger/schema.h"

#include <stdint.h>

#include "ledger/driver.h"
#include "ledger/sql.h"

#define SCHEMA_VERSION	3

/* Types are SQLite's here: ledger/schema.h tells what becomes of them. */
static const char version_1[] =
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
    /* What is not complete is asked for at each new upload, among years of
     * what is. */
    "CREATE INDEX unfinished"
    "  ON uploads (sender, id, expires, length) WHERE complete = 0;";

static const char version_2[] =
    /* Which portal has the bytes of an upload: its name, or "". */
    "ALTER TABLE uploads ADD COLUMN home TEXT NOT NULL DEFAULT '';"
    "CREATE INDEX uploads_digest ON uploads (digest);"
    /* Every sealed file that intake has seen, once. */
    "CREATE TABLE arrivals ("
    "  digest BLOB PRIMARY KEY NOT NULL,"	/* of the sealed file */
    "  size INTEGER NOT NULL,"
    "  source TEXT NOT NULL,"		/* spool | folder */
    "  place TEXT NOT NULL,"		/* NAME in the configuration */
    "  name TEXT NOT NULL,"		/* of the file there */
    "  arrived INTEGER NOT NULL,"	/* UTC seconds */
    /* queued | held | accepted | rejected */
    "  state TEXT NOT NULL DEFAULT 'queued',"
    "  attempts INTEGER NOT NULL DEFAULT 0," /* that broke a worker */
    "  due INTEGER NOT NULL DEFAULT 0,"	/* not before this time */
    "  code TEXT NOT NULL DEFAULT '',"	/* why it is not accepted */
    "  verified INTEGER NOT NULL DEFAULT 0," /* time of the verdict */
    "  facts BLOB,"			/* intake/facts.h */
    /* Of the facts, what is asked for: */
    "  organisation TEXT,"
    "  questionnaire TEXT,"
    "  round TEXT,"
    "  fingerprint BLOB,"
    "  submission BLOB,"
    "  supersedes BLOB,"
    "  late INTEGER NOT NULL DEFAULT 0,"
    /* 1: the same submission as an accepted one; 2: the same answers */
    "  duplicate INTEGER NOT NULL DEFAULT 0,"
    "  counts INTEGER NOT NULL DEFAULT 0," /* the one of its round */
    "  handed INTEGER NOT NULL DEFAULT 0," /* to scoring: when */
    "  filed INTEGER NOT NULL DEFAULT 0) STRICT;" /* in the archive */
    "CREATE INDEX arrivals_waiting ON arrivals (due, arrived, digest)"
    "  WHERE state = 'queued';"
    /* None by state alone: SQLite would prefer it to those for the queue. */
    "CREATE INDEX arrivals_held ON arrivals (arrived)"
    "  WHERE state = 'held';"
    "CREATE INDEX arrivals_organisation"
    "  ON arrivals (organisation, questionnaire, round);"
    "CREATE INDEX arrivals_arrived ON arrivals (arrived, digest);"
    "CREATE UNIQUE INDEX arrivals_counts"
    "  ON arrivals (organisation, questionnaire, round) WHERE counts = 1;"
    "CREATE INDEX arrivals_submission ON arrivals (submission);"
    "CREATE INDEX arrivals_fingerprint ON arrivals (fingerprint);"
    "CREATE INDEX arrivals_handed ON arrivals (verified, digest)"
    "  WHERE counts = 1 AND handed = 0;"
    "CREATE INDEX arrivals_filed ON arrivals (verified, digest)"
    "  WHERE state IN ('accepted', 'rejected') AND filed = 0;"
    /* The receipts that intake has signed, byte for byte. */
    "CREATE TABLE verdicts ("
    "  digest BLOB NOT NULL,"
    "  stage TEXT NOT NULL,"
    "  organisation TEXT NOT NULL,"	/* that it was given to; or "" */
    "  position INTEGER NOT NULL,"	/* of its leaf in the log */
    "  size INTEGER NOT NULL,"		/* of the tree that it names */
    "  time INTEGER NOT NULL,"
    "  bytes BLOB NOT NULL,"
    "  published INTEGER NOT NULL DEFAULT 0," /* in the folder */
    "  PRIMARY KEY (digest, stage)) STRICT;"
    "CREATE INDEX verdicts_organisation ON verdicts (organisation, size);"
    "CREATE UNIQUE INDEX verdicts_position ON verdicts (position);"
    "CREATE INDEX verdicts_published ON verdicts (position)"
    "  WHERE published = 0;"
    /* The Merkle log (RFC 9162 §2): intake/tree.h. */
    "CREATE TABLE log_entries ("
    "  position INTEGER PRIMARY KEY NOT NULL,"
    "  bytes BLOB NOT NULL) STRICT;"
    "CREATE TABLE log_nodes ("		/* of complete subtrees */
    "  level INTEGER NOT NULL,"		/* 0: leaves */
    "  position INTEGER NOT NULL,"	/* from the left, on its level */
    "  hash BLOB NOT NULL,"
    "  PRIMARY KEY (level, position)) STRICT;"
    "CREATE TABLE log_state ("		/* one row: who appends locks it */
    "  one INTEGER PRIMARY KEY NOT NULL CHECK (one = 1),"
    "  size INTEGER NOT NULL) STRICT;"
    "INSERT INTO log_state (one, size) VALUES (1, 0);"
    /* What staff have decided about what was held. */
    "CREATE TABLE decisions ("
    "  digest BLOB NOT NULL,"
    "  time INTEGER NOT NULL,"
    "  decision TEXT NOT NULL,"		/* accept | reject */
    "  reason TEXT NOT NULL,"
    "  who TEXT NOT NULL,"
    "  done INTEGER NOT NULL DEFAULT 0," /* the service has seen to it */
    "  seq INTEGER NOT NULL UNIQUE,"	/* in which they were made */
    "  PRIMARY KEY (digest, time)) STRICT;"
    "CREATE INDEX decisions_open ON decisions (seq) WHERE done = 0;"
    /* Who is expected to answer. */
    "CREATE TABLE organisations ("
    "  number TEXT PRIMARY KEY NOT NULL,"
    "  name TEXT NOT NULL,"
    "  kind TEXT NOT NULL,"
    "  contact TEXT NOT NULL) STRICT;"
    "CREATE TABLE mandates ("
    "  digest BLOB PRIMARY KEY NOT NULL,"	/* of the mandate's content */
    "  organisation TEXT NOT NULL,"
    "  submitter TEXT NOT NULL,"
    "  questionnaire TEXT NOT NULL,"
    "  round TEXT NOT NULL,"
    "  expires INTEGER NOT NULL,"
    "  seen INTEGER NOT NULL,"		/* first used; 0: never */
    "  revoked INTEGER NOT NULL DEFAULT 0," /* when */
    "  who TEXT NOT NULL DEFAULT '',"
    "  reason TEXT NOT NULL DEFAULT '') STRICT;";

static const char version_3[] =
    /* What scoring has made of submissions, and intake has signed for it;
     * once for each sealed file, and the same for ever. */
    "CREATE TABLE scores ("
    "  digest BLOB PRIMARY KEY NOT NULL,"	/* of the sealed file */
    "  organisation TEXT NOT NULL,"	/* that answered */
    "  feedback BLOB NOT NULL,"		/* SHA-256 of the document */
    "  time INTEGER NOT NULL,"
    "  bytes BLOB NOT NULL,"		/* the receipt */
    "  sealed BLOB,"	/* the document, to the reply key; or NULL: none */
    "  published INTEGER NOT NULL DEFAULT 0) STRICT;" /* in the folder */
    "CREATE INDEX scores_published ON scores (time, digest)"
    "  WHERE published = 0;";

static const char *const versions[] = { version_1, version_2, version_3 };

/* Somebody else may have been first. */
static enum err_code
upgrade(struct sql *db, struct err *e)
{
	const struct sql_driver *driver = db->driver;
	int64_t from = 0;
	enum err_code code;

	if ((code = sql_begin(db, false, e)) != ERR_OK)
		return code;
	if (driver->lock_version != NULL)
		code = driver->lock_version(db, e);
	if (code == ERR_OK)
		code = driver->version(db, &from, e);
	for (int64_t i = from; code == ERR_OK && i < SCHEMA_VERSION; i++)
		code = driver->define(db, versions[i], e);
	if (code == ERR_OK && from < SCHEMA_VERSION)
		code = driver->set_version(db, SCHEMA_VERSION, e);
	return sql_finish(db, code, e);
}

static enum err_code
is_old(int64_t version, const char *path, struct err *e)
{
	return err_set(e, ERR_LEDGER_OLD, path, 0, "it has version %lld, "
	    "not %d", (long long)version, SCHEMA_VERSION);
}

enum err_code
schema_set_up(struct sql *db, const char *path, struct err *e)
{
	struct err found = { 0 };
	enum err_code code;
	int64_t version;

	if ((code = db->driver->version(db, &version, e)) != ERR_OK ||
	    version == SCHEMA_VERSION)
		return code;
	if (version > SCHEMA_VERSION || version < 0)
		return err_set(e, ERR_CONFIG, path, 0,
		    "it is not a ledger of this version");
	code = upgrade(db, &found);
	/* Somebody else will, who may. */
	if (code == ERR_CONFIG && version != 0)
		return is_old(version, path, e);
	return code == ERR_OK ? code : err_set(e, code, found.where,
	    found.at, "%s", found.msg);
}

enum err_code
schema_look(struct sql *db, const char *path, struct err *e)
{
	enum err_code code;
	int64_t version;

	if ((code = db->driver->version(db, &version, e)) != ERR_OK ||
	    version == SCHEMA_VERSION)
		return code;
	if (version > 0 && version < SCHEMA_VERSION)
		return is_old(version, path, e);
	return err_set(e, ERR_CONFIG, path, 0, version == 0 ?
	    "it has no tables yet: start sigill-intake once, then run "
	    "roles.sql" : "it is not a ledger of this version");
}

enum err_code
schema_check(struct sql *db, const char *path, struct err *e)
{
	return db->driver->check != NULL ? db->driver->check(db, path, e) :
	    ERR_OK;
}
