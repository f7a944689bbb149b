/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/delivery/no_proxy.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define ENTRY_LEN	256	/* a longer one is no host */

/* An address of either family in bytes; 4, 16, or 0 when it is none. */
static size_t
address_bytes(const char *s, uint8_t out[static 16])
{
	if (inet_pton(AF_INET, s, out) == 1)
		return 4;
	return inet_pton(AF_INET6, s, out) == 1 ? 16 : 0;
}

static bool
same_bits(const uint8_t *a, const uint8_t *b, size_t bits)
{
	const size_t whole = bits / 8;
	const unsigned rest = bits % 8;

	if (memcmp(a, b, whole) != 0)
		return false;
	return rest == 0 || ((a[whole] ^ b[whole]) >> (8 - rest)) == 0;
}

/* An unsigned decimal number up to max, and nothing behind it. */
static bool
parse_number(const char *s, unsigned long max, unsigned long *out)
{
	if (*s == '\0' || strspn(s, "0123456789") != strlen(s) ||
	    strlen(s) > 5)
		return false;
	*out = strtoul(s, NULL, 10);
	return *out <= max;
}

/* Is the address host in the network, or the same as the address, entry? */
static bool
in_network(char *entry, const char *host)
{
	uint8_t net[16], address[16];
	char *slash = strchr(entry, '/');
	unsigned long bits;
	size_t len;

	if (slash != NULL)
		*slash++ = '\0';
	if ((len = address_bytes(host, address)) == 0 ||
	    address_bytes(entry, net) != len)
		return false;
	bits = len * 8;
	if (slash != NULL && !parse_number(slash, len * 8, &bits))
		return false;
	return same_bits(net, address, bits);
}

/* Takes ":port" off an entry; false when it is another than port. */
static bool
port_fits(char *entry, uint16_t port)
{
	char *colon = strrchr(entry, ':'), *end;
	unsigned long n;

	if (entry[0] == '[') {
		if ((end = strchr(entry, ']')) == NULL)
			return false;
		*end++ = '\0';
		colon = *end == ':' ? end : NULL;
		memmove(entry, entry + 1, strlen(entry));
	} else if (colon != NULL && strchr(entry, ':') != colon)
		colon = NULL;		/* an IPv6 address */
	if (colon == NULL)
		return true;
	*colon = '\0';
	return parse_number(colon + 1, UINT16_MAX, &n) && n == port;
}

/* entry is example.se, host is that or portal.example.se. */
static bool
under_name(const char *entry, const char *host)
{
	size_t h, n;

	/* ".example.se" and "*.example.se" are written for the same. */
	if (entry[0] == '*' && entry[1] == '.')
		entry++;
	while (*entry == '.')
		entry++;
	n = strlen(entry);
	h = strlen(host);
	/* The root's dot. */
	if (n != 0 && entry[n - 1] == '.')
		n--;
	if (h != 0 && host[h - 1] == '.')
		h--;
	return n != 0 && h >= n && strncasecmp(host + h - n, entry, n) == 0 &&
	    (h == n || host[h - n - 1] == '.');
}

static bool
entry_has(char *entry, const char *host, uint16_t port)
{
	uint8_t address[16];

	if (!port_fits(entry, port))
		return false;
	if (strcmp(entry, "*") == 0 || in_network(entry, host))
		return true;
	return address_bytes(host, address) == 0 && under_name(entry, host);
}

bool
no_proxy_has(const char *list, const char *host, uint16_t port)
{
	static const char gaps[] = ", \t";
	char entry[ENTRY_LEN];
	size_t n;

	for (list += strspn(list, gaps); *list != '\0';
	    list += strspn(list, gaps)) {
		n = strcspn(list, gaps);
		if (n < sizeof(entry)) {
			memcpy(entry, list, n);
			entry[n] = '\0';
			if (entry_has(entry, host, port))
				return true;
		}
		list += n;
	}
	return false;
}
