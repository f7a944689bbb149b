/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Faults of the certificate that feedback is to be sealed for, which stands
 * between "id" and "format" in the submission (recipes_content.c).
 */
#include "tests/vectors/recipe.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "crypto/reply.h"

#define NOW	INT64_C(1800000000)	/* make-vectors.c's */

#define ID	"626964 50000102030405060708090a0b0c0d0e0f"
#define FORMAT	"66666f726d6174 71736967696c6c2d7375626d697373696f6e"
#define REPLY	"657265706c79"

static void
reply_of(struct submission *s, int64_t now)
{
	struct key *key = NULL;

	if (reply_make(now, &key, &s->reply, NULL) != ERR_OK)
		abort();
	key_free(key);
}

static void
with_reply(struct submission *s)
{
	reply_of(s, NOW);
}

/* Its time is over: the answers are none the worse for that. */
static void
reply_of_old(struct submission *s)
{
	reply_of(s, NOW - (LIMIT_REPLY_DAYS + 1) * INT64_C(86400));
}

/* The signature ends the certificate. */
static void
reply_changed(struct submission *s)
{
	with_reply(s);
	s->reply.data[s->reply.len - 1] ^= 1;
}

static void
reply_longer(struct submission *s)
{
	with_reply(s);
	buf_add_u8(&s->reply, 0);
}

static void
reply_cut(struct submission *s)
{
	with_reply(s);
	s->reply.len--;
}

/* encipherOnly instead of keyAgreement. */
static void
reply_usage(struct submission *s)
{
	static const uint8_t usage[] = { 0x03, 0x02, 0x03, 0x08 };
	uint8_t *at;

	with_reply(s);
	at = memmem(s->reply.data, s->reply.len, usage, sizeof(usage));
	if (at == NULL)
		abort();
	memcpy(at, "\x03\x02\x00\x01", 4);
}

static void
reply_rubbish(struct submission *s)
{
	buf_add_str(&s->reply, "reply");
}

const struct recipe recipes_reply[] = {
	{ .name = "good-reply", .code = ERR_OK, .change = with_reply },
	{ .name = "good-reply-old", .code = ERR_OK, .change = reply_of_old },

	{ .name = "reply-changed", .code = ERR_REPLY_CERT,
	  .change = reply_changed },
	{ .name = "reply-trailing-byte", .code = ERR_REPLY_CERT,
	  .change = reply_longer },
	{ .name = "reply-cut", .code = ERR_REPLY_CERT, .change = reply_cut },
	{ .name = "reply-usage", .code = ERR_REPLY_CERT,
	  .change = reply_usage },
	{ .name = "reply-rubbish", .code = ERR_REPLY_CERT,
	  .change = reply_rubbish },
	{ .name = "reply-empty", .code = ERR_SCHEMA,
	  .find = "a7" ID, .put = "a8" ID REPLY "40" },
	{ .name = "reply-not-sorted", .code = ERR_NOT_CANONICAL,
	  .find = "a7" ID FORMAT, .put = "a8" ID FORMAT REPLY "4101" },

	{ .name = NULL },
};
