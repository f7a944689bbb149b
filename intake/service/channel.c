/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Only recvfrom(2), sendto(2) and, where there is a deadline, poll(2): what a
 * worker may do (sandbox.c, which knows the flags too).
 */
#include "intake/service/channel.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define HEAD_LEN	5
/* Head and body go out together as far as they fit: most messages do. */
#define FIRST_LEN	4096
/* Memory is asked for as octets come, and not because they are announced. */
#define PIECE		(1u << 20)

int64_t
channel_clock(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static enum err_code
gone(struct err *e)
{
	return err_set(e, ERR_INTERRUPTED, "channel", 0,
	    "the other process has gone");
}

/* After a call that failed: ERR_OK when it is to be tried again. */
static enum err_code
again(int fd, short events, int64_t deadline, struct err *e)
{
	struct pollfd p = { .fd = fd, .events = events };
	int64_t left;

	if (errno == EINTR)
		return ERR_OK;
	if (errno == EPIPE || errno == ECONNRESET)
		return gone(e);
	if (errno != EAGAIN && errno != EWOULDBLOCK)
		return err_errno(e, ERR_IO, "channel", errno);
	if ((left = deadline - channel_clock()) <= 0)
		return err_set(e, ERR_WORKER_LATE, "channel", 0, NULL);
	if (poll(&p, 1, left < INT_MAX ? (int)left : INT_MAX) == -1 &&
	    errno != EINTR)
		return err_errno(e, ERR_IO, "channel", errno);
	return ERR_OK;
}

static enum err_code
send_all(int fd, const uint8_t *p, size_t len, int64_t deadline,
    struct err *e)
{
	const int flags = MSG_NOSIGNAL | (deadline != -1 ? MSG_DONTWAIT : 0);
	enum err_code code;
	ssize_t r;

	while (len > 0) {
		if ((r = send(fd, p, len, flags)) == -1) {
			if ((code = again(fd, POLLOUT, deadline, e)) !=
			    ERR_OK)
				return code;
			continue;
		}
		p += r;
		len -= (size_t)r;
	}
	return ERR_OK;
}

/* As much of it as there is room for; *p and *len become the rest. */
static size_t
fill(uint8_t *out, size_t room, const uint8_t **p, size_t *len)
{
	size_t n = *len < room ? *len : room;

	if (n == 0)
		return 0;
	memcpy(out, *p, n);
	*p += n;
	*len -= n;
	return n;
}

enum err_code
channel_send_two(int fd, char type, const void *a, size_t a_len,
    const void *b, size_t b_len, int64_t deadline, struct err *e)
{
	const uint8_t *rest_a = a, *rest_b = b;
	size_t len = a_len + b_len, n = HEAD_LEN;
	uint8_t first[FIRST_LEN] = { (uint8_t)type, (uint8_t)(len >> 24),
	    (uint8_t)(len >> 16), (uint8_t)(len >> 8), (uint8_t)len };
	enum err_code code;

	if (a_len > UINT32_MAX || b_len > UINT32_MAX - a_len)
		return err_set(e, ERR_PROTOCOL, "channel", 0, NULL);
	n += fill(first + n, sizeof(first) - n, &rest_a, &a_len);
	n += fill(first + n, sizeof(first) - n, &rest_b, &b_len);
	if ((code = send_all(fd, first, n, deadline, e)) == ERR_OK &&
	    (code = send_all(fd, rest_a, a_len, deadline, e)) == ERR_OK)
		code = send_all(fd, rest_b, b_len, deadline, e);
	explicit_bzero(first, sizeof(first));	/* perhaps a key */
	return code;
}

enum err_code
channel_send(int fd, char type, const void *data, size_t len,
    int64_t deadline, struct err *e)
{
	return channel_send_two(fd, type, data, len, NULL, 0, deadline, e);
}

static enum err_code
receive_all(int fd, uint8_t *p, size_t len, int64_t deadline, struct err *e)
{
	/* A message mostly is there as a whole. */
	const int flags = deadline != -1 ? MSG_DONTWAIT : MSG_WAITALL;
	enum err_code code;
	ssize_t r;

	while (len > 0) {
		if ((r = recv(fd, p, len, flags)) == 0)
			return gone(e);
		if (r == -1) {
			if ((code = again(fd, POLLIN, deadline, e)) != ERR_OK)
				return code;
			continue;
		}
		p += r;
		len -= (size_t)r;
	}
	return ERR_OK;
}

enum err_code
channel_receive(int fd, size_t cap, char *type, struct buf *body,
    int64_t deadline, struct err *e)
{
	uint8_t head[HEAD_LEN];
	enum err_code code;
	size_t len, piece;
	uint8_t *p;

	buf_wipe(body);
	if ((code = receive_all(fd, head, sizeof(head), deadline, e)) !=
	    ERR_OK)
		return code;
	*type = (char)head[0];
	len = (size_t)head[1] << 24 | (size_t)head[2] << 16 |
	    (size_t)head[3] << 8 | head[4];
	if (len > cap)
		return err_set(e, ERR_PROTOCOL, "channel", 0,
		    "a message of %zu bytes", len);
	for (; code == ERR_OK && len > 0; len -= piece) {
		piece = len < PIECE ? len : PIECE;
		if ((p = buf_grow(body, piece)) == NULL)
			return err_set(e, ERR_NO_MEMORY, NULL, 0, NULL);
		code = receive_all(fd, p, piece, deadline, e);
	}
	return code;
}
