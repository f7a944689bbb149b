/* SPDX-License-Identifier: EUPL-1.2 */
/* intake/service/channel: whole messages, deadlines, and what is none; and
 * the processes at its other end. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "intake/service/channel.h"
#include "intake/service/child.h"

#define LARGE	(3u * 1024 * 1024)

static int ends[2];

static int
setup(void **state)
{
	(void)state;
	return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends);
}

static int
teardown(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++)
		if (ends[i] != -1)
			close(ends[i]);
	return 0;
}

static void
close_end(size_t i)
{
	close(ends[i]);
	ends[i] = -1;
}

static int64_t
soon(void)
{
	return channel_clock() + 50;
}

static void
there_and_back(void **state)
{
	struct buf body = { 0 };
	char type = 0;

	(void)state;
	assert_int_equal(channel_send(ends[0], 'A', "hello", 5, -1, NULL),
	    ERR_OK);
	assert_int_equal(channel_send_two(ends[0], 'B', "hel", 3, "lo!", 3,
	    soon(), NULL), ERR_OK);
	assert_int_equal(channel_send(ends[0], 'C', NULL, 0, -1, NULL),
	    ERR_OK);
	assert_int_equal(channel_receive(ends[1], 5, &type, &body, -1, NULL),
	    ERR_OK);
	assert_true(type == 'A' && buf_equal(&body, "hello", 5));
	assert_int_equal(channel_receive(ends[1], 6, &type, &body, soon(),
	    NULL), ERR_OK);
	assert_true(type == 'B' && buf_equal(&body, "hello!", 6));
	assert_int_equal(channel_receive(ends[1], 0, &type, &body, -1, NULL),
	    ERR_OK);
	assert_true(type == 'C' && body.len == 0);
	close_end(0);
	assert_int_equal(channel_receive(ends[1], 9, &type, &body, -1, NULL),
	    ERR_INTERRUPTED);
	assert_int_equal(channel_receive(ends[1], 9, &type, &body, soon(),
	    NULL), ERR_INTERRUPTED);
	buf_wipe(&body);
}

static void *
send_large(void *arg)
{
	uint8_t *data = arg;

	assert_int_equal(channel_send_two(ends[0], 'L', data, 10, data + 10,
	    LARGE - 10, channel_clock() + 60000, NULL), ERR_OK);
	return NULL;
}

/* More than a socket holds, in both ways of waiting. */
static void
large(void **state)
{
	uint8_t *data = malloc(LARGE);
	struct buf body = { 0 };
	pthread_t thread;
	char type = 0;

	(void)state;
	for (size_t i = 0; i < LARGE; i++)
		data[i] = (uint8_t)(i * 7 + i / 256);
	for (int64_t wait = -1; wait < 60001; wait += 60001) {
		assert_int_equal(pthread_create(&thread, NULL, send_large,
		    data), 0);
		assert_int_equal(channel_receive(ends[1], LARGE, &type,
		    &body, wait == -1 ? -1 : channel_clock() + wait, NULL),
		    ERR_OK);
		pthread_join(thread, NULL);
		assert_true(type == 'L' && buf_equal(&body, data, LARGE));
	}
	buf_wipe(&body);
	free(data);
}

static void
too_late(void **state)
{
	struct buf body = { 0 };
	uint8_t *data = calloc(1, LARGE);
	char type = 0;

	(void)state;
	assert_int_equal(channel_receive(ends[1], 9, &type, &body, soon(),
	    NULL), ERR_WORKER_LATE);
	/* half a head, half a body */
	assert_int_equal(send(ends[0], "X\0\0", 3, 0), 3);
	assert_int_equal(channel_receive(ends[1], 9, &type, &body, soon(),
	    NULL), ERR_WORKER_LATE);
	assert_int_equal(send(ends[0], "X\0\0\0\4ab", 7, 0), 7);
	assert_int_equal(channel_receive(ends[1], 9, &type, &body, soon(),
	    NULL), ERR_WORKER_LATE);
	/* nobody reads */
	assert_int_equal(channel_send(ends[0], 'L', data, LARGE, soon(),
	    NULL), ERR_WORKER_LATE);
	buf_wipe(&body);
	free(data);
}

static void
what_is_none(void **state)
{
	struct buf body = { 0 };
	char type = 0;

	(void)state;
	assert_int_equal(channel_send(ends[0], 'X', "123456", 6, -1, NULL),
	    ERR_OK);
	assert_int_equal(channel_receive(ends[1], 5, &type, &body, soon(),
	    NULL), ERR_PROTOCOL);
	assert_int_equal(body.len, 0);
	/* a length that no memory is asked for */
	assert_int_equal(recv(ends[1], (char[16]){ 0 }, 16, 0), 6);
	assert_int_equal(send(ends[0], "X\xff\xff\xff\xff", 5, 0), 5);
	assert_int_equal(channel_receive(ends[1], 1 << 20, &type, &body,
	    soon(), NULL), ERR_PROTOCOL);
	/* the end within a message */
	assert_int_equal(send(ends[0], "X\0\0\0\4ab", 7, 0), 7);
	close_end(0);
	assert_int_equal(channel_receive(ends[1], 9, &type, &body, soon(),
	    NULL), ERR_INTERRUPTED);
	buf_wipe(&body);
}

/* To one that has gone: an error, and no signal. */
static void
nobody_there(void **state)
{
	(void)state;
	close_end(1);
	assert_int_equal(channel_send(ends[0], 'X', "a", 1, -1, NULL),
	    ERR_INTERRUPTED);
	assert_int_equal(channel_send(ends[0], 'X', "a", 1, soon(), NULL),
	    ERR_INTERRUPTED);
}

/* --- processes ------------------------------------------------------------ */

static void
start_shell(const char *script, int extra, struct child *c)
{
	const char *const argv[] = { "sh", "-c", script, NULL };

	assert_int_equal(child_start("/bin/sh", argv, NULL, extra, c,
	    NULL),
	    ERR_OK);
}

static enum err_code
await(const char *script, struct err *e)
{
	struct child c = CHILD_NONE;
	enum err_code code;

	start_shell(script, -1, &c);
	code = child_await(&c, e);
	assert_int_equal(c.pid > 0, code == ERR_OK);
	child_end(&c);
	/* no zombies, and none of ours is left */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	return code;
}

static void
ready_or_why_not(void **state)
{
	struct err e = { 0 };

	(void)state;
	assert_int_equal(await("printf '.\\0\\0\\0\\0' >&0; read x", NULL),
	    ERR_OK);
	assert_int_equal(await("printf 'E\\0\\0\\0\\027passphrase\\0a "
	    "key\\0wrong\\0' >&0", &e), ERR_PASSPHRASE);
	assert_string_equal(e.where, "a key");
	assert_string_equal(e.msg, "wrong");
	/* what is no error's name, or nothing at all */
	assert_int_equal(await("printf 'E\\0\\0\\0\\005ok\\0\\0\\0' >&0",
	    NULL), ERR_IO);
	assert_int_equal(await("printf 'E\\0\\0\\0\\003abc' >&0", NULL),
	    ERR_IO);
	assert_int_equal(await("printf 'x\\0\\0\\0\\0' >&0", NULL), ERR_IO);
	memset(&e, 0, sizeof(e));
	assert_int_equal(await("exit 7", &e), ERR_IO);
	assert_non_null(strstr(e.msg, "status 7"));
	memset(&e, 0, sizeof(e));
	assert_int_equal(await("kill -SEGV $$", &e), ERR_IO);
	assert_non_null(strstr(e.msg, "signal 11"));
}

static void
our_own_report(void **state)
{
	struct child c = { .pid = 0, .fd = ends[1] };
	struct err e = { 0 }, back = { 0 };

	(void)state;
	assert_int_equal(child_report(ends[0], &e), ERR_OK);
	assert_int_equal(child_await(&c, NULL), ERR_OK);
	err_set(&e, ERR_KEY_MODE, "some/file", 3, "it says %d", 17);
	assert_int_equal(child_report(ends[0], &e), ERR_OK);
	assert_int_equal(child_await(&c, &back), ERR_KEY_MODE);
	assert_string_equal(back.where, "some/file");
	assert_string_equal(back.msg, "it says 17");
	/* child_await has closed it */
	ends[1] = -1;
}

/* Exactly these descriptors, whatever this process has open. */
static void
descriptors(void **state)
{
	struct child c = CHILD_NONE;
	struct buf body = { 0 };
	char type = 0;
	int pipes[2], open_too = dup(STDERR_FILENO);

	(void)state;
	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(write(pipes[1], "secret\n", 7), 7);
	close(pipes[1]);
	start_shell("read x <&3; cd /proc/$$/fd; set -- *; "
	    "printf 'F\\0\\0\\0\\016%s %s' $x \"$(echo $* | tr -d ' ' | "
	    "cut -c1-4)...\" >&0", pipes[0], &c);
	assert_int_equal(channel_receive(c.fd, 64, &type, &body,
	    channel_clock() + 10000, NULL), ERR_OK);
	assert_true(buf_equal(&body, "secret 0123...", 14));
	child_end(&c);
	close(pipes[0]);
	close(open_too);
	buf_wipe(&body);
}

/* It ends when the socket does; one that does not is ended. */
static void
ends_in_time(void **state)
{
	struct child c = CHILD_NONE;
	char how[CHILD_HOW_LEN];
	int64_t began;

	(void)state;
	start_shell("read x; exit 0", -1, &c);
	child_end(&c);
	assert_true(c.pid == 0 && c.fd == -1);
	start_shell("trap '' TERM; while :; do :; done", -1, &c);
	began = channel_clock();
	child_end(&c);
	assert_true(channel_clock() - began < 10000);
	start_shell("while :; do :; done", -1, &c);
	child_kill(&c, how, sizeof(how));
	assert_string_equal(how, "it was ended by signal 9");
	child_kill(&c, how, sizeof(how));
	assert_string_equal(how, "it has gone");
	child_end(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(there_and_back, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(large, setup, teardown),
		cmocka_unit_test_setup_teardown(too_late, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_none, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(nobody_there, setup,
		    teardown),
		cmocka_unit_test(ready_or_why_not),
		cmocka_unit_test_setup_teardown(our_own_report, setup,
		    teardown),
		cmocka_unit_test(descriptors),
		cmocka_unit_test(ends_in_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
