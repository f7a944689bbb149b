/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The service's end: whatever comes from the process may be a forger's.
 */
#include "intake/service/worker.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "crypto/unwrap.h"
#include "intake/service/channel.h"
#include "intake/service/child.h"
#include "intake/service/document.h"

/* Then it is started anew: what a file may have left in it has an end. */
#define FILES_MAX	4096

struct worker {
	const char *program, *config;	/* borrowed */
	unsigned seconds;
	struct child child;
	unsigned files;			/* that this process has had */
};

/* One file in a worker's hands. */
struct errand {
	struct worker *w;
	struct keyholder *keys;
	const struct buf *sealed;
	uint8_t digest[DIGEST_LEN];
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

static enum err_code
start(struct worker *w, struct err *e)
{
	const char *const argv[] = { "sigill-intake", "--config", w->config,
	    "worker", NULL };
	/* Passwords of databases have no place there. */
	const char *const environment[] = { "LC_ALL=C.UTF-8", NULL };
	char how[CHILD_HOW_LEN];
	enum err_code code;

	if (w->child.pid > 0 && w->files >= FILES_MAX)
		child_end(&w->child);
	if (w->child.pid > 0 && !is_quiet(w))
		child_kill(&w->child, how, sizeof(how));
	if (w->child.pid > 0)
		return ERR_OK;
	w->files = 0;
	code = child_start(w->program, argv, environment, -1, &w->child, e);
	return code == ERR_OK ? child_await(&w->child, e) : code;
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

/* 'F': about this file and no other. */
static enum err_code
take_facts(struct errand *x, const struct buf *message, struct err *e)
{
	if (x->has_facts ||
	    facts_parse(message->data, message->len, &x->facts, NULL) !=
	    ERR_OK)
		return broken(e, "what it said are not facts");
	x->has_facts = true;
	if (memcmp(x->facts.sealed, x->digest, DIGEST_LEN) != 0 ||
	    x->facts.size != x->sealed->len)
		return broken(e, "its facts are about another file");
	return ERR_OK;
}

/* 'D' */
static enum err_code
take_document(struct errand *x, struct buf *message, struct err *e)
{
	if (!x->has_facts || x->facts.kind != VERDICT_ACCEPTED ||
	    x->document.len != 0)
		return broken(e, "it gave a document out of turn");
	if (!document_has_form(message))
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
		code = channel_receive(x->w->child.fd, LIMIT_DOCUMENT, &type,
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

enum err_code
worker_verify(struct worker *w, struct keyholder *keys,
    const struct buf *sealed, int64_t now, int64_t arrived,
    struct facts *facts, struct buf *document, struct err *e)
{
	struct errand x = { .w = w, .keys = keys, .sealed = sealed };
	struct err why = { 0 };
	enum err_code code;
	uint8_t times[16];

	if ((code = digest_sha256(sealed->data, sealed->len, x.digest, e)) !=
	    ERR_OK || (code = start(w, e)) != ERR_OK)
		return code;
	w->files++;
	x.deadline = channel_clock() + (int64_t)w->seconds * 1000;
	put_number(times, now);
	put_number(times + 8, arrived);
	code = channel_send_two(w->child.fd, 'V', times, sizeof(times),
	    sealed->data, sealed->len, x.deadline, &why);
	if (code == ERR_OK)
		code = converse(&x, &why);
	code = conclude(w, code, &why, e);
	/* Whatever it made of that. */
	if (code == ERR_OK && x.unasked != ERR_OK)
		code = err_set(e, x.unasked, why.where, why.at, "%s",
		    why.msg);
	if (code == ERR_OK) {
		*facts = x.facts;
		buf_move(document, &x.document);
	} else
		facts_wipe(&x.facts);
	buf_wipe(&x.document);
	return code;
}
