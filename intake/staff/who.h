/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Who sits at the keyboard, for the log: decisions are people's, and names of
 * shared accounts tell nothing.
 */
#ifndef SIGILL_INTAKE_STAFF_WHO_H
#define SIGILL_INTAKE_STAFF_WHO_H

/* With its NUL, in what a decision takes as a name. */
#define WHO_LEN	160

/*
 * The user who logged in, whatever su and sudo have made of it since
 * (/proc/self/loginuid), and whose account it is now: "alice", "alice (as
 * sigill)".  Where the kernel does not know: the real user's name, and what
 * sudo claims: "root (sudo by alice)".
 */
void who_is_it(char out[static WHO_LEN]);

#endif
