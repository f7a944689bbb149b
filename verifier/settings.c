/* SPDX-License-Identifier: EUPL-1.2 */
#include "crypto/usage.h"
#include "verifier/settings.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/wipe.h"
#include "format/text.h"

static const struct config_item items[] = {
	{ "authority", "name", CONFIG_STRING, true, false },
	{ "authority", "environment", CONFIG_STRING, true, false },
	{ "senders", "anchors", CONFIG_PATH, true, false },
	{ "senders", "crls", CONFIG_PATH, false, false },
	{ "recipient", "certificate", CONFIG_PATH, true, true },
	{ "recipient", "key", CONFIG_PATH, true, true },
	{ "recipient", "passphrase_file", CONFIG_PATH, false, true },
	{ "receipts", "certificate", CONFIG_PATH, false, false },
	{ "receipts", "key", CONFIG_PATH, false, false },
	{ "receipts", "passphrase_file", CONFIG_PATH, false, false },
	{ "receipts", "chain", CONFIG_PATH, false, false },
	{ "questionnaires", "directory", CONFIG_PATH, false, false },
	{ "round", "opens", CONFIG_TIME, true, true },
	{ "round", "closes", CONFIG_TIME, true, true },
	{ 0 },
};

/* Where the passphrases of keys without a passphrase_file come from. */
struct passphrases {
	bool given;
	struct buf line;
};

/*
 * A file that the configuration names is part of it: when it is missing or
 * wrong, that is ERR_CONFIG, so that statuses 65 and 66 stay the ones of the
 * files to judge.  Keys keep their own codes, for their hints.
 */
static enum err_code
fault(const struct settings *s, const char *section, const char *key,
    const struct err *found, struct err *e)
{
	int status = err_status(found->code);

	if (found->code != ERR_CERT && found->code != ERR_SIGNER_CRL &&
	    status != 65 && status != 66)
		return err_set(e, found->code, found->where, found->at, "%s",
		    found->msg);
	return err_set(e, ERR_CONFIG, config_path(s->config), 0,
	    "[%s] %s: %s: %s%s%s", section, key, found->where,
	    err_sentence(found->code), found->msg[0] != '\0' ? ": " : "",
	    found->msg);
}

/* A pipe that holds the passphrase: every key then has its own copy, also
 * where what --passphrase-fd names can be read only once. */
static int
passphrase_pipe(const struct buf *line)
{
	int fd[2];

	if (pipe2(fd, O_CLOEXEC) == -1)
		return -1;
	/* At most LIMIT_PASSPHRASE, which fits every pipe: never blocks. */
	if (file_write_fd(fd[1], "pipe", line->data, line->len, NULL) !=
	    ERR_OK) {
		(void)close(fd[0]);
		fd[0] = -1;
	}
	(void)close(fd[1]);
	return fd[0];
}

static enum err_code
load_key(const struct settings *s, const char *section,
    const struct passphrases *pass, struct key **out, struct err *e)
{
	const char *path = config_get(s->config, section, "key");
	struct passphrase_source source = { .fd = -1, .may_ask = true };
	char prompt[512];
	enum err_code code;
	struct err found = { 0 };

	source.file = config_get(s->config, section, "passphrase_file");
	if (source.file == NULL && pass->given &&
	    (source.fd = passphrase_pipe(&pass->line)) == -1)
		return err_errno(e, ERR_IO, "pipe", errno);
	(void)snprintf(prompt, sizeof(prompt), "Passphrase for %.400s: ",
	    path);
	source.prompt = prompt;
	code = key_load(path, &source, out, &found);
	if (source.fd != -1)
		(void)close(source.fd);
	return code == ERR_OK ? ERR_OK : fault(s, section, "key", &found, e);
}

/* Exactly one certificate that may do what the role is for, appended to *out,
 * with the key that belongs to it. */
static enum err_code
load_pair(const struct settings *s, const char *section,
    enum trust_role role, const struct passphrases *pass, struct cert_list *out, struct key **key,
    struct err *e)
{
	const char *path = config_get(s->config, section, "certificate");
	struct cert_list list = { 0 };
	struct err found = { 0 };
	enum err_code code;

	if (cert_load_list(path, &list, &found) == ERR_OK && list.len != 1)
		err_set(&found, ERR_CERT, path, 0, "it has %zu certificates",
		    list.len);
	if (found.code == ERR_OK && usage_check(role, list.v[0],
	    &found) != ERR_OK) {
		code = err_set(e, ERR_CONFIG, config_path(s->config), 0,
		    "[%s] certificate: %s: %s", section, path, found.msg);
		goto out;
	}
	if (found.code != ERR_OK) {
		code = fault(s, section, "certificate", &found, e);
		goto out;
	}
	if (s->environment == ENVIRONMENT_PRODUCTION &&
	    cert_is_test(list.v[0])) {
		code = err_set(e, ERR_TEST_CERTIFICATE, path, 0, NULL);
		goto out;
	}
	if ((code = load_key(s, section, pass, key, e)) != ERR_OK)
		goto out;
	if ((code = key_matches(*key, list.v[0], &found)) != ERR_OK) {
		code = err_set(e, code, path, 0, "[%s] %s", section,
		    found.msg);
		goto out;
	}
	if (!cert_list_add(out, list.v[0]))
		code = err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
out:
	cert_list_wipe(&list);
	return code;
}

static size_t
count_sections(const struct settings *s, const char *kind)
{
	size_t n = 0;

	while (config_section(s->config, kind, n) != NULL)
		n++;
	return n;
}

static enum err_code
load_recipients(struct settings *s, const struct passphrases *pass,
    struct err *e)
{
	size_t n = count_sections(s, "recipient");
	enum err_code code;

	if (n == 0)
		return err_set(e, ERR_CONFIG, config_path(s->config), 0,
		    "there is no [recipient NAME]");
	s->keys = calloc(n, sizeof(*s->keys));
	s->recipient_keys = calloc(n, sizeof(struct key *));
	if (s->keys == NULL || s->recipient_keys == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	for (size_t i = 0; i < n; i++) {
		code = load_pair(s, config_section(s->config, "recipient", i),
		    TRUST_RECIPIENT, pass, &s->recipients,
		    &s->recipient_keys[i], e);
		s->n_keys = i + 1;
		if (code != ERR_OK)
			return code;
		s->keys[i].key = s->recipient_keys[i];
		s->keys[i].cert = s->recipients.v[i];
	}
	return ERR_OK;
}

static enum err_code
load_receipts(struct settings *s, const struct passphrases *pass,
    int64_t now, struct err *e)
{
	const char *chain = config_get(s->config, "receipts", "chain");
	struct err found = { 0 };
	enum err_code code;

	if (config_get(s->config, "receipts", "certificate") == NULL ||
	    config_get(s->config, "receipts", "key") == NULL)
		return err_set(e, ERR_CONFIG, config_path(s->config), 0,
		    "--receipts needs certificate and key in [receipts]");
	code = load_pair(s, "receipts", TRUST_RECEIPT, pass, &s->receipt_cert,
	    &s->receipt_key, e);
	if (code != ERR_OK)
		return code;
	/* Nobody would accept what it signs. */
	if (now < cert_not_before(s->receipt_cert.v[0]) ||
	    now > cert_not_after(s->receipt_cert.v[0]))
		return err_set(e, ERR_CONFIG, config_path(s->config), 0,
		    "[receipts] certificate: it is not valid at this time");
	if (chain != NULL &&
	    cert_load_list(chain, &s->receipt_chain, &found) != ERR_OK)
		return fault(s, "receipts", "chain", &found, e);
	return ERR_OK;
}

static enum err_code
load_definition(const char *path, struct questionnaire **out, struct err *e)
{
	uint8_t digest[DIGEST_LEN];
	struct buf json = { 0 };
	enum err_code code;

	if ((code = file_read(path, LIMIT_DEFINITION_FILE, &json, e)) ==
	    ERR_OK &&
	    (code = digest_sha256(json.data, json.len, digest, e)) == ERR_OK)
		code = questionnaire_parse(json.data, json.len, path, digest,
		    out, e);
	buf_wipe(&json);
	return code;
}

static int
is_definition(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return entry->d_name[0] != '.' && dot != NULL &&
	    strcmp(dot, ".json") == 0;
}

/* Every *.json of the folder, in the order of their names. */
static enum err_code
load_questionnaires(struct settings *s, struct err *e)
{
	const char *dir = config_get(s->config, "questionnaires",
	    "directory");
	char share[4096], path[8192];
	struct dirent **names = NULL;
	struct err found = { 0 };
	int n;

	if (dir == NULL && file_share_dir("sigill/questionnaires", share))
		dir = share;
	n = dir != NULL ? scandir(dir, &names, is_definition, alphasort) : 0;
	if (n == -1)
		err_errno(&found, ERR_NO_INPUT, dir, errno);
	else if (n == 0)
		err_set(&found, ERR_NO_INPUT, dir, 0,
		    "there is no definition (*.json)");
	else if ((s->questionnaires = calloc((size_t)n,
	    sizeof(struct questionnaire *))) == NULL)
		err_set(&found, ERR_NO_MEMORY, NULL, 0, NULL);
	for (int i = 0; i < n; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", dir,
		    names[i]->d_name);
		if (found.code == ERR_OK && load_definition(path,
		    &s->questionnaires[i], &found) == ERR_OK)
			s->n_questionnaires++;
		free(names[i]);
	}
	free(names);
	return found.code == ERR_OK ? ERR_OK :
	    fault(s, "questionnaires", "directory", &found, e);
}

static enum err_code
load_rounds(struct settings *s, struct err *e)
{
	size_t n = count_sections(s, "round");
	struct round_window *round;
	const char *section;

	if (n == 0)
		return err_set(e, ERR_CONFIG, config_path(s->config), 0,
		    "there is no [round NAME]");
	if ((s->rounds = calloc(n, sizeof(*s->rounds))) == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	for (s->n_rounds = 0; s->n_rounds < n; s->n_rounds++) {
		section = config_section(s->config, "round", s->n_rounds);
		round = &s->rounds[s->n_rounds];
		round->name = section + sizeof("round ") - 1;
		round->opens = config_number(s->config, section, "opens", 0);
		round->closes = config_number(s->config, section, "closes",
		    0);
		if (round->opens > round->closes)
			return err_set(e, ERR_CONFIG,
			    config_path(s->config), 0,
			    "[%s] closes before it opens", section);
	}
	return ERR_OK;
}

static enum err_code
load_senders(struct settings *s, struct err *e)
{
	struct err found = { 0 };

	if (trust_load(TRUST_SENDER,
	    config_get(s->config, "senders", "anchors"),
	    config_get(s->config, "senders", "crls"),
	    s->environment == ENVIRONMENT_TEST, &s->senders, &found) !=
	    ERR_OK)
		return fault(s, "senders", "anchors or crls", &found, e);
	return ERR_OK;
}

static enum err_code
load_authority(struct settings *s, struct err *e)
{
	const char *text = config_get(s->config, "authority", "environment");
	const char *name = config_get(s->config, "authority", "name");
	int environment = environment_parse(text);

	if (environment == -1)
		return err_set(e, ERR_CONFIG, config_path(s->config), 0,
		    "[authority] environment must be 'test' or 'production'");
	s->environment = (enum environment)environment;
	/* It stands on receipts, where only the normal form is allowed. */
	if (text_line(name, strlen(name), LIMIT_NAME, "name", &s->authority,
	    NULL) != ERR_OK || *s->authority == '\0')
		return err_set(e, ERR_CONFIG, config_path(s->config), 0,
		    "[authority] name must be one line of 1 to %u characters",
		    LIMIT_NAME);
	return ERR_OK;
}

enum err_code
settings_load(const char *path, int passphrase_fd, bool receipts,
    int64_t now, struct settings *out, struct err *e)
{
	const struct passphrase_source source = { .fd = passphrase_fd };
	struct passphrases pass = { .given = passphrase_fd != -1 };
	enum err_code code;

	if ((code = config_load(path, items, &out->config, e)) != ERR_OK ||
	    (code = load_authority(out, e)) != ERR_OK ||
	    (code = load_rounds(out, e)) != ERR_OK ||
	    (code = load_questionnaires(out, e)) != ERR_OK ||
	    (code = load_senders(out, e)) != ERR_OK)
		return code;
	/* Keys last: a person is asked only when all else is right. */
	if (pass.given)
		code = passphrase_get(&source, false, &pass.line, e);
	if (code == ERR_OK)
		code = load_recipients(out, &pass, e);
	if (code == ERR_OK && receipts)
		code = load_receipts(out, &pass, now, e);
	buf_wipe(&pass.line);
	return code;
}

void
settings_wipe(struct settings *s)
{
	for (size_t i = 0; i < s->n_keys; i++)
		key_free(s->recipient_keys[i]);
	free(s->recipient_keys);
	free(s->keys);
	cert_list_wipe(&s->recipients);
	for (size_t i = 0; i < s->n_questionnaires; i++)
		questionnaire_free(s->questionnaires[i]);
	free(s->questionnaires);
	free(s->rounds);
	trust_free(s->senders);
	key_free(s->receipt_key);
	cert_list_wipe(&s->receipt_cert);
	cert_list_wipe(&s->receipt_chain);
	wipe_free(s->authority);
	config_free(s->config);
	memset(s, 0, sizeof(*s));
}
