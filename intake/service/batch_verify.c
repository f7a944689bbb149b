/* SPDX-License-Identifier: EUPL-1.2 */
/* A batch's first step: what the worker says about a file. */
#include <string.h>

#include "base/limits.h"
#include "base/log.h"
#include "intake/service/archive.h"
#include "intake/service/batch.h"

/* Too large for a worker's memory: rejected by its size, as the verifier
 * would. */
static void
refuse_size(struct matter *m)
{
	m->facts.kind = VERDICT_REJECTED;
	err_set(&m->facts.err, ERR_SEALED_SIZE, NULL, 0,
	    "more than %u bytes", LIMIT_SEALED);
}

static enum err_code
ask_worker(struct tools *t, struct matter *m, const struct buf *sealed,
    int64_t now, struct err *e)
{
	struct err found = { 0 };
	enum err_code code;

	code = worker_verify(t->worker, t->common->keys, sealed,
	    now, m->arrival.arrived, &m->facts, &m->document, &found);
	if (code == ERR_OK && (memcmp(m->facts.sealed, m->arrival.digest,
	    DIGEST_LEN) != 0 || m->facts.size != m->arrival.size))
		code = err_set(&found, ERR_WORKER, NULL, 0,
		    "it told facts about another file");
	if (code != ERR_WORKER && code != ERR_WORKER_LATE)
		return code == ERR_OK ? ERR_OK : err_set(e, code,
		    found.where, found.at, "%s", found.msg);
	log_err(LOG_WARN, "worker-broken", &found);
	facts_wipe(&m->facts);
	memset(&m->facts, 0, sizeof(m->facts));
	buf_wipe(&m->document);
	m->broken = code;
	return ERR_OK;
}

enum err_code
batch_verify(struct tools *t, struct matter *m, int64_t now, struct err *e)
{
	struct buf sealed = { 0 };
	struct err found = { 0 };
	enum err_code code = ERR_OK;

	if (m->arrival.size > LIMIT_SEALED)
		refuse_size(m);
	else if ((m->broken = archive_read(t->common->settings, &m->arrival,
	    &sealed, &found)) == ERR_OK)
		code = ask_worker(t, m, &sealed, now, e);
	else if (m->arrival.state != ARRIVAL_ACCEPTED ||
	    !lost_bytes(m->broken))		/* those upkeep counts */
		hush_err(&t->reading, "not-readable", &found);
	buf_wipe(&sealed);
	memcpy(m->facts.sealed, m->arrival.digest, DIGEST_LEN);
	m->facts.size = m->arrival.size;
	return code;
}
