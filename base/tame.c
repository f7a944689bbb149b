/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/tame.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* RFC 3629 §4: how many octets the character at s has, by its first; 0 when
 * none begins so.  least..most bound the second octet. */
static size_t
octets(unsigned char first, unsigned char *least, unsigned char *most)
{
	*least = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
	*most = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
	if (first < 0x80)
		return 1;
	if (first >= 0xc2 && first <= 0xdf)
		return 2;
	if (first >= 0xe0 && first <= 0xef)
		return 3;
	return first >= 0xf0 && first <= 0xf4 ? 4 : 0;
}

/* Of a whole character of n octets: C0, DEL, C1, the ends of lines that are
 * none in ASCII (U+2028, 2029), and what makes a text read otherwise than it
 * is: Unicode's Bidi_Control (U+061C, 200E, 200F, 202A-202E, 2066-2069). */
static bool
is_control(const unsigned char *p, size_t n)
{
	if (n == 1)
		return *p < 0x20 || *p == 0x7f;
	if (n == 2)
		return (*p == 0xc2 && p[1] < 0xa0) ||
		    (*p == 0xd8 && p[1] == 0x9c);
	if (n != 3 || *p != 0xe2)
		return false;
	return (p[1] == 0x80 && (p[2] == 0x8e || p[2] == 0x8f ||
	    (p[2] >= 0xa8 && p[2] <= 0xae))) ||
	    (p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9);
}

void
tame(char *s)
{
	unsigned char *p = (unsigned char *)s, least, most;
	size_t n, have;

	for (; *p != '\0'; p += n) {
		n = octets(*p, &least, &most);
		for (have = 1; have < n && p[have] >= least &&
		    p[have] <= most; have++) {
			least = 0x80;
			most = 0xbf;
		}
		if (n != 0 && have < n && p[have] == '\0') {
			*p = '\0';
			return;
		}
		if (n == 0 || have < n || is_control(p, n)) {
			*p = '?';
			n = 1;
		}
	}
}

void
tame_line(const char *s, char *out, size_t size)
{
	static const char more[] = " …";
	size_t len = strlen(s);
	const bool cut = len >= size;
	char *space;

	if (cut)
		len = size - sizeof(more);
	memcpy(out, s, len);
	out[len] = '\0';
	for (size_t i = 0; i < len; i++)
		if (out[i] == '\n')
			out[i] = ' ';
	tame(out);
	if (!cut)
		return;
	/* A word that is longer than all of it is cut as well. */
	if (s[len] != ' ' && s[len] != '\n' &&
	    (space = strrchr(out, ' ')) != NULL)
		*space = '\0';
	while (out[0] != '\0' && out[strlen(out) - 1] == ' ')
		out[strlen(out) - 1] = '\0';
	memcpy(out + strlen(out), more, sizeof(more));
}
