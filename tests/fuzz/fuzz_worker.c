/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Whatever a worker says about one file: the key holder is asked once at most,
 * and only for what the file holds; and what is believed is about that file.
 * The input is what the worker sends; its process is a socket.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "intake/service/channel.h"
#include "intake/service/child.h"
#include "intake/service/worker.h"
#include "intake/service/worker_known.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* tests/fuzz/run.sh knows it: 64 octets, a point of P-256 and a wrapped key. */
static const char file[] =
	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	"\4" "pointpointpointpointpointpointpointpointpointpointpointpointpoin"
	"wrapped.wrapped.wrapped.wrapped.wrapped.";

/* When it arrived, in the middle of the one round. */
#define ARRIVED	1686000000

static const uint8_t *said;
static size_t said_len;
static unsigned asked;

/* What the worker has loaded, which it tells before it can be anybody's. */
static void
tell_known(int fd)
{
	const struct round_window round = { "2023", ARRIVED - 1000,
	    ARRIVED + 1000 };
	char id[] = "infosakkollen-2023", version[] = "1.0";
	struct questionnaire q = { .id = id, .version = version }, *list = &q;
	const struct verifier v = { .rounds = &round, .n_rounds = 1,
	    .questionnaires = &list, .n_questionnaires = 1 };
	struct buf known = { 0 };

	if (worker_known_encode(&v, &known, NULL) != ERR_OK ||
	    channel_send(fd, 'C', known.data, known.len, -1, NULL) != ERR_OK)
		abort();
	buf_wipe(&known);
}

/* --- instead of the processes --------------------------------------------- */

enum err_code
child_start(const char *program, const char *const argv[],
    const char *const environment[], int extra, struct child *out,
    struct err *e)
{
	const int room = 1 << 20;
	int ends[2];

	(void)program;
	(void)argv;
	(void)environment;
	(void)extra;
	(void)e;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == -1)
		abort();
	(void)setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	tell_known(ends[1]);
	/* What does not fit is the end. */
	(void)!send(ends[1], said, said_len, MSG_DONTWAIT | MSG_NOSIGNAL);
	(void)shutdown(ends[1], SHUT_WR);
	*out = (struct child){ .pid = ends[1], .fd = ends[0] };
	return ERR_OK;
}

enum err_code
child_await(struct child *c, struct err *e)
{
	(void)c;
	(void)e;
	return ERR_OK;
}

void
child_end(struct child *c)
{
	if (c->fd != -1)
		(void)close(c->fd);
	if (c->pid > 0)
		(void)close(c->pid);
	*c = CHILD_NONE;
}

void
child_kill(struct child *c, char *how, size_t size)
{
	if (size != 0)
		how[0] = '\0';
	child_end(c);
}

enum err_code
keyholder_unwrap(struct keyholder *k, const struct wrapped_key *w,
    uint8_t out[static CONTENT_KEY_LEN], struct err *e)
{
	(void)k;
	if (asked++ != 0 || memmem(file, sizeof(file), w->wrapped,
	    w->wrapped_len) == NULL || (w->point_len != 0 &&
	    memmem(file, sizeof(file), w->point, w->point_len) == NULL))
		abort();
	if (w->wrapped[0] == 'w') {
		memset(out, 1, CONTENT_KEY_LEN);
		return ERR_OK;
	}
	return err_set(e, ERR_DECRYPTION, NULL, 0, NULL);
}

/* -------------------------------------------------------------------------- */

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	/* tests/fuzz/run.sh knows what must become of its seeds. */
	const char *want = getenv("SIGILL_FUZZ_WANT");
	struct buf sealed = { 0 }, document = { 0 };
	uint8_t digest[DIGEST_LEN];
	struct facts facts = { 0 };
	struct worker *w = NULL;
	enum err_code code;
	struct err e = { 0 };

	said = data;
	said_len = len;
	asked = 0;
	buf_add(&sealed, file, sizeof(file) - 1);
	if (digest_sha256(sealed.data, sealed.len, digest, NULL) != ERR_OK ||
	    worker_new(NULL, "", 5, &w, NULL) != ERR_OK)
		abort();
	code = worker_verify(w, NULL, &sealed, ARRIVED, ARRIVED, &facts,
	    &document, &e);
	if (code != e.code)
		abort();
	if (want != NULL && strcmp(want, code != ERR_OK ? err_name(code) :
	    verdict_name(facts.kind)) != 0)
		abort();
	if (code == ERR_OK && (facts.size != sealed.len ||
	    memcmp(facts.sealed, digest, DIGEST_LEN) != 0 ||
	    (facts.kind == VERDICT_ACCEPTED) != (document.len != 0)))
		abort();
	if (code != ERR_OK && (facts.step != NULL || document.len != 0))
		abort();
	worker_free(w);
	facts_wipe(&facts);
	buf_wipe(&document);
	buf_wipe(&sealed);
	return 0;
}
