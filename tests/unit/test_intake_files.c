/* SPDX-License-Identifier: EUPL-1.2 */
/* What intake does with files: new ones in folders, names that it has seen,
 * and the archive. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "crypto/digest.h"
#include "intake/service/archive.h"
#include "intake/service/document.h"
#include "intake/service/drop.h"
#include "intake/service/names.h"
#include "verifier/handoff.h"

static char folder[] = "/tmp/sigill-test.XXXXXX";

static int
set_up(void **state)
{
	(void)state;
	return mkdtemp(folder) != NULL && chdir(folder) == 0 &&
	    mkdir("spool", 0700) == 0 && mkdir("mail", 0700) == 0 &&
	    mkdir("archive", 0700) == 0 && mkdir("out", 0700) == 0 ? 0 : -1;
}

static int
tear_down(void **state)
{
	char command[64];

	(void)state;
	(void)snprintf(command, sizeof(command), "rm -rf %s", folder);
	return chdir("/") == 0 ? system(command) : -1;
}

static void
write_file(const char *path, const char *text)
{
	(void)unlink(path);
	assert_int_equal(file_write_new(path, text, strlen(text), 0600, NULL),
	    ERR_OK);
}

static void
assert_file(const char *path, const char *text)
{
	struct buf b = { 0 };

	assert_int_equal(file_read(path, 1000, &b, NULL), ERR_OK);
	assert_true(buf_equal(&b, text, strlen(text)));
	buf_wipe(&b);
}

/* --- drop --------------------------------------------------------------- */

static void
drops_are_whole_and_replace_nothing(void **state)
{
	struct err e = { 0 };
	struct stat st;
	struct drop d;

	(void)state;
	write_file("out/stands", "first");
	assert_int_equal(drop_begin(&d, "out", 0644, &e), ERR_OK);
	assert_int_equal(drop_add(&d, "new", "bytes", 5, &e), ERR_OK);
	assert_int_equal(drop_add(&d, "stands", "first", 5, &e), ERR_OK);
	assert_int_equal(drop_add(&d, "stands", "secnd", 5, NULL),
	    ERR_OUTPUT_EXISTS);
	assert_int_equal(drop_add(&d, "stands", "firs", 4, NULL),
	    ERR_OUTPUT_EXISTS);
	assert_int_equal(mkdir("out/folder", 0700), 0);
	assert_int_equal(drop_add(&d, "folder", "x", 1, NULL),
	    ERR_OUTPUT_EXISTS);
	assert_int_equal(access("out/new", F_OK), -1);
	/* It may also come while this one waits for the disk. */
	assert_int_equal(drop_add(&d, "raced", "ours", 4, &e), ERR_OK);
	write_file("out/raced", "ours");
	assert_int_equal(drop_end(&d, ERR_OK, &e), ERR_OK);
	assert_file("out/new", "bytes");
	assert_file("out/stands", "first");
	assert_file("out/raced", "ours");
	assert_int_equal(stat("out/new", &st), 0);
	assert_int_equal(st.st_mode & 0777, 0644);
	assert_int_equal(stat("out", &st), 0);
}

/* What raced ahead is not ours: nothing of it is said to be done. */
static void
a_drop_that_was_overtaken_fails(void **state)
{
	struct err e = { 0 };
	struct drop d;

	(void)state;
	assert_int_equal(mkdir("race", 0700), 0);
	assert_int_equal(drop_begin(&d, "race", 0644, &e), ERR_OK);
	assert_int_equal(drop_add(&d, "a", "ours", 4, &e), ERR_OK);
	write_file("race/a", "theirs");
	assert_int_equal(drop_end(&d, ERR_OK, &e), ERR_OUTPUT_EXISTS);
	assert_file("race/a", "theirs");
	assert_int_equal(unlink("race/a"), 0);
	assert_int_equal(rmdir("race"), 0);
}

static void
a_document_stands_for_a_later_one_of_the_same_file(void **state)
{
	static const char document[] = "{\"format\":\"sigill-verified\","
	    "\"version\":1,\"sealed\":{\"sha256\":\"ab\",\"size\":1},"
	    "\"verified\":\"2027-01-01T00:00:00Z\",\"late\":false}\n";
	char later[sizeof(document)], other[sizeof(document)];
	size_t len = sizeof(document) - 1;

	(void)state;
	memcpy(later, document, sizeof(later));
	*strstr(later, "01T") = '9';
	memcpy(other, document, sizeof(other));
	*strstr(other, "ab\"") = 'c';
	assert_true(handoff_same(later, len, document, len));
	assert_false(handoff_same(other, len, document, len));
	assert_false(handoff_same(later, len - 1, document, len));
	assert_false(handoff_same("junk", 4, document, len));
	assert_false(handoff_same("", 0, document, len));
	assert_false(handoff_same("junk", 4, "junk", 4));
}

static void
a_drop_that_failed_leaves_nothing(void **state)
{
	struct err e = { 0 };
	struct drop d;

	(void)state;
	assert_int_equal(drop_begin(&d, "none", 0644, &e), ERR_IO);
	assert_int_equal(drop_end(&d, ERR_IO, &e), ERR_IO);
	assert_int_equal(mkdir("empty", 0700), 0);
	assert_int_equal(drop_begin(&d, "empty", 0644, &e), ERR_OK);
	assert_int_equal(drop_add(&d, "a", "x", 1, &e), ERR_OK);
	assert_int_equal(drop_end(&d, ERR_NO_SPACE, &e), ERR_NO_SPACE);
	assert_int_equal(rmdir("empty"), 0);
}

/* --- names -------------------------------------------------------------- */

static void
names_are_remembered_while_they_are_there(void **state)
{
	struct names *n = names_new();

	(void)state;
	assert_non_null(n);
	names_see(n, "a")->state = NAME_KNOWN;
	names_see(n, "b")->state = NAME_KNOWN;
	names_end(n);
	assert_int_equal(names_see(n, "a")->state, NAME_KNOWN);
	names_end(n);		/* b was not seen */
	assert_int_equal(names_see(n, "a")->state, NAME_KNOWN);
	assert_int_equal(names_see(n, "b")->state, NAME_NEW);
	names_free(n);
}

/* --- the archive -------------------------------------------------------- */

static struct place places[] = {
	{ .name = "portal", .directory = "spool", .spool = true },
	{ .name = "mail", .directory = "mail" },
};
static const struct intake_settings settings = {
	.places = places, .n_places = 2, .archive = "archive",
};

/* A file of that text, which is said to be in place/name. */
static struct arrival
arrival_of(const char *text, const char *place, const char *name)
{
	struct arrival a = { .size = strlen(text), .place = strdup(place),
	    .name = strdup(name) };

	assert_int_equal(digest_sha256(text, strlen(text), a.digest, NULL),
	    ERR_OK);
	return a;
}

static enum err_code
read_it(const struct arrival *a)
{
	struct buf b = { 0 };
	enum err_code code = archive_read(&settings, a, &b, NULL);

	assert_int_equal(b.len, code == ERR_OK ? a->size : 0);
	buf_wipe(&b);
	return code;
}

static void
a_file_is_known_by_its_bytes(void **state)
{
	struct arrival a = arrival_of("genuine", "mail", "f");

	(void)state;
	assert_int_equal(read_it(&a), ERR_NO_INPUT);
	write_file("mail/f", "swapped");
	assert_int_equal(read_it(&a), ERR_DIGEST);
	assert_int_equal(archive_file(&settings, &a, NULL), ERR_DIGEST);
	assert_file("mail/f", "swapped");
	assert_int_equal(unlink("mail/f"), 0);
	assert_int_equal(symlink("/etc/passwd", "mail/f"), 0);
	assert_int_equal(read_it(&a), ERR_NO_INPUT);
	assert_int_equal(unlink("mail/f"), 0);
	write_file("mail/f", "genuine");
	assert_int_equal(read_it(&a), ERR_OK);
	assert_int_equal(archive_file(&settings, &a, NULL), ERR_OK);
	assert_int_equal(access("mail/f", F_OK), -1);
	assert_int_equal(read_it(&a), ERR_OK);		/* from there */
	/* It comes again, and something else under its name. */
	write_file("mail/f", "genuine");
	assert_int_equal(archive_file(&settings, &a, NULL), ERR_OK);
	assert_int_equal(access("mail/f", F_OK), -1);
	write_file("mail/f", "another");
	assert_int_equal(archive_file(&settings, &a, NULL), ERR_OK);
	assert_file("mail/f", "another");
	arrival_wipe(&a);
}

static void
places_of_others_are_not_touched(void **state)
{
	struct arrival a = arrival_of("secret", "mail", "../secret");

	(void)state;
	write_file("secret", "secret");
	assert_int_equal(read_it(&a), ERR_NO_INPUT);
	assert_int_not_equal(archive_file(&settings, &a, NULL), ERR_OK);
	assert_file("secret", "secret");
	free(a.place);
	a.place = strdup("elsewhere");
	assert_int_equal(read_it(&a), ERR_NO_INPUT);
	arrival_wipe(&a);
}

static void
a_spool_gives_its_file_away(void **state)
{
	struct arrival a = arrival_of("sealed", "portal", "d.sigill");
	struct stat before, after;
	char hex[DIGEST_HEX_LEN], path[200];

	(void)state;
	write_file("spool/d.sigill", "sealed");
	a.digest[0] ^= 1;	/* what lies there is something else */
	assert_int_equal(archive_file(&settings, &a, NULL), ERR_DIGEST);
	a.digest[0] ^= 1;
	assert_int_equal(stat("spool/d.sigill", &before), 0);
	assert_int_equal(archive_file(&settings, &a, NULL), ERR_OK);
	digest_hex(a.digest, hex);
	(void)snprintf(path, sizeof(path), "archive/%.2s/%s.sigill", hex,
	    hex);
	assert_int_equal(stat(path, &after), 0);
	assert_true(before.st_ino == after.st_ino);
	assert_int_equal(access("spool/d.sigill", F_OK), -1);
	arrival_wipe(&a);
}

/* --- documents ----------------------------------------------------------- */

static void
expect_document(const char *before, const char *after)
{
	struct buf b = { 0 };
	struct err e = { 0 };

	buf_add_str(&b, before);
	assert_true(document_has_form(&b) == (after != NULL));
	assert_int_equal(document_add_position(&b, "1234", &e),
	    after != NULL ? ERR_OK : ERR_INTERNAL);
	assert_true(buf_equal(&b, after != NULL ? after : before,
	    strlen(after != NULL ? after : before)));
	buf_wipe(&b);
}

static void
a_document_tells_its_position_last(void **state)
{
	(void)state;
	expect_document("{\"a\":1}\n", "{\"a\":1,\"position\":1234}\n");
	/* What a worker says of it does not come last. */
	expect_document("{\"position\":9}\n",
	    "{\"position\":9,\"position\":1234}\n");
	expect_document("", NULL);
	expect_document("{}\n", NULL);
	expect_document("{}}}}}}\n", NULL);
	expect_document("{\"a\":1}", NULL);
	expect_document("{\"a\":1}\n\n", NULL);
	expect_document("{\"a\":1}\n{\"b\":2}\n", NULL);
	expect_document("{\"a\":\n1}\n", NULL);
	expect_document("[{\"a\":1}\n", NULL);
	expect_document("{\"a\":1]\n", NULL);
	expect_document("{\"a\":1}\r\n", NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(drops_are_whole_and_replace_nothing),
		cmocka_unit_test(a_drop_that_was_overtaken_fails),
		cmocka_unit_test(
		    a_document_stands_for_a_later_one_of_the_same_file),
		cmocka_unit_test(a_drop_that_failed_leaves_nothing),
		cmocka_unit_test(names_are_remembered_while_they_are_there),
		cmocka_unit_test(a_file_is_known_by_its_bytes),
		cmocka_unit_test(places_of_others_are_not_touched),
		cmocka_unit_test(a_spool_gives_its_file_away),
		cmocka_unit_test(a_document_tells_its_position_last),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
