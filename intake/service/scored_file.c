/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/service/scored_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "format/json.h"

#define FORMAT	"sigill-feedback"
#define VERSION	1

static const char ending[] = ".feedback.json";

bool
scored_file_is_ours(const char *name)
{
	size_t len = strlen(name);

	return name[0] != '.' && len >= sizeof(ending) - 1 &&
	    strcmp(name + len - (sizeof(ending) - 1), ending) == 0;
}

bool
scored_file_digest(const char *name, uint8_t out[static DIGEST_LEN])
{
	char hex[DIGEST_HEX_LEN] = "";

	if (strlen(name) != sizeof(hex) - 1 + sizeof(ending) - 1 ||
	    !scored_file_is_ours(name))
		return false;
	memcpy(hex, name, sizeof(hex) - 1);
	return digest_from_hex(hex, out);
}

enum err_code
scored_file_read(int dir, const char *name, struct buf *out, struct err *e)
{
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
	    O_CLOEXEC | O_NOCTTY);
	enum err_code code;
	struct stat st;

	if (fd == -1 && errno == ENOENT)
		return err_set(e, ERR_HTTP_NOT_FOUND, name, 0, NULL);
	if (fd == -1 && (errno == ELOOP || errno == ENXIO))
		return err_set(e, ERR_FEEDBACK, name, 0, "it is no file");
	if (fd == -1)
		return err_errno(e, ERR_IO, name, errno);
	if (fstat(fd, &st) == -1)
		code = err_errno(e, ERR_IO, name, errno);
	else if (!S_ISREG(st.st_mode))
		code = err_set(e, ERR_FEEDBACK, name, 0, "it is no file");
	else if (st.st_size > LIMIT_FEEDBACK)
		code = err_set(e, ERR_FEEDBACK, name, 0,
		    "it has more than %u bytes", LIMIT_FEEDBACK);
	else
		code = file_read_fd(fd, name, LIMIT_FEEDBACK, out, e);
	(void)close(fd);
	return code;
}

/* --- what it says ------------------------------------------------------- */

static enum err_code
other(const char *member, struct err *e)
{
	return err_set(e, ERR_FEEDBACK, member, 0,
	    "it is about something else than its name says");
}

static enum err_code
check_text(const json_t *o, const char *member, const char *want,
    struct err *e)
{
	const char *s = json_string_value(json_object_get(o, member));

	return s != NULL && strcmp(s, want) == 0 ? ERR_OK :
	    other(member, e);
}

/* At most a digest. */
static enum err_code
check_hex(const json_t *o, const char *member, const uint8_t *want,
    size_t len, struct err *e)
{
	uint8_t padded[DIGEST_LEN] = { 0 };
	char hex[DIGEST_HEX_LEN];

	memcpy(padded, want, len);
	digest_hex(padded, hex);
	hex[2 * len] = '\0';
	return check_text(o, member, hex, e);
}

static enum err_code
check_document(const json_t *o, const struct facts *f, struct err *e)
{
	const json_t *version = json_object_get(o, "version");
	enum err_code code;

	if (!json_is_integer(version) ||
	    json_integer_value(version) != VERSION ||
	    check_text(o, "format", FORMAT, NULL) != ERR_OK)
		return err_set(e, ERR_FEEDBACK, "format", 0,
		    "it is no " FORMAT " of version %d", VERSION);
	if ((code = check_hex(o, "sealed", f->sealed, DIGEST_LEN, e)) !=
	    ERR_OK ||
	    (code = check_hex(o, "submission", f->submission,
	    SUBMISSION_ID_LEN, e)) != ERR_OK ||
	    (code = check_hex(o, "fingerprint", f->fingerprint, DIGEST_LEN,
	    e)) != ERR_OK ||
	    (code = check_text(o, "round", f->round, e)) != ERR_OK ||
	    (code = check_text(json_object_get(o, "organisation"), "number",
	    f->organisation, e)) != ERR_OK)
		return code;
	return check_text(json_object_get(o, "questionnaire"), "id",
	    f->questionnaire, e);
}

enum err_code
scored_file_check(const struct buf *document, const struct facts *facts,
    struct err *e)
{
	struct err found = { 0 };
	json_t *o = NULL;
	enum err_code code;

	code = json_read(document->data, document->len, "document", &o,
	    &found);
	if (code == ERR_JSON)
		return err_set(e, ERR_FEEDBACK, "document", found.at,
		    "it is no JSON object");
	if (code != ERR_OK)
		return err_set(e, code, found.where, found.at, "%s",
		    found.msg);
	code = check_document(o, facts, e);
	json_decref(o);
	return code;
}
