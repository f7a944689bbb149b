/* SPDX-License-Identifier: EUPL-1.2 */
/* intake/service/sandbox: what the kernel ends, in every thread, and what it
 * lets by.  tests/cli/test_intake_isolation.py tries the rest from inside. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "intake/service/channel.h"
#include "intake/service/sandbox.h"

#define FINE	0
#define WALLS	9		/* there are none */

static int ends[2];

/* --- what is tried -------------------------------------------------------- */

static void
talk(void)
{
	struct buf body = { 0 };
	char type;

	if (channel_send_two(0, 'A', "ab", 2, "cd", 2, -1, NULL) != ERR_OK ||
	    channel_receive(0, 4, &type, &body, -1, NULL) != ERR_OK ||
	    mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE |
	    MAP_ANONYMOUS, -1, 0) == MAP_FAILED)
		_exit(WALLS);
	buf_wipe(&body);
}

static void
send_out_of_band(void)
{
	(void)!send(0, "x", 1, MSG_NOSIGNAL | MSG_OOB);
}

static void
send_to_somebody(void)
{
	static const struct sockaddr to = { .sa_family = AF_UNIX };

	(void)!sendto(0, "x", 1, MSG_NOSIGNAL, &to, sizeof(to));
}

static void
send_descriptor(void)
{
	union {
		char room[CMSG_SPACE(sizeof(int))];
		struct cmsghdr head;
	} u = { .head = { .cmsg_len = CMSG_LEN(sizeof(int)),
	    .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS } };
	struct iovec v = { (char[]){ 'x' }, 1 };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1,
	    .msg_control = u.room, .msg_controllen = sizeof(u.room) };

	(void)!sendmsg(0, &m, MSG_NOSIGNAL);
}

static void
peek(void)
{
	char x;

	(void)!recv(0, &x, 1, MSG_PEEK);
}

static void
ask_who_sent(void)
{
	struct sockaddr_storage from;
	socklen_t len = sizeof(from);
	char x;

	(void)!recvfrom(0, &x, 1, MSG_WAITALL, (struct sockaddr *)&from,
	    &len);
}

static void
map_descriptor(void)
{
	(void)!mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 0, 0);
}

static void
know_own_limits(void)
{
	struct rlimit l;

	if (prlimit(0, RLIMIT_NOFILE, NULL, &l) == -1)
		_exit(WALLS);
}

static void
limit_parent(void)
{
	const struct rlimit l = { 0, 0 };

	(void)prlimit(getppid(), RLIMIT_CORE, &l, NULL);
}

static void
reach_network(void)
{
	(void)socket(AF_INET, SOCK_STREAM, 0);
}

/* --- by whom -------------------------------------------------------------- */

static sem_t walls_are_up;

static void *
reach_network_later(void *arg)
{
	while (sem_wait(&walls_are_up) == -1)
		;
	reach_network();
	_exit(FINE);
	return arg;
}

/* A thread that is older than the walls: libraries start such. */
static void
let_it(void)
{
	(void)sem_post(&walls_are_up);
	for (;;)
		;
}

static int
setup(void **state)
{
	(void)state;
	return socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
}

static int
teardown(void **state)
{
	(void)state;
	return close(ends[0]) | close(ends[1]);
}

/* How the process ended that did this behind the walls. */
static int
behind(enum sandbox_kind kind, void (*act)(void))
{
	pthread_t thread;
	int status = 0;
	pid_t pid;

	assert_int_equal(channel_send(ends[0], 'B', "efgh", 4, -1, NULL),
	    ERR_OK);
	pid = fork();
	assert_int_not_equal(pid, -1);
	if (pid == 0) {
		if (dup2(ends[1], 0) == -1 ||
		    (act == let_it && (sem_init(&walls_are_up, 0, 0) != 0 ||
		    pthread_create(&thread, NULL, reach_network_later,
		    NULL) != 0)) ||
		    sandbox_enter(kind, 0, NULL) != ERR_OK)
			_exit(WALLS);
		act();
		_exit(FINE);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void
test_allowed(void **state)
{
	static const enum sandbox_kind kinds[] = { SANDBOX_WORKER,
	    SANDBOX_KEYS, SANDBOX_TOKENS };

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		assert_int_equal(behind(kinds[i], talk), FINE);
	assert_int_equal(behind(SANDBOX_TOKENS, know_own_limits), FINE);
}

static void
assert_ended(enum sandbox_kind kind, void (*act)(void))
{
	int status = behind(kind, act);

	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSYS);
}

static void
test_channel_only(void **state)
{
	static void (*const acts[])(void) = { send_out_of_band,
	    send_to_somebody, send_descriptor, peek, ask_who_sent,
	    map_descriptor };

	(void)state;
	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
		assert_ended(SANDBOX_WORKER, acts[i]);
		assert_ended(SANDBOX_KEYS, acts[i]);
	}
}

static void
test_tokens(void **state)
{
	(void)state;
	assert_ended(SANDBOX_TOKENS, reach_network);
	assert_ended(SANDBOX_TOKENS, limit_parent);
}

static void
test_every_thread(void **state)
{
	(void)state;
	assert_ended(SANDBOX_TOKENS, let_it);
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_allowed), TEST(test_channel_only),
		TEST(test_tokens), TEST(test_every_thread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
