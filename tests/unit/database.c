/* SPDX-License-Identifier: EUPL-1.2 */
#include "tests/unit/database.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ledger/sql.h"

static void
run(const char *where, const char *fmt, const char *name)
{
	struct sql *db = NULL;
	struct err e = { 0 };
	char sql[128];

	(void)snprintf(sql, sizeof(sql), fmt, name);
	assert_int_equal(sql_open(where, &db, &e), ERR_OK);
	assert_int_equal(sql_execute(db, sql, &e), ERR_OK);
	sql_close(db);
}

void
database_make(struct database *d)
{
	const char *uri = getenv("SIGILL_TEST_DATABASE");
	static unsigned n;

	memset(d, 0, sizeof(*d));
	if (uri == NULL) {
		(void)snprintf(d->folder, sizeof(d->folder),
		    "/tmp/ledger.XXXXXX");
		assert_non_null(mkdtemp(d->folder));
		(void)snprintf(d->where, sizeof(d->where), "%s/db",
		    d->folder);
		return;
	}
	d->shared = true;
	(void)snprintf(d->name, sizeof(d->name), "t%d_%u", (int)getpid(),
	    ++n);
	run(uri, "CREATE SCHEMA %s", d->name);
	(void)snprintf(d->where, sizeof(d->where),
	    "%s%coptions=-csearch_path%%3D%s", uri,
	    strchr(uri, '?') != NULL ? '&' : '?', d->name);
}

void
database_remove(struct database *d)
{
	struct dirent *entry;
	DIR *folder;

	if (d->shared) {
		run(getenv("SIGILL_TEST_DATABASE"),
		    "DROP SCHEMA %s CASCADE", d->name);
		return;
	}
	assert_non_null(folder = opendir(d->folder));
	while ((entry = readdir(folder)) != NULL)
		if (entry->d_name[0] != '.')
			(void)unlinkat(dirfd(folder), entry->d_name, 0);
	(void)closedir(folder);
	assert_int_equal(rmdir(d->folder), 0);
}
