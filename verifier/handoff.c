/* SPDX-License-Identifier: EUPL-1.2 */
#include "verifier/handoff.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/timestamp.h"
#include "format/fingerprint.h"
#include "verifier/entitled.h"

/* Between asking a command to end and ending it. */
#define GRACE_MS	2000

/* --- the document ------------------------------------------------------- */

static int
append(const char *data, size_t len, void *arg)
{
	struct buf *out = arg;

	buf_add(out, data, len);
	return out->failed ? -1 : 0;
}

static json_t *
signer_json(const struct cert *signer)
{
	char subject[512], number[ORGNR_LEN], hex[DIGEST_HEX_LEN];
	uint8_t digest[DIGEST_LEN];

	cert_subject(signer, subject, sizeof(subject));
	if (cert_digest(signer, digest, NULL) != ERR_OK ||
	    cert_organisation(signer, number, NULL) != ERR_OK)
		return NULL;
	digest_hex(digest, hex);
	return json_pack("{s:s, s:s, s:s}", "subject", subject,
	    "organisation", number, "sha256", hex);
}

enum err_code
handoff_document(const struct verdict *verdict, int64_t verified,
    struct buf *out, struct err *e)
{
	char sealed[DIGEST_HEX_LEN], fingerprint[DIGEST_HEX_LEN];
	char printed[FINGERPRINT_LEN], when[TIMESTAMP_LEN];
	json_t *mandate = verdict->has_mandate ? entitled_json(verdict) :
	    NULL;
	json_t *o;
	bool failed;

	digest_hex(verdict->sealed, sealed);
	digest_hex(verdict->fingerprint, fingerprint);
	fingerprint_format(verdict->fingerprint, printed);
	timestamp_format(verified, when);
	o = json_pack("{s:s, s:i, s:{s:s, s:I}, s:s, s:b, s:o, s:o*, s:s, "
	    "s:s, s:o}",
	    "format", "sigill-verified", "version", 1,
	    "sealed", "sha256", sealed, "size", (json_int_t)verdict->size,
	    "verified", when, "late", (int)verdict->late,
	    "signer", signer_json(verdict->signer),
	    "mandate", mandate,
	    "fingerprint", fingerprint, "fingerprint_printed", printed,
	    "submission", submission_json(&verdict->submission));
	failed = o == NULL || (verdict->has_mandate && mandate == NULL) ||
	    json_dump_callback(o, append, out, JSON_COMPACT) == -1;
	json_decref(o);
	buf_add_str(out, "\n");
	if (failed || out->failed) {
		buf_wipe(out);
		return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
	}
	return ERR_OK;
}

/* --- into a folder ------------------------------------------------------ */

void
handoff_ids_of(const struct verdict *verdict, struct handoff_ids *out)
{
	memcpy(out->sealed, verdict->sealed, sizeof(out->sealed));
	memcpy(out->submission, verdict->submission.id,
	    sizeof(out->submission));
	memcpy(out->fingerprint, verdict->fingerprint,
	    sizeof(out->fingerprint));
	out->position = NULL;
}

/* How long its beginning is, which says what it is about: up to the member
 * after "sealed".  0: it is no document. */
static size_t
beginning(const char *d, size_t len)
{
	static const char next[] = ",\"verified\":";
	const char *end = memmem(d, len, next, sizeof(next) - 1);

	return end != NULL ? (size_t)(end - d) : 0;
}

bool
handoff_same(const void *there, size_t there_len, const void *ours,
    size_t len)
{
	size_t n = beginning(ours, len);

	return n != 0 && beginning(there, there_len) == n &&
	    memcmp(there, ours, n) == 0 &&
	    ((const char *)there)[there_len - 1] == '\n';
}

/* The name is taken: by this document, from a run that may have been killed
 * before the name was for good? */
static enum err_code
check_there(const char *path, const struct buf *document, struct err *e)
{
	struct buf there = { 0 };
	enum err_code code = file_read(path, LIMIT_DOCUMENT, &there, e);

	if (code == ERR_OK && !handoff_same(there.data, there.len,
	    document->data, document->len))
		code = err_set(e, ERR_OUTPUT_EXISTS, path, 0,
		    "it is something else");
	buf_wipe(&there);
	return code == ERR_OK ? file_sync_dir_of(path, e) : code;
}

enum err_code
handoff_to_folder(const char *dir, const struct handoff_ids *ids,
    const struct buf *document, struct err *e)
{
	char hex[DIGEST_HEX_LEN], path[PATH_MAX];
	struct err found = { 0 };
	int n;

	digest_hex(ids->sealed, hex);
	n = snprintf(path, sizeof(path), "%s/%s.json", dir, hex);
	if (n < 0 || (size_t)n >= sizeof(path))
		return err_errno(e, ERR_IO, dir, ENAMETOOLONG);
	switch (file_write_new(path, document->data, document->len, 0600,
	    &found)) {
	case ERR_OK:
		return ERR_OK;
	case ERR_OUTPUT_EXISTS:
		return check_there(path, document, e);
	default:
		return err_set(e, found.code, found.where, 0, "%s",
		    found.msg);
	}
}

/* --- to a command ------------------------------------------------------- */

static int64_t
milliseconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* What a command finds in its environment. */
#define N_VARIABLES	4
#define VARIABLE_LEN	128

static const char *const variables[N_VARIABLES] = {
	"SIGILL_SEALED=", "SIGILL_SUBMISSION=", "SIGILL_FINGERPRINT=",
	"SIGILL_POSITION=",
};

static bool
is_ours(const char *variable)
{
	for (size_t i = 0; i < N_VARIABLES; i++)
		if (strncmp(variable, variables[i], strlen(variables[i])) == 0)
			return true;
	return false;
}

/* Our environment, with the ids in front and in place of any before.  The
 * array is to be freed; its strings are not its own. */
static char **
environment_of(char v[static N_VARIABLES][VARIABLE_LEN],
    const struct handoff_ids *ids)
{
	char hex[DIGEST_HEX_LEN], id[2 * SUBMISSION_ID_LEN + 1];
	size_t n = 0, before = 0;
	char **env;

	digest_hex(ids->sealed, hex);
	(void)snprintf(v[0], VARIABLE_LEN, "%s%s", variables[0], hex);
	for (size_t i = 0; i < SUBMISSION_ID_LEN; i++)
		(void)snprintf(id + 2 * i, 3, "%02x", ids->submission[i]);
	(void)snprintf(v[1], VARIABLE_LEN, "%s%s", variables[1], id);
	digest_hex(ids->fingerprint, hex);
	(void)snprintf(v[2], VARIABLE_LEN, "%s%s", variables[2], hex);
	if (ids->position != NULL)
		(void)snprintf(v[3], VARIABLE_LEN, "%s%s", variables[3],
		    ids->position);
	while (environ[before] != NULL)
		before++;
	if ((env = calloc(before + N_VARIABLES + 1, sizeof(*env))) == NULL)
		return NULL;
	while (n < N_VARIABLES && (n != 3 || ids->position != NULL)) {
		env[n] = v[n];
		n++;
	}
	for (size_t i = 0; i < before; i++)
		if (!is_ours(environ[i]))
			env[n++] = environ[i];
	return env;
}

/* Starts it in a process group of its own, with in as its standard input.
 * 0, or an errno value. */
static int
start(const char *command, int in, const struct handoff_ids *ids, pid_t *pid)
{
	char own[N_VARIABLES][VARIABLE_LEN];
	char *const argv[] = { (char[]){ "sh" }, (char[]){ "-c" },
	    (char *)(uintptr_t)command, NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t ignored, none;
	char **env;
	int error;

	if ((env = environment_of(own, ids)) == NULL)
		return ENOMEM;
	sigemptyset(&none);
	sigemptyset(&ignored);
	sigaddset(&ignored, SIGPIPE);	/* main ignores these two */
	sigaddset(&ignored, SIGXFSZ);
	(void)posix_spawn_file_actions_init(&files);
	(void)posix_spawnattr_init(&attr);
	if ((error = posix_spawn_file_actions_adddup2(&files, in,
	    STDIN_FILENO)) == 0 &&
	    (error = posix_spawn_file_actions_adddup2(&files, STDERR_FILENO,
	    STDOUT_FILENO)) == 0 &&
	    (error = posix_spawnattr_setflags(&attr,
	    POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF |
	    POSIX_SPAWN_SETSIGMASK)) == 0 &&
	    (error = posix_spawnattr_setsigdefault(&attr, &ignored)) == 0 &&
	    (error = posix_spawnattr_setsigmask(&attr, &none)) == 0)
		error = posix_spawn(pid, "/bin/sh", &files, &attr, argv, env);
	(void)posix_spawn_file_actions_destroy(&files);
	(void)posix_spawnattr_destroy(&attr);
	free(env);
	return error;
}

/*
 * Feeds the pipe until everything is in it, and waits until the command has
 * ended.  False when the time is over before.  We hold the pipe's other end
 * too, so writing never fails; what the command left unread is counted after
 * its end.
 */
static bool
feed(int pidfd, int *to, const struct buf *document, int64_t deadline)
{
	struct pollfd fds[2] = { { .fd = pidfd, .events = POLLIN },
	    { .fd = *to, .events = POLLOUT } };
	size_t done = 0;
	int64_t left;
	ssize_t n;

	for (;;) {
		fds[0].revents = fds[1].revents = 0;
		if ((left = deadline - milliseconds()) <= 0)
			return false;
		if (poll(fds, 2, left < INT_MAX ? (int)left : INT_MAX) == -1 &&
		    errno != EINTR)
			return false;
		if ((fds[0].revents & POLLIN) != 0)
			return true;
		if ((fds[1].revents & (POLLOUT | POLLERR)) == 0)
			continue;
		n = write(*to, document->data + done, document->len - done);
		if (n > 0)
			done += (size_t)n;
		if (done == document->len) {
			(void)close(*to);	/* the command sees the end */
			*to = fds[1].fd = -1;
			fds[1].revents = 0;
		}
	}
}

/* Ends the command's process group: asked first, then not. */
static void
end(pid_t pid, int pidfd)
{
	struct pollfd fd = { .fd = pidfd, .events = POLLIN };

	(void)kill(-pid, SIGTERM);
	(void)poll(&fd, 1, GRACE_MS);
	(void)kill(-pid, SIGKILL);
}

static enum err_code
judge(int status, int unread, bool fed, struct err *e)
{
	if (WIFSIGNALED(status))
		return err_set(e, ERR_HANDOFF, NULL, 0,
		    "the command was ended by signal %d", WTERMSIG(status));
	if (WEXITSTATUS(status) != 0)
		return err_set(e, ERR_HANDOFF, NULL, 0,
		    "the command ended with status %d", WEXITSTATUS(status));
	if (!fed || unread != 0)
		return err_set(e, ERR_HANDOFF, NULL, 0,
		    "the command did not read all of its input");
	return ERR_OK;
}

static enum err_code
wait_for(pid_t pid, int in, int *to, unsigned timeout,
    const struct buf *document, struct err *e)
{
	int64_t deadline = milliseconds() + (int64_t)timeout * 1000;
	int pidfd = pidfd_open(pid, 0), status = 0, unread = 0;
	bool ended = false;
	pid_t reaped;

	if (pidfd == -1) {
		(void)err_errno(e, ERR_HANDOFF, NULL, errno);
		(void)kill(-pid, SIGKILL);
	} else if (!(ended = feed(pidfd, to, document, deadline))) {
		end(pid, pidfd);
		(void)err_set(e, ERR_HANDOFF, NULL, 0,
		    "the command was not done after %u seconds", timeout);
	}
	while ((reaped = waitpid(pid, &status, 0)) == -1 && errno == EINTR)
		;
	if (pidfd != -1)
		(void)close(pidfd);
	if (!ended)
		return ERR_HANDOFF;
	if (reaped != pid || ioctl(in, FIONREAD, &unread) == -1)
		return err_errno(e, ERR_HANDOFF, NULL, errno);
	return judge(status, unread, *to == -1, e);
}

enum err_code
handoff_to_command(const char *command, unsigned timeout,
    const struct handoff_ids *ids, const struct buf *document, struct err *e)
{
	enum err_code code;
	pid_t pid = -1;
	int fd[2], error;

	if (pipe2(fd, O_CLOEXEC) == -1)
		return err_errno(e, ERR_HANDOFF, NULL, errno);
	if (fcntl(fd[1], F_SETFL, O_NONBLOCK) == -1)
		error = errno;
	else
		error = start(command, fd[0], ids, &pid);
	if (error != 0)
		code = err_errno(e, ERR_HANDOFF, "/bin/sh", error);
	else
		code = wait_for(pid, fd[0], &fd[1], timeout, document, e);
	(void)close(fd[0]);
	if (fd[1] != -1)
		(void)close(fd[1]);
	return code;
}
