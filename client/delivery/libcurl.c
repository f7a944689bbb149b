/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/delivery/libcurl.h"

#include <dlfcn.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"

/* The name has the ABI's number, which the headers' functions belong to. */
#define LIBRARY	"libcurl.so.4"

enum err_code
libcurl_load(const struct libcurl **out, struct err *e)
{
	static struct libcurl functions;
	static void *library;
	static const struct {
		const char *name;
		size_t at;
	} table[] = {
#define X(name)	{ "curl_" #name, offsetof(struct libcurl, name) },
		LIBCURL_FUNCTIONS(X)
#undef X
	};
	void *f;

	/* What curl and OpenSSL would write there opens all that we send to
	 * whoever reads it: that is for nobody to ask for from outside. */
	(void)unsetenv("SSLKEYLOGFILE");
	if (library == NULL &&
	    (library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL)) == NULL)
		return err_set(e, ERR_INTERNAL, LIBRARY, 0,
		    _("it cannot be loaded; install the package libcurl4"));
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if ((f = dlsym(library, table[i].name)) == NULL)
			return err_set(e, ERR_INTERNAL, LIBRARY, 0,
			    "it lacks %s", table[i].name);
		memcpy((char *)&functions + table[i].at, &f, sizeof(f));
	}
	*out = &functions;
	return ERR_OK;
}
