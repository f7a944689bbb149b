/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What the portal is told: its configuration file, and the keys and
 * certificates that the file names, loaded and checked against each other.
 * Nothing in the structure changes after the start.
 */
#ifndef SIGILL_PORTAL_SETTINGS_H
#define SIGILL_PORTAL_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/config.h"
#include "base/err.h"
#include "crypto/cert.h"
#include "crypto/key.h"
#include "format/submission.h"

struct settings {
	struct config *config;		/* owned; owns the strings below */
	const char *authority;		/* its name, as receipts give it */
	enum environment environment;

	/* Numeric, where port 0 picks a free one, and then with TLS; or a
	 * Unix socket, on which a front server passes requests on. */
	struct sockaddr_storage listen;
	socklen_t listen_len;
	uid_t front_user;		/* who may connect to a Unix socket */
	struct buf tls_anchors;		/* senders', PEM, ends with a NUL */

	const char *spool;		/* folder of what was handed in */
	const char *database;		/* ledger/sql.h; NULL: in the spool */
	const char *name;		/* among portals that share it; or "" */
	const char *verdicts;		/* intake's receipts' folder, or NULL */
	uint64_t max_size;		/* of a sealed file, in bytes */
	int64_t upload_seconds;		/* until an unfinished upload expires */
	int64_t patience;		/* seconds for others: portal/watch.h */
	int64_t max_uploads;		/* unfinished ones of one sender */
	int64_t max_bytes;		/* of them together */
	int64_t max_connections;	/* of one sender, at a time */

	const char *anchors;		/* issuers of senders' certificates */
	const char *crls;		/* or NULL: revocation is not checked */

	struct key *receipt_key;	/* owned */
	struct cert_list receipt_cert;	/* one, the receipts' signer */
	struct cert_list receipt_chain;	/* enclosed in receipts; may be empty */
};

/* ERR_CONFIG*, ERR_KEY*, ERR_CERT, ERR_PASSPHRASE*, ERR_TEST_CERTIFICATE,
 * ERR_NO_INPUT.  On failure *out is empty. */
enum err_code settings_load(const char *path, struct settings *out,
    struct err *e);
void settings_wipe(struct settings *s);

/* Is there a front server, and no TLS of our own? */
bool settings_fronted(const struct settings *s);

/*
 * Reads the server's own certificate, with its intermediates, and its key:
 * appends them as crypto/tls_identity.h has them.  They may have been renewed
 * since the start.  ERR_KEY*, ERR_CERT, ERR_PASSPHRASE*,
 * ERR_TEST_CERTIFICATE, ERR_NO_INPUT.
 */
enum err_code settings_server_identity(const struct settings *s,
    struct buf *cert_pem, struct buf *key_der, struct err *e);

#endif
