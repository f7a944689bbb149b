/* SPDX-License-Identifier: EUPL-1.2 */
#include "intake/service/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "intake/service/channel.h"

/* Out of the way of those that it is to have. */
#define ASIDE		16
/* Between the socket's end and the process's, when all is well. */
#define GRACE_MS	1000

/* --- between fork and exec: only what is safe where there are threads ----- */

/* Descriptors 0 to 2, and 3 if there is an extra one, and no others. */
static bool
arrange(int socket, int null, int extra)
{
	socket = fcntl(socket, F_DUPFD, ASIDE);
	null = fcntl(null, F_DUPFD, ASIDE);
	if (extra != -1)
		extra = fcntl(extra, F_DUPFD, ASIDE);
	if (dup2(socket, STDIN_FILENO) == -1 ||
	    dup2(null, STDOUT_FILENO) == -1 ||
	    (extra != -1 && dup2(extra, CHILD_EXTRA_FD) == -1))
		return false;
	return close_range(extra != -1 ? CHILD_EXTRA_FD + 1 : CHILD_EXTRA_FD,
	    ~0U, 0) == 0;
}

/* What a terminal or a service manager tells all processes of the service is
 * for the service: this one ends when the service wants no more of it. */
static bool
settle_signals(void)
{
	static const int ignored[] = { SIGINT, SIGQUIT, SIGTERM, SIGHUP,
		SIGPIPE };
	struct sigaction sa = { .sa_handler = SIG_DFL };
	sigset_t none;

	for (int i = 1; i < NSIG; i++)
		(void)sigaction(i, &sa, NULL);
	sa.sa_handler = SIG_IGN;
	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		if (sigaction(ignored[i], &sa, NULL) == -1)
			return false;
	sigemptyset(&none);
	return sigprocmask(SIG_SETMASK, &none, NULL) == 0;
}

static void
become(const char *program, const char *const argv[],
    const char *const environment[], pid_t parent, int socket, int null,
    int extra)
{
	/* Who was orphaned before the kernel knew of it ends here. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1 || getppid() != parent ||
	    setpgid(0, 0) == -1 || !settle_signals() ||
	    !arrange(socket, null, extra))
		return;
	(void)execve(program, (char *const *)(uintptr_t)argv,
	    environment != NULL ? (char *const *)(uintptr_t)environment :
	    environ);
}

/* --- the service's end ---------------------------------------------------- */

enum err_code
child_start(const char *program, const char *const argv[],
    const char *const environment[], int extra, struct child *out,
    struct err *e)
{
	pid_t parent = getpid(), pid = -1;
	enum err_code code = ERR_OK;
	int sockets[2] = { -1, -1 }, null;

	if ((null = open("/dev/null", O_WRONLY | O_CLOEXEC)) == -1 ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) ==
	    -1 || (pid = fork()) == -1)
		code = err_errno(e, ERR_IO, argv[0], errno);
	else if (pid == 0) {
		become(program != NULL ? program : "/proc/self/exe", argv,
		    environment, parent, sockets[1], null, extra);
		(void)kill(getpid(), SIGKILL);
	} else {
		*out = (struct child){ .pid = pid, .fd = sockets[0] };
		sockets[0] = -1;
	}
	if (null != -1)
		(void)close(null);
	for (size_t i = 0; i < 2; i++)
		if (sockets[i] != -1)
			(void)close(sockets[i]);
	return code;
}

/* Gives a process whose socket is closed its time to end. */
static void
wait_a_moment(pid_t pid)
{
	struct pollfd p = { .fd = pidfd_open(pid, 0), .events = POLLIN };

	if (p.fd == -1)
		return;
	(void)poll(&p, 1, GRACE_MS);
	(void)close(p.fd);
}

/* False when somebody else has taken note of its end. */
static bool
reap(struct child *c, int *status)
{
	pid_t pid;

	if (c->fd != -1)
		(void)close(c->fd);
	if (c->pid <= 0)
		return false;
	/* Of one that has ended this changes nothing. */
	(void)kill(c->pid, SIGKILL);
	while ((pid = waitpid(c->pid, status, 0)) == -1 && errno == EINTR)
		;
	return pid == c->pid;
}

void
child_end(struct child *c)
{
	int status;

	if (c->fd != -1)
		(void)close(c->fd);
	c->fd = -1;
	if (c->pid > 0)
		wait_a_moment(c->pid);
	(void)reap(c, &status);
	*c = CHILD_NONE;
}

void
child_kill(struct child *c, char *how, size_t size)
{
	int status = 0;

	if (!reap(c, &status))
		(void)snprintf(how, size, "it has gone");
	else if (WIFSIGNALED(status))
		(void)snprintf(how, size, "it was ended by signal %d",
		    WTERMSIG(status));
	else
		(void)snprintf(how, size, "it ended with status %d",
		    WEXITSTATUS(status));
	*c = CHILD_NONE;
}

/* --- is it ready? --------------------------------------------------------- */

/* Name of the code, place, message: each ends with a NUL. */
enum err_code
child_report(int fd, const struct err *e)
{
	struct buf b = { 0 };
	enum err_code code;

	if (e->code == ERR_OK)
		return channel_send(fd, '.', NULL, 0, -1, NULL);
	buf_add_str(&b, err_name(e->code));
	buf_add_u8(&b, 0);
	buf_add_str(&b, e->where);
	buf_add_u8(&b, 0);
	buf_add_str(&b, e->msg);
	buf_add_u8(&b, 0);
	if ((code = buf_check(&b, NULL)) == ERR_OK)
		code = channel_send(fd, 'E', b.data, b.len, -1, NULL);
	buf_wipe(&b);
	return code;
}

static bool
take_text(struct cursor *c, const char **out)
{
	const uint8_t *end = c->left != 0 ? memchr(c->p, 0, c->left) : NULL;
	const uint8_t *text;

	if (end == NULL || !cursor_take(c, (size_t)(end - c->p) + 1, &text))
		return false;
	*out = (const char *)text;
	return true;
}

/* What it told; ERR_OK when that is nothing. */
static enum err_code
told(const struct buf *body, struct err *e)
{
	struct cursor c = cursor_of(body->data, body->len);
	const char *name, *where, *msg;

	if (!take_text(&c, &name) || !take_text(&c, &where) ||
	    !take_text(&c, &msg))
		return ERR_OK;
	return err_set(e, err_by_name(name), where, 0, "%s", msg);
}

enum err_code
child_await(struct child *c, struct err *e)
{
	int64_t deadline = channel_clock() + CHILD_START_MS;
	enum err_code code;
	struct buf body = { 0 };
	char how[CHILD_HOW_LEN];
	char type = 0;

	code = channel_receive(c->fd, sizeof(struct err), &type, &body,
	    deadline, NULL);
	if (code == ERR_OK && type == '.')
		goto out;
	child_kill(c, how, sizeof(how));
	if (code == ERR_OK && type == 'E' && (code = told(&body, e)) != ERR_OK)
		goto out;
	code = err_set(e, ERR_IO, "process", 0, "%s before it was ready",
	    code == ERR_WORKER_LATE ? "it took too long, and was ended" :
	    how);
out:
	buf_wipe(&body);
	return code;
}
