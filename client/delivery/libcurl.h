/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * libcurl, loaded when something is sent and not before.  It brings some
 * thirty libraries with it; to load them takes as long as to seal, and
 * nothing but delivery needs them.
 */
#ifndef SIGILL_CLIENT_LIBCURL_H
#define SIGILL_CLIENT_LIBCURL_H

#include <curl/curl.h>

#include "base/err.h"

#define LIBCURL_FUNCTIONS(X) \
	X(global_init_mem) X(global_cleanup) \
	X(easy_init) X(easy_cleanup) X(easy_duphandle) X(easy_setopt) \
	X(easy_perform) X(easy_getinfo) X(easy_recv) X(easy_strerror) \
	X(slist_append) X(slist_free_all) \
	X(url) X(url_cleanup) X(url_get) X(url_set) X(free)

/* curl_easy_init() is easy_init here, and so on. */
struct libcurl {
#define X(name)	__typeof__(curl_##name) *name;
	LIBCURL_FUNCTIONS(X)
#undef X
};

/* *out is static and stays loaded.  ERR_INTERNAL, with what to install, when
 * it is not there. */
enum err_code libcurl_load(const struct libcurl **out, struct err *e);

#endif
