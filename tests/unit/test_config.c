/* SPDX-License-Identifier: EUPL-1.2 */
/* base/config and base/file, on real files in a scratch folder. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/config.h"
#include "base/file.h"

static const struct config_item items[] = {
	{ "main", "name", CONFIG_STRING, true, false },
	{ "main", "file", CONFIG_PATH, false, false },
	{ "main", "size", CONFIG_NUMBER, false, false },
	{ "main", "opens", CONFIG_TIME, false, false },
	{ "recipient", "key", CONFIG_PATH, true, true },
	{ "recipient", "note", CONFIG_STRING, false, true },
	{ NULL, NULL, CONFIG_STRING, false, false },
};

static char dir[64];

static int
make_dir(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/sigill-test.XXXXXX");
	return mkdtemp(dir) == NULL || chdir(dir) != 0;
}

static int
remove_dir(void **state)
{
	char cmd[128];

	(void)state;
	(void)snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	return chdir("/") != 0 || system(cmd) != 0;
}

static enum err_code
load(const char *text, struct config **c, struct err *e)
{
	memset(e, 0, sizeof(*e));
	*c = NULL;
	assert_int_equal(file_replace("test.conf", text, strlen(text), 0600,
	    NULL), ERR_OK);
	return config_load("test.conf", items, c, e);
}

static void
reads_what_it_knows(void **state)
{
	struct config *c;
	struct err e;

	(void)state;
	assert_int_equal(load("# a comment\n[main]\nname = A b\nfile = x/y.pem\n"
	    "size = 17\nopens = 2027-01-01\n[recipient 2026]\n"
	    "key = /k1\n[recipient next]\nkey = k2\nnote = n\n", &c, &e),
	    ERR_OK);
	assert_string_equal(config_get(c, "main", "name"), "A b");
	assert_string_equal(config_get(c, "main", "file"), "x/y.pem");
	assert_int_equal(config_number(c, "main", "size", 3), 17);
	assert_int_equal(config_number(c, "main", "opens", 0), 1798761600);
	assert_string_equal(config_section(c, "recipient", 0),
	    "recipient 2026");
	assert_string_equal(config_section(c, "recipient", 1),
	    "recipient next");
	assert_null(config_section(c, "recipient", 2));
	assert_string_equal(config_get(c, "recipient next", "key"), "k2");
	assert_null(config_get(c, "recipient 2026", "note"));
	config_free(c);
}

static void
paths_are_relative_to_the_file(void **state)
{
	char out[4096];

	(void)state;
	assert_true(file_resolve("/etc/sigill/s.conf", "a.pem", out));
	assert_string_equal(out, "/etc/sigill/a.pem");
	assert_true(file_resolve("/etc/sigill/s.conf", "/b.pem", out));
	assert_string_equal(out, "/b.pem");
}

static void
refuses_what_it_does_not(void **state)
{
	static const struct {
		const char *text;
		size_t line;
	} bad[] = {
		{ "[main]\nname = a\nnmae = b\n", 3 },
		{ "[man]\nname = a\n", 2 },
		{ "[main]\nname = a\nname = b\n", 3 },
		{ "[main]\nname = a\nsize = 1x\n", 3 },
		{ "[main]\nname = a\nsize = -1\n", 3 },
		{ "[main]\nname =\n", 2 },
		{ "[main]\nname = a\nopens = soon\n", 3 },
		{ "[main]\nname = a\nfile =\n", 3 },
		{ "[main]\nname = a\nwhat is this\n", 3 },
		{ "[main]\nsize = 1\n", 0 },
		{ "", 0 },
		{ "[main]\nname = a\n[recipient x]\nnote = n\n", 0 },
		{ "[main]\nname = a\n[recipient]\nkey = n\n", 4 },
	};
	struct config *c;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(load(bad[i].text, &c, &e), ERR_CONFIG);
		assert_int_equal(e.at, bad[i].line);
		assert_string_equal(e.where, "test.conf");
		assert_null(c);
	}
}

static void
long_lines_are_refused(void **state)
{
	char text[400] = "[main]\nname = ";
	struct config *c;
	struct err e;

	(void)state;
	memset(text + strlen(text), 'x', 300);
	assert_int_equal(load(text, &c, &e), ERR_CONFIG);
	assert_int_equal(e.at, 2);
}

static void
missing_file_has_its_own_code(void **state)
{
	struct config *c = NULL;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(config_load("none.conf", items, &c, &e),
	    ERR_CONFIG_MISSING);
}

static int
entries(void)
{
	struct dirent *d;
	DIR *p = opendir(".");
	int n = 0;

	assert_non_null(p);
	while ((d = readdir(p)) != NULL)
		n += d->d_name[0] != '.' || strlen(d->d_name) > 2;
	closedir(p);
	return n;
}

static void
new_files_never_replace(void **state)
{
	struct buf b = { 0 };
	struct err e = { 0 };
	struct stat st;
	int before = entries();

	(void)state;
	assert_int_equal(file_write_new("n", "one", 3, 0600, &e), ERR_OK);
	assert_int_equal(stat("n", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(file_write_new("n", "two", 3, 0600, &e),
	    ERR_OUTPUT_EXISTS);
	assert_int_equal(file_read("n", 100, &b, NULL), ERR_OK);
	assert_true(buf_equal(&b, "one", 3));
	buf_wipe(&b);
	assert_int_equal(file_replace("n", "two", 3, 0644, NULL), ERR_OK);
	assert_int_equal(file_read("n", 100, &b, NULL), ERR_OK);
	assert_true(buf_equal(&b, "two", 3));
	buf_wipe(&b);
	assert_int_equal(entries(), before + 1);
	assert_int_equal(file_write_new("no/such", "x", 1, 0600, NULL),
	    ERR_IO);
	assert_int_equal(entries(), before + 1);
}

static void
reads_are_capped(void **state)
{
	struct buf b = { 0 };

	(void)state;
	assert_int_equal(file_replace("c", "12345", 5, 0600, NULL), ERR_OK);
	assert_int_equal(file_read("c", 5, &b, NULL), ERR_OK);
	buf_wipe(&b);
	assert_int_equal(file_read("c", 4, &b, NULL), ERR_TOO_LARGE);
	assert_int_equal(file_read(".", 4, &b, NULL), ERR_NO_INPUT);
	assert_int_equal(file_read("nothing", 4, &b, NULL), ERR_NO_INPUT);
	assert_int_equal(file_read("/dev/zero", 1000, &b, NULL),
	    ERR_TOO_LARGE);
	buf_wipe(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_it_knows),
		cmocka_unit_test(paths_are_relative_to_the_file),
		cmocka_unit_test(refuses_what_it_does_not),
		cmocka_unit_test(long_lines_are_refused),
		cmocka_unit_test(missing_file_has_its_own_code),
		cmocka_unit_test(new_files_never_replace),
		cmocka_unit_test(reads_are_capped),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
