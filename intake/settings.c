/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/settings.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/wipe.h"
#include "verifier/handoff.h"
#include "verifier/load.h"

/* The largest submission takes seconds; what takes a minute hangs. */
#define WORKER_SECONDS	60
/* Four times the largest submission (base/limits.h), and a program. */
#define WORKER_MEMORY	1024	/* MiB */
#define WORKERS_MAX	256

static const struct config_item items[] = {
	{ "authority", "name", CONFIG_STRING, true, false },
	{ "authority", "environment", CONFIG_STRING, true, false },
	{ "senders", "anchors", CONFIG_PATH, true, false },
	{ "senders", "crls", CONFIG_PATH, false, false },
	{ "recipient", "certificate", CONFIG_PATH, true, true },
	{ "recipient", "key", CONFIG_PLACE, true, true },
	{ "recipient", "passphrase_file", CONFIG_PATH, false, true },
	{ "receipts", "certificate", CONFIG_PATH, true, false },
	{ "receipts", "key", CONFIG_PLACE, true, false },
	{ "receipts", "passphrase_file", CONFIG_PATH, false, false },
	{ "receipts", "chain", CONFIG_PATH, false, false },
	{ "receipts", "earlier", CONFIG_PATH, false, false },
	{ "pkcs11", "module", CONFIG_PATH, false, false },
	{ "questionnaires", "directory", CONFIG_PATH, false, false },
	{ "round", "opens", CONFIG_TIME, true, true },
	{ "round", "closes", CONFIG_TIME, true, true },
	{ "ledger", "database", CONFIG_PLACE, true, false },
	{ "spool", "directory", CONFIG_PATH, true, true },
	{ "folder", "directory", CONFIG_PATH, true, true },
	{ "archive", "directory", CONFIG_PATH, true, false },
	{ "verdicts", "directory", CONFIG_PATH, false, false },
	{ "handoff", "directory", CONFIG_PATH, false, false },
	{ "handoff", "command", CONFIG_STRING, false, false },
	{ "handoff", "timeout", CONFIG_NUMBER, false, false },
	{ "scored", "directory", CONFIG_PATH, false, false },
	{ "service", "workers", CONFIG_NUMBER, false, false },
	{ "service", "seconds", CONFIG_NUMBER, false, false },
	{ "service", "memory", CONFIG_NUMBER, false, false },
	{ 0 },
};

static enum err_code
number(const struct intake_settings *s, const char *section, const char *key,
    int64_t otherwise, int64_t least, int64_t most, unsigned *out,
    struct err *e)
{
	int64_t n = config_number(s->config, section, key, otherwise);

	if (n < least || n > most)
		return err_set(e, ERR_CONFIG, config_path(s->config), 0,
		    "[%s] %s must be between %lld and %lld", section, key,
		    (long long)least, (long long)most);
	*out = (unsigned)n;
	return ERR_OK;
}

/* A worker for each core that this process may use. */
static int64_t
cores(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > WORKERS_MAX ? WORKERS_MAX : n;
}

static enum err_code
load_numbers(struct intake_settings *s, struct err *e)
{
	enum err_code code;

	if ((code = number(s, "handoff", "timeout", HANDOFF_TIMEOUT, 1, 3600,
	    &s->handoff_timeout, e)) != ERR_OK ||
	    (code = number(s, "service", "workers", cores(), 1, WORKERS_MAX,
	    &s->workers, e)) != ERR_OK ||
	    (code = number(s, "service", "seconds", WORKER_SECONDS, 1, 3600,
	    &s->worker_seconds, e)) != ERR_OK)
		return code;
	return number(s, "service", "memory", WORKER_MEMORY, 256, 65536,
	    &s->worker_memory, e);
}

/* Every [KIND NAME], after those that are there; a name stands in the ledger
 * alone, without its kind. */
static enum err_code
load_places(struct intake_settings *s, const char *kind, bool spool,
    struct err *e)
{
	size_t prefix = strlen(kind) + 1;
	const char *section;
	struct place *v;

	for (size_t i = 0; (section = config_section(s->config, kind, i)) !=
	    NULL; i++) {
		v = reallocarray(s->places, s->n_places + 1, sizeof(*v));
		if (v == NULL)
			return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
		s->places = v;
		for (size_t j = 0; j < s->n_places; j++)
			if (strcmp(v[j].name, section + prefix) == 0)
				return err_set(e, ERR_CONFIG,
				    config_path(s->config), 0, "[%s]: there "
				    "is another one with this name", section);
		v[s->n_places++] = (struct place){
			.name = section + prefix, .spool = spool,
			.directory = config_get(s->config, section,
			    "directory"),
		};
	}
	return ERR_OK;
}

/* What every command needs: no file but the configuration is read. */
static enum err_code
load_common(struct intake_settings *s, struct loader *l, struct err *e)
{
	enum err_code code;

	if ((code = load_authority(l, &s->authority, e)) != ERR_OK ||
	    (code = load_rounds(l, &s->rounds, &s->n_rounds, e)) != ERR_OK ||
	    (code = load_places(s, "spool", true, e)) != ERR_OK ||
	    (code = load_places(s, "folder", false, e)) != ERR_OK ||
	    (code = load_numbers(s, e)) != ERR_OK)
		return code;
	if (s->n_places == 0)
		return err_set(e, ERR_CONFIG, config_path(s->config), 0,
		    "there is no [spool NAME], and no [folder NAME]");
	s->environment = l->environment;
	s->database = config_get(s->config, "ledger", "database");
	s->archive = config_get(s->config, "archive", "directory");
	s->verdicts = config_get(s->config, "verdicts", "directory");
	s->handoff_dir = config_get(s->config, "handoff", "directory");
	s->handoff_command = config_get(s->config, "handoff", "command");
	s->scored = config_get(s->config, "scored", "directory");
	return ERR_OK;
}

enum err_code
intake_settings_load(const char *path, int passphrase_fd, unsigned parts,
    int64_t now, struct intake_settings *out, struct err *e)
{
	struct loader l = { 0 };
	enum err_code code;

	if ((code = config_load(path, items, &out->config, e)) != ERR_OK)
		return code;
	l.config = out->config;
	if ((code = load_common(out, &l, e)) != ERR_OK)
		goto out;
	if ((parts & INTAKE_JUDGE) != 0 &&
	    ((code = load_questionnaires(&l, &out->questionnaires,
	    &out->n_questionnaires, e)) != ERR_OK ||
	    (code = load_senders(&l, &out->senders, e)) != ERR_OK))
		goto out;
	if ((parts & (INTAKE_SIGN | INTAKE_SIGNERS)) != 0 &&
	    (code = load_receipt_signers(&l, &out->receipt_signers, e)) !=
	    ERR_OK)
		goto out;
	/* Keys last: a person is asked only when all else is right. */
	if ((code = load_passphrase(&l, passphrase_fd, e)) != ERR_OK)
		goto out;
	if ((parts & (INTAKE_JUDGE | INTAKE_UNWRAP)) != 0 &&
	    (code = load_recipients(&l, &out->recipients,
	    (parts & INTAKE_UNWRAP) != 0 ? &out->recipient_keys : NULL,
	    e)) != ERR_OK)
		goto out;
	if ((parts & INTAKE_SIGN) != 0)
		code = load_receipts(&l, now, &out->receipt_cert,
		    &out->receipt_key, &out->receipt_chain, e);
out:
	loader_wipe(&l);
	return code;
}

void
intake_settings_wipe(struct intake_settings *s)
{
	keys_free(s->recipient_keys, s->recipients.len);
	cert_list_wipe(&s->recipients);
	questionnaires_free(s->questionnaires, s->n_questionnaires);
	trust_free(s->senders);
	key_free(s->receipt_key);
	cert_list_wipe(&s->receipt_cert);
	cert_list_wipe(&s->receipt_chain);
	cert_list_wipe(&s->receipt_signers);
	free(s->rounds);
	free(s->places);
	wipe_free(s->authority);
	config_free(s->config);
	memset(s, 0, sizeof(*s));
}
