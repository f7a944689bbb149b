/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The service's end: one request at a time, whoever asks.
 */
#include "intake/service/keyholder.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "intake/service/channel.h"
#include "intake/service/child.h"

/* What a smart card takes, and then some. */
#define UNWRAP_MS	30000
/* After a start that failed, until the next. */
#define PAUSE_MS	1000

#define TEXT(n)		#n
#define NUMBER(n)	TEXT(n)

struct keyholder {
	const char *program, *config;	/* borrowed */
	struct buf passphrase;		/* owned; empty: none */
	pthread_mutex_t mutex;		/* of the rest */
	struct child child;
	struct err failed;		/* the last start's; none: it did not */
	int64_t not_before;		/* of channel_clock: the next start */
};

/*
 * What libraries for tokens want to know, and files without one do not need;
 * the service's passwords, for a database or for what it starts, are not
 * among it.  A name that ends with '_' stands for all that begin so.
 */
static const char *const wanted[] = {
	"HOME", "LANG", "LC_", "LD_LIBRARY_PATH", "PATH", "TMPDIR", "TZ",
	"P11_", "PKCS11_", "PCSCLITE_", "OPENSC_", "SOFTHSM2_", "SOFTHSM_",
	"YUBIHSM_", "TPM2_", "NFAST_", "CKNFAST_", "ChrystokiConfigurationPath",
	"CS_PKCS11_", "GRPCPKCS11_", "CLOUDHSM_", "ET_HSM_", "KMS_PKCS11_",
};

static bool
is_wanted(const char *variable)
{
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		size_t len = strlen(wanted[i]);

		if (strncmp(variable, wanted[i], len) == 0 &&
		    (wanted[i][len - 1] == '_' || variable[len] == '='))
			return true;
	}
	return false;
}

/* Of our environment what is wanted, ending with NULL; the list alone is for
 * free().  NULL without memory. */
static const char **
environment(void)
{
	const char **list;
	size_t n = 0;

	while (environ[n] != NULL)
		n++;
	if ((list = calloc(n + 1, sizeof(*list))) == NULL)
		return NULL;
	n = 0;
	for (char **v = environ; *v != NULL; v++)
		if (is_wanted(*v))
			list[n++] = *v;
	return list;
}

/* A pipe with the passphrase in it; -1 when there is none. */
static enum err_code
open_passphrase(const struct keyholder *k, int *out, struct err *e)
{
	enum err_code code;
	int fd[2];

	*out = -1;
	if (k->passphrase.len == 0)
		return ERR_OK;
	if (pipe2(fd, O_CLOEXEC) == -1)
		return err_errno(e, ERR_IO, "pipe", errno);
	/* At most LIMIT_PASSPHRASE, which fits every pipe: never blocks. */
	code = file_write_fd(fd[1], "pipe", k->passphrase.data,
	    k->passphrase.len, e);
	(void)close(fd[1]);
	if (code != ERR_OK)
		(void)close(fd[0]);
	else
		*out = fd[0];
	return code;
}

static enum err_code
start(struct keyholder *k, struct err *e)
{
	const char *argv[] = { "sigill-intake", "--config", k->config,
	    "keyholder", "--passphrase-fd", NUMBER(CHILD_EXTRA_FD), NULL };
	const char **list;
	enum err_code code;
	int fd;

	if ((list = environment()) == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	if ((code = open_passphrase(k, &fd, e)) != ERR_OK) {
		free(list);
		return code;
	}
	if (fd == -1)
		argv[4] = NULL;
	code = child_start(k->program, argv, list, fd, &k->child, e);
	free(list);
	if (fd != -1)
		(void)close(fd);
	return code == ERR_OK ? child_await(&k->child, e) : code;
}

/*
 * Starts it again; not at once after a start that failed, and never after one
 * whose PIN was refused: tokens count, and lock themselves.
 */
static enum err_code
start_again(struct keyholder *k, struct err *e)
{
	bool refused = k->failed.code == ERR_PASSPHRASE;

	if (k->failed.code == ERR_OK ||
	    (!refused && channel_clock() >= k->not_before)) {
		err_clear(&k->failed);
		if (start(k, &k->failed) == ERR_OK)
			return ERR_OK;
		k->not_before = channel_clock() + PAUSE_MS;
		log_err(LOG_WARN, "keyholder-not-started", &k->failed);
	}
	return err_set(e, ERR_KEY_SERVICE, k->failed.where, k->failed.at,
	    "%s: %s", err_name(k->failed.code), k->failed.msg);
}

enum err_code
keyholder_start(const char *program, const char *config,
    const struct buf *passphrase, struct keyholder **out, struct err *e)
{
	struct keyholder *k;
	enum err_code code;

	if ((k = malloc(sizeof(*k))) == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	*k = (struct keyholder){ .program = program, .config = config,
	    .child = CHILD_NONE };
	(void)pthread_mutex_init(&k->mutex, NULL);
	if (passphrase != NULL)
		buf_add(&k->passphrase, passphrase->data, passphrase->len);
	if ((code = buf_check(&k->passphrase, e)) == ERR_OK)
		code = start(k, e);
	if (code == ERR_OK)
		*out = k;
	else
		keyholder_free(k);
	return code;
}

void
keyholder_free(struct keyholder *k)
{
	if (k == NULL)
		return;
	child_end(&k->child);
	buf_wipe(&k->passphrase);
	(void)pthread_mutex_destroy(&k->mutex);
	free(k);
}

/* Its answer; ERR_KEY_SERVICE when there is none that could be one. */
static enum err_code
ask(struct keyholder *k, const struct buf *request,
    uint8_t out[static CONTENT_KEY_LEN], bool *answered, struct err *e)
{
	int64_t deadline = channel_clock() + UNWRAP_MS;
	struct buf body = { 0 };
	enum err_code code, told;
	char type = 0;

	if ((code = channel_send(k->child.fd, 'U', request->data,
	    request->len, deadline, NULL)) == ERR_OK)
		code = channel_receive(k->child.fd, CHANNEL_NAME_MAX, &type,
		    &body, deadline, NULL);
	*answered = code == ERR_OK;
	if (code == ERR_OK && type == 'K' && body.len == CONTENT_KEY_LEN)
		memcpy(out, body.data, CONTENT_KEY_LEN);
	else {
		told = code == ERR_OK && type == 'E' &&
		    buf_str(&body) != NULL ?
		    err_by_name((const char *)body.data) : ERR_OK;
		code = err_set(e, told == ERR_DECRYPTION ||
		    told == ERR_NO_MEMORY ? told : ERR_KEY_SERVICE,
		    "keyholder", 0, NULL);
	}
	buf_wipe(&body);
	return code;
}

/* One that has gone since it was last asked is no reason to fail; one that
 * goes again is. */
static enum err_code
ask_until_answered(struct keyholder *k, const struct buf *request,
    uint8_t out[static CONTENT_KEY_LEN], struct err *e)
{
	char how[CHILD_HOW_LEN] = "";
	enum err_code code = ERR_OK;
	bool answered = false;
	struct err why = { 0 };

	for (int tries = 0; tries < 2 && !answered; tries++) {
		err_clear(&why);
		if (k->child.pid <= 0 &&
		    (code = start_again(k, e)) != ERR_OK)
			return code;
		code = ask(k, request, out, &answered, &why);
		if (answered)
			continue;
		child_kill(&k->child, how, sizeof(how));
		log_event(LOG_WARN, "keyholder-gone", "message", how,
		    (char *)NULL);
	}
	if (code == ERR_OK || code == ERR_DECRYPTION)
		return code;
	return err_set(e, code, "keyholder", 0, "%s", how);
}

enum err_code
keyholder_unwrap(struct keyholder *k, const struct wrapped_key *w,
    uint8_t out[static CONTENT_KEY_LEN], struct err *e)
{
	struct buf request = { 0 };
	enum err_code code;

	if ((code = wrapped_key_encode(w, &request, e)) == ERR_OK) {
		pthread_mutex_lock(&k->mutex);
		code = ask_until_answered(k, &request, out, e);
		pthread_mutex_unlock(&k->mutex);
	}
	buf_wipe(&request);
	return code;
}
