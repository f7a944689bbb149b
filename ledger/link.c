/* SPDX-License-Identifier: EUPL-1.2 */
#include "ledger/link.h"

#include <errno.h>
#include <poll.h>
#include <postgresql/libpq-fe.h>
#include <string.h>
#include <time.h>

/* --- errors --------------------------------------------------------------- */

/* SQLSTATE, whole or its class (PostgreSQL, appendix A). */
static enum err_code
meaning(const char *state)
{
	static const struct {
		const char *state;
		enum err_code code;
	} known[] = {
		{ "53100", ERR_NO_SPACE }, { "53200", ERR_NO_MEMORY },
		{ "08", ERR_LEDGER },	/* the connection */
		{ "25", ERR_LEDGER },	/* idle for too long; a standby */
		{ "40", ERR_LEDGER },	/* a deadlock */
		{ "53", ERR_LEDGER },	/* too many connections */
		{ "55P03", ERR_LEDGER },	/* a lock */
		{ "57", ERR_LEDGER },	/* the server stops or starts */
		{ "3D", ERR_CONFIG },	/* no such database */
		{ "3F", ERR_CONFIG },	/* no such schema */
		{ "42", ERR_CONFIG },	/* no permission; other tables */
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strncmp(state, known[i].state,
		    strlen(known[i].state)) == 0)
			return known[i].code;
	return ERR_IO;
}

/* Its first line. */
static enum err_code
tell(enum err_code code, const char *text, struct err *e)
{
	return err_set(e, code, "ledger", 0, "%.*s",
	    (int)strcspn(text, "\n"), text);
}

enum err_code
link_fail(const struct postgres *p, const PGresult *result, struct err *e)
{
	const char *state, *text;

	if (PQstatus(p->conn) != CONNECTION_OK)
		return tell(ERR_LEDGER, PQerrorMessage(p->conn), e);
	state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	if (state == NULL || text == NULL)
		return result == NULL ?
		    err_set(e, ERR_NO_MEMORY, NULL, 0, NULL) :
		    tell(ERR_IO, PQerrorMessage(p->conn), e);
	if (strcmp(state, "42501") == 0)
		return err_set(e, ERR_CONFIG, "ledger", 0, "%.*s; as the "
		    "database's superuser: psql -f roles.sql (see OPERATIONS)",
		    (int)strcspn(text, "\n"), text);
	return tell(meaning(state), text, e);
}

enum err_code
link_finish(const struct postgres *p, PGresult *result, struct err *e)
{
	ExecStatusType status = PQresultStatus(result);
	enum err_code code = ERR_OK;

	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
		code = link_fail(p, result, e);
	PQclear(result);
	return code;
}

/* --- connections ---------------------------------------------------------- */

static int64_t
clock_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void
say_nothing(void *arg, const char *message)
{
	(void)arg;
	(void)message;
}

/* What is so on each connection, whatever the server's configuration. */
static enum err_code
settle_in(struct postgres *p, struct err *e)
{
	PGresult *result = PQexec(p->conn,
	    "SET idle_in_transaction_session_timeout = '10min';"
	    "SET lock_timeout = '30s';"
	    "SET client_min_messages = error;"
	    "SELECT set_config('synchronous_commit', 'on', false)"
	    "  WHERE current_setting('synchronous_commit')"
	    "  IN ('off', 'local');"
	    "SELECT current_setting('fsync')");

	if (PQresultStatus(result) == PGRES_TUPLES_OK &&
	    strcmp(PQgetvalue(result, 0, 0), "on") != 0) {
		PQclear(result);
		return err_set(e, ERR_CONFIG, "ledger", 0, "the server has "
		    "fsync = %s: no receipt could be relied on", "off");
	}
	return link_finish(p, result, e);
}

/* Words of the URI come last, and so win, but for the encoding. */
static PGconn *
dial(const char *uri)
{
	static const char *const words[] = {
		"fallback_application_name", "connect_timeout",
		"tcp_user_timeout", "keepalives_idle", "sslmode",
		"gssencmode", "dbname", "client_encoding", NULL,
	};
	const char *const values[] = {
		program_invocation_short_name, "10", "30000", "30",
		"verify-full", "disable", uri, "UTF8", NULL,
	};

	return PQconnectdbParams(words, values, 1);
}

/*
 * Who is refused at the start stays so until somebody changes something; who
 * is so later, while the server is set up anew, waits.  libpq tells no SQLSTATE
 * of a connection that came to nothing: the server's words, which are English
 * unless lc_messages says otherwise, must do.
 */
static bool
is_refused(const struct postgres *p)
{
	static const char *const words[] = {
		"authentication failed", "no pg_hba.conf entry",
		"\" does not exist", "is not permitted to log in",
		"no password supplied", "permission denied for database",
	};
	const char *text = PQerrorMessage(p->conn);

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strstr(text, words[i]) != NULL)
			return p->epoch == 1;
	return false;
}

enum err_code
link_connect(struct postgres *p, struct err *e)
{
	int64_t start = clock_ms();
	enum err_code code;

	if (start < p->again)
		return err_set(e, ERR_LEDGER, "ledger", 0,
		    "the last try was just now");
	PQfinish(p->conn);
	p->conn = dial(p->uri);
	p->epoch++;
	/* What an earlier connection has left need not be on the disk. */
	p->base.unsettled = true;
	if (PQstatus(p->conn) == CONNECTION_OK) {
		(void)PQsetNoticeProcessor(p->conn, say_nothing, NULL);
		code = settle_in(p, e);
	} else if (p->conn == NULL)
		code = err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	else
		code = tell(is_refused(p) ? ERR_CONFIG : ERR_LEDGER,
		    PQerrorMessage(p->conn), e);
	if (code != ERR_OK) {
		PQfinish(p->conn);
		p->conn = NULL;
		/* Who waits long for nothing shall not do it all the time. */
		p->again = clock_ms() + (clock_ms() - start);
	}
	return code;
}

/* Has the server gone, as far as can be seen without asking? */
static bool
is_gone(const struct postgres *p)
{
	struct pollfd fd = { .fd = PQsocket(p->conn), .events = POLLIN };

	while (PQstatus(p->conn) == CONNECTION_OK && poll(&fd, 1, 0) == 1)
		if (PQconsumeInput(p->conn) == 0)
			return true;
	return PQstatus(p->conn) != CONNECTION_OK;
}

enum err_code
link_ready(struct postgres *p, struct err *e)
{
	if (p->base.begun)
		return PQstatus(p->conn) == CONNECTION_OK ? ERR_OK :
		    err_set(e, ERR_LEDGER, "ledger", 0,
		    "the connection broke");
	return p->conn != NULL && !is_gone(p) ? ERR_OK : link_connect(p, e);
}

enum err_code
link_check_uri(const char *uri, struct err *e)
{
	char *why = NULL;
	PQconninfoOption *words = PQconninfoParse(uri, &why);
	enum err_code code = ERR_OK;

	if (words == NULL)
		code = why != NULL ? tell(ERR_CONFIG, why, e) :
		    err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	for (PQconninfoOption *w = words; w != NULL && w->keyword != NULL;
	    w++)
		if (w->val != NULL && strcmp(w->keyword, "password") == 0)
			code = err_set(e, ERR_CONFIG, "ledger", 0,
			    "a password does not belong into the URI, but "
			    "into a passfile");
	PQconninfoFree(words);
	PQfreemem(why);
	return code;
}

enum err_code
link_execute(struct postgres *p, const char *sql, struct err *e)
{
	enum err_code code = link_ready(p, e);

	return code == ERR_OK ? link_finish(p, PQexec(p->conn, sql), e) : code;
}

enum err_code
link_begin(struct postgres *p, const char *sql, struct err *e)
{
	struct err why = { 0 };
	enum err_code code = link_execute(p, sql, &why);

	if (code != ERR_OK && p->conn != NULL &&
	    PQstatus(p->conn) != CONNECTION_OK)
		return link_execute(p, sql, e);
	if (code != ERR_OK)
		*e = why;
	return code;
}
