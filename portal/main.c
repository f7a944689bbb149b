/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * sigill-portal: takes sealed files over HTTPS and gives receipts.  Here:
 * the command line, start and stop, signals.
 */
#include <argp.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/message.h"
#include "base/timestamp.h"
#include "base/wipe.h"
#include "crypto/crypto.h"
#include "ledger/schema.h"
#include "ledger/sql.h"
#include "portal/complete.h"
#include "portal/ledger.h"
#include "base/notify.h"
#include "portal/peer.h"
#include "portal/server.h"
#include "portal/settings.h"
#include "portal/store.h"
#include "portal/tls.h"
#include "portal/uploads.h"

#define PROGRAM		"sigill-portal"
#define CONFIG_DEFAULT	"/etc/sigill/portal.conf"
#define SWEEP_SECONDS	60

struct options {
	const char *config;
	bool json_log;
	bool check;
};

enum { OPT_CONFIG = 1000, OPT_JSON_LOG, OPT_CHECK };

static const struct argp_option option_table[] = {
	{ "config", OPT_CONFIG, "FILE", 0,
	    "read FILE instead of " CONFIG_DEFAULT, 0 },
	{ "json-log", OPT_JSON_LOG, NULL, 0,
	    "log as JSON, one object a line", 0 },
	{ "check", OPT_CHECK, NULL, 0,
	    "read the configuration, keys and folders, and exit", 0 },
	{ 0 },
};

const char *argp_program_version = PROGRAM " " SIGILL_VERSION;

static error_t
parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case OPT_CONFIG:
		o->config = arg;
		return 0;
	case OPT_JSON_LOG:
		o->json_log = true;
		return 0;
	case OPT_CHECK:
		o->check = true;
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "unexpected argument '%s'", arg);
		return EINVAL;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp parser = {
	.options = option_table, .parser = parse_option,
	.doc = "Take sealed submissions over HTTPS and give signed receipts.",
};

/* The hints of errors.def are for senders where these differ. */
static const char *
own_hint(enum err_code code)
{
	switch (code) {
	case ERR_CONFIG:
	case ERR_CONFIG_MISSING:
		return "see sigill-portal(8)";
	case ERR_TEST_CERTIFICATE:
		return "get a certificate for the authority's own portal, or "
		    "set environment = test";
	case ERR_PASSPHRASE_NEEDED:
		return "name a file with it in passphrase_file";
	default:
		return NULL;
	}
}

static void
tell(const struct err *e)
{
	const char *hint = own_hint(e->code);
	struct buf text = { 0 };

	message_text(&text, PROGRAM, e, hint == NULL);
	if (hint != NULL) {
		buf_add_str(&text, PROGRAM ": hint: ");
		buf_add_str(&text, hint);
		buf_add_str(&text, "\n");
	}
	(void)file_write_fd(STDERR_FILENO, "stderr", text.data, text.len,
	    NULL);
	buf_wipe(&text);
}

/* Each for itself: a revocation list that is bad does not keep a certificate
 * from being renewed. */
static void
reload(struct service *service, struct tls *tls)
{
	struct err e = { 0 }, tls_e = { 0 };

	if (peers_reload(service->peers, &e) != ERR_OK)
		log_err(LOG_FAIL, "not-reloaded", &e);
	if (tls != NULL && tls_reload(tls, &tls_e) != ERR_OK)
		log_err(LOG_FAIL, "not-reloaded", &tls_e);
	if (e.code == ERR_OK && tls_e.code == ERR_OK)
		log_event(LOG_INFORM, "reloaded", (char *)NULL);
}

/* Until SIGTERM or SIGINT: SIGHUP reads files again, and what has expired or
 * takes too long is swept away. */
static void
serve(struct service *service, struct server *server, struct tls *tls,
    const sigset_t *signals)
{
	const struct timespec second = { .tv_sec = 1 };
	unsigned seconds = 0;
	int sig;

	for (;;) {
		server_sweep(server);
		sig = sigtimedwait(signals, NULL, &second);
		if (sig == SIGTERM || sig == SIGINT)
			return;
		if (sig == SIGHUP)
			reload(service, tls);
		if (sig == -1 && ++seconds < SWEEP_SECONDS)
			continue;
		uploads_sweep(service->uploads, service->clock());
		seconds = 0;
	}
}

static void
tell_listening(const struct settings *settings, const struct server *server)
{
	const char *environment = environment_name(settings->environment);
	char port[8];

	(void)snprintf(port, sizeof(port), "%u", server_port(server));
	if (settings_fronted(settings))
		log_event(LOG_INFORM, "listening", "on", config_get(
		    settings->config, "portal", "listen"), "environment",
		    environment, (char *)NULL);
	else
		log_event(LOG_INFORM, "listening", "port", port,
		    "environment", environment, (char *)NULL);
}

/* A portal that serves goes on: the next reload may bring a new list. */
static enum err_code
check_lists(const struct settings *settings, struct peers *peers,
    struct err *e)
{
	return peers_outdated(peers) == 0 ? ERR_OK : err_set(e,
	    ERR_CRL_OUTDATED, settings->crls, 0, NULL);
}

static enum err_code
check_database(const struct settings *settings, struct err *e)
{
	struct sql *db = NULL;
	enum err_code code = ERR_OK;

	if (settings->database != NULL &&
	    sql_where_is_shared(settings->database))
		code = sql_open(settings->database, &db, e);
	if (db != NULL)
		code = schema_look(db, settings->database, e);
	if (db != NULL && code == ERR_OK)
		code = ledger_permits(db, e);
	sql_close(db);
	return code;
}

/* All parts, in the order in which they need each other. */
static enum err_code
run(const struct settings *settings, bool check, const sigset_t *signals,
    struct err *e)
{
	struct service service = {
		.clock = timestamp_now, .settings = settings,
	};
	struct completer *completer = NULL;
	struct server *server = NULL;
	struct store *store = NULL;
	struct tls *tls = NULL;
	enum err_code code;

	if ((code = peers_open(settings, &service.peers, e)) != ERR_OK ||
	    (!settings_fronted(settings) &&
	    (code = tls_open(settings, &tls, e)) != ERR_OK))
		goto out;
	if (check) {
		if ((code = check_lists(settings, service.peers, e)) == ERR_OK)
			code = check_database(settings, e);
		goto out;
	}
	if ((code = store_open(settings->spool, &store, e)) != ERR_OK ||
	    (code = ledger_open(settings->database != NULL ?
	    settings->database : store_ledger_path(store), settings->name,
	    &service.ledger, e)) != ERR_OK ||
	    (code = completer_open(settings, store, service.ledger,
	    service.peers, service.clock, &completer, e)) != ERR_OK ||
	    (code = uploads_open(settings, store, service.ledger, completer,
	    &service.uploads, e)) != ERR_OK ||
	    (code = uploads_recover(service.uploads, service.clock(), e)) !=
	    ERR_OK ||
	    (code = server_start(&service, &server, e)) != ERR_OK)
		goto out;
	tell_listening(settings, server);
	notify_manager("READY=1");
	serve(&service, server, tls, signals);
	log_event(LOG_INFORM, "stopping", (char *)NULL);
	notify_manager("STOPPING=1");
out:
	if (!server_stop(server)) {
		log_event(LOG_WARN, "stopped-early", (char *)NULL);
		_exit(0);
	}
	tls_close(tls);
	uploads_close(service.uploads);
	completer_close(completer);
	ledger_close(service.ledger);
	store_close(store);
	peers_close(service.peers);
	return code;
}

int
main(int argc, char **argv)
{
	struct options options = { .config = CONFIG_DEFAULT };
	struct settings settings = { 0 };
	struct err e = { 0 };
	enum err_code code;
	uint8_t first[1];
	sigset_t signals;

	wipe_harden();
	message_init(true);
	argp_err_exit_status = err_status(ERR_USAGE);
	(void)argp_parse(&parser, argc, argv, 0, NULL, &options);
	log_open(PROGRAM, options.json_log, LOG_INFORM);

	/* Taken by sigtimedwait alone; threads inherit the mask.  A full disk
	 * or a lost client is an error return, not a signal. */
	(void)sigemptyset(&signals);
	(void)sigaddset(&signals, SIGTERM);
	(void)sigaddset(&signals, SIGINT);
	(void)sigaddset(&signals, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &signals, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGXFSZ, SIG_IGN);

	/* What sets itself up at first use and finds no memory then stays
	 * broken: the random generator is used before there are requests. */
	code = crypto_init(&e);
	if (code == ERR_OK)
		code = crypto_random(first, sizeof(first), &e);
	if (code == ERR_OK)
		code = settings_load(options.config, &settings, &e);
	if (code == ERR_OK)
		code = run(&settings, options.check, &signals, &e);
	settings_wipe(&settings);
	if (code != ERR_OK)
		tell(&e);
	return err_status(code);
}
