/* SPDX-License-Identifier: EUPL-1.2 */
#include "format/questionnaire_file.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/limits.h"

#define SUFFIX	".json"

/* digest NULL: any; with another one *out stays as it is, and that is no
 * error. */
static enum err_code
load(const char *path, const uint8_t *digest, questionnaire_sha256 *sha256,
    struct questionnaire **out, struct err *e)
{
	uint8_t found[32];
	struct buf text = { 0 };
	enum err_code code;

	if ((code = file_read(path, LIMIT_DEFINITION_FILE, &text, e)) ==
	    ERR_OK &&
	    (code = sha256(text.data, text.len, found, e)) == ERR_OK &&
	    (digest == NULL || memcmp(found, digest, sizeof(found)) == 0))
		code = questionnaire_parse(text.data, text.len, path, found,
		    out, e);
	buf_wipe(&text);
	return code;
}

enum err_code
questionnaire_load(const char *path, questionnaire_sha256 *sha256,
    struct questionnaire **out, struct err *e)
{
	return load(path, NULL, sha256, out, e);
}

/* It becomes a file name. */
static bool
is_id(const char *id)
{
	const size_t len = strlen(id);

	return len != 0 && len <= LIMIT_ID && id[0] != '-' &&
	    strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

/* ID-ANYTHING.json */
static bool
is_edition(const char *name, const char *id)
{
	const size_t len = strlen(name), stem = strlen(id);

	return len > stem + strlen(SUFFIX) && name[stem] == '-' &&
	    strncmp(name, id, stem) == 0 &&
	    strcmp(name + len - strlen(SUFFIX), SUFFIX) == 0;
}

/* Another edition than the one in ID.json. */
static enum err_code
load_edition(const char *dir, const char *id, const uint8_t *digest,
    questionnaire_sha256 *sha256, struct questionnaire **out, struct err *e)
{
	enum err_code code = ERR_OK;
	const struct dirent *entry;
	char path[4096];
	DIR *folder;

	if ((folder = opendir(dir)) == NULL)
		return err_errno(e, ERR_NO_INPUT, dir, errno);
	/* Whichever has the digest has the same bytes: no order is needed. */
	while (code == ERR_OK && *out == NULL &&
	    (entry = readdir(folder)) != NULL) {
		if (!is_edition(entry->d_name, id) ||
		    snprintf(path, sizeof(path), "%s/%s", dir,
		    entry->d_name) >= (int)sizeof(path))
			continue;
		code = load(path, digest, sha256, out, e);
	}
	(void)closedir(folder);
	return code;
}

enum err_code
questionnaire_load_id(const char *dir, const char *id, const uint8_t *digest,
    questionnaire_sha256 *sha256, struct questionnaire **out, struct err *e)
{
	struct questionnaire *q = NULL;
	enum err_code code;
	char path[4096];

	if (!is_id(id) || snprintf(path, sizeof(path), "%s/%s" SUFFIX, dir,
	    id) >= (int)sizeof(path) || access(path, F_OK) == -1)
		return err_set(e, ERR_QUESTIONNAIRE_UNKNOWN, NULL, 0, "'%s'",
		    id);
	if ((code = load(path, digest, sha256, &q, e)) == ERR_OK &&
	    q == NULL)
		code = load_edition(dir, id, digest, sha256, &q, e);
	if (code == ERR_OK && q == NULL)
		return err_set(e, ERR_QUESTIONNAIRE_DIGEST, path, 0,
		    _("it is another edition, and there is none beside it"));
	*out = q;
	return code;
}
