/* SPDX-License-Identifier: EUPL-1.2 */
#include "tests/unit/changed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

char *
changed(const char *text, const char *find, const char *with)
{
	const char *at = strstr(text, find);
	char *s = malloc(strlen(text) + strlen(with) + 1);
	size_t head;

	assert_non_null(s);
	if (at == NULL)
		fail_msg("not in the text: %s", find);
	head = (size_t)(at - text);
	memcpy(s, text, head);
	memcpy(s + head, with, strlen(with));
	strcpy(s + head + strlen(with), at + strlen(find));
	return s;
}
