/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What the portal answered, read line by line as it comes, strictly and
 * within bounds: whoever answers may not be the portal.
 */
#ifndef SIGILL_CLIENT_UPLOAD_ANSWER_H
#define SIGILL_CLIENT_UPLOAD_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define UPLOAD_URL_LEN	2048

/* { 0 } is an empty one. */
struct upload_answer {
	long status;			/* HTTP status */
	bool has_offset;
	uint64_t offset;		/* Upload-Offset */
	bool has_expires;
	int64_t expires;		/* Upload-Expires, as date; 0: none */
	bool has_retry_after;
	unsigned retry_after;		/* seconds; 0 when absent */
	int64_t retry_at;		/* until upload_answer_settle */
	bool has_location;
	char location[UPLOAD_URL_LEN];	/* as sent; "" when absent */
	bool has_type;
	char type[80];			/* media type without parameters */
	bool has_date;
	int64_t date;			/* Date, in UTC seconds; 0: none that
					 * can be read */
	/* What the portal can (OPTIONS); "" and 0 when absent. */
	bool has_tus_version, has_tus_extension, has_tus_max_size;
	char tus_version[80];
	char tus_extension[200];
	uint64_t tus_max_size;
	struct buf body;
	size_t most;			/* it may become so large; 0: as large
					 * as a receipt */
};

/* Takes one header line, or the status line, which begins anew.  False when
 * it is malformed, or a field that we look at comes twice. */
bool upload_answer_header(struct upload_answer *a, const char *data,
    size_t len);
/* Takes a piece of the body; false when it becomes larger than it may be, or
 * without memory. */
bool upload_answer_body(struct upload_answer *a, const char *data,
    size_t len);
/* All of it is here: what one field means by another is worked out. */
void upload_answer_settle(struct upload_answer *a);
void upload_answer_wipe(struct upload_answer *a);

#endif
