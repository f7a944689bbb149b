/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Which proxy stands between us and the portal: [network] proxy in
 * sigill.conf(5), else https_proxy, HTTPS_PROXY, all_proxy, ALL_PROXY unless
 * no_proxy or NO_PROXY has the portal's host.  Decided here and nowhere else,
 * so that what `sigill doctor` shows is what a delivery uses.
 */
#ifndef SIGILL_CLIENT_PROXY_H
#define SIGILL_CLIENT_PROXY_H

#include "base/buf.h"
#include "base/err.h"

struct settings;

/* { 0 } is an empty one: no proxy. */
struct proxy {
	char address[512];	/* scheme, host and port, without a user; ""
				 * when there is none */
	const char *source;	/* "sigill.conf", or the variable's name */
	struct buf user;	/* ends with a NUL; empty: none */
	struct buf password;	/* the same */
};

/* portal: its address.  ERR_CONFIG, ERR_KEY_MODE and ERR_NO_INPUT for the
 * file with the password. */
enum err_code proxy_choose(const struct settings *s, const char *portal,
    struct proxy *out, struct err *e);
void proxy_wipe(struct proxy *p);

#endif
