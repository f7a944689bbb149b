/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The service's end: whatever comes from the process may be a forger's.
 */
#include "intake/service/worker.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/log.h"
#include "crypto/unwrap.h"
#include "format/text.h"
#include "intake/service/channel.h"
#include "intake/service/child.h"
#include "intake/service/document.h"
#include "intake/service/worker_known.h"

/* Then it is started anew: what a file may have left in it has an end.  To
 * start takes some 25 ms, a third of what 64 files take.  With large lists of
 * revoked certificates it takes seconds; then it has as many files as it took
 * milliseconds, so that the start never costs much more than they do. */
#define FILES_LEAST	64
#define FILES_MOST	4096

struct worker {
	const char *program, *config;	/* borrowed */
	unsigned seconds;
	struct child child;
	struct buf known;		/* worker_known.h */
	unsigned files;			/* that this process has had */
	unsigned files_max;		/* that it is to have */
};

/* One file in a worker's hands. */
struct errand {
	struct worker *w;
	struct keyholder *keys;
	const struct buf *sealed;
	uint8_t digest[DIGEST_LEN];
	int64_t now, arrived;
	size_t document_max;
	int64_t deadline;
	bool asked;			/* for its content key */
	enum err_code unasked;		/* the key holder could not tell */
	bool has_facts;
	struct facts facts;
	struct buf document;
};

enum err_code
worker_new(const char *program, const char *config, unsigned seconds,
    struct worker **out, struct err *e)
{
	struct worker *w;

	if ((w = malloc(sizeof(*w))) == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	*w = (struct worker){ .program = program, .config = config,
	    .seconds = seconds, .child = CHILD_NONE };
	*out = w;
	return ERR_OK;
}

void
worker_free(struct worker *w)
{
	if (w == NULL)
		return;
	child_end(&w->child);
	buf_wipe(&w->known);
	free(w);
}

/* Between two files a worker says nothing: one that does, or has gone, is no
 * good, and the next file is not to blame. */
static bool
is_quiet(const struct worker *w)
{
	struct pollfd p = { .fd = w->child.fd, .events = POLLIN };

	return poll(&p, 1, 0) == 0;
}

/* Before it has seen any file. */
static enum err_code
learn(struct worker *w, struct err *e)
{
	char how[CHILD_HOW_LEN], type = 0;

	if (channel_receive(w->child.fd, WORKER_KNOWN_MAX, &type, &w->known,
	    channel_clock() + CHILD_START_MS, NULL) == ERR_OK && type == 'C')
		return ERR_OK;
	child_kill(&w->child, how, sizeof(how));
	return err_set(e, ERR_IO, "worker", 0, "%s before it was ready", how);
}

static enum err_code
start(struct worker *w, struct err *e)
{
	const char *const argv[] = { "sigill-intake", "--config", w->config,
	    "worker", NULL };
	/* Passwords of databases have no place there. */
	const char *const environment[] = { "LC_ALL=C.UTF-8", NULL };
	int64_t began = channel_clock(), took;
	char how[CHILD_HOW_LEN];
	enum err_code code;

	if (w->child.pid > 0 && w->files >= w->files_max)
		child_end(&w->child);
	if (w->child.pid > 0 && !is_quiet(w))
		child_kill(&w->child, how, sizeof(how));
	if (w->child.pid > 0)
		return ERR_OK;
	w->files = 0;
	if ((code = child_start(w->program, argv, environment, -1, &w->child,
	    e)) != ERR_OK || (code = child_await(&w->child, e)) != ERR_OK ||
	    (code = learn(w, e)) != ERR_OK)
		return code;
	took = channel_clock() - began;
	w->files_max = took < FILES_LEAST ? FILES_LEAST :
	    took > FILES_MOST ? FILES_MOST : (unsigned)took;
	return ERR_OK;
}

static enum err_code
broken(struct err *e, const char *what)
{
	return err_set(e, ERR_WORKER, "worker", 0, "%s", what);
}

/* --- what it says --------------------------------------------------------- */

static bool
occurs(const struct buf *sealed, const uint8_t *p, size_t len)
{
	return len == 0 || memmem(sealed->data, sealed->len, p, len) != NULL;
}

/* 'U': once, and only for what this very file holds. */
static enum err_code
serve_key(struct errand *x, const struct buf *message, struct err *e)
{
	uint8_t key[CONTENT_KEY_LEN];
	struct wrapped_key w;
	struct err why = { 0 };
	enum err_code code;

	if (x->asked || x->has_facts || wrapped_key_parse(message->data,
	    message->len, &w, NULL) != ERR_OK)
		return broken(e, "it asked for a key out of turn");
	x->asked = true;
	if (!occurs(x->sealed, w.wrapped, w.wrapped_len) ||
	    !occurs(x->sealed, w.point, w.point_len))
		return broken(e, "it asked for the key of another file");
	code = keyholder_unwrap(x->keys, &w, key, &why);
	if (code != ERR_OK && code != ERR_DECRYPTION) {
		x->unasked = code;
		err_set(e, code, why.where, why.at, "%s", why.msg);
	}
	if (code == ERR_OK)
		code = channel_send(x->w->child.fd, 'K', key, sizeof(key),
		    x->deadline, e);
	else
		code = channel_send(x->w->child.fd, 'E', err_name(code),
		    strlen(err_name(code)), x->deadline, e);
	explicit_bzero(key, sizeof(key));
	return code;
}

/* 'F': about this file and no other, and only what could be. */
static enum err_code
take_facts(struct errand *x, const struct buf *message, struct err *e)
{
	const char *lie;

	if (x->has_facts ||
	    facts_parse(message->data, message->len, &x->facts, NULL) !=
	    ERR_OK)
		return broken(e, "what it said are not facts");
	x->has_facts = true;
	if (memcmp(x->facts.sealed, x->digest, DIGEST_LEN) != 0 ||
	    x->facts.size != x->sealed->len)
		return broken(e, "its facts are about another file");
	lie = worker_known_lie(&x->w->known, &x->facts, x->arrived);
	return lie != NULL ? broken(e, lie) : ERR_OK;
}

/* What deflate and JSON can make of a file of this size, at most. */
static size_t
document_max(size_t sealed)
{
	size_t most = sealed * LIMIT_INFLATE_RATIO *
	    (LIMIT_DOCUMENT / LIMIT_STATEMENT) + LIMIT_FACTS;

	return most < LIMIT_DOCUMENT ? most : LIMIT_DOCUMENT;
}

/* One line of text: what a terminal or a log would take for something else
 * stands in JSON as an escape. */
static bool
is_line(const struct buf *d)
{
	for (size_t i = 0; i + 1 < d->len; i++)
		if (d->data[i] < 0x20 || d->data[i] == 0x7f)
			return false;
	return text_utf8_valid(d->data, d->len);
}

/* 'D' */
static enum err_code
take_document(struct errand *x, struct buf *message, struct err *e)
{
	if (!x->has_facts || x->facts.kind != VERDICT_ACCEPTED ||
	    x->document.len != 0)
		return broken(e, "it gave a document out of turn");
	if (message->len > x->document_max || !document_has_form(message) ||
	    !is_line(message))
		return broken(e, "what it gave is not a document");
	buf_move(&x->document, message);
	return ERR_OK;
}

/* '.'  A worker that lacks memory, or finds itself in disorder, does so for
 * this file: that has to have an end. */
static enum err_code
finish(const struct errand *x, struct err *e)
{
	bool accepted = x->facts.kind == VERDICT_ACCEPTED;

	if (!x->has_facts || accepted != (x->document.len != 0))
		return broken(e, "it ended without facts, or a document");
	if (x->facts.kind != VERDICT_UNDECIDED || x->unasked != ERR_OK)
		return ERR_OK;
	if (x->facts.err.code == ERR_NO_MEMORY)
		return broken(e, "it did not have enough memory");
	if (x->facts.err.code == ERR_INTERNAL)
		return broken(e, "it could not go on");
	return ERR_OK;
}

static enum err_code
converse(struct errand *x, struct err *e)
{
	struct buf message = { 0 };
	enum err_code code = ERR_OK;
	char type = 0;

	while (code == ERR_OK && type != '.') {
		code = channel_receive(x->w->child.fd, x->document_max >
		    LIMIT_FACTS ? x->document_max : LIMIT_FACTS, &type,
		    &message, x->deadline, e);
		if (code != ERR_OK)
			break;
		if (type == 'U')
			code = serve_key(x, &message, e);
		else if (type == 'F')
			code = take_facts(x, &message, e);
		else if (type == 'D')
			code = take_document(x, &message, e);
		else if (type == '.')
			code = finish(x, e);
		else
			code = broken(e, "it said what nobody understands");
	}
	buf_wipe(&message);
	return code;
}

/* --- one file ------------------------------------------------------------- */

static void
put_number(uint8_t out[static 8], int64_t n)
{
	for (size_t i = 0; i < 8; i++)
		out[i] = (uint8_t)((uint64_t)n >> (56 - 8 * i));
}

/* What the service is to make of the end of a conversation; *e tells how the
 * process ended that had to be ended. */
static enum err_code
conclude(struct worker *w, enum err_code code, struct err *why,
    struct err *e)
{
	char how[CHILD_HOW_LEN];

	if (code == ERR_OK)
		return ERR_OK;
	child_kill(&w->child, how, sizeof(how));
	if (code == ERR_WORKER_LATE)
		return err_set(e, code, "worker", 0, "more than %u seconds",
		    w->seconds);
	if (code == ERR_INTERRUPTED)
		return broken(e, how);
	if (code == ERR_IO || code == ERR_PROTOCOL)
		code = ERR_WORKER;
	return err_set(e, code, why->where, why->at, "%s", why->msg);
}

/* Facts and document are in *x, which the caller wipes. */
static enum err_code
try(struct errand *x, struct err *e)
{
	struct worker *w = x->w;
	struct err why = { 0 };
	enum err_code code;
	uint8_t times[16];

	if ((code = start(w, e)) != ERR_OK)
		return code;
	w->files++;
	x->deadline = channel_clock() + (int64_t)w->seconds * 1000;
	put_number(times, x->now);
	put_number(times + 8, x->arrived);
	code = channel_send_two(w->child.fd, 'V', times, sizeof(times),
	    x->sealed->data, x->sealed->len, x->deadline, &why);
	if (code == ERR_OK)
		code = converse(x, &why);
	code = conclude(w, code, &why, e);
	/* Whatever it made of that. */
	if (code == ERR_OK && x->unasked != ERR_OK)
		code = err_set(e, x->unasked, why.where, why.at, "%s",
		    why.msg);
	return code;
}

static void
drop_result(struct errand *x)
{
	facts_wipe(&x->facts);
	buf_wipe(&x->document);
	x->asked = x->has_facts = false;
}

/*
 * That a file cannot be judged yet is not believed of a worker that has had
 * others before: one of those may have taken it over, and this would put off
 * whomever it likes without end.
 */
static enum err_code
try_twice(struct errand *x, struct err *e)
{
	char how[CHILD_HOW_LEN];
	enum err_code code;
	struct err lied = { 0 };

	if ((code = try(x, e)) != ERR_OK || x->w->files == 1 ||
	    x->facts.kind != VERDICT_UNDECIDED)
		return code;
	err_set(&lied, ERR_WORKER, "worker", 0, "it said %s where a new one "
	    "does not", err_name(x->facts.err.code));
	child_kill(&x->w->child, how, sizeof(how));
	drop_result(x);
	if ((code = try(x, e)) == ERR_OK &&
	    x->facts.kind != VERDICT_UNDECIDED)
		log_err(LOG_WARN, "worker-broken", &lied);
	return code;
}

enum err_code
worker_verify(struct worker *w, struct keyholder *keys,
    const struct buf *sealed, int64_t now, int64_t arrived,
    struct facts *facts, struct buf *document, struct err *e)
{
	struct errand x = { .w = w, .keys = keys, .sealed = sealed,
	    .now = now, .arrived = arrived,
	    .document_max = document_max(sealed->len) };
	enum err_code code;

	if ((code = digest_sha256(sealed->data, sealed->len, x.digest, e)) ==
	    ERR_OK && (code = try_twice(&x, e)) == ERR_OK) {
		*facts = x.facts;
		buf_move(document, &x.document);
		memset(&x.facts, 0, sizeof(x.facts));
	}
	drop_result(&x);
	return code;
}
