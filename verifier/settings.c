/* SPDX-License-Identifier: EUPL-1.2 */
#include "verifier/settings.h"

#include <stdlib.h>
#include <string.h>

#include "base/wipe.h"
#include "verifier/load.h"

static const struct config_item items[] = {
	{ "authority", "name", CONFIG_STRING, true, false },
	{ "authority", "environment", CONFIG_STRING, true, false },
	{ "senders", "anchors", CONFIG_PATH, true, false },
	{ "senders", "crls", CONFIG_PATH, false, false },
	{ "recipient", "certificate", CONFIG_PATH, true, true },
	{ "recipient", "key", CONFIG_PLACE, true, true },
	{ "recipient", "passphrase_file", CONFIG_PATH, false, true },
	{ "receipts", "certificate", CONFIG_PATH, false, false },
	{ "receipts", "key", CONFIG_PLACE, false, false },
	{ "receipts", "passphrase_file", CONFIG_PATH, false, false },
	{ "receipts", "chain", CONFIG_PATH, false, false },
	{ "pkcs11", "module", CONFIG_PATH, false, false },
	{ "questionnaires", "directory", CONFIG_PATH, false, false },
	{ "round", "opens", CONFIG_TIME, true, true },
	{ "round", "closes", CONFIG_TIME, true, true },
	{ 0 },
};

/* Each key beside its certificate. */
static enum err_code
pair_recipients(struct settings *s, struct err *e)
{
	s->n_keys = s->recipients.len;
	if ((s->keys = calloc(s->n_keys, sizeof(*s->keys))) == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	for (size_t i = 0; i < s->n_keys; i++) {
		s->keys[i].key = s->recipient_keys[i];
		s->keys[i].cert = s->recipients.v[i];
	}
	return ERR_OK;
}

static enum err_code
check_receipts(const struct settings *s, struct err *e)
{
	if (config_get(s->config, "receipts", "certificate") != NULL &&
	    config_get(s->config, "receipts", "key") != NULL)
		return ERR_OK;
	return err_set(e, ERR_CONFIG, config_path(s->config), 0,
	    "--receipts needs certificate and key in [receipts]");
}

enum err_code
settings_load(const char *path, int passphrase_fd, bool receipts,
    int64_t now, struct settings *out, struct err *e)
{
	struct loader loader = { 0 };
	enum err_code code;

	if ((code = config_load(path, items, &out->config, e)) != ERR_OK)
		return code;
	loader.config = out->config;
	if ((code = load_authority(&loader, &out->authority, e)) != ERR_OK ||
	    (code = load_rounds(&loader, &out->rounds, &out->n_rounds,
	    e)) != ERR_OK ||
	    (code = load_questionnaires(&loader, &out->questionnaires,
	    &out->n_questionnaires, e)) != ERR_OK ||
	    (code = load_senders(&loader, &out->senders, e)) != ERR_OK)
		goto out;
	out->environment = loader.environment;
	/* Keys last: a person is asked only when all else is right. */
	if ((code = load_passphrase(&loader, passphrase_fd, e)) != ERR_OK ||
	    (code = load_recipients(&loader, &out->recipients,
	    &out->recipient_keys, e)) != ERR_OK ||
	    (code = pair_recipients(out, e)) != ERR_OK || !receipts)
		goto out;
	if ((code = check_receipts(out, e)) == ERR_OK)
		code = load_receipts(&loader, now, &out->receipt_cert,
		    &out->receipt_key, &out->receipt_chain, e);
out:
	loader_wipe(&loader);
	return code;
}

void
settings_wipe(struct settings *s)
{
	keys_free(s->recipient_keys, s->recipients.len);
	free(s->keys);
	cert_list_wipe(&s->recipients);
	questionnaires_free(s->questionnaires, s->n_questionnaires);
	free(s->rounds);
	trust_free(s->senders);
	key_free(s->receipt_key);
	cert_list_wipe(&s->receipt_cert);
	cert_list_wipe(&s->receipt_chain);
	wipe_free(s->authority);
	config_free(s->config);
	memset(s, 0, sizeof(*s));
}
