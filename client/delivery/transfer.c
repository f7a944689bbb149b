/* SPDX-License-Identifier: EUPL-1.2 */
#include "client/delivery/transfer.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "client/delivery/upload.h"
#include "client/delivery/upload_answer.h"

/* What the kernel takes from us and has not sent yet counts as sent: with
 * megabytes of it, neither progress nor a stall could be told. */
#define UNSENT_MAX	(128 * 1024)

/* It goes on while the machine sleeps: when the lid is opened again, a line
 * that has been silent all night is dead at once. */
static int64_t
seconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_BOOTTIME, &t);
	return t.tv_sec;
}

static int
on_socket(void *arg, curl_socket_t fd, curlsocktype purpose)
{
	struct transfer *t = arg;
	const int most = UNSENT_MAX;

	(void)purpose;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &most,
	    sizeof(most));
	t->fd = fd;
	return CURL_SOCKOPT_OK;
}

static size_t
on_header(char *data, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;

	t->malformed = !upload_answer_header(t->answer, data, size * n);
	return t->malformed ? 0 : size * n;
}

static size_t
on_body(char *data, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;

	t->too_large = !upload_answer_body(t->answer, data, size * n);
	return t->too_large ? 0 : size * n;
}

/* There is no way back (no seek function): a request is never sent twice
 * behind our back. */
static size_t
on_read(char *to, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;
	size_t room = size * n, left = t->request->len - t->sent;

	if (room > left)
		room = left;
	if (room != 0)
		memcpy(to, t->request->body + t->sent, room);
	t->sent += room;
	return room;
}

/* Name, TCP, proxy and TLS are done, or were already. */
static bool
is_ready(struct transfer *t)
{
	struct sockaddr_storage peer;
	socklen_t len = sizeof(peer);
	curl_off_t at = 0;

	if (t->fd != -1 &&
	    getpeername(t->fd, (struct sockaddr *)&peer, &len) == 0)
		t->reached = true;
	(void)t->lib->easy_getinfo(t->curl, CURLINFO_PRETRANSFER_TIME_T, &at);
	return at != 0;
}

/* Is everything sent that will be? */
static bool
is_sent(const struct transfer *t, curl_off_t ulnow)
{
	long status = 0;

	(void)t->lib->easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &status);
	return status >= 200 || (uint64_t)ulnow >= t->request->len;
}

static int
on_progress(void *arg, curl_off_t dltotal, curl_off_t dlnow,
    curl_off_t ultotal, curl_off_t ulnow)
{
	struct transfer *t = arg;
	const struct upload_request *request = t->request;
	const int64_t now = seconds();

	(void)dltotal;
	(void)ultotal;
	if (!t->ready) {
		t->unconnected = now - t->moved_at > t->connect_seconds;
		if (!(t->ready = is_ready(t)))
			return t->unconnected;
		t->unconnected = false;
		t->moved_at = now;
	}
	if (dlnow + ulnow != t->moved) {
		t->moved = dlnow + ulnow;
		t->moved_at = now;
	}
	if (t->progress != NULL && request->total != 0)
		t->progress(request->before + (uint64_t)ulnow,
		    request->total);
	if (t->sent_at == 0 && is_sent(t, ulnow))
		t->sent_at = now;
	if (t->sent_at == 0)
		t->stalled = now - t->moved_at > TRANSFER_STALL_SECONDS;
	else
		t->late = now - t->sent_at > t->patience;
	return t->stalled || t->late;
}

bool
transfer_begin(struct transfer *t)
{
	const struct libcurl *lib = t->lib;
	CURL *c = t->curl;
	unsigned bad = 0;

	t->moved_at = seconds();
	t->fd = -1;
	bad |= lib->easy_setopt(c, CURLOPT_SOCKOPTFUNCTION, on_socket);
	bad |= lib->easy_setopt(c, CURLOPT_SOCKOPTDATA, t);
	bad |= lib->easy_setopt(c, CURLOPT_HEADERFUNCTION, on_header);
	bad |= lib->easy_setopt(c, CURLOPT_HEADERDATA, t);
	bad |= lib->easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
	bad |= lib->easy_setopt(c, CURLOPT_WRITEDATA, t);
	bad |= lib->easy_setopt(c, CURLOPT_READFUNCTION, on_read);
	bad |= lib->easy_setopt(c, CURLOPT_READDATA, t);
	bad |= lib->easy_setopt(c, CURLOPT_XFERINFOFUNCTION, on_progress);
	bad |= lib->easy_setopt(c, CURLOPT_XFERINFODATA, t);
	bad |= lib->easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
	return bad == 0;
}
