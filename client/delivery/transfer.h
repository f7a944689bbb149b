/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One request on its way: what libcurl's callbacks do, and how long nothing
 * may move.
 */
#ifndef SIGILL_CLIENT_TRANSFER_H
#define SIGILL_CLIENT_TRANSFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/delivery/libcurl.h"

struct upload_answer;
struct upload_request;

/* No byte of a body was taken for so long: the line is dead. */
#define TRANSFER_STALL_SECONDS	60

struct transfer {
	const struct libcurl *lib;
	CURL *curl;
	const struct upload_request *request;
	struct upload_answer *answer;
	void (*progress)(uint64_t, uint64_t);	/* may be NULL */
	/* For the whole answer, once everything is sent: a portal is silent
	 * while it makes a file durable, and one that lets its bytes drip
	 * would hold us for ever. */
	int64_t patience;		/* seconds */
	/* For the connection: curl has the same limit, but its clock stands
	 * while the machine sleeps. */
	int64_t connect_seconds;

	/* Own state. */
	int fd;				/* of the last socket; -1: none yet */
	bool reached;			/* it is connected; no TLS yet */
	bool ready;			/* the whole connection is there */
	size_t sent;			/* of the body, given to curl */
	curl_off_t moved;		/* bytes both ways, when last seen */
	int64_t moved_at;		/* seconds */
	int64_t sent_at;		/* all that will be; 0: not yet */
	/* How it ended, when it was our callbacks' doing. */
	bool unconnected, stalled, late, malformed, too_large;
};

/* The fields up to connect_seconds are set; before curl_easy_perform.  False
 * when curl lacks something. */
bool transfer_begin(struct transfer *t);

#endif
