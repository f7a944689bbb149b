/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/staff/who.h"

#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"

#define NAME_LEN	64

/* uid_t's last value says that nobody has logged in (a job of the system). */
static bool
login_uid(uid_t *out)
{
	struct buf b = { 0 };
	unsigned long long n = 0;
	const char *s;
	char *end;
	bool known = false;

	if (file_read("/proc/self/loginuid", 32, &b, NULL) == ERR_OK &&
	    (s = buf_str(&b)) != NULL) {
		n = strtoull(s, &end, 10);
		known = end != s && n < (uid_t)-1;
	}
	*out = (uid_t)n;
	buf_wipe(&b);
	return known;
}

/* The log takes texts in their normal form alone: account names have no more
 * than this. */
static void
plain(char *s)
{
	for (; *s != '\0'; s++)
		if (*s <= ' ' || *s > '~')
			*s = '?';
}

static void
name_of(uid_t uid, char out[static NAME_LEN])
{
	const struct passwd *p = getpwuid(uid);

	if (p != NULL && p->pw_name[0] != '\0') {
		(void)snprintf(out, NAME_LEN, "%s", p->pw_name);
		plain(out);
	} else
		(void)snprintf(out, NAME_LEN, "uid %lu",
		    (unsigned long)uid);
}

void
who_is_it(char out[static WHO_LEN])
{
	const char *sudo = getenv("SUDO_USER");
	char real[NAME_LEN], login[NAME_LEN];
	uid_t uid;

	name_of(getuid(), real);
	if (login_uid(&uid)) {
		name_of(uid, login);
		(void)snprintf(out, WHO_LEN, uid == getuid() ? "%s" :
		    "%s (as %s)", login, real);
	} else if (sudo != NULL && *sudo != '\0') {
		(void)snprintf(login, sizeof(login), "%s", sudo);
		plain(login);
		(void)snprintf(out, WHO_LEN, "%s (sudo by %s)", real, login);
	} else
		(void)snprintf(out, WHO_LEN, "%s", real);
}
