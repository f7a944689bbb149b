/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A process that the service starts to do one thing for it, over a socket that
 * is the process's standard input.  It ends with the thread that started it,
 * or when the socket does.
 */
#ifndef SIGILL_INTAKE_SERVICE_CHILD_H
#define SIGILL_INTAKE_SERVICE_CHILD_H

#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"

/* Of an extra descriptor (child_start) in the process. */
#define CHILD_EXTRA_FD	3

/* What takes longer to start hangs: lists of revoked certificates and keys
 * behind slow passphrases take seconds. */
#define CHILD_START_MS	60000

/* Words of how it ended. */
#define CHILD_HOW_LEN	64

/* CHILD_NONE is one that is not there. */
struct child {
	pid_t pid;		/* 0: none */
	int fd;			/* the socket; -1 */
};
#define CHILD_NONE	((struct child){ .pid = 0, .fd = -1 })

/*
 * Starts program (NULL: this one, /proc/self/exe) with argv, which ends with
 * NULL.  Its standard output is /dev/null, its standard error ours; extra, if
 * it is not -1, is its descriptor CHILD_EXTRA_FD; it has no others, and none
 * of our signals.  environment: its own, or NULL for ours.  ERR_IO.
 */
enum err_code child_start(const char *program, const char *const argv[],
    const char *const environment[], int extra, struct child *out,
    struct err *e);

/* Waits until it says that it is ready.  Else its own error, or ERR_IO when it
 * ends without one; then it has been ended. */
enum err_code child_await(struct child *c, struct err *e);
/* The process's end of that: ready when e->code is ERR_OK. */
enum err_code child_report(int fd, const struct err *e);

/* Both are for CHILD_NONE, too, which is what they leave.  Ends it by closing
 * its socket, and with SIGKILL if that does not help. */
void child_end(struct child *c);
/* Ends it at once; how gets what became of it, in words, cut to fit. */
void child_kill(struct child *c, char *how, size_t size);

#endif
