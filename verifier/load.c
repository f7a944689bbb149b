/* SPDX-License-Identifier: EUPL-1.2 */
#include "verifier/load.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/passphrase.h"
#include "crypto/digest.h"
#include "crypto/token.h"
#include "crypto/token_uri.h"
#include "crypto/usage.h"
#include "format/questionnaire_file.h"
#include "format/text.h"

/* The header tells which codes stay. */
static enum err_code
fault(const struct loader *l, const char *section, const char *key,
    const struct err *found, struct err *e)
{
	int status = err_status(found->code);

	if (found->code != ERR_CERT && found->code != ERR_SIGNER_CRL &&
	    status != 65 && status != 66)
		return err_set(e, found->code, found->where, found->at, "%s",
		    found->msg);
	return err_set(e, ERR_CONFIG, config_path(l->config), 0,
	    "[%s] %s: %s: %s%s%s", section, key, found->where,
	    err_sentence(found->code), found->msg[0] != '\0' ? ": " : "",
	    found->msg);
}

static size_t
count_sections(const struct loader *l, const char *kind)
{
	size_t n = 0;

	while (config_section(l->config, kind, n) != NULL)
		n++;
	return n;
}

/* --- keys --------------------------------------------------------------- */

enum err_code
load_passphrase(struct loader *l, int fd, struct err *e)
{
	const struct passphrase_source source = { .fd = fd };

	l->given = fd != -1;
	return l->given ? passphrase_get(&source, false, &l->passphrase, e) :
	    ERR_OK;
}

void
loader_wipe(struct loader *l)
{
	buf_wipe(&l->passphrase);
	memset(l, 0, sizeof(*l));
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

/* A file, or a key in a token. */
static enum err_code
load_key(const struct loader *l, const char *section,
    const struct cert *cert, struct key **out, struct err *e)
{
	const char *path = config_get(l->config, section, "key");
	const char *module = config_get(l->config, "pkcs11", "module");
	struct passphrase_source source = { .fd = -1, .may_ask = true };
	bool token = token_is_uri(path);
	char prompt[512];
	enum err_code code;
	struct err found = { 0 };

	if (token && module == NULL)
		return err_set(e, ERR_CONFIG, config_path(l->config), 0,
		    "[%s] key is in a token, and there is no [pkcs11] module",
		    section);
	source.file = config_get(l->config, section, "passphrase_file");
	if (source.file == NULL && l->given &&
	    (source.fd = passphrase_pipe(&l->passphrase)) == -1)
		return err_errno(e, ERR_IO, "pipe", errno);
	(void)snprintf(prompt, sizeof(prompt), "%s for %.400s: ",
	    token ? "PIN" : "Passphrase", path);
	source.prompt = prompt;
	code = token ? token_key(module, path, cert, &source, out, &found) :
	    key_load(path, &source, out, &found);
	if (source.fd != -1)
		(void)close(source.fd);
	if (token && code == ERR_CONFIG)
		return err_set(e, code, config_path(l->config), 0,
		    "[%s] key: %s", section, found.msg);
	return code == ERR_OK ? ERR_OK : fault(l, section, "key", &found, e);
}

/* Exactly one certificate that may do what the role is for, appended to *out,
 * and unless key is NULL the key that belongs to it. */
static enum err_code
load_pair(const struct loader *l, const char *section, enum trust_role role,
    struct cert_list *out, struct key **key, struct err *e)
{
	const char *path = config_get(l->config, section, "certificate");
	struct cert_list list = { 0 };
	struct err found = { 0 };
	enum err_code code = ERR_OK;

	if (cert_load_list(path, &list, &found) == ERR_OK && list.len != 1)
		err_set(&found, ERR_CERT, path, 0, "it has %zu certificates",
		    list.len);
	if (found.code == ERR_OK && usage_check(role, list.v[0],
	    &found) != ERR_OK) {
		code = err_set(e, ERR_CONFIG, config_path(l->config), 0,
		    "[%s] certificate: %s: %s", section, path, found.msg);
		goto out;
	}
	if (found.code != ERR_OK) {
		code = fault(l, section, "certificate", &found, e);
		goto out;
	}
	if (l->environment == ENVIRONMENT_PRODUCTION &&
	    cert_is_test(list.v[0])) {
		code = err_set(e, ERR_TEST_CERTIFICATE, path, 0, NULL);
		goto out;
	}
	if (key != NULL && (code = load_key(l, section, list.v[0],
	    key, e)) != ERR_OK)
		goto out;
	if (key != NULL &&
	    (code = key_matches(*key, list.v[0], &found)) != ERR_OK) {
		code = err_set(e, code, path, 0, "[%s]%s%s", section,
		    found.msg[0] != '\0' ? " " : "", found.msg);
		goto out;
	}
	if (!cert_list_add(out, list.v[0]))
		code = err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
out:
	cert_list_wipe(&list);
	return code;
}

enum err_code
load_recipients(const struct loader *l, struct cert_list *certs,
    struct key ***keys, struct err *e)
{
	size_t n = count_sections(l, "recipient");
	enum err_code code = ERR_OK;
	struct key *key;

	if (n == 0)
		return err_set(e, ERR_CONFIG, config_path(l->config), 0,
		    "there is no [recipient NAME]");
	if (keys != NULL &&
	    (*keys = calloc(n, sizeof(struct key *))) == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	for (size_t i = 0; code == ERR_OK && i < n; i++) {
		key = NULL;
		code = load_pair(l, config_section(l->config, "recipient", i),
		    TRUST_RECIPIENT, certs, keys != NULL ? &key : NULL, e);
		if (code == ERR_OK && keys != NULL)
			(*keys)[i] = key;
		else
			key_free(key);
	}
	return code;
}

void
keys_free(struct key **v, size_t n)
{
	for (size_t i = 0; v != NULL && i < n; i++)
		key_free(v[i]);
	free(v);
}

enum err_code
load_receipts(const struct loader *l, int64_t now, struct cert_list *cert,
    struct key **key, struct cert_list *chain, struct err *e)
{
	const char *path = config_get(l->config, "receipts", "chain");
	struct err found = { 0 };
	enum err_code code;

	code = load_pair(l, "receipts", TRUST_RECEIPT, cert, key, e);
	if (code != ERR_OK)
		return code;
	/* Nobody would accept what it signs. */
	if (now < cert_not_before(cert->v[0]) ||
	    now > cert_not_after(cert->v[0]))
		return err_set(e, ERR_CONFIG, config_path(l->config), 0,
		    "[receipts] certificate: it is not valid at this time");
	if (path != NULL && cert_load_list(path, chain, &found) != ERR_OK)
		return fault(l, "receipts", "chain", &found, e);
	return ERR_OK;
}

enum err_code
load_receipt_signers(const struct loader *l, struct cert_list *out,
    struct err *e)
{
	const char *path = config_get(l->config, "receipts", "earlier");
	struct cert_list earlier = { 0 };
	struct err found = { 0 };
	enum err_code code;

	code = load_pair(l, "receipts", TRUST_RECEIPT, out, NULL, e);
	if (code != ERR_OK || path == NULL)
		return code;
	if (cert_load_list(path, &earlier, &found) != ERR_OK)
		code = fault(l, "receipts", "earlier", &found, e);
	for (size_t i = 0; code == ERR_OK && i < earlier.len; i++)
		if (!cert_list_add(out, earlier.v[i]))
			code = err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	cert_list_wipe(&earlier);
	return code;
}

/* --- what files are judged by --------------------------------------------- */

static int
is_definition(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return entry->d_name[0] != '.' && dot != NULL &&
	    strcmp(dot, ".json") == 0;
}

enum err_code
load_questionnaires(const struct loader *l, struct questionnaire ***out,
    size_t *n_out, struct err *e)
{
	const char *dir = config_get(l->config, "questionnaires",
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
	else if ((*out = calloc((size_t)n,
	    sizeof(struct questionnaire *))) == NULL)
		err_set(&found, ERR_NO_MEMORY, NULL, 0, NULL);
	for (int i = 0; i < n; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", dir,
		    names[i]->d_name);
		if (found.code == ERR_OK && questionnaire_load(path,
		    digest_sha256, &(*out)[i], &found) == ERR_OK)
			(*n_out)++;
		free(names[i]);
	}
	free(names);
	return found.code == ERR_OK ? ERR_OK :
	    fault(l, "questionnaires", "directory", &found, e);
}

void
questionnaires_free(struct questionnaire **v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		questionnaire_free(v[i]);
	free(v);
}

enum err_code
load_rounds(const struct loader *l, struct round_window **out, size_t *n_out,
    struct err *e)
{
	size_t n = count_sections(l, "round");
	struct round_window *round;
	const char *section;

	if (n == 0)
		return err_set(e, ERR_CONFIG, config_path(l->config), 0,
		    "there is no [round NAME]");
	if ((*out = calloc(n, sizeof(**out))) == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	for (*n_out = 0; *n_out < n; (*n_out)++) {
		section = config_section(l->config, "round", *n_out);
		round = &(*out)[*n_out];
		round->name = section + sizeof("round ") - 1;
		round->opens = config_number(l->config, section, "opens", 0);
		round->closes = config_number(l->config, section, "closes",
		    0);
		if (round->opens > round->closes)
			return err_set(e, ERR_CONFIG,
			    config_path(l->config), 0,
			    "[%s] closes before it opens", section);
	}
	return ERR_OK;
}

enum err_code
load_senders(const struct loader *l, struct trust **out, struct err *e)
{
	struct err found = { 0 };

	if (trust_load(TRUST_SENDER,
	    config_get(l->config, "senders", "anchors"),
	    config_get(l->config, "senders", "crls"),
	    l->environment == ENVIRONMENT_TEST, out, &found) !=
	    ERR_OK)
		return fault(l, "senders", "anchors or crls", &found, e);
	return ERR_OK;
}

enum err_code
load_authority(struct loader *l, char **out, struct err *e)
{
	const char *text = config_get(l->config, "authority", "environment");
	const char *name = config_get(l->config, "authority", "name");
	int environment = environment_parse(text);

	if (environment == -1)
		return err_set(e, ERR_CONFIG, config_path(l->config), 0,
		    "[authority] environment must be 'test' or 'production'");
	l->environment = (enum environment)environment;
	/* It stands on receipts, where only the normal form is allowed. */
	if (text_line(name, strlen(name), LIMIT_NAME, "name", out,
	    NULL) != ERR_OK || **out == '\0')
		return err_set(e, ERR_CONFIG, config_path(l->config), 0,
		    "[authority] name must be one line of 1 to %u characters",
		    LIMIT_NAME);
	return ERR_OK;
}
