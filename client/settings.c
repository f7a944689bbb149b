/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/settings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/message.h"
#include "client/options.h"
#include "crypto/digest.h"
#include "format/questionnaire_file.h"

#define SYSTEM_CONFIG	"/etc/sigill/sigill.conf"

static const struct config_item items[] = {
	{ "sigill", "environment", CONFIG_STRING, true, false },
	{ "identity", "certificate", CONFIG_PATH, false, false },
	{ "identity", "key", CONFIG_PATH, false, false },
	{ "identity", "passphrase_file", CONFIG_PATH, false, false },
	{ "identity", "chain", CONFIG_PATH, false, false },
	{ "authority", "name", CONFIG_STRING, false, false },
	{ "authority", "portal", CONFIG_STRING, false, false },
	{ "authority", "portal_anchors", CONFIG_PATH, false, false },
	{ "authority", "recipients", CONFIG_PATH, false, false },
	{ "authority", "anchors", CONFIG_PATH, false, false },
	{ "authority", "portal_signers", CONFIG_PATH, false, false },
	{ "authority", "intake_signers", CONFIG_PATH, false, false },
	{ "network", "proxy", CONFIG_STRING, false, false },
	{ "network", "proxy_user", CONFIG_STRING, false, false },
	{ "network", "proxy_password_file", CONFIG_PATH, false, false },
	{ "questionnaires", "directory", CONFIG_PATH, false, false },
	{ "outbox", "directory", CONFIG_PATH, false, false },
	{ "feedback", "receive", CONFIG_STRING, false, false },
	{ "round", "closes", CONFIG_TIME, false, true },
	{ 0 },
};

bool
settings_user_dir(char out[static 4096])
{
	const char *base = getenv("XDG_CONFIG_HOME");
	int n;

	/* A relative one is to be ignored (XDG base directories). */
	if (base != NULL && base[0] == '/')
		n = snprintf(out, 4096, "%s/sigill", base);
	else if ((base = getenv("HOME")) != NULL && base[0] == '/')
		n = snprintf(out, 4096, "%s/.config/sigill", base);
	else
		return false;
	return n > 0 && n < 4096;
}

/* Which file is it?  NULL when there is none of the standing ones. */
static const char *
find_config(const struct options *o, char out[static 4096])
{
	char dir[4096];
	int n;

	if (o->config != NULL)
		return o->config;
	if (settings_user_dir(dir)) {
		n = snprintf(out, 4096, "%s/sigill.conf", dir);
		/* One that is there and cannot be looked at is an error. */
		if (n > 0 && n < 4096 && (access(out, F_OK) == 0 ||
		    (errno != ENOENT && errno != ENOTDIR)))
			return out;
	}
	return access(SYSTEM_CONFIG, F_OK) == 0 ? SYSTEM_CONFIG : NULL;
}

static enum err_code
take_choices(struct settings *s, struct err *e)
{
	const char *environment = config_get(s->config, "sigill",
	    "environment");
	const char *receive = config_get(s->config, "feedback", "receive");
	int which;

	if ((which = environment_parse(environment)) == -1)
		return err_set(e, ERR_CONFIG, config_path(s->config), 0,
		    _("[sigill] environment must be 'test' or 'production'"));
	s->environment = (enum environment)which;
	if (receive != NULL && strcmp(receive, "yes") != 0 &&
	    strcmp(receive, "no") != 0)
		return err_set(e, ERR_CONFIG, config_path(s->config), 0,
		    _("[feedback] receive must be 'yes' or 'no'"));
	s->feedback = receive == NULL || strcmp(receive, "yes") == 0;
	return ERR_OK;
}

enum err_code
settings_load(const struct options *o, bool optional, struct settings *out,
    struct err *e)
{
	const char *path;
	char found[4096];
	enum err_code code;

	memset(out, 0, sizeof(*out));
	if ((path = find_config(o, found)) == NULL && optional)
		return ERR_OK;
	if (path == NULL && !settings_user_dir(found))
		return err_set(e, ERR_CONFIG_MISSING, NULL, 0, _("HOME is "
		    "not set, so only %s was looked for"), SYSTEM_CONFIG);
	if (path == NULL)
		return err_set(e, ERR_CONFIG_MISSING, NULL, 0, NULL);
	if ((code = config_load(path, items, &out->config, e)) != ERR_OK)
		return code;
	if ((code = take_choices(out, e)) != ERR_OK)
		settings_wipe(out);
	return code;
}

void
settings_wipe(struct settings *s)
{
	config_free(s->config);
	memset(s, 0, sizeof(*s));
}

static const char *
get(const struct settings *s, const char *section, const char *key)
{
	return s->config != NULL ? config_get(s->config, section, key) : NULL;
}

enum err_code
settings_need(const struct settings *s, const char *section, const char *key,
    const char **out, struct err *e)
{
	if ((*out = get(s, section, key)) != NULL && **out != '\0')
		return ERR_OK;
	if (s->config == NULL)
		return err_set(e, ERR_CONFIG_MISSING, NULL, 0,
		    _("[%s] %s is needed"), section, key);
	return err_set(e, ERR_CONFIG, config_path(s->config), 0,
	    _("[%s] %s is missing; this command needs it"), section, key);
}

int64_t
settings_closes(const struct settings *s, const char *round)
{
	char section[LIMIT_ID + 16];

	if (s->config == NULL)
		return 0;
	(void)snprintf(section, sizeof(section), "round %s", round);
	return config_number(s->config, section, "closes", 0);
}

bool
settings_any_closes(const struct settings *s)
{
	const char *section;

	for (size_t i = 0; s->config != NULL && (section = config_section(
	    s->config, "round", i)) != NULL; i++)
		if (config_number(s->config, section, "closes", 0) != 0)
			return true;
	return false;
}

/* One certificate from a file that must hold just that. */
static enum err_code
load_cert(const char *path, struct cert **out, struct err *e)
{
	struct cert_list list = { 0 };
	enum err_code code;

	if ((code = cert_load_list(path, &list, e)) == ERR_OK) {
		if (list.len == 1)
			*out = cert_ref(list.v[0]);
		else
			code = err_set(e, ERR_CERT, path, 0,
			    _("it holds %zu certificates; intermediates "
			    "belong under 'chain'"), list.len);
	}
	cert_list_wipe(&list);
	return code;
}

enum err_code
settings_certificate(const struct settings *s, struct cert **out,
    struct err *e)
{
	const char *path;
	enum err_code code;

	code = settings_need(s, "identity", "certificate", &path, e);
	return code != ERR_OK ? code : load_cert(path, out, e);
}

enum err_code
settings_key(const struct settings *s, const struct options *o,
    struct key **out, struct err *e)
{
	const char *path;
	char prompt[512];
	struct passphrase_source source = {
		.fd = o->passphrase_fd, .may_ask = !o->never_ask,
		.prompt = prompt,
	};
	enum err_code code;

	if ((code = settings_need(s, "identity", "key", &path, e)) != ERR_OK)
		return code;
	source.file = o->passphrase_file != NULL ? o->passphrase_file :
	    get(s, "identity", "passphrase_file");
	(void)snprintf(prompt, sizeof(prompt), _("Passphrase for %.400s: "),
	    path);
	return key_load(path, &source, out, e);
}

enum err_code
settings_identity(const struct settings *s, const struct options *o,
    struct identity *out, struct err *e)
{
	const char *key, *chain = get(s, "identity", "chain");
	enum err_code code;

	memset(out, 0, sizeof(*out));
	/* The key last: no passphrase is asked for in vain. */
	if ((code = settings_need(s, "identity", "key", &key, e)) == ERR_OK &&
	    (code = settings_certificate(s, &out->cert, e)) == ERR_OK &&
	    (chain == NULL ||
	    (code = cert_load_list(chain, &out->chain, e)) == ERR_OK) &&
	    (code = settings_key(s, o, &out->key, e)) == ERR_OK)
		code = key_matches(out->key, out->cert, e);
	if (code != ERR_OK)
		identity_wipe(out);
	return code;
}

void
identity_wipe(struct identity *i)
{
	key_free(i->key);
	cert_free(i->cert);
	cert_list_wipe(&i->chain);
	memset(i, 0, sizeof(*i));
}

enum err_code
settings_recipients(const struct settings *s, struct recipients *out,
    struct err *e)
{
	const char *certs, *anchors;
	enum err_code code;

	memset(out, 0, sizeof(*out));
	if ((code = settings_need(s, "authority", "recipients", &certs, e)) !=
	    ERR_OK ||
	    (code = settings_need(s, "authority", "anchors", &anchors, e)) !=
	    ERR_OK)
		return code;
	if ((code = cert_load_list(certs, &out->certs, e)) == ERR_OK)
		code = trust_load(TRUST_RECIPIENT, anchors, NULL,
		    s->environment == ENVIRONMENT_TEST, &out->trust, e);
	if (code != ERR_OK)
		recipients_wipe(out);
	return code;
}

void
recipients_wipe(struct recipients *r)
{
	cert_list_wipe(&r->certs);
	trust_free(r->trust);
	memset(r, 0, sizeof(*r));
}

enum err_code
settings_receipt_signers(const struct settings *s,
    struct receipt_signers *out, struct err *e)
{
	const char *anchors, *portal, *intake;
	enum err_code code;

	memset(out, 0, sizeof(*out));
	if ((code = settings_need(s, "authority", "anchors", &anchors, e)) !=
	    ERR_OK ||
	    (code = settings_need(s, "authority", "portal_signers", &portal,
	    e)) != ERR_OK ||
	    (code = settings_need(s, "authority", "intake_signers", &intake,
	    e)) != ERR_OK)
		return code;
	out->environment = s->environment;
	out->authority = get(s, "authority", "name");
	if ((code = trust_load(TRUST_RECEIPT, anchors, NULL,
	    s->environment == ENVIRONMENT_TEST, &out->trust, e)) == ERR_OK &&
	    (code = cert_load_list(portal, &out->portal, e)) == ERR_OK)
		code = cert_load_list(intake, &out->intake, e);
	if (code != ERR_OK)
		receipt_signers_wipe(out);
	return code;
}

void
receipt_signers_wipe(struct receipt_signers *r)
{
	trust_free(r->trust);
	cert_list_wipe(&r->portal);
	cert_list_wipe(&r->intake);
	memset(r, 0, sizeof(*r));
}

bool
settings_questionnaire_dir(const struct settings *s, size_t i,
    char out[static 4096])
{
	const char *dir = get(s, "questionnaires", "directory");

	if (i != 0)
		return file_share_dir("sigill/questionnaires", out);
	return dir != NULL && snprintf(out, 4096, "%s", dir) < 4096;
}

enum err_code
settings_questionnaire(const struct settings *s, const char *file,
    const char *id, struct questionnaire **out, struct err *e)
{
	enum err_code code = ERR_QUESTIONNAIRE_UNKNOWN;
	struct err found = { 0 };
	char dir[4096];

	if (file != NULL)
		return questionnaire_load(file, digest_sha256, out, e);
	for (size_t i = 0; code == ERR_QUESTIONNAIRE_UNKNOWN &&
	    i < SETTINGS_QUESTIONNAIRE_DIRS; i++) {
		err_clear(&found);
		if (settings_questionnaire_dir(s, i, dir))
			code = questionnaire_load_id(dir, id, NULL,
			    digest_sha256, out, &found);
	}
	if (code == ERR_QUESTIONNAIRE_UNKNOWN)
		return err_set(e, code, NULL, 0, "'%s'", id);
	return err_set(e, code, found.where, found.at, "%s", found.msg);
}
