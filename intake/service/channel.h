/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Messages between the service, its workers and the key holder: over a stream
 * socket, a type of one octet, a length of four (big-endian), that many bytes.
 *
 *	from both	'.'  once, when they have loaded what they need; or 'E',
 *			     and end (intake/service/child.h)
 *	from a worker	'C'  once, after that: what it has loaded
 *			     (intake/service/worker_known.h)
 *	to it		'V'  time (8), arrived (8), the sealed file: verify
 *	from it		'U'  a wrapped key (crypto/unwrap.h): please unwrap
 *	to it		'K'  32 bytes; or 'E' an error's stable name
 *	from it		'F'  facts (intake/facts.h)
 *	from it		'D'  after the facts of an accepted one: the document
 *			     for scoring (docs/HANDOFF.md)
 *	from it		'.'  that was all about this file
 *	to the holder	'U'; from it 'K' or 'E', as above
 */
#ifndef SIGILL_INTAKE_SERVICE_CHANNEL_H
#define SIGILL_INTAKE_SERVICE_CHANNEL_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/* Octets of an error's name, or a key. */
#define CHANNEL_NAME_MAX	64

/* deadline: CLOCK_MONOTONIC milliseconds; -1: none.  ERR_INTERRUPTED when the
 * other end has gone, ERR_WORKER_LATE after the deadline, ERR_IO. */
enum err_code channel_send(int fd, char type, const void *data, size_t len,
    int64_t deadline, struct err *e);
/* The same for a body in two pieces. */
enum err_code channel_send_two(int fd, char type, const void *a, size_t a_len,
    const void *b, size_t b_len, int64_t deadline, struct err *e);
/* One message of at most cap bytes; *body is replaced.  ERR_PROTOCOL when it
 * is longer; ERR_INTERRUPTED at the end, too. */
enum err_code channel_receive(int fd, size_t cap, char *type,
    struct buf *body, int64_t deadline, struct err *e);
int64_t channel_clock(void);	/* CLOCK_MONOTONIC, milliseconds */

#endif
