/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/outbox/outbox_entry.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/message.h"
#include "base/timestamp.h"
#include "base/wipe.h"
#include "client/kept.h"
#include "format/json.h"
#include "format/orgnr.h"
#include "format/text.h"

#define VERSION		1	/* of both files */
#define FILE_MAX	(16u * 1024)	/* what we write has under 2 KiB */
#define ENDING		".sigill"

bool
outbox_entry_is_id(const char *name)
{
	static const char pattern[] = "xxxx-xxxx-xxxx-xxxx";
	size_t i;

	for (i = 0; pattern[i] != '\0'; i++)
		if (pattern[i] == '-' ? name[i] != '-' : name[i] == '\0' ||
		    strchr("0123456789ABCDEFGHJKMNPQRSTVWXYZ", name[i]) ==
		    NULL)
			return false;
	if (name[i] == '\0')
		return true;
	return name[i] == '.' && strlen(name) < OUTBOX_ID_LEN &&
	    name[i + 1] >= '1' && name[i + 1] <= '9' &&
	    strspn(name + i + 1, "0123456789") == strlen(name + i + 1) &&
	    strcmp(name + i + 1, "1") != 0;
}

/* --- writing ----------------------------------------------------------- */

/* Takes the reference. */
static enum err_code
dump(json_t *doc, struct buf *out, struct err *e)
{
	char *s = doc != NULL ? json_dumps(doc, JSON_INDENT(2)) : NULL;

	json_decref(doc);
	if (s == NULL)
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	buf_add_str(out, s);
	buf_add_str(out, "\n");
	wipe_free(s);
	return buf_check(out, e);
}

enum err_code
outbox_entry_encode(const struct outbox_entry *entry, const char *name,
    struct buf *out, struct err *e)
{
	char digest[DIGEST_HEX_LEN], fingerprint[DIGEST_HEX_LEN];
	char supersedes[DIGEST_HEX_LEN], recipients[DIGEST_HEX_LEN];
	char mandate[DIGEST_HEX_LEN];
	char created[TIMESTAMP_LEN];

	digest_hex(entry->digest, digest);
	digest_hex(entry->fingerprint, fingerprint);
	digest_hex(entry->recipients, recipients);
	digest_hex(entry->supersedes, supersedes);
	digest_hex(entry->mandate, mandate);
	timestamp_format(entry->created, created);
	return dump(json_pack("{s:i, s:s, s:s, s:I, s:s, s:s, s:s, s:s, s:s, "
	    "s:s, s:s, s:s*, s:s*, s:s*, s:o*}",
	    "version", VERSION, "sealed", name, "sealed_digest", digest,
	    "sealed_size", (json_int_t)entry->size,
	    "fingerprint", fingerprint, "organisation", entry->organisation,
	    "questionnaire", entry->questionnaire, "round", entry->round,
	    "environment", environment_name(entry->environment),
	    "recipients", recipients, "created", created,
	    "supersedes", entry->has_supersedes ? supersedes : NULL,
	    "mandate", entry->has_mandate ? mandate : NULL,
	    "signer", entry->has_mandate ? entry->signer : NULL,
	    "reply", entry->has_reply ? json_true() : NULL), out, e);
}

enum err_code
outbox_attempts_encode(const struct outbox_entry *entry, struct buf *out,
    struct err *e)
{
	char last[TIMESTAMP_LEN], next[TIMESTAMP_LEN];

	timestamp_format(entry->last_attempt, last);
	timestamp_format(entry->next_attempt, next);
	return dump(json_pack("{s:i, s:I, s:s, s:s, s:s, s:s}",
	    "version", VERSION, "attempts", (json_int_t)entry->attempts,
	    "last_attempt", last, "next_attempt", next,
	    "last_error", err_name(entry->last_error),
	    "last_message", entry->last_message), out, e);
}

/* --- reading ----------------------------------------------------------- */

/* Only its owner may have written what is read here. */
static enum err_code
check_owner(int fd, mode_t kind, const char *path, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return err_errno(e, ERR_OUTBOX, path, errno);
	if ((st.st_mode & S_IFMT) != kind)
		return err_set(e, ERR_OUTBOX, path, 0, kind == S_IFDIR ?
		    _("it is not a folder") : _("it is not a regular file"));
	if (st.st_uid != geteuid())
		return err_set(e, ERR_OUTBOX, path, 0,
		    _("it belongs to another user"));
	if ((st.st_mode & 022) != 0)
		return err_set(e, ERR_OUTBOX, path, 0,
		    _("others can write to it"));
	return ERR_OK;
}

/* One of the two, as an object; a new reference. */
static enum err_code
read_object(int dir, const char *folder, const char *name, json_t **out,
    struct err *e)
{
	struct buf text = { 0 };
	struct err found = { 0 };
	char path[4096 + 32];
	enum err_code code;
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = openat(dir, name,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	if (fd == -1)
		return err_errno(e, ERR_OUTBOX, path, errno);
	if ((code = check_owner(fd, S_IFREG, path, &found)) == ERR_OK &&
	    (code = file_read_fd(fd, path, FILE_MAX, &text, &found)) ==
	    ERR_OK)
		code = json_read(text.data, text.len, path, out, &found);
	(void)close(fd);
	buf_wipe(&text);
	if (code != ERR_OK)
		return err_set(e, code == ERR_NO_MEMORY ? code : ERR_OUTBOX,
		    path, found.at, "%s", found.msg[0] != '\0' ? found.msg :
		    _(err_sentence(found.code)));
	return ERR_OK;
}

/* A text member, "" when it is none. */
static const char *
text_of(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s != NULL ? s : "";
}

static bool
take_id(const json_t *o, const char *key, char out[static LIMIT_ID + 1])
{
	const char *s = text_of(o, key);

	if (!text_id_valid(s, strlen(s)))
		return false;
	memcpy(out, s, strlen(s) + 1);
	return true;
}

static bool
take_sealed(const json_t *o, const char *folder, struct outbox_entry *out)
{
	const char *s = text_of(o, "sealed");
	const size_t len = strlen(s), end = strlen(ENDING);
	int n;

	if (len <= end || strcmp(s + len - end, ENDING) != 0 ||
	    strchr(s, '/') != NULL || s[0] == '.')
		return false;
	n = snprintf(out->sealed, sizeof(out->sealed), "%s/%s", folder, s);
	return n > 0 && (size_t)n < sizeof(out->sealed);
}

/* The members' forms; the folder's name must be the fingerprint's. */
static bool
take_entry(const json_t *o, const char *folder, struct outbox_entry *out)
{
	const json_int_t size =
	    json_integer_value(json_object_get(o, "sealed_size"));
	const char *number = text_of(o, "organisation");
	const json_t *supersedes = json_object_get(o, "supersedes");
	const json_t *mandate = json_object_get(o, "mandate");
	char printed[FINGERPRINT_LEN];
	int which;

	if (json_integer_value(json_object_get(o, "version")) != VERSION ||
	    !take_sealed(o, folder, out) ||
	    !digest_from_hex(text_of(o, "sealed_digest"), out->digest) ||
	    size <= 0 || size > LIMIT_SEALED ||
	    !digest_from_hex(text_of(o, "fingerprint"), out->fingerprint) ||
	    !orgnr_parse(number, out->organisation) ||
	    !take_id(o, "questionnaire", out->questionnaire) ||
	    !take_id(o, "round", out->round) ||
	    !digest_from_hex(text_of(o, "recipients"), out->recipients) ||
	    (which = environment_parse(text_of(o, "environment"))) == -1 ||
	    !timestamp_parse(text_of(o, "created"), &out->created))
		return false;
	out->size = (uint64_t)size;
	out->environment = (enum environment)which;
	out->has_supersedes = supersedes != NULL;
	if (supersedes != NULL &&
	    !digest_from_hex(text_of(o, "supersedes"), out->supersedes))
		return false;
	out->has_reply = json_is_true(json_object_get(o, "reply"));
	out->has_mandate = mandate != NULL;
	if (mandate != NULL &&
	    (!digest_from_hex(text_of(o, "mandate"), out->mandate) ||
	    !orgnr_parse(text_of(o, "signer"), out->signer)))
		return false;
	if (mandate == NULL)
		memcpy(out->signer, out->organisation, sizeof(out->signer));
	fingerprint_format(out->fingerprint, printed);
	return strncmp(out->id, printed, FINGERPRINT_LEN - 1) == 0;
}

/* What attempts.json says.  When it is damaged, something was tried, and
 * nothing more is known. */
static void
read_attempts(int dir, const char *folder, struct outbox_entry *out)
{
	json_t *o = NULL;
	const json_t *n;

	if (faccessat(dir, OUTBOX_ATTEMPTS_FILE, F_OK, AT_SYMLINK_NOFOLLOW) !=
	    0 && errno == ENOENT)
		return;
	out->attempts = 1;
	if (read_object(dir, folder, OUTBOX_ATTEMPTS_FILE, &o, NULL) !=
	    ERR_OK)
		return;
	n = json_object_get(o, "attempts");
	if (json_is_integer(n) && json_integer_value(n) >= 0 &&
	    json_integer_value(n) <= 1000000)
		out->attempts = (unsigned)json_integer_value(n);
	if (!timestamp_parse(text_of(o, "last_attempt"),
	    &out->last_attempt) ||
	    !timestamp_parse(text_of(o, "next_attempt"),
	    &out->next_attempt))
		out->last_attempt = out->next_attempt = 0;
	out->last_error = err_by_name(text_of(o, "last_error"));
	(void)snprintf(out->last_message, sizeof(out->last_message), "%s",
	    text_of(o, "last_message"));
	json_decref(o);
}

/* What has that receipt's name: 1 when it may be one, 0 when nothing has, -1
 * when it is in a receipt's way. */
static int
look_at(const char *sealed, enum receipt_stage stage, char path[static 4096])
{
	struct stat st;

	if (kept_path(sealed, stage, path, NULL) != ERR_OK ||
	    (lstat(path, &st) == -1 && errno == ENOENT))
		return 0;
	/* kept_read goes where a link leads. */
	return stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_size != 0 ? 1 : -1;
}

/* By the receipts' names. */
static enum outbox_state
state_of(const char *sealed)
{
	static const struct {
		enum receipt_stage stage;
		enum outbox_state state;
	} order[] = {
		{ STAGE_SCORED, OUTBOX_SCORED },
		{ STAGE_ACCEPTED, OUTBOX_ACCEPTED },
		{ STAGE_REJECTED, OUTBOX_REJECTED },
		{ STAGE_STORED, OUTBOX_STORED },
	};
	char path[4096];

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (look_at(sealed, order[i].stage, path) == 1)
			return order[i].state;
	return OUTBOX_WAITING;
}

enum err_code
outbox_check_names(const struct outbox_entry *entry, struct err *e)
{
	char path[4096];

	for (int stage = STAGE_STORED; stage <= STAGE_REJECTED; stage++)
		if (look_at(entry->sealed, (enum receipt_stage)stage, path) ==
		    -1)
			return err_set(e, ERR_OUTBOX, path, 0, _("it has a "
			    "receipt's name and is none; nothing is sent "
			    "while it is there"));
	return ERR_OK;
}

/* Does the path still lead to that folder? */
static bool
is_there(int dir, const char *path)
{
	struct stat held, there;

	return fstat(dir, &held) == 0 && lstat(path, &there) == 0 &&
	    held.st_ino == there.st_ino && held.st_dev == there.st_dev;
}

enum err_code
outbox_entry_read(const char *path, const char *id, struct outbox_entry *out,
    struct err *e)
{
	struct err found = { 0 };
	json_t *o = NULL;
	enum err_code code;
	int dir;

	memset(out, 0, sizeof(*out));
	out->fd = -1;
	(void)snprintf(out->id, sizeof(out->id), "%s", id);
	dir = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir == -1 && errno == ENOENT)
		return err_set(e, ERR_OUTBOX_ENTRY, id, 0, NULL);
	if (dir == -1 && (errno == ELOOP || errno == ENOTDIR))
		return err_set(e, ERR_OUTBOX, path, 0,
		    _("it is not a folder"));
	if (dir == -1)
		return err_errno(e, ERR_OUTBOX, path, errno);
	if ((code = check_owner(dir, S_IFDIR, path, &found)) == ERR_OK &&
	    (code = read_object(dir, path, OUTBOX_ENTRY_FILE, &o, &found)) ==
	    ERR_OK) {
		if (take_entry(o, path, out)) {
			out->state = state_of(out->sealed);
			read_attempts(dir, path, out);
		} else
			code = err_set(&found, ERR_OUTBOX, path, 0,
			    _("%s is damaged"), OUTBOX_ENTRY_FILE);
	}
	/* Dropped while it was read: nothing is wrong with it. */
	if (code == ERR_OUTBOX && !is_there(dir, path))
		code = err_set(e, ERR_OUTBOX_ENTRY, id, 0, NULL);
	else if (code != ERR_OK)
		(void)err_set(e, code, found.where, found.at, "%s",
		    found.msg);
	json_decref(o);
	(void)close(dir);
	return code;
}
