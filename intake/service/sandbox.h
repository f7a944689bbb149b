/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Walls around a process that parses what anybody may have sent (a worker),
 * or that has keys (the key holder): seccomp(2), and landlock(7) where the
 * kernel has it.  Entered once, after everything has been loaded; there is no
 * way back.
 */
#ifndef SIGILL_INTAKE_SERVICE_SANDBOX_H
#define SIGILL_INTAKE_SERVICE_SANDBOX_H

#include "base/err.h"

enum sandbox_kind {
	/* No files, no network, no other processes, no new memory that can be
	 * executed: reading and writing what is open, memory, time, the end. */
	SANDBOX_WORKER,
	/* The same for a holder of key files; with tokens is what a PKCS#11
	 * library needs, which is files and local sockets, but not exec and
	 * not the network. */
	SANDBOX_KEYS,
	SANDBOX_TOKENS,
};

/* memory_mib: 0, or the most that the process may map.  ERR_SANDBOX: then the
 * process must end. */
enum err_code sandbox_enter(enum sandbox_kind kind, unsigned memory_mib,
    struct err *e);

#endif
