/* SPDX-License-Identifier: EUPL-1.2 */
#include "verifier/judge.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "verifier/handoff.h"

/* A file over the limit is rejected like any other, so its digest is needed
 * for the receipt; what cannot be read twice gets none. */
static void
digest_large(int fd, struct verdict *verdict)
{
	struct stat st;

	verdict->has_sealed = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    digest_sha256_fd(fd, verdict->sealed, NULL) == ERR_OK;
	if (verdict->has_sealed)
		verdict->size = (uint64_t)st.st_size;
}

static enum err_code
read_sealed(const char *file, struct buf *out, struct verdict *verdict,
    struct err *e)
{
	bool standard = strcmp(file, "-") == 0;
	struct err found = { 0 };
	enum err_code code;
	int fd;

	fd = standard ? STDIN_FILENO :
	    open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd == -1)
		return err_errno(e, ERR_NO_INPUT, file, errno);
	code = file_read_fd(fd, file, LIMIT_SEALED, out, &found);
	if (code == ERR_TOO_LARGE) {
		digest_large(fd, verdict);
		err_clear(&found);
		code = err_set(&found, ERR_SEALED_SIZE, NULL, 0,
		    "more than %u bytes", LIMIT_SEALED);
	}
	if (!standard)
		(void)close(fd);
	return code == ERR_OK ? ERR_OK :
	    err_set(e, code, found.where, found.at, "%s", found.msg);
}

static enum err_code
hand_over(const struct job *job, int64_t now, struct outcome *out,
    struct err *e)
{
	struct handoff_ids ids;
	enum err_code code;

	if (!job->open && job->handoff_dir == NULL &&
	    job->handoff_command == NULL)
		return ERR_OK;
	code = handoff_document(&out->verdict, now, &out->document, e);
	/* It has been handed over once. */
	if (code != ERR_OK || out->verdict.duplicate)
		return code;
	handoff_ids_of(&out->verdict, &ids);
	if (job->handoff_dir != NULL)
		code = handoff_to_folder(job->handoff_dir, &ids,
		    &out->document, e);
	if (code == ERR_OK && job->handoff_command != NULL)
		code = handoff_to_command(job->handoff_command,
		    job->handoff_timeout, &ids, &out->document, e);
	if (code != ERR_OK || !job->open)
		buf_wipe(&out->document);
	return code;
}

/* The next file of this run must know of this one. */
static enum err_code
remember(const struct job *job, const struct verdict *verdict, struct err *e)
{
	struct accepted a = { 0 };

	memcpy(a.sealed, verdict->sealed, sizeof(a.sealed));
	memcpy(a.submission, verdict->submission.id, sizeof(a.submission));
	memcpy(a.fingerprint, verdict->fingerprint, sizeof(a.fingerprint));
	memcpy(a.organisation, verdict->submission.statement.number,
	    sizeof(a.organisation));
	return seen_add(job->seen, &a, e);
}

static enum err_code
follow(const struct job *job, int64_t now, struct outcome *out,
    struct err *e)
{
	const struct verdict *verdict = &out->verdict;
	bool receipt = job->receipts != NULL && verdict->has_sealed;
	enum err_code code = ERR_OK;

	if (receipt)
		code = receipts_check(job->receipts, verdict, e);
	if (code == ERR_OK && verdict->kind == VERDICT_ACCEPTED)
		code = hand_over(job, now, out, e);
	if (code == ERR_OK && receipt)
		code = receipts_write(job->receipts, verdict, now,
		    out->receipt, e);
	if (code == ERR_OK && verdict->kind == VERDICT_ACCEPTED)
		code = remember(job, verdict, e);
	return code;
}

void
judge_file(const struct job *job, const char *file, int64_t now,
    struct outcome *out)
{
	struct buf sealed = { 0 };
	struct err e = { 0 };

	out->file = file;
	if (read_sealed(file, &sealed, &out->verdict, &e) == ERR_OK)
		verify_sealed(job->verifier, sealed.data, sealed.len,
		    &out->verdict);
	else
		verdict_refuse(&out->verdict, &e);
	buf_wipe(&sealed);
	if (out->verdict.kind == VERDICT_UNDECIDED ||
	    follow(job, now, out, &e) == ERR_OK)
		return;
	out->receipt[0] = '\0';
	buf_wipe(&out->document);
	verdict_suspend(&out->verdict, &e);
}

void
outcome_wipe(struct outcome *out)
{
	buf_wipe(&out->document);
	verdict_wipe(&out->verdict);
	explicit_bzero(out, sizeof(*out));
}
