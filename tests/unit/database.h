/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * An empty database for a test: an SQLite file in a folder of its own, or,
 * where the environment variable SIGILL_TEST_DATABASE has the URI of a
 * PostgreSQL database, a schema of its own in that.
 */
#ifndef SIGILL_TESTS_UNIT_DATABASE_H
#define SIGILL_TESTS_UNIT_DATABASE_H

#include <stdbool.h>

struct database {
	bool shared;		/* PostgreSQL */
	char where[512];	/* for sql_open */
	char folder[32];	/* of the file; "" when it is shared */
	char name[32];		/* of the schema */
};

/* Ends the test when there is none to be had. */
void database_make(struct database *d);
/* Removes it, and all files of SQLite whose names begin as its does. */
void database_remove(struct database *d);

#endif
