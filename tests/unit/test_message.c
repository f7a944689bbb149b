/* SPDX-License-Identifier: EUPL-1.2 */
/* Texts in another language than the environment's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "base/message.h"

static const char *
word(void)
{
	return _("hint");
}

static void
expect(const char *language, const char *text)
{
	assert_string_equal(message_language_name(), language);
	assert_string_equal(word(), text);
}

/* There and back, in each of the locales that every machine has. */
static void
turn(const char *all, const char *language, bool english, const char *own,
    const char *own_text)
{
	assert_int_equal(all != NULL ? setenv("LC_ALL", all, 1) :
	    unsetenv("LC_ALL"), 0);
	assert_int_equal(language != NULL ? setenv("LANGUAGE", language, 1) :
	    unsetenv("LANGUAGE"), 0);
	message_init(english);
	expect(own, own_text);
	for (int i = 0; i < 2; i++) {
		assert_true(message_language("sv"));
		expect("sv", "råd");
		assert_true(message_language("en"));
		expect("en", "hint");
		assert_true(message_language("sv"));
		assert_false(message_language("xx"));
		expect("sv", "råd");
		assert_true(message_language(NULL));
		expect(own, own_text);
		if (language == NULL)
			assert_null(getenv("LANGUAGE"));
		else
			assert_string_equal(getenv("LANGUAGE"), language);
	}
	assert_false(message_language("../sv"));
	expect(own, own_text);
	assert_true(message_language(NULL));
}

static void
languages(void **state)
{
	(void)state;
	turn("C", NULL, false, "en", "hint");
	turn("C", NULL, true, "en", "hint");
	turn(NULL, NULL, false, "en", "hint");
	turn("C.UTF-8", NULL, false, "en", "hint");
	turn("C.UTF-8", "xx", false, "en", "hint");
	turn("C.UTF-8", "sv", false, "sv", "råd");
	turn("C.UTF-8", "sv", true, "en", "hint");
	turn("xx_XX.UTF-8", NULL, false, "en", "hint");
}

/* No locales but those of C: where LOCPATH has none, the system's own. */
static void
no_locales(void **state)
{
	(void)state;
	assert_int_equal(setenv("LOCPATH", "/nonexistent", 1), 0);
	turn("C", NULL, true, "en", "hint");
	assert_int_equal(unsetenv("LOCPATH"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(languages),
		cmocka_unit_test(no_locales),
	};

	(void)unsetenv("LC_MESSAGES");
	(void)unsetenv("LANG");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
