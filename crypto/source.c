/* SPDX-License-Identifier: EUPL-1.2 */
#include "crypto/source.h"

#include <errno.h>
#include <openssl/bio.h>
#include <string.h>
#include <unistd.h>

#include "base/wipe.h"

/* Large enough that the calls cost nothing beside the digests, small enough
 * to stay in the processor's cache between the two of them. */
#define CHUNK	(128u * 1024)

static size_t
smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

static enum err_code
read_at(struct source *s, size_t at, uint8_t *out, size_t len)
{
	ssize_t n;

	while (s->code == ERR_OK && len != 0) {
		n = pread(s->fd, out, len, (off_t)at);
		if (n > 0) {
			out += n;
			at += (size_t)n;
			len -= (size_t)n;
		} else if (n == 0)
			s->code = err_set(&s->why, ERR_IO, "sealed file", 0,
			    "it has become shorter");
		else if (errno != EINTR)
			s->code = err_errno(&s->why, ERR_IO, "sealed file",
			    errno);
	}
	return s->code;
}

static uint8_t *
allocate(struct source *s, size_t len)
{
	uint8_t *p = wipe_malloc(len + 1);

	if (p == NULL)
		s->code = err_set(&s->why, ERR_NO_MEMORY, NULL, 0, NULL);
	return p;
}

enum err_code
source_open(struct source *s, int fd, size_t size)
{
	memset(s, 0, sizeof(*s));
	s->fd = fd;
	s->size = s->tail_at = size;
	s->start_len = smaller(size, sizeof(s->start));
	s->chunk = allocate(s, smaller(size, CHUNK));
	if (s->code == ERR_OK)
		s->code = digest_begin(&s->digest, &s->why);
	return read_at(s, 0, s->start, s->start_len);
}

void
source_close(struct source *s)
{
	BIO_free(s->content);
	BIO_meth_free(s->method);
	digest_free(s->digest);
	wipe_free(s->chunk);
	wipe_free(s->tail);
	memset(s, 0, sizeof(*s));
}

enum err_code
source_keep_tail(struct source *s, size_t at)
{
	if (s->code == ERR_OK &&
	    (s->tail = allocate(s, s->size - at)) != NULL &&
	    read_at(s, at, s->tail, s->size - at) == ERR_OK)
		s->tail_at = at;
	return s->code;
}

/* The next octets before end, digested: from what is kept, or the disk. */
static enum err_code
next_part(struct source *s, size_t end)
{
	size_t len;

	if (s->at < s->start_len) {
		len = smaller(s->start_len, end) - s->at;
		s->next = s->start + s->at;
	} else if (s->at >= s->tail_at) {
		len = end - s->at;
		s->next = s->tail + (s->at - s->tail_at);
	} else {
		len = smaller(smaller(end, s->tail_at) - s->at, CHUNK);
		s->next = s->chunk;
		(void)read_at(s, s->at, s->chunk, len);
	}
	if (s->code == ERR_OK)
		s->code = digest_add(s->digest, s->next, len, &s->why);
	s->next_len = s->code == ERR_OK ? len : 0;
	s->at += s->next_len;
	return s->code;
}

static int
give(BIO *bio, char *out, size_t len, size_t *given)
{
	struct source *s = BIO_get_data(bio);

	BIO_clear_retry_flags(bio);
	*given = 0;
	if (s->code == ERR_OK && s->next_len == 0 && s->at < s->content_end)
		(void)next_part(s, s->content_end);
	if (s->code != ERR_OK || s->next_len == 0)
		return 0;
	*given = smaller(len, s->next_len);
	memcpy(out, s->next, *given);
	s->next += *given;
	s->next_len -= *given;
	return 1;
}

/* Nothing is behind us that could be flushed or asked. */
static long
control(BIO *bio, int command, long number, void *pointer)
{
	(void)bio;
	(void)number;
	(void)pointer;
	return command == BIO_CTRL_FLUSH;
}

enum err_code
source_content(struct source *s, size_t at)
{
	if (s->code != ERR_OK || next_part(s, at) != ERR_OK)
		return s->code;
	s->next_len = 0;
	s->content_end = s->tail_at;
	s->method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "signed file");
	if (s->method == NULL ||
	    BIO_meth_set_read_ex(s->method, give) != 1 ||
	    BIO_meth_set_ctrl(s->method, control) != 1 ||
	    (s->content = BIO_new(s->method)) == NULL)
		return s->code = err_set(&s->why, ERR_NO_MEMORY, NULL, 0,
		    NULL);
	BIO_set_data(s->content, s);
	BIO_set_init(s->content, 1);
	return ERR_OK;
}

enum err_code
source_digest(struct source *s, uint8_t digest[static DIGEST_LEN])
{
	while (s->code == ERR_OK && s->at < s->size)
		(void)next_part(s, s->size);
	if (s->code == ERR_OK)
		s->code = digest_end(s->digest, digest, &s->why);
	return s->code;
}
