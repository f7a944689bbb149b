/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What the authority signs about its log as a whole (RFC 9162 §4.10 calls it
 * a signed tree head), and what stands in the log beside receipts: the
 * decisions of people.
 */
#ifndef SIGILL_FORMAT_TREE_HEAD_H
#define SIGILL_FORMAT_TREE_HEAD_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "format/submission.h"

/* Everything is owned; { 0 } is an empty one. */
struct tree_head {
	char *authority;
	enum environment environment;
	int64_t time;		/* UTC seconds */
	uint64_t size;		/* leaves */
	uint8_t root[32];
};

void tree_head_wipe(struct tree_head *h);
/* One content, one byte string.  ERR_LOG_HEAD when it is anything else. */
enum err_code tree_head_encode(const struct tree_head *h, struct buf *out,
    struct err *e);
enum err_code tree_head_parse(const uint8_t *data, size_t len,
    struct tree_head *out, struct err *e);
/* A new reference; NULL without memory. */
json_t *tree_head_json(const struct tree_head *h);

/* A leaf of its own, before that of the receipt that follows from it.  The
 * log is never shown to senders as a whole, so that names stay inside. */
struct decision_entry {
	uint8_t sealed[32];
	int64_t time;
	bool accept;
	char *who, *reason;	/* owned */
};

void decision_entry_wipe(struct decision_entry *d);
/* One content, one byte string.  ERR_LOG_DAMAGED when it is anything else. */
enum err_code decision_entry_encode(const struct decision_entry *d,
    struct buf *out, struct err *e);
enum err_code decision_entry_parse(const uint8_t *data, size_t len,
    struct decision_entry *out, struct err *e);

#endif
