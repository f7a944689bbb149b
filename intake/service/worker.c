/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The process itself.  Until sandbox_enter it reads what the operator has
 * written, and nobody else; from then on it has the channel, and no log.
 */
#include "intake/service/worker.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/timestamp.h"
#include "base/wipe.h"
#include "crypto/unwrap.h"
#include "intake/service/channel.h"
#include "intake/service/child.h"
#include "intake/service/plant.h"
#include "intake/service/sandbox.h"
#include "intake/service/worker_known.h"
#include "intake/settings.h"
#include "verifier/handoff.h"

#define CHANNEL		STDIN_FILENO
/* Of 'V': time and arrived. */
#define TIMES_LEN	16

struct judge {
	struct intake_settings settings;
	struct key *distant;		/* owned; one for all recipients */
	struct recipient_key *keys;	/* owned; they borrow */
	struct seen seen;		/* empty: the ledger knows better */
	struct verifier verifier;	/* borrows from the others */
	bool ready;			/* there is somebody to ask */
};

/* --- a key that is elsewhere ---------------------------------------------- */

static enum err_code
ask(void *arg, const struct wrapped_key *w,
    uint8_t out[static CONTENT_KEY_LEN], struct err *e)
{
	const struct judge *j = arg;
	struct buf b = { 0 };
	enum err_code code, told;
	char type = 0;

	if (!j->ready)
		return err_set(e, ERR_DECRYPTION, NULL, 0, NULL);
	if ((code = wrapped_key_encode(w, &b, e)) == ERR_OK &&
	    (code = channel_send(CHANNEL, 'U', b.data, b.len, -1, e)) ==
	    ERR_OK)
		code = channel_receive(CHANNEL, CHANNEL_NAME_MAX, &type, &b,
		    -1, e);
	if (code != ERR_OK)
		goto out;
	if (type == 'K' && b.len == CONTENT_KEY_LEN) {
		memcpy(out, b.data, CONTENT_KEY_LEN);
		goto out;
	}
	told = type == 'E' && buf_str(&b) != NULL ?
	    err_by_name((const char *)b.data) : ERR_OK;
	code = err_set(e, told != ERR_OK ? told : ERR_KEY_SERVICE, NULL, 0,
	    NULL);
out:
	buf_wipe(&b);
	return code;
}

/* --- before the walls are up ---------------------------------------------- */

static enum err_code
add_keys(struct judge *j, struct err *e)
{
	const struct cert_list *certs = &j->settings.recipients;
	enum err_code code;

	if ((code = key_distant(ask, j, &j->distant, e)) != ERR_OK)
		return code;
	if ((j->keys = calloc(certs->len, sizeof(*j->keys))) == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	for (size_t i = 0; i < certs->len; i++)
		j->keys[i] = (struct recipient_key){
			.key = j->distant, .cert = certs->v[i],
		};
	return ERR_OK;
}

static enum err_code
load(struct judge *j, const char *config, struct err *e)
{
	struct intake_settings *s = &j->settings;
	enum err_code code;

	if ((code = intake_settings_load(config, -1, INTAKE_JUDGE,
	    timestamp_now(), s, e)) != ERR_OK ||
	    (code = add_keys(j, e)) != ERR_OK)
		return code;
	j->verifier = (struct verifier){
		.environment = s->environment, .senders = s->senders,
		.keys = j->keys, .n_keys = s->recipients.len,
		.questionnaires = s->questionnaires,
		.n_questionnaires = s->n_questionnaires,
		.rounds = s->rounds, .n_rounds = s->n_rounds,
		.seen = &j->seen,
	};
	return ERR_OK;
}

/*
 * What libraries open or read when they are first used (random numbers, time
 * zones, tables) has been opened and read when that is no longer possible.  A
 * seal that nobody opens does nearly all that a file will make them do.
 */
static enum err_code
warm_up(struct judge *j, struct err *e)
{
	const struct cert_list *certs = &j->settings.recipients;
	uint8_t nothing[LIMIT_SEALED_MIN] = { 0 };
	struct verdict verdict = { 0 };
	struct buf sealed = { 0 }, out = { 0 };
	struct cert_list one = { 0 };
	enum err_code code = ERR_OK;
	size_t which;

	json_object_seed(0);
	for (size_t i = 0; code == ERR_OK && i < certs->len; i++) {
		one = (struct cert_list){ &certs->v[i], 1 };
		sealed.len = 0;
		code = enveloped_make(nothing, sizeof(nothing), &one, &sealed,
		    e);
		if (code == ERR_OK)
			(void)enveloped_open(sealed.data, sealed.len,
			    &j->keys[i], 1, &out, &which, NULL);
		(void)trust_check(j->settings.senders, certs->v[i], NULL,
		    timestamp_now(), NULL);
	}
	verify_sealed(&j->verifier, nothing, sizeof(nothing), &verdict);
	verdict_wipe(&verdict);
	buf_wipe(&sealed);
	buf_wipe(&out);
	return code;
}

/* Is believed, for here no file has been seen yet. */
static enum err_code
tell_known(const struct judge *j, struct err *e)
{
	struct buf known = { 0 };
	enum err_code code;

	if ((code = worker_known_encode(&j->verifier, &known, e)) == ERR_OK)
		code = channel_send(CHANNEL, 'C', known.data, known.len, -1,
		    e);
	buf_wipe(&known);
	return code;
}

/* --- one file after the other --------------------------------------------- */

static enum err_code
answer(const struct judge *j, const struct verdict *verdict, struct err *e)
{
	struct buf facts = { 0 }, document = { 0 };
	struct facts f = { 0 };
	enum err_code code;

	if ((code = facts_of(verdict, &f, e)) == ERR_OK &&
	    (code = facts_encode(&f, &facts, e)) == ERR_OK)
		code = channel_send(CHANNEL, 'F', facts.data, facts.len, -1,
		    e);
	if (code == ERR_OK && verdict->kind == VERDICT_ACCEPTED &&
	    (code = handoff_document(verdict, j->verifier.now, &document,
	    e)) == ERR_OK)
		code = channel_send(CHANNEL, 'D', document.data,
		    document.len, -1, e);
	facts_wipe(&f);
	buf_wipe(&facts);
	buf_wipe(&document);
	return code;
}

/* Nothing of a file is left in memory when the service is told that all has
 * been said about it. */
static enum err_code
judge_next(struct judge *j, struct err *e)
{
	struct verdict verdict = { 0 };
	struct buf message = { 0 };
	uint64_t now, arrived;
	enum err_code code;
	struct cursor c;
	char type = 0;

	code = channel_receive(CHANNEL, TIMES_LEN + (size_t)LIMIT_SEALED + 1,
	    &type, &message, -1, e);
	if (code != ERR_OK)
		goto out;
	c = cursor_of(message.data, message.len);
	if (type != 'V' || !cursor_be(&c, 8, &now) ||
	    !cursor_be(&c, 8, &arrived)) {
		code = err_set(e, ERR_PROTOCOL, "worker", 0, NULL);
		goto out;
	}
	plant(c.p, c.left);
	j->verifier.now = (int64_t)now;
	j->verifier.arrived = (int64_t)arrived;
	verify_sealed(&j->verifier, c.p, c.left, &verdict);
	code = answer(j, &verdict, e);
out:
	verdict_wipe(&verdict);
	buf_wipe(&message);
	return code == ERR_OK ?
	    channel_send(CHANNEL, '.', NULL, 0, -1, e) : code;
}

int
worker_main(const char *config)
{
	struct judge j = { .ready = false };
	struct err e = { 0 };
	enum err_code code;

	if ((code = load(&j, config, &e)) == ERR_OK &&
	    (code = warm_up(&j, &e)) == ERR_OK)
		code = sandbox_enter(SANDBOX_WORKER,
		    j.settings.worker_memory, &e);
	if (child_report(CHANNEL, &e) != ERR_OK)
		code = ERR_INTERRUPTED;
	if (code == ERR_OK)
		code = tell_known(&j, &e);
	j.ready = true;
	while (code == ERR_OK)
		code = judge_next(&j, &e);
	key_free(j.distant);
	free(j.keys);
	intake_settings_wipe(&j.settings);
	/* That the service wants no more is the ordinary end. */
	return code == ERR_INTERRUPTED ? 0 : err_status(code);
}
